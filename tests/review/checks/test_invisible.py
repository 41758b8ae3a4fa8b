from __future__ import annotations

import pytest

from codeassist.review.checks.invisible import RULE
from tests.review.changes import added, change, found

RLO, PDF, LRI, PDI, RLM, ZWSP, ZWNJ, ZWJ, BOM, SHY = (
    chr(code) for code in (0x202E, 0x202C, 0x2066, 0x2069, 0x200F, 0x200B, 0x200C, 0x200D, 0xFEFF, 0xAD)
)
HEBREW = "\u05e9\u05dc\u05d5\u05dd"
PERSIAN = f"\u0645\u06cc{ZWNJ}\u062e\u0648\u0627\u0647\u0645"
FAMILY = f"\U0001f469{ZWJ}\U0001f4bb"
WALES = "\U0001f3f4" + "".join(chr(0xE0000 + ord(char)) for char in "gbwls") + "\U000e007f"
TAGS = "".join(chr(0xE0000 + ord(char)) for char in "obey")
CYRILLIC_A = "\u0430"


@pytest.mark.parametrize(
    ("path", "text", "severity", "named", "mended"),
    [
        ("a.py", f"x = 'a{RLO}b'\n", "high", "U+202E (right-to-left override)", "x = 'ab'\n"),
        ("a.c", f"/*{RLO} }} {LRI}if (a){PDI}{LRI} */\n", "high", "U+2066", "/* } if (a) */\n"),
        ("a.js", f"x = '{RLM}';\n", "medium", "U+200F", "x = '';\n"),
        ("a.json", f'{{"a": "{RLO}b"}}\n', "medium", "U+202E", '{"a": "b"}\n'),
        ("a.py", f"x{ZWSP} = 1\n", "medium", "U+200B (zero width space)", "x = 1\n"),
        ("a.yaml", f"a{SHY}b: 1\n", "medium", "U+00AD", "ab: 1\n"),
        ("a.py", f"x = 1\ny = 2{BOM}\n", "medium", "U+FEFF", "y = 2\n"),
        ("a.go", f"package a{ZWJ}b\n", "medium", "U+200D", "package ab\n"),
        ("a.md", f"text{TAGS}\n", "medium", "U+E006F (tag latin small letter o)", "text\n"),
        ("a.js", f"let {CYRILLIC_A}{ZWNJ} = 1;\n", "medium", "U+200C", f"let {CYRILLIC_A} = 1;\n"),
        ("a.js", "const x = 1\u3164;\n", "medium", "U+3164 (hangul filler)", "const x = 1;\n"),
        ("a.py", "x = 'a\ufe0fb'\n", "medium", "U+FE0F", "x = 'ab'\n"),
        ("a.py", "x = '\u2764\ufe0f\ufe0e\ufe0e'\n", "medium", "U+FE0E", "x = '\u2764\ufe0f'\n"),
        ("a.c", "int\u00a0x;\n", "medium", "U+00A0 (no-break space)", "int x;\n"),
        ("a.py", f"p{CYRILLIC_A}ypal = 1\n", "medium", "U+0430 (cyrillic small letter a)", "paypal = 1\n"),
        ("a.js", f"let \u0441{CYRILLIC_A}\u0440 = cap;\n", "medium", "U+0441", "let cap = cap;\n"),
        ("a.java", "class A { int \uff46oo; }\n", "medium", "U+FF46", "class A { int foo; }\n"),
        ("a.js", "if (environment\u01c3=ENV) {}\n", "medium", "U+01C3", "if (environment!=ENV) {}\n"),
    ],
)  # fmt: skip
def test_what_is_not_seen_is_named_and_can_be_taken_out(
    path: str, text: str, severity: str, named: str, mended: str
) -> None:
    (finding,) = added(RULE, path, text)
    assert finding.severity == severity
    assert named in finding.message
    assert finding.evidence.isascii()
    assert finding.fix is not None
    assert finding.fix.text == mended
    assert not added(RULE, path, text.replace(text.split("\n")[finding.line - 1] + "\n", mended))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.md", f"{HEBREW} {RLM}(x){RLO}{PDF}\n"),
        ("a.json", f'{{"a": "{LRI}{HEBREW}{PDI}"}}\n'),
        ("a.py", f"x = '{HEBREW}{RLM}!'\n"),
        ("a.py", f"x = '{HEBREW}'  # {HEBREW}\n"),
        ("a.py", f"x = '{FAMILY}'\n"),
        ("a.md", f"{FAMILY} {WALES} a{SHY}b a{ZWSP}b\n"),
        ("a.py", f"x = '{WALES}'\n"),
        ("a.py", "x = '\u2764\ufe0f 1\ufe0f\u20e3'\n"),
        ("a.py", f"x = '{PERSIAN}'\n"),
        ("a.html", f"<p>\u092e\u093f\u0928\u094d{ZWNJ}</p>\n"),
        ("a.py", f"{BOM}x = 'é'\n"),
        ("a.py", "x = 'a\u00a0b'  # c\u00a0d\n"),
        ("a.py", "\u0394x = \u03bc_1 + \u03c0\u2082 + x\u2082\n"),
        ("a.py", "\u03bd = 1\nv = 2\n"),
        ("a.py", "\u2113_max = 1\n"),
        ("a.py", "\u0441\u043e\u0440 = 1\n"),
        ("a.py", "größe = 'naïve'\n"),
        ("a.py", "# \u0441 \u0430 c a\nc = a = 1\n"),
        ("a.py", "\u043f\u0440\u0438\u0432\u0435\u0442 = 1\n"),
        ("a.py", "日本 = '\u3000'\n"),
        ("a.txt", "a\u00a0b\n"),
    ],
)
def test_what_is_meant_is_not_told(path: str, text: str) -> None:
    assert not added(RULE, path, text)


def test_only_touched_lines_are_told_of() -> None:
    old = f"x = '{RLO}'\n"
    assert not found(RULE, change("a.py", old, old + "y = 'é'\n"))


def test_findings_stand_in_the_order_of_lines() -> None:
    text = f"p{CYRILLIC_A}y = 1\nx = '{RLO}'\nint\u00a0y\n"
    assert [each.line for each in added(RULE, "a.py", text)] == [1, 2, 3]


def test_hostile_texts_are_bounded() -> None:
    assert len(added(RULE, "a.py", f"x = '{RLO}'\n" * 3_000)) == 100
    (finding,) = added(RULE, "a.py", f"x = '{RLO * 900_000}'\n")
    assert finding.fix is None
    assert len(finding.evidence) < 2_000
    assert not added(RULE, "a.py", "# p\u0430y\n" * 600 + "p\u0430y = 1\n")
    assert not added(RULE, "a.py", "# \u00a0\n" * 600 + "x =\u00a01\n")
    assert len(added(RULE, "a.js", f"p{CYRILLIC_A}y " * 200_000)) == 1
