(class_declaration) @definition
(interface_declaration) @definition
(struct_declaration) @definition
(record_declaration) @definition
(enum_declaration) @definition
(delegate_declaration) @definition
(namespace_declaration) @definition
(method_declaration) @definition
(constructor_declaration) @definition
(property_declaration) @definition
(local_function_statement) @definition

(field_declaration (modifier) @const (variable_declaration (variable_declarator name: (identifier) @name)) (#any-of? @const "const" "static")) @definition.constant

(comment) @comment

(_ type: (identifier) @reference)
(_ returns: (identifier) @reference)
(base_list (identifier) @reference)
(generic_name (identifier) @reference)
(type_argument_list (identifier) @reference)
(qualified_name name: (identifier) @reference)
(invocation_expression function: (identifier) @reference)
(member_access_expression expression: (identifier) @reference)
(member_access_expression name: (identifier) @reference)
(member_binding_expression name: (identifier) @reference)
(attribute name: (identifier) @reference)
(argument (identifier) @reference)
(return_statement (identifier) @reference)
(assignment_expression right: (identifier) @reference)
(binary_expression (identifier) @reference)
(foreach_statement right: (identifier) @reference)
(initializer_expression (identifier) @reference)

(using_directive (qualified_name) @module)
(using_directive !name (identifier) @module)
