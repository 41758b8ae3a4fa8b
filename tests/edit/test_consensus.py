"""Which of several drafts is taken where nothing checks them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.consensus import agree, likest
from codeassist.edit.draft import Checked, Draft, choose

ROOT = Path("/nowhere")


def draft(text: str, path: str = "a.py", reason: str = "") -> Draft:
    return Draft((FileEdit(path, b"old\n", text.encode()),), reason)


def change(text: str, path: str = "a.py") -> ChangeSet:
    return ChangeSet(ROOT, "", draft(text, path).files)


def never() -> bool:
    return False


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        ("x = f(1, 2)\n", "x = f(1,2)  # two\n", "a.py"),
        ("if a:\n    b()\nc()\n", "if a:\n  b()\n\nc()\n", "a.py"),
        ("int f() { return 1; }", "int f()\n{\n  return 1; // one\n}\n", "a.c"),
        ("some words", "some words", "a.txt"),
    ],
)
def test_blanks_and_comments_are_no_difference(one: str, other: str, path: str) -> None:
    assert agree(change(one, path), change(other, path))


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        ("x = f(1, 2)\n", "x = f(2, 1)\n", "a.py"),
        ("if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n", "a.py"),  # the same words, another block
        ("x = 'a b'\n", "x = 'ab'\n", "a.py"),
        ("some words", "some  words", "a.txt"),
    ],
)
def test_other_code_is_a_difference(one: str, other: str, path: str) -> None:
    assert not agree(change(one, path), change(other, path))


def test_drafts_of_other_files_do_not_agree() -> None:
    assert not agree(change("x = 1\n", "a.py"), change("x = 1\n", "b.py"))


def test_a_deep_file_is_compared() -> None:
    deep = "(" * 2_000 + "1" + ")" * 2_000
    assert agree(change(f"x = {deep}\n"), change(f"x = {deep}  # deep\n"))  # it comes to an end


def test_the_one_that_the_others_are_most_like() -> None:
    texts = ["def f(x):\n    return x + 1\n", "def f(x):\n    if not x:\n        return 0\n    return x - 1\n"]
    drafts = [change("def f(x):\n    raise KeyError\n"), *map(change, texts)]
    assert likest([*drafts, change("def f(x):\n    if not x:\n        return 1\n    return x - 1\n")]) in drafts[2:]
    assert likest(drafts[:2]) is drafts[0]
    assert likest(drafts[:1]) is drafts[0]


class Pulled:
    """Counts the drafts that are made."""

    def __init__(self, *drafts: Draft) -> None:
        self._drafts = drafts
        self.count = 0

    def __iter__(self) -> Iterator[Draft]:
        for each in self._drafts:
            self.count += 1
            yield each


def test_two_that_agree_end_it() -> None:
    drafts = Pulled(draft("a = 1\n"), draft("b = 2\n"), draft("b = 2  # two\n"), draft("c = 3\n"))
    outcome = choose(ROOT, "do", drafts, None, never, consensus=True)
    assert outcome.holds
    assert outcome.change is not None
    assert outcome.change.files[0].after == b"b = 2\n"
    assert drafts.count == 3


def test_one_that_does_not_hold_has_no_voice() -> None:
    drafts = Pulled(draft("z = 1\n", reason="no node"), draft("a = 1\n"), draft("z = 1  # again\n"))
    outcome = choose(ROOT, "do", drafts, None, never, consensus=True)
    assert outcome.change is not None
    assert outcome.change.files[0].after == b"a = 1\n"
    assert drafts.count == 3
    assert outcome.reasons == ("no node",)


def test_without_consensus_or_with_a_check_the_first_is_taken() -> None:
    drafts = Pulled(draft("a = 1\n"), draft("b = 2\n"), draft("b = 2\n"))
    outcome = choose(ROOT, "do", drafts, None, never)
    assert outcome.change is not None
    assert outcome.change.files[0].after == b"a = 1\n"
    assert drafts.count == 1
    passing = Checked("true", True, 0, 0.0, "")
    drafts = Pulled(draft("a = 1\n"), draft("b = 2\n"), draft("b = 2\n"))
    outcome = choose(ROOT, "do", drafts, lambda _change: passing, never, consensus=True)
    assert outcome.change is not None
    assert outcome.change.files[0].after == b"a = 1\n"
    assert drafts.count == 1
