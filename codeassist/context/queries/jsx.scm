; Elements are references to components; those of HTML are written in lower case.

(jsx_opening_element name: (identifier) @reference (#match? @reference "^[A-Z]"))
(jsx_self_closing_element name: (identifier) @reference (#match? @reference "^[A-Z]"))
(jsx_expression (identifier) @reference)
