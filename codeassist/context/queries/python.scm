; What tags.py reads from a Python file. Its docstring says what each capture means.

(function_definition) @definition
(class_definition) @definition
(decorated_definition definition: (_) @definition) @wrapper

; Constants and aliases only: a script's variables are no definitions.
(module (expression_statement (assignment left: (identifier) @name) @definition.constant) (#match? @name "^_*[A-Z]"))
(type_alias_statement left: (type (identifier) @name)) @definition.type

(function_definition body: (block . (expression_statement . (string) @doc .))) @definition
(class_definition body: (block . (expression_statement . (string) @doc .))) @definition
(comment) @comment

(attribute attribute: (identifier) @reference)
(call function: (identifier) @reference)
(decorator (identifier) @reference)
(type (identifier) @reference)
(generic_type (identifier) @reference)
(argument_list (identifier) @reference)
(keyword_argument value: (identifier) @reference)
(except_clause (identifier) @reference)
(except_clause (as_pattern (identifier) @reference))
(binary_operator (identifier) @reference)
(comparison_operator (identifier) @reference)
(boolean_operator (identifier) @reference)
(not_operator (identifier) @reference)
(conditional_expression (identifier) @reference)
(for_statement right: (identifier) @reference)
(for_in_clause right: (identifier) @reference)
(interpolation (identifier) @reference)
(lambda body: (identifier) @reference)
(with_item (identifier) @reference)
(list_splat (identifier) @reference)
(dictionary_splat (identifier) @reference)
(subscript value: (identifier) @reference)
(attribute object: (identifier) @reference)
(raise_statement (identifier) @reference)
(return_statement (identifier) @reference)
(assignment right: (identifier) @reference)
(list (identifier) @reference)
(tuple (identifier) @reference)
(pair value: (identifier) @reference)
(default_parameter value: (identifier) @reference)
(typed_default_parameter value: (identifier) @reference)

(import_statement name: [(dotted_name) @module (aliased_import name: (dotted_name) @module)])
(import_from_statement module_name: (_) @module)
(import_from_statement module_name: (_) @module name: [(dotted_name) @taken (aliased_import name: (dotted_name) @taken)])
