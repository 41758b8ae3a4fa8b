(class_specifier body: (_)) @definition
(namespace_definition) @definition
(alias_declaration) @definition
(concept_definition) @definition
(template_declaration [(class_specifier) (struct_specifier) (union_specifier) (function_definition) (alias_declaration) (concept_definition)] @definition) @wrapper
(template_declaration (declaration declarator: (function_declarator)) @definition.function) @wrapper

(field_declaration_list (declaration declarator: (function_declarator)) @definition.method)
(field_declaration_list (field_declaration declarator: [(function_declarator) (pointer_declarator (function_declarator)) (reference_declarator (function_declarator))]) @definition.method)
(translation_unit (declaration declarator: (reference_declarator (function_declarator))) @definition.function)
(declaration_list (declaration declarator: (reference_declarator (function_declarator))) @definition.function)

(namespace_identifier) @reference
(qualified_identifier name: (identifier) @reference)
(template_function name: (identifier) @reference)
(template_method name: (field_identifier) @reference)
(field_initializer (field_identifier) @reference)
