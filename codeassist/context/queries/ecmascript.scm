; JavaScript and TypeScript.

(function_declaration) @definition
(generator_function_declaration) @definition
(class_declaration) @definition
(method_definition) @definition
(variable_declarator value: [(arrow_function) (function_expression) (generator_function)]) @definition
(pair value: [(arrow_function) (function_expression) (generator_function)]) @definition
(assignment_expression
  left: (member_expression property: (property_identifier) @name)
  right: [(arrow_function) (function_expression) (generator_function)]) @definition.function

(export_statement declaration: (_) @definition) @wrapper
(export_statement declaration: (_ (variable_declarator) @definition)) @wrapper
(lexical_declaration (variable_declarator) @definition) @wrapper
(variable_declaration (variable_declarator) @definition) @wrapper

; What is exported, and constants.
(export_statement
  declaration: (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant)) @wrapper
(program
  (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant) @wrapper
  (#match? @name "^[A-Z]"))

(comment) @comment

(call_expression function: (identifier) @reference)
(new_expression constructor: (identifier) @reference)
(member_expression object: (identifier) @reference)
(member_expression property: (property_identifier) @reference)
(subscript_expression object: (identifier) @reference)
(arguments (identifier) @reference)
(decorator (identifier) @reference)
(array (identifier) @reference)
(pair value: (identifier) @reference)
(object (shorthand_property_identifier) @reference)
(spread_element (identifier) @reference)
(return_statement (identifier) @reference)
(arrow_function body: (identifier) @reference)
(variable_declarator value: (identifier) @reference)
(assignment_expression right: (identifier) @reference)
(assignment_pattern right: (identifier) @reference)
(object_assignment_pattern right: (identifier) @reference)
(parenthesized_expression (identifier) @reference)
(for_in_statement right: (identifier) @reference)
(template_substitution (identifier) @reference)
(unary_expression argument: (identifier) @reference)
(await_expression (identifier) @reference)
(binary_expression (identifier) @reference)
(ternary_expression (identifier) @reference)

(import_statement source: (string) @module)
(import_statement (import_clause (named_imports (import_specifier name: (_) @taken))) source: (string) @module)
(export_statement source: (string) @module)
(export_statement (export_clause (export_specifier name: (_) @taken)) source: (string) @module)
(call_expression function: (import) arguments: (arguments . (string) @module))
(call_expression function: (identifier) @call arguments: (arguments . (string) @module) (#eq? @call "require"))
(variable_declarator
  name: (object_pattern [
    (shorthand_property_identifier_pattern) @taken
    (pair_pattern key: (property_identifier) @taken)])
  value: (call_expression function: (identifier) @call arguments: (arguments . (string) @module))
  (#eq? @call "require"))
