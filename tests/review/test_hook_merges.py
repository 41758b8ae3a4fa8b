"""R1 in merges, rebases and cherry-picks: only what differs from every parent is taken, and nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from codeassist.review import snapshot
from tests.repository import git, repository
from tests.review import hook_probe
from tests.review.commits import Case, check, lines, try_git, write


def branched(root: Path, ours: dict[str, str], *theirs: dict[str, str]) -> list[str]:
    """Branches of the commit that is checked out, with a commit each; what is ours is checked out after."""
    names = [f"side{number}" for number in range(len(theirs))]
    for name, files in zip(names, theirs, strict=True):
        git(root, "checkout", "-q", "-b", name, "main")
        for path, content in files.items():
            write(root, path, content)
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", name, "--no-verify")
    git(root, "checkout", "-q", "main")
    for path, content in ours.items():
        write(root, path, content)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "ours", "--no-verify")
    return names


def a_merge_with_conflicts(root: Path) -> Case:
    ours = {"a.py": lines(n5="ours", n1="mine"), "ours.py": "x\n"}
    names = branched(root, ours, {"a.py": lines(n5="theirs", n29="yours"), "theirs.py": "y\n"})
    assert try_git(root, "merge", *names) == 1
    write(root, "a.py", lines(n5="both", n1="mine", n29="yours"))
    git(root, "add", "a.py")
    return Case(root, ["commit", "-m", "x"], [["a.py", "modified", [5], ""]])


def a_merge_that_adds_something(root: Path) -> Case:
    names = branched(root, {"a.py": lines(n1="mine")}, {"b.py": "theirs\n"})
    assert try_git(root, "merge", "--no-commit", *names) == 0
    write(root, "evil.py", "in no parent\n")
    git(root, "add", "evil.py")
    return Case(root, ["commit", "-m", "x"], [["evil.py", "added", [1], ""]])


def a_merge_while_git_makes_it(root: Path) -> Case:
    """Git runs pre-merge-commit, before it writes MERGE_HEAD."""
    names = branched(root, {"a.py": lines(n1="mine")}, {"a.py": lines(n29="yours"), "b.py": "theirs\n"})
    return Case(root, ["merge", "--no-edit", *names], [["a.py", "modified", [], ""]])


def a_merge_of_three(root: Path) -> Case:
    names = branched(root, {"a.py": lines(n1="mine")}, {"b.py": "theirs\n"}, {"pkg/c.py": "others\n"})
    assert try_git(root, "merge", "--no-commit", *names) == 0
    write(root, "b.py", "theirs\nand more\n")
    git(root, "add", "b.py")
    return Case(root, ["commit", "-m", "x"], [["b.py", "modified", [2], ""]])


def a_rebase(root: Path) -> Case:
    names = branched(root, {"a.py": lines(n5="ours"), "ours.py": "x\n"}, {"a.py": lines(n5="theirs"), "new.py": "y\n"})
    git(root, "checkout", "-q", *names)
    assert try_git(root, "rebase", "main") == 1
    write(root, "a.py", lines(n5="solved"))
    git(root, "add", "a.py")
    expected = [["a.py", "modified", [5], ""], ["new.py", "added", [1], ""]]
    return Case(root, ["commit", "-m", "x"], expected)


def a_cherry_pick(root: Path) -> Case:
    names = branched(root, {"a.py": lines(n5="ours")}, {"a.py": lines(n5="theirs"), "new.py": "y\n"})
    assert try_git(root, "cherry-pick", *names) == 1
    write(root, "a.py", lines(n5="solved"))
    git(root, "add", "a.py")
    return Case(root, ["commit", "-m", "x"], [["a.py", "modified", [5], ""], ["new.py", "added", [1], ""]])


SITUATIONS: list[Callable[[Path], Case]] = [
    a_merge_with_conflicts,
    a_merge_that_adds_something,
    a_merge_while_git_makes_it,
    a_merge_of_three,
    a_rebase,
    a_cherry_pick,
]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__)
def test_a_hook_sees_what_is_committed_and_writes_nothing(situation: Callable[[Path], Case], tmp_path: Path) -> None:
    check(situation, tmp_path)


def test_files_with_conflicts_are_left_out_with_the_reason(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": lines()})
    names = branched(root, {"a.py": lines(n5="ours")}, {"a.py": lines(n5="theirs"), "new.py": "y\n"})
    assert try_git(root, "merge", *names) == 1
    write(root, "evil.py", "x\n")
    git(root, "add", "evil.py")
    before = hook_probe.digest(root)
    told = snapshot.staged(os.environ, root)
    assert [each.path for each in told.files] == ["evil.py"]
    assert [path for path, _reason in told.skipped] == ["a.py"]
    standing = snapshot.working(os.environ, root)
    assert [(each.path, sorted(each.touched)) for each in standing.files] == [("a.py", [5, 7, 8, 9])]
    assert hook_probe.digest(root) == before
