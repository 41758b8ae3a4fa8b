(method) @definition
(singleton_method) @definition
(class) @definition
(module) @definition
(assignment left: (constant) @name) @definition.constant

(comment) @comment

(constant) @reference
(call method: (identifier) @reference)
(call receiver: (identifier) @reference)
(argument_list (identifier) @reference)
(block_argument (simple_symbol) @reference)
(pair value: (identifier) @reference)
(array (identifier) @reference)
(assignment right: (identifier) @reference)
(binary (identifier) @reference)
(body_statement (identifier) @reference)
(interpolation (identifier) @reference)

(call
  method: (identifier) @call
  arguments: (argument_list . (string (string_content) @module))
  (#any-of? @call "require" "require_relative" "load"))
(call
  method: (identifier) @call
  arguments: (argument_list . (simple_symbol) . (string (string_content) @module))
  (#eq? @call "autoload"))
