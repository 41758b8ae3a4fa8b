"""R1: in hooks that git itself runs, the right files and lines are taken, and nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.repository import git, repository
from tests.review import hook_probe
from tests.review.commits import Case, check, lines, try_git, write

ODD = ["sp ace.py", "new\nline.py", 'quo"te\t.py', os.fsdecode(b"\xff\xfe.py"), "-n", ":(top)x", "*.py"]


def partial_staging(root: Path) -> Case:
    write(root, "a.py", lines(n5="staged"))
    git(root, "add", "a.py")
    write(root, "a.py", lines(n5="staged", n20="not staged"))
    write(root, "unknown.py", "x\n")
    return Case(root, ["commit", "-m", "x"], [["a.py", "modified", [5], ""]])


def a_partial_commit(root: Path) -> Case:
    """Git makes an index for it, and names that in GIT_INDEX_FILE."""
    write(root, "b.py", "staged\n")
    git(root, "add", "b.py")
    write(root, "a.py", lines(n7="named"))
    return Case(root, ["commit", "-m", "x", "--", "a.py"], [["a.py", "modified", [7], ""]])


def all_of_the_tree(root: Path) -> Case:
    write(root, "a.py", lines(n7="all"))
    return Case(root, ["commit", "-am", "x"], [["a.py", "modified", [7], ""]])


def from_a_directory_below(root: Path) -> Case:
    write(root, "pkg/c.py", "changed\n")
    write(root, "a.py", lines(n1="one"))
    git(root, "add", "a.py")
    return Case(root / "pkg", ["commit", "-m", "x", "--", "c.py"], [["pkg/c.py", "modified", [1], ""]])


def a_rename(root: Path) -> Case:
    git(root, "mv", "a.py", "moved.py")
    write(root, "moved.py", "first\n" + lines(n12="twelve"))
    git(root, "add", "moved.py")
    return Case(root, ["commit", "-m", "x"], [["moved.py", "renamed", [1, 13], ""]])


def a_delete(root: Path) -> Case:
    git(root, "rm", "-q", "--cached", "a.py")
    return Case(root, ["commit", "-m", "x"], [["a.py", "deleted", [], "deleted"]])


def a_submodule(root: Path) -> Case:
    inner = repository(root.parent / "inner", {"x.py": "x\n"})
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    write(root, "sub/x.py", "altered\n")
    expected: list[list[Any]] = [[".gitmodules", "added", [1, 2, 3], ""], ["sub", "added", [], "submodule"]]
    return Case(root, ["commit", "-m", "x"], expected)


def inside_a_submodule(root: Path) -> Case:
    a_submodule(root)
    git(root, "commit", "-q", "-m", "x", "--no-verify")
    return Case(root / "sub", ["commit", "-am", "x"], [["x.py", "modified", [1], ""]])


def kinds_that_are_no_text(root: Path) -> Case:
    write(root, "image.png", b"\0\1")
    (root / "link").symlink_to("a.py")
    (root / "b.py").unlink()
    (root / "b.py").symlink_to("a.py")
    (root / "pkg/c.py").chmod(0o755)
    git(root, "add", "-A")
    expected = [
        ["b.py", "typechange", [], "link"],
        ["image.png", "added", [], "binary"],
        ["link", "added", [], "link"],
        ["pkg/c.py", "modified", [], ""],
    ]
    return Case(root, ["commit", "-m", "x"], expected)


def names_of_all_kinds(root: Path) -> Case:
    for name in ODD:
        write(root, name, f"{len(name)}\n")
    git(root, "--literal-pathspecs", "add", "--", *ODD)
    expected = [[name, "added", [1], ""] for name in sorted(ODD, key=os.fsencode)]
    return Case(root, ["commit", "-m", "x"], expected)


def line_ends(root: Path) -> Case:
    write(root, "dos.txt", lines().replace("\n", "\r\n"))
    git(root, "add", "dos.txt")
    git(root, "commit", "-q", "-m", "DOS", "--no-verify")
    write(root, "dos.txt", lines(n9="nine").replace("\n", "\r\n"))
    git(root, "add", "dos.txt")
    return Case(root, ["commit", "-m", "x"], [["dos.txt", "modified", [9], ""]])


def an_amended_commit(root: Path) -> Case:
    write(root, "a.py", lines(n3="three"))
    git(root, "commit", "-qam", "Next", "--no-verify")
    write(root, "a.py", lines(n3="three", n30="thirty"))
    git(root, "add", "a.py")
    return Case(root, ["commit", "--amend", "-m", "x"], [["a.py", "modified", [30], ""]])


def a_worktree(root: Path) -> Case:
    other = root.parent / "other tree"
    git(root, "worktree", "add", "-q", "-b", "other", str(other))
    write(root, "a.py", lines(n1="elsewhere"))
    git(root, "add", "a.py")
    write(other, "a.py", lines(n2="here"))
    git(other, "add", "a.py")
    return Case(other, ["commit", "-m", "x"], [["a.py", "modified", [2], ""]])


def the_first_commit(root: Path) -> Case:
    git(root, "checkout", "-q", "--orphan", "fresh")
    git(root, "rm", "-rfq", ".")
    write(root, "a.py", "1\n2\n")
    git(root, "add", "a.py")
    return Case(root, ["commit", "-m", "x"], [["a.py", "added", [1, 2], ""]])


def an_index_elsewhere(root: Path) -> Case:
    index = root / ".git" / "mine"
    index.write_bytes((root / ".git" / "index").read_bytes())
    write(root, "a.py", lines(n4="four"))
    try_git(root, "add", "a.py", GIT_INDEX_FILE=str(index))
    return Case(root, ["commit", "-m", "x", "GIT_INDEX_FILE=.git/mine"], [["a.py", "modified", [4], ""]])


def an_intended_file(root: Path) -> Case:
    write(root, "later.py", "later\n")
    write(root, "a.py", lines(n4="four"))
    git(root, "add", "-N", "later.py")
    git(root, "add", "a.py")
    return Case(root, ["commit", "-m", "x"], [["a.py", "modified", [4], ""]])


def a_sparse_tree(root: Path) -> Case:
    git(root, "sparse-checkout", "set", "--no-cone", "/a.py")
    assert not (root / "pkg").exists()
    write(root, "a.py", lines(n4="four"))
    git(root, "add", "a.py")
    return Case(root, ["commit", "-m", "x"], [["a.py", "modified", [4], ""]])


SITUATIONS: list[Callable[[Path], Case]] = [
    partial_staging,
    a_partial_commit,
    all_of_the_tree,
    from_a_directory_below,
    a_rename,
    a_delete,
    a_submodule,
    inside_a_submodule,
    kinds_that_are_no_text,
    names_of_all_kinds,
    line_ends,
    an_amended_commit,
    a_worktree,
    the_first_commit,
    an_index_elsewhere,
    an_intended_file,
    a_sparse_tree,
]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__)
def test_a_hook_sees_what_is_committed_and_writes_nothing(situation: Callable[[Path], Case], tmp_path: Path) -> None:
    check(situation, tmp_path)


def test_the_digest_notices_what_is_written(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": lines()})
    before = hook_probe.digest(root)
    os.utime(root / "a.py", (5, 5))
    assert hook_probe.digest(root) != before
    before = hook_probe.digest(root)
    git(root, "status")  # refreshes the index
    assert hook_probe.digest(root) != before
