"""The anchored prompt: where text goes, what is taken back, and that budgets hold."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.completion.prompt import Planner, Prompt
from codeassist.config import CompletionSettings
from codeassist.engine.fake import MANIFEST, FakeEngine, Script
from codeassist.models.manifest import Manifest

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
