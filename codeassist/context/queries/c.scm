; C, and what C++ has of it. Declarations are definitions where a header would have them, not in a function's body.

(function_definition) @definition
(struct_specifier body: (_)) @definition
(union_specifier body: (_)) @definition
(enum_specifier body: (_)) @definition
(type_definition type: [(struct_specifier name: (_) body: (_)) (union_specifier name: (_) body: (_)) (enum_specifier name: (_) body: (_))] @definition) @wrapper
(type_definition type: [
  (struct_specifier !name) (union_specifier !name) (enum_specifier !name)
  (struct_specifier !body) (union_specifier !body) (enum_specifier !body)
  (primitive_type) (type_identifier) (sized_type_specifier)]) @definition
(type_definition
  type: [(struct_specifier name: (_) @tag body: (_)) (union_specifier name: (_) @tag body: (_)) (enum_specifier name: (_) @tag body: (_))]
  declarator: (_) @name (#not-eq? @tag @name)) @definition

(translation_unit (declaration declarator: [(function_declarator) (pointer_declarator (function_declarator))]) @definition.function)
(declaration_list (declaration declarator: [(function_declarator) (pointer_declarator (function_declarator))]) @definition.function)
(preproc_ifdef (declaration declarator: [(function_declarator) (pointer_declarator (function_declarator))]) @definition.function)
(preproc_if (declaration declarator: [(function_declarator) (pointer_declarator (function_declarator))]) @definition.function)
(preproc_else (declaration declarator: [(function_declarator) (pointer_declarator (function_declarator))]) @definition.function)

(translation_unit (declaration declarator: (init_declarator)) @definition.variable)
(declaration_list (declaration declarator: (init_declarator)) @definition.variable)
(preproc_def name: (identifier) @name value: (_)) @definition.constant
(preproc_function_def name: (identifier) @name) @definition.macro

(comment) @comment

(type_identifier) @reference
(call_expression function: (identifier) @reference)
(field_expression field: (field_identifier) @reference)
(field_expression argument: (identifier) @reference)
(argument_list (identifier) @reference)
(init_declarator value: (identifier) @reference)
(initializer_list (identifier) @reference)
(initializer_pair value: (identifier) @reference)
(assignment_expression right: (identifier) @reference)
(return_statement (identifier) @reference)
(case_statement value: (identifier) @reference)
(binary_expression (identifier) @reference)
(unary_expression argument: (identifier) @reference)
(pointer_expression argument: (identifier) @reference)
(subscript_expression argument: (identifier) @reference)
(conditional_expression (identifier) @reference)
(parenthesized_expression (identifier) @reference)

(preproc_include path: (_) @module)
