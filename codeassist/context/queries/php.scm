(function_definition) @definition
(method_declaration) @definition
(class_declaration) @definition
(interface_declaration) @definition
(trait_declaration) @definition
(enum_declaration) @definition
(namespace_definition) @definition
(const_element (name) @name) @definition.constant
(const_declaration (const_element (name) @name) @definition.constant) @wrapper

(comment) @comment

(named_type (name) @reference)
(qualified_name (name) @reference)
(base_clause (name) @reference)
(class_interface_clause (name) @reference)
(use_declaration (name) @reference)
(attribute (name) @reference)
(object_creation_expression (name) @reference)
(function_call_expression function: (name) @reference)
(member_call_expression name: (name) @reference)
(nullsafe_member_call_expression name: (name) @reference)
(member_access_expression name: (name) @reference)
(scoped_call_expression scope: (name) @reference)
(scoped_call_expression name: (name) @reference)
(class_constant_access_expression (name) @reference)
(argument (name) @reference)
(binary_expression (name) @reference)
(type_list (named_type (name) @reference))

(namespace_use_declaration) @path
(require_expression [(string (string_content) @module) (_ (string (string_content) @module)) (_ (_ (string (string_content) @module)))])
(require_once_expression [(string (string_content) @module) (_ (string (string_content) @module)) (_ (_ (string (string_content) @module)))])
(include_expression [(string (string_content) @module) (_ (string (string_content) @module)) (_ (_ (string (string_content) @module)))])
(include_once_expression [(string (string_content) @module) (_ (string (string_content) @module)) (_ (_ (string (string_content) @module)))])
