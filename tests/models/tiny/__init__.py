"""Tiny models with random weights, one for each family: their architecture, kind of tokenizer, markers and template."""
