(function_definition) @definition
(program (variable_assignment name: (variable_name) @name) @definition.constant (#match? @name "^_*[A-Z]"))
(program (declaration_command (variable_assignment name: (variable_name) @name) @definition.constant (#match? @name "^_*[A-Z]")))

(comment) @comment

(command_name (word) @reference)
(simple_expansion (variable_name) @reference)
(expansion (variable_name) @reference)

(command name: (command_name (word) @call) . argument: (_) @module (#any-of? @call "source" "."))
