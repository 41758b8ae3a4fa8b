"""Work that is put off: only in comments, only on touched lines, only where nobody is named."""

from __future__ import annotations

import pytest

from codeassist.review.checks.todo import RULE
from tests.review.changes import added, change, found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "x = 1  # TODO: tidy up\n"),
        ("a.py", "# FIXME\n"),
        ("a.go", "package a\n\n/*\n XXX what is this?\n*/\n"),
        ("a.rs", "// HACK around (12) things\nfn f() {}\n"),
        ("a.js", "f(); // TODO later, see the other one\n"),
        ("a.sh", "echo 1 # TODO\n"),
    ],
)
def test_nobody_is_named(path: str, text: str) -> None:
    (finding,) = added(RULE, path, text)
    assert finding.message.endswith("names neither an owner nor an issue")
    assert finding.severity == "low"


@pytest.mark.parametrize(
    "comment",
    [
        "TODO(ana): tidy up",
        "TODO (ana, ben): tidy up",
        "TODO @ana tidy up",
        "FIXME #12",
        "FIXME: see ABC-123",
        "XXX https://example.org/issues/3",
        "XXX gh-12",
        "todo",
        "TODOS and MASTODON",
        "TODO_LIST",
    ],
)
def test_somebody_is(comment: str) -> None:
    assert added(RULE, "a.py", f"# {comment}\n") == []


def test_code_and_strings_are_no_comments() -> None:
    assert added(RULE, "a.py", "TODO = 'TODO: none'\nprint(TODO)\n") == []
    assert added(RULE, "notes.txt", "TODO\n") == []


def test_only_touched_lines() -> None:
    old = "# TODO one\nx = 1\n"
    assert found(RULE, change("a.py", old, old.replace("1", "2"))) == []
    (finding,) = found(RULE, change("a.py", old, old + "# TODO two\n"))
    assert (finding.line, finding.evidence) == (3, "# TODO two")


def test_hostile_texts_are_bounded() -> None:
    assert added(RULE, "a.py", "# " + "TODO " * 200_000 + "\n") == []
    assert len(added(RULE, "a.py", "# TODO\n" * 5_000)) == 200


def test_off_by_default() -> None:
    assert not RULE.default
