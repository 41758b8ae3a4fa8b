from __future__ import annotations

import pytest

from codeassist.review.checks.merge_marker import RULE
from tests.review.changes import added, change, found

CONFLICT = "a = 1\n<<<<<<< HEAD\nb = 2\n=======\nb = 3\n>>>>>>> topic\nc = 4\n"


@pytest.mark.parametrize("path", ["a.py", "notes.unknown", "Makefile", "README.md"])
def test_a_conflict_is_one_finding_from_its_first_marker_to_its_last(path: str) -> None:
    (finding,) = added(RULE, path, CONFLICT)
    assert (finding.line, finding.end_line, finding.severity) == (2, 6, "high")
    assert finding.evidence == "<<<<<<< HEAD"


def test_each_conflict_is_told() -> None:
    three_way = CONFLICT.replace("=======", "||||||| base\nb = 0\n=======")
    assert [finding.line for finding in added(RULE, "a.c", CONFLICT + three_way)] == [2, 9]


@pytest.mark.parametrize("text", ["x\n<<<<<<< HEAD\ny\n", "x\n=======\ny\n>>>>>>> topic\n", "x\n>>>>>>>\n"])
def test_what_is_left_of_a_conflict_is_told_in_code(text: str) -> None:
    assert len(added(RULE, "a.js", text)) == 1
    assert not added(RULE, "a.md", text)


@pytest.mark.parametrize(
    "text",
    [
        "Title\n=======\n\ntext\n",
        "x\n||||||| y\n",
        "a <<<<<<< b\n",
        " <<<<<<< HEAD\n",
        "<<<<<<<<<< HEAD\n",
        "<<<<<<<HEAD\n",
        ">>>>>>>>> x\n",
    ],
)
def test_what_is_no_marker_is_not_told(text: str) -> None:
    assert not added(RULE, "a.py", text)


def test_a_conflict_that_was_there_before_is_not_told() -> None:
    assert not found(RULE, change("a.py", CONFLICT, CONFLICT + "d = 5\n"))
    (finding,) = found(RULE, change("a.py", CONFLICT.replace(">>>>>>> topic\n", ""), CONFLICT))
    assert finding.line == 6


def test_a_tests_quoted_conflict_is_data_and_elsewhere_it_is_told() -> None:
    quoted = f'TEXT = """\n{CONFLICT}"""\n'
    assert not added(RULE, "tests/test_merge.py", quoted)
    assert len(added(RULE, "merge.py", quoted)) == 1
    assert len(added(RULE, "tests/test_merge.py", CONFLICT)) == 1


def test_hostile_texts_are_bounded() -> None:
    assert len(added(RULE, "a.txt", "<<<<<<< x\n>>>>>>> y\n" * 5_000)) == 200
    assert not added(RULE, "a.py", "<" * 1_000_000 + "\n" + "\0" * 1_000_000)
