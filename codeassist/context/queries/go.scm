(function_declaration) @definition
(method_declaration receiver: (parameter_list (parameter_declaration type: [
  (type_identifier) @container
  (pointer_type (type_identifier) @container)
  (generic_type type: (type_identifier) @container)
  (pointer_type (generic_type type: (type_identifier) @container))]))) @definition
(method_declaration) @definition
(type_spec) @definition
(type_alias) @definition
(type_declaration [(type_spec) (type_alias)] @definition) @wrapper

(source_file (const_declaration (const_spec name: (identifier) @name) @definition.constant) @wrapper)
(source_file (var_declaration (var_spec name: (identifier) @name) @definition.variable) @wrapper)
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @definition.variable)))

(comment) @comment

(type_identifier) @reference
(call_expression function: (identifier) @reference)
(selector_expression operand: (identifier) @reference)
(selector_expression field: (field_identifier) @reference)
(argument_list (identifier) @reference)
(literal_element (identifier) @reference)
(index_expression operand: (identifier) @reference)
(return_statement (expression_list (identifier) @reference))
(assignment_statement right: (expression_list (identifier) @reference))
(short_var_declaration right: (expression_list (identifier) @reference))
(binary_expression (identifier) @reference)
(range_clause right: (identifier) @reference)
(unary_expression operand: (identifier) @reference)

(import_spec path: (_) @module)
