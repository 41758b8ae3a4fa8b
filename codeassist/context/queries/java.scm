(class_declaration) @definition
(interface_declaration) @definition
(enum_declaration) @definition
(record_declaration) @definition
(annotation_type_declaration) @definition
(method_declaration) @definition
(constructor_declaration) @definition
(compact_constructor_declaration) @definition

(field_declaration declarator: (variable_declarator name: (identifier) @name) (#match? @name "^[A-Z][A-Z0-9_]+$")) @definition.constant

(line_comment) @comment
(block_comment) @comment

(type_identifier) @reference
(method_invocation name: (identifier) @reference)
(method_invocation object: (identifier) @reference)
(field_access object: (identifier) @reference)
(field_access field: (identifier) @reference)
(method_reference (identifier) @reference)
(argument_list (identifier) @reference)
(marker_annotation name: (identifier) @reference)
(annotation name: (identifier) @reference)
(array_initializer (identifier) @reference)
(return_statement (identifier) @reference)
(variable_declarator value: (identifier) @reference)
(assignment_expression right: (identifier) @reference)
(binary_expression (identifier) @reference)
(parenthesized_expression (identifier) @reference)
(enhanced_for_statement value: (identifier) @reference)

; `import a.b.C` takes C from a.b; `import a.b.*` all of it.
(import_declaration (scoped_identifier) @path)
(import_declaration (scoped_identifier) @module (asterisk))
(import_declaration (identifier) @module)
