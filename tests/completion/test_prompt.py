"""The anchored prompt: where text goes, what is taken back, and that budgets hold."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.completion.prompt import Planner, Prompt
from codeassist.config import CompletionSettings
from codeassist.engine.fake import MANIFEST, FakeEngine, Script
from codeassist.models.manifest import FimTokens, Manifest
from codeassist.templates import FimTemplate, fim_templates

PREFIX, SUFFIX, MIDDLE = 1, 2, 3


def planned(
    before: str, after: str, settings: CompletionSettings, *, context: int = 4096, manifest: Manifest = MANIFEST
) -> Prompt:
    planner = Planner(manifest, settings, FakeEngine(Script(context_tokens=context)))
    anchor = planner.anchor(before, after, None)
    return planner.prompt(anchor, before[anchor.start + len(anchor.head) :], 64)


def shown(tokens: tuple[int, ...]) -> str:
    names = {PREFIX: "<PRE>", SUFFIX: "<SUF>", MIDDLE: "<MID>", 7: "<BOS>"}
    return "".join(names.get(token) or chr(token - 1000) for token in tokens)


def test_what_was_typed_since_the_anchor_goes_after_the_middle() -> None:
    before = "one\ntwo\nthree\nfour = fo"
    prompt = planned(before, "\nfive\n", CompletionSettings(anchor_lines=1))
    assert shown(prompt.tokens) == "<PRE>one\ntwo\n<SUF>\nfive\n<MID>three\nfour ="
    assert prompt.begin == " fo"


# What each family's authors publish for text above P and below S, without BOS (U+FF5C and U+2581 where they are easily
# taken for others); a lead is the blank that the family's tokenizer puts before the first text, and only there.
PUBLISHED = {
    # Qwen2.5-Coder technical report, section 3.1
    "qwen2.5-coder": "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
    # DeepSeek-Coder README, "Code Insertion"; V2 has the same
    "deepseek-coder": (
        "<\uff5cfim\u2581begin\uff5c>P<\uff5cfim\u2581hole\uff5c>S<\uff5cfim\u2581end\uff5c>"
    ),
    # StarCoder2 technical report, section 5.2
    "starcoder2": "<fim_prefix>P<fim_suffix>S<fim_middle>",
    # codellama, llama/generation.py, infilling_prompt_tokens
    "codellama": "\u2581<PRE> P\u2581<SUF>S\u2581<MID>",
    # ai.google.dev, "CodeGemma formatting and system instructions"
    "codegemma": "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
    # mistral-common 1.13.1, encode_fim: compared token by token with its tokenizer v3
    "codestral": "[SUFFIX]S[PREFIX] P",
}  # fmt: skip


def of_family(template: FimTemplate) -> Manifest:
    middle = MIDDLE if template.middle else None
    fim = FimTokens(prefix=PREFIX, suffix=SUFFIX, middle=middle, order=template.order, lead=template.lead)
    return msgspec.structs.replace(MANIFEST, family=template.family, fim=fim)


@pytest.mark.parametrize("template", fim_templates(), ids=lambda each: each.family)
def test_a_familys_prompt_is_the_published_one(template: FimTemplate) -> None:
    planner = Planner(of_family(template), CompletionSettings(), FakeEngine(Script()))
    text = shown(planner.at("P", "S", 0).tokens)
    for sign, marker in (("<PRE>", template.prefix), ("<SUF>", template.suffix), ("<MID>", template.middle)):
        text = text.replace(sign, marker, 1)
    assert text == PUBLISHED[template.family]


def test_where_the_suffix_is_first_what_was_typed_goes_on_with_the_head() -> None:
    codestral = next(template for template in fim_templates() if template.order == "suffix-first")
    before = "one\ntwo\nthree\nfour = fo"
    prompt = planned(before, "\nfive\n", CompletionSettings(anchor_lines=1), manifest=of_family(codestral))
    assert shown(prompt.tokens) == "<SUF>\nfive\n<PRE> one\ntwo\nthree\nfour ="


def test_the_lead_is_before_the_first_text_above() -> None:
    manifest = msgspec.structs.replace(MANIFEST, fim=FimTokens(prefix=1, suffix=2, middle=3, lead=" "))
    planner = Planner(manifest, CompletionSettings(), FakeEngine(Script()))
    assert shown(planner.at("head", "S", 0, "# a.py\n", ["known"]).tokens) == "<PRE> known# a.py\nhead<SUF>S<MID>"
    assert shown(planner.at("head", "S", 0, "# a.py\n").tokens) == "<PRE> # a.py\nhead<SUF>S<MID>"
    assert shown(planner.at("", "S", 0).tokens) == "<PRE><SUF>S<MID>"


def test_one_more_character_adds_tokens_at_the_end_only() -> None:
    settings = CompletionSettings()
    text = "".join(f"line {number}\n" for number in range(40)) + "total = first + second"
    earlier = planned(text[:-9], "\nafter\n", settings).tokens
    for end in range(len(text) - 8, len(text) + 1):
        later = planned(text[:end], "\nafter\n", settings).tokens
        assert later[: len(earlier)] == earlier, "a keystroke must not change what the KV cache holds"
        earlier = later


@pytest.mark.parametrize(
    ("before", "begin"),
    [
        ("x = ", " "),
        ("x = val", " val"),
        ("x", "x"),
        ("f(", "f("),
        ("x = a.get(", ".get("),
        ("x = a.ge", ".ge"),
        ("x = f(ar", "(ar"),
        ('x = f("', ' f("'),
        ("x = (a, b),", " b),"),
        ("line\n", ""),
        ("line\n    ", "    "),
        ("line\n    re", "    re"),
        ("größe = grö", " grö"),
        ("", ""),
    ],
)
def test_the_unfinished_word_is_taken_back_with_what_a_tokenizer_joins_to_it(before: str, begin: str) -> None:
    prompt = planned(before, "", CompletionSettings())
    assert prompt.begin == begin
    assert shown(prompt.tokens).replace("<PRE>", "").replace("<SUF>", "").replace("<MID>", "") + begin == before


def test_a_model_without_fill_in_the_middle_sees_what_is_before() -> None:
    plain = msgspec.structs.replace(MANIFEST, fim=None, bos=7)
    prompt = planned("a = 1\nb = ", "\nc = 3\n", CompletionSettings(), manifest=plain)
    assert shown(prompt.tokens) == "<BOS>a = 1\nb ="


def test_an_empty_file_still_gives_a_token() -> None:
    plain = msgspec.structs.replace(MANIFEST, fim=None)
    assert len(planned("", "", CompletionSettings(), manifest=plain).tokens) == 1


@given(
    before=st.text(max_size=400),
    after=st.text(max_size=400),
    context=st.integers(96, 600),
    prefix=st.integers(1, 300),
    suffix=st.integers(0, 300),
    lines=st.integers(0, 8),
)
def test_prompt_and_output_fit_the_context(
    before: str, after: str, context: int, prefix: int, suffix: int, lines: int
) -> None:
    settings = CompletionSettings(prefix_tokens=prefix, suffix_tokens=suffix, anchor_lines=lines)
    prompt = planned(before, after, settings, context=context)
    assert len(prompt.tokens) + prompt.max_tokens <= context
    assert prompt.max_tokens >= 1


def test_the_nearest_text_is_kept_when_there_is_too_much() -> None:
    settings = CompletionSettings(prefix_tokens=30, suffix_tokens=10, anchor_lines=0)
    prompt = planned("far " * 500 + "\nnear", "next" + " later" * 500, settings)
    text = shown(prompt.tokens)
    assert text.startswith("<PRE>far" if text[5] == "f" else "<PRE>")
    assert "<SUF>next later<MID>" in text
    assert len(prompt.tokens) <= 43


def test_a_huge_single_line_is_bounded() -> None:
    prompt = planned("x" * 3_000_000, "y" * 3_000_000, CompletionSettings())
    assert len(prompt.tokens) < 4096
