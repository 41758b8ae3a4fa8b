"""A file's family is told by what its vocabulary holds; names are hints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codeassist.models.families import families, family_named
from codeassist.models.gguf import GgufFacts, read_gguf
from codeassist.models.manifest import FimTokens
from codeassist.templates import chat_templates, fim_templates

from .builders import QWEN, write_gguf

CODELLAMA = ("<s>", "</s>", "▁<PRE>", "▁<SUF>", "▁<MID>", "▁<EOT>")
CODESTRAL = ("<s>", "</s>", "[INST]", "[/INST]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]")
DEEPSEEK = ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>", "<｜end▁of▁sentence｜>")
STARCODER = ("<|endoftext|>", "<fim_prefix>", "<fim_middle>", "<fim_suffix>", "<fim_pad>")
LLAMA3 = ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
PHI3 = ("<|user|>", "<|assistant|>", "<|system|>", "<|end|>")
GEMMA = ("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>")
SMOLLM2 = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>", "<reponame>", "<filename>")
PLAIN = ("<s>", "</s>", "a")
SPM = {"tokenizer.ggml.model": "llama"}

# family, architecture, vocabulary, keys
FILES: list[tuple[str, str, tuple[str, ...], dict[str, Any]]] = [
    ("qwen2.5-coder", "qwen2", QWEN, {}),
    ("", "olmo2", QWEN[:3], {}),  # cl100k_base has them, and models with its vocabulary were not trained with them
    ("codegemma", "gemma", (*QWEN[:3], "<|file_separator|>", *GEMMA), {}),
    ("deepseek-coder", "llama", DEEPSEEK, {}),
    ("deepseek-coder-v2", "deepseek2", DEEPSEEK, {}),
    ("starcoder2", "starcoder2", STARCODER, {}),
    ("codellama", "llama", CODELLAMA, SPM),
    ("codestral", "llama", CODESTRAL, {"general.name": "Codestral 22B v0.1"}),
    ("codestral", "llama", CODESTRAL, {"general.basename": "Codestral"}),
    ("mistral-v3", "llama", CODESTRAL, {"general.name": "Mistral Small 22B"}),
    ("mistral-v3", "llama", CODESTRAL, {}),
    ("llama-3", "llama", LLAMA3, {"general.name": "Codestral"}),
    ("phi-3", "phi3", PHI3, SPM),
    ("", "phi3", PHI3, {}),  # Phi-4 mini: the same markers in another vocabulary, and other turns
    ("gemma", "gemma2", GEMMA, {}),
    ("gemma", "gemma3", GEMMA, {}),
    ("smollm2", "llama", SMOLLM2, {}),
    ("chatml", "llama", ("<|im_start|>", "<|im_end|>"), {}),
    ("llama-2", "llama", PLAIN, SPM | {"tokenizer.chat_template": "[INST] <<SYS>>"}),
    ("llama-2", "llama", PLAIN, SPM | {"general.name": "CodeLlama-34b-hf"}),
    ("mistral", "llama", PLAIN, SPM | {"tokenizer.chat_template": "' [INST] '"}),
    ("mistral", "llama", PLAIN, SPM | {"general.name": "mistral_7b"}),
    ("mixtral", "llama", PLAIN, SPM | {"llama.expert_count": 8, "tokenizer.chat_template": "[INST] "}),
    ("", "llama", PLAIN, SPM | {"general.name": "Codestral"}),
    ("", "llama", PLAIN, SPM),
]  # fmt: skip


def facts(folder: Path, architecture: str, tokens: tuple[str, ...], keys: dict[str, Any]) -> GgufFacts:
    return read_gguf(str(write_gguf(folder / "m.gguf", architecture=architecture, tokens=tokens, keys=keys)))


@pytest.mark.parametrize(("family", "architecture", "tokens", "keys"), FILES)
def test_the_family_of_a_file(
    tmp_path: Path, family: str, architecture: str, tokens: tuple[str, ...], keys: dict[str, Any]
) -> None:
    found = facts(tmp_path, architecture, tokens, keys)
    assert found.family == family
    known = family_named(family)
    assert (found.fim is not None) == bool(known and known.fim)


def test_every_family_is_told_from_something() -> None:
    fims, chats = {each.family for each in fim_templates()}, {each.family for each in chat_templates()}
    assert {family.id for family in families()} == {name for name, *_ in FILES if name}
    assert {family.fim for family in families() if family.fim} == fims
    assert {family.chat for family in families() if family.chat} == chats
    for family in families():
        assert family.tokens or family.template, family.id
        markers = {marker for each in fim_templates() if each.family == family.fim for marker in each.markers}
        assert markers <= set(family.tokens), "infilling is never by name alone"


def test_suffix_first_without_a_middle(tmp_path: Path) -> None:
    """Codestral: mistral-common's encode_fim is BOS, [SUFFIX], suffix, [PREFIX], prefix."""
    found = facts(tmp_path, "llama", CODESTRAL, {"general.name": "codestral"})
    expected = FimTokens(prefix=4, suffix=6, middle=None, end=(1, 4, 5, 6), order="suffix-first", lead=" ")
    assert found.fim == expected


def test_the_end_of_codellamas_middle(tmp_path: Path) -> None:
    keys = SPM | {f"tokenizer.ggml.{name}_token_id": at for at, name in enumerate(("prefix", "suffix", "middle"), 2)}
    for each in (SPM, keys):
        found = facts(tmp_path, "llama", CODELLAMA, each)
        assert found.fim == FimTokens(prefix=2, suffix=3, middle=4, end=(1, 2, 3, 4, 5), lead=" ")


def test_ids_of_the_file_that_are_no_familys_markers(tmp_path: Path) -> None:
    """They are used; the family stays where it has no markers that they could contradict."""
    keys = {f"tokenizer.ggml.fim_{name}_token_id": at for at, name in enumerate(("pre", "suf", "mid"))}
    assert facts(tmp_path, "llama", (*PLAIN, *LLAMA3), keys).family == "llama-3"
    contradicted = facts(tmp_path, "llama", (*PLAIN, *DEEPSEEK), keys)
    assert contradicted.family == ""
    assert contradicted.fim == FimTokens(prefix=0, suffix=1, middle=2)


@pytest.mark.parametrize(
    ("keys", "instruct"),
    [
        ({}, False),
        ({"tokenizer.chat_template": "x"}, True),
        ({"general.name": "deepseek-coder-6.7b-instruct"}, True),
        ({"general.name": "gemma 3 270m it"}, True),
        ({"general.finetune": "Instruct"}, True),
        ({"general.name": "Titan Chateau"}, False),
    ],
)
def test_what_was_trained_to_follow_instructions(tmp_path: Path, keys: dict[str, Any], instruct: bool) -> None:
    assert facts(tmp_path, "llama", DEEPSEEK, keys).instruct == instruct
