(field_definition value: [(arrow_function) (function_expression) (generator_function)]) @definition

(class_heritage (identifier) @reference)
