(function_item) @definition
(function_signature_item) @definition
(struct_item) @definition
(enum_item) @definition
(union_item) @definition
(trait_item) @definition
(mod_item) @definition
(macro_definition) @definition
(type_item) @definition
; A block of methods is named by the type that they are of, without its parameters.
(impl_item type: [
  (type_identifier) @name
  (generic_type type: (type_identifier) @name)
  (generic_type type: (scoped_type_identifier name: (_) @name))
  (scoped_type_identifier name: (_) @name)
  (reference_type type: (type_identifier) @name)]) @definition
(impl_item) @definition

(const_item name: (_) @name) @definition.constant
(static_item name: (_) @name) @definition.constant

(attribute_item) @above
(line_comment) @comment
(block_comment) @comment

(type_identifier) @reference
(call_expression function: (identifier) @reference)
(generic_function function: (identifier) @reference)
(scoped_identifier path: (identifier) @reference)
(scoped_identifier name: (identifier) @reference)
(scoped_type_identifier path: (identifier) @reference)
(field_expression field: (field_identifier) @reference)
(macro_invocation macro: (identifier) @reference)
(token_tree (identifier) @reference)
(arguments (identifier) @reference)
(reference_expression value: (identifier) @reference)
(binary_expression (identifier) @reference)
(field_initializer value: (identifier) @reference)
(let_declaration value: (identifier) @reference)
(match_expression value: (identifier) @reference)
(for_expression value: (identifier) @reference)
(index_expression . (identifier) @reference)

(use_declaration argument: (_) @path)
(extern_crate_declaration name: (identifier) @module)
(mod_item name: (identifier) @module !body)
