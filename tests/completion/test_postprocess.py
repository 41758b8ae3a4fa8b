"""Every rule by its golden cases, and all of them on any text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeassist.completion import postprocess
from codeassist.completion.filters import hole as hole_module
from codeassist.completion.filters.hole import hole, width
from codeassist.completion.filters.unseen import MAX_MIDDLE, printable
from codeassist.completion.postprocess import Filtered, clean, finished
from codeassist.context.languages import Language, languages
from tests.completion import golden_junk as junk
from tests.completion import golden_loops as loops
from tests.completion.golden_joins import ENDS, REPEATS_SUFFIX, REPETITION, REST_OF_LINE, REWRITES_LINE
from tests.completion.golden_scope import SCOPE_END, SECOND_DEFINITION, Case
from tests.completion.golden_syntax import SYNTAX
from tests.completion.golden_words import CLOSING_WORD

RULES = {
    "scope end": SCOPE_END,
    "scope end by word": CLOSING_WORD,
    "second definition": SECOND_DEFINITION,
    "repeats the suffix": REPEATS_SUFFIX,
    "repeats the rest of the line": REST_OF_LINE,
    "rewrites the rest of the line": REWRITES_LINE,
    "one line where words follow": junk.ONE_LINE,
    "repeats the lines above": loops.ABOVE,
    "repeats the context": loops.CONTEXT,
    "repetition": {**REPETITION, **loops.TABLES},
    "growing lines": loops.GROWING,
    "repetition in a line": loops.IN_LINE,
    "markers": junk.MARKERS,
    "fences": junk.FENCES,
    "placeholders": junk.PLACEHOLDERS,
    "loose comment": junk.LOOSE_COMMENT,
    "says nothing": junk.SAYS_NOTHING,
    "syntax errors": SYNTAX,
    "ends": ENDS,
    "auto-closed pairs": junk.PAIRS,
    "unseen characters": junk.UNSEEN,
    "indentation": junk.INDENTATION,
}
CASES = [pytest.param(*case, id=f"{rule}: {name}") for rule, cases in RULES.items() for name, case in cases.items()]


def _split(language: str, file: str) -> tuple[str, str, Language | None]:
    prefix, suffix = file.split("▮")
    return prefix, suffix, languages().get(language)


@pytest.mark.parametrize(("language", "file", "middle", "text", "finish"), CASES)
def test_clean(language: str, file: str, middle: str, text: str, finish: str) -> None:
    prefix, suffix, row = _split(language, file)
    assert clean(prefix, suffix, middle, row, context=loops.CHUNKS) == Filtered(text, finish)


@pytest.mark.parametrize(
    ("language", "file", "middle", "text", "finish"), junk.UNFINISHED.values(), ids=junk.UNFINISHED
)
def test_clean_after_the_token_limit(language: str, file: str, middle: str, text: str, finish: str) -> None:
    prefix, suffix, row = _split(language, file)
    assert clean(prefix, suffix, middle, row, finish="length") == Filtered(text, finish)


@pytest.mark.parametrize(("language", "file", "middle", "text", "finish"), CASES)
def test_stopping_early_gives_what_cleaning_gives(
    language: str, file: str, middle: str, text: str, finish: str
) -> None:
    prefix, suffix, row = _split(language, file)
    early = (finished(prefix, suffix, middle[:end], row, context=loops.CHUNKS) for end in range(1, len(middle) + 1))
    first = next((each for each in early if each is not None), None)
    assert first is None or first == Filtered(text, finish)
    if not finish:
        assert first is None


@pytest.mark.parametrize(
    ("file", "middle", "stops_at"),
    [
        ("def f():\n    ▮\n", "return 1\n\n\ndef g():\n", "return 1\n\n\nd"),
        ("def f():\n    ▮\n", "# comment\n  \n", None),
        ("x = foo(▮)\n", "a)\nb = 1\n", "a)\n"),
        ("▮", "def f():\n    pass\n\ndef g():\n    pass\n", "def f():\n    pass\n\ndef g():\n"),
        ("▮", "a = 1\na = 1\na = 1\na = 1\n", "a = 1\na = 1\na = 1\n"),
    ],
)
def test_finished_stops_as_soon_as_it_can_know(file: str, middle: str, stops_at: str | None) -> None:
    prefix, suffix, row = _split("python", file)
    ends = [end for end in range(1, len(middle) + 1) if finished(prefix, suffix, middle[:end], row) is not None]
    assert (middle[: ends[0]] if ends else None) == stops_at


@pytest.mark.parametrize(
    ("registry", "rule"), [(name, rule) for name in ("RULES", "LAST") for rule in getattr(postprocess, name)]
)
def test_every_rule_is_needed(monkeypatch: pytest.MonkeyPatch, registry: str, rule: str) -> None:
    """Without a rule, cases of its table fail: none is covered by the others."""
    table = RULES[rule]
    left = {name: each for name, each in getattr(postprocess, registry).items() if name != rule}
    monkeypatch.setattr(postprocess, registry, left)
    if rule == "scope end":
        monkeypatch.setattr(postprocess, "scope_end_by_indent", lambda *_: None)
    assert [case for case in table.values() if _clean(case) != Filtered(case[3], case[4])]


def _clean(case: Case) -> Filtered:
    prefix, suffix, row = _split(case[0], case[1])
    return clean(prefix, suffix, case[2], row, context=loops.CHUNKS)


def test_windows_are_bounded_and_begin_at_the_top_level() -> None:
    prefix = "def far():\n    pass\n" * 600 + "class A:\n" + "    x = 1\n" * 50
    where = hole(prefix, "y\n" * 1000, None)
    assert where.prefix.count("\n") < hole_module.MAX_LINES
    assert where.prefix.startswith("def far():")
    assert prefix.endswith(where.prefix)
    assert where.truncated
    assert where.suffix == "y\n" * (hole_module.MAX_LINES - 1) + "y"
    long = hole("x" * 100_000, "y" * 100_000, None)
    assert (len(long.prefix), len(long.suffix)) == (hole_module.MAX_CHARACTERS,) * 2


def test_a_suffix_cut_inside_a_definition_is_taken_to_close_it() -> None:
    suffix = "\n" + "  a();\n" * 1000 + "}\n"
    go_on = clean("function f() {\n  ", suffix, "b();\n}\n\nc();\n", languages()["javascript"])
    assert go_on == Filtered("b();", "scope")


def test_printable_is_bounded() -> None:
    assert len(printable("x" * 10_000_000)) == MAX_MIDDLE
    assert printable("a\tb\nc\r\x0b\x7f\x85\u2028") == "a\tb\nc\u2028"


def test_width_counts_tab_stops() -> None:
    assert [width(line) for line in ("x", "  x", "\tx", "  \tx", "   ", "")] == [0, 2, 8, 8, 3, 0]


_LINES = [
    "def f():\n",
    "class A:\n",
    "return 1\n",
    "} else {\n",
    "function f() {\n",
    "fn f() {\n",
    "func F() {\n",
    "@d\n",
]
_MARKS = ["    ", "\n", "\t", "}\n", "x", "𝒳", '"""', "//", "/*", "=> ", 'r#"', *"{()]\"'`#;:\\"]
PIECES = st.lists(st.sampled_from([*_LINES, *_MARKS]), max_size=30).map("".join)
TEXT = st.one_of(PIECES, st.text(max_size=80))


@settings(max_examples=300, deadline=None)
@given(language=st.sampled_from([None, *languages().values()]), prefix=TEXT, suffix=TEXT, middle=TEXT)
def test_any_input_gives_a_clean_beginning_of_the_output(
    language: Language | None, prefix: str, suffix: str, middle: str
) -> None:
    for result in (clean(prefix, suffix, middle, language), finished(prefix, suffix, middle, language)):
        if result is None:
            continue
        assert result.finish in ("", "scope", "filtered")
        assert "".join(printable(middle).split()).startswith("".join(result.text.split()))
        assert not [c for c in result.text if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n"]
        assert result.text.strip() or result == Filtered("", "filtered")


JUNK = [
    "(",
    "}",
    "}{",
    "} else {\n",
    '"',
    '"""\n',
    "x ",
    "def f():\n ",
    "`${",
    "=/",
    "=/\n",
    "/*",
    "\n",
    "else:\n",
    "\\",
    "'",
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("language", [None, *languages().values()], ids=lambda row: row.id if row else "plain")
@pytest.mark.parametrize("junk", JUNK)
def test_junk_does_not_hang(language: Language | None, junk: str) -> None:
    text = junk * (MAX_MIDDLE // len(junk))
    clean(text, text, text, language)
    finished("class A {\n  f(", ")\n}\n}\n", text, language)
