(abstract_class_declaration) @definition
(interface_declaration) @definition
(type_alias_declaration) @definition
(enum_declaration) @definition
(internal_module) @definition
(module) @definition
(function_signature) @definition
(abstract_method_signature) @definition
(public_field_definition value: [(arrow_function) (function_expression) (generator_function)]) @definition

(ambient_declaration (_) @definition) @wrapper
(ambient_declaration (_ (variable_declarator name: (identifier) @name) @definition.constant)) @wrapper

(class_body (decorator) @above)

(type_identifier) @reference
(extends_clause value: (identifier) @reference)

(import_require_clause source: (string) @module)
