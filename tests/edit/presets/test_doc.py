"""Documentation: in its place, in the project's style, true to the code, which stays as it is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from codeassist.context.languages import language_for, languages
from codeassist.edit.original import Original
from codeassist.edit.presets.doc import drafts
from codeassist.edit.target import Named
from codeassist.errors import UsageError
from tests.edit.presets.desk import desk, indexed
from tests.edit.presets.documented import GOOGLE, HUMAN, LANGUAGES, NUMPY, PLAIN, SPHINX, documented, result
from tests.repository import repository


@pytest.mark.parametrize("path", LANGUAGES)
def test_every_language_has_its_documentation_in_its_place(path: str) -> None:
    each = LANGUAGES[path]
    assert result(path, each.text, each.name, each.reply) == each.text.replace(each.above, each.above + each.doc, 1)


def test_every_language_that_is_parsed_is_here() -> None:
    assert {language_for(path) for path in LANGUAGES} == set(languages().values())


@pytest.mark.parametrize(
    ("text", "name", "after"),
    [
        ("def f(): return 1\n", "f", 'def f():\n    """Say it all."""\n    return 1\n'),
        ("def f():\n\treturn 1\n", "f", 'def f():\n\t"""Say it all."""\n\treturn 1\n'),
        ("def f():\n    # why\n    return 1\n", "f", 'def f():\n    """Say it all."""\n    # why\n    return 1\n'),
        ("def f():  # why\n    return 1\n", "f", 'def f():  # why\n    """Say it all."""\n    return 1\n'),
        ("def f(\n    a,\n):\n    return 1\n", "f", 'def f(\n    a,\n):\n    """Say it all."""\n    return 1\n'),
        ("@x\nasync def f():\n    pass\n", "f", '@x\nasync def f():\n    """Say it all."""\n    pass\n'),
        ("class A:\n    x = 1\n", "A", 'class A:\n    """Say it all."""\n\n    x = 1\n'),
        (
            "class A:\n    def f(self): pass\n",
            "A.f",
            'class A:\n    def f(self):\n        """Say it all."""\n        pass\n',
        ),
        (
            "#!/bin/x\n# -*- coding: utf-8 -*-\nx = 1\n",
            "",
            '#!/bin/x\n# -*- coding: utf-8 -*-\n"""Say it all."""\n\nx = 1\n',
        ),
        ("", "", '"""Say it all."""\n'),
        ("'''Old.'''\nx = 1\n", "", "'''Say it all.'''\nx = 1\n"),
        ("def f():\n    '''Old.'''\n", "f", "def f():\n    '''Say it all.'''\n"),
        (
            "x = 'é€'\ndef f():\n    return 'é'\n",
            "f",
            'x = \'é€\'\ndef f():\n    """Say it all."""\n    return \'é\'\n',
        ),
    ],
)
def test_python_has_it_where_it_belongs(text: str, name: str, after: str) -> None:
    assert result("a.py", text, name, "Say it all.") == after


def test_what_the_code_denies_is_dropped_and_what_is_missing_is_asked_for() -> None:
    reply = (
        "Tell what is far.\n\nArgs:\n    rest: The rest.\n    ghost: None of it.\n    a: First.\n\n"
        "Raises:\n    KeyError: Never.\n    ValueError: If a."
    )
    after = result("a.py", GOOGLE, "far", reply, " Second.", " More of it.", " What a is.")
    assert after.endswith(
        '''    """Tell what is far.

    Args:
        a: First.
        b: Second.
        rest: The rest.
        more: More of it.

    Returns:
        What a is.

    Raises:
        ValueError: If a.
    """
    if a:
        raise ValueError(b)
    return a
'''
    )


@pytest.mark.parametrize(
    ("text", "sign"),
    [(NUMPY, "Parameters\n    ----------\n    a\n        First."), (SPHINX, ":param a: First.")],
)
def test_whatever_markup_the_model_writes_it_becomes_the_projects(text: str, sign: str) -> None:
    reply = (
        "Tell what is far.\n\nArgs:\n    a: First.\n    b: Second.\n    rest: Third.\n    more: Last.\n\n"
        "Returns:\n    It.\n\nRaises:\n    ValueError: If a."
    )
    after = result("a.py", text, "far", reply)
    assert sign in after.partition("def far")[2]
    ast.parse(after)


def test_a_missing_part_that_stays_missing_is_a_reason() -> None:
    (draft,) = documented("a.py", GOOGLE, "far", "Tell what is far.", "", "", "", "", "", "")
    assert draft.reason == "it does not tell of a"


def test_the_prompt_shows_a_documented_neighbour_in_its_own_words() -> None:
    given, engine = desk("Tell what is far.", *["x y"] * 6)
    list(drafts(given, Original.of_text("a.py", GOOGLE), Named("a.py", name="far"), 1))
    prompt = engine.prompts[0]
    assert prompt.count("def near") == 1
    assert prompt.index("def near") < prompt.index("The place beside it.") < prompt.index("def far")
    assert prompt.endswith('"""')


def test_the_style_comes_from_other_files_of_the_repository(tmp_path: Path, home: Path) -> None:
    root = repository(tmp_path / "repo", {"pkg/a.py": PLAIN, "pkg/near.py": GOOGLE})
    with indexed(root, home) as index:
        given, engine = desk("Add two numbers.", " First.", " Second.", " Their sum.", index=index)
        (draft,) = drafts(given, Original.of_text("pkg/a.py", PLAIN), Named("pkg/a.py", name="add"), 1)
    assert draft.reason == ""
    assert b"    Args:\n        a: First.\n        b: Second.\n\n    Returns:\n        Their sum.\n" in (
        draft.files[0].after or b""
    )
    assert "def near" in engine.prompts[0]


@pytest.mark.parametrize(
    ("neighbour", "reply", "expected"),
    [
        ("def g():\n    '''Short one'''\n", "Say it all.", "'''Say it all'''"),
        (
            'def g():\n    """\n    Long one.\n\n    More.\n    """\n',
            "\nSay it all.\n\nAnd more of it.\n",
            '"""\n    Say it all.\n\n    And more of it.\n    """',
        ),
        (
            'def g():\n    """Long one.\n\n    More.\n    """\n',
            "Say it all.\n\nAnd more of it.",
            '"""Say it all.\n\n    And more of it.\n    """',
        ),
    ],
)
def test_quotes_full_stops_and_the_first_line_are_the_projects(neighbour: str, reply: str, expected: str) -> None:
    after = result("a.py", f"{neighbour}\n\ndef f():\n    pass\n", "f", reply)
    assert after.endswith(f"def f():\n    {expected}\n    pass\n")


def test_long_lines_are_wrapped_to_the_files_width() -> None:
    after = result("a.py", PLAIN, "add", "Add two numbers. " + "And many words more than fit. " * 6)
    assert max(map(len, after.split("\n"))) <= 79
    assert '"""Add two numbers.\n\n    And many words' in after


def test_human_sections_of_the_old_documentation_stay() -> None:
    after = result(
        "a.py", HUMAN, "f", "Say it all.\n\nArgs:\n    a: It.\n\nReturns:\n    It.\n\nExample:\n    >>> evil()"
    )
    assert "OSError: Deep down." in after
    assert ">>> f(1)\n        1\n" in after
    assert "evil" not in after


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a.txt", "hello\n", ""),
        ("a.py", PLAIN, "minus"),
        ("A.java", "class A { int f() { return 1; } }\n", "f"),
        ("A.java", "class A {}\n", ""),
    ],
)
def test_what_cannot_be_documented_is_told(path: str, text: str, name: str) -> None:
    with pytest.raises(UsageError):
        documented(path, text, name, "Say it all.")


def test_comments_that_are_no_documentation_stay() -> None:
    text = "//go:build linux\n\npackage a\n\n//go:noinline\nfunc F() {\n}\n"
    after = result("a.go", text, "F", " says it all.\n")
    assert after == text.replace("func F", "// F says it all.\nfunc F")
    ruby = "# frozen_string_literal: true\ndef f\nend\n"
    assert result("a.rb", ruby, "f", " Says it all.\n") == ruby.replace("def", "# Says it all.\ndef")


def test_crlf_and_other_bytes_stay(tmp_path: Path) -> None:
    from codeassist.edit.original import read

    data = b"\xef\xbb\xbfdef f():\r\n    return 1\r\ndef g():\n    return 2"
    (tmp_path / "a.py").write_bytes(data)
    given, _engine = desk("Say it all.")
    (draft,) = drafts(given, read(tmp_path, "a.py"), Named("a.py", name="f"), 1)
    assert draft.files[0].after == data.replace(b"():\r\n", b'():\r\n    """Say it all."""\r\n', 1)
