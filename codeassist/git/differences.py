"""Which files differ: the index from commits, trees from each other, the working tree from the index."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from codeassist.errors import MissingError
from codeassist.git import process
from codeassist.git.repository import Repository, ask

# Nothing that attributes or the configuration name may write the answer; names are in full. Renames that more than 600
# files on each side could be are not looked for: git would compare each with each.
_RAW = ("--raw", "-z", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative")
_RENAMES = ("-M", "-l600")
_FILTERS = 64  # of a configuration; one of more is not reviewed
_REGULAR = ("100644", "100755")


class Entry(NamedTuple):
    """A path that differs.

    Attributes:
        status: git's letter: A, M, D, R, C, T, U (unmerged) or another.
        path: of the new side, of the old one if it is gone. POSIX, from the top; undecodable bytes are surrogates.
        old_path: "" if it is new.
        old_mode, new_mode: "" where there is none.
        old_id, new_id: names of the contents; "" where there is none, or git has not looked (the working tree).
    """

    status: str
    path: str
    old_path: str
    old_mode: str
    new_mode: str
    old_id: str
    new_id: str


def of_index(repository: Repository, commit: str) -> list[Entry]:
    """The index against a commit or a tree, with renames; a copy is told as added.

    What is only meant to be added (`add -N`) is not in it.
    """
    arguments = ["diff-index", "--cached", *_RAW, "--ignore-submodules=none", "--ita-invisible-in-index"]
    return _with_renames(repository, arguments, [commit, "--"])


def of_trees(repository: Repository, old: str, new: str) -> list[Entry]:
    """One commit or tree against another."""
    return _with_renames(repository, ["diff-tree", "-r", *_RAW, "--ignore-submodules=none"], [old, new, "--"])


def of_files(repository: Repository) -> tuple[list[Entry], frozenset[str]]:
    """The working tree against the index, by sizes and times: what differs so may have the same content.

    Also told are the paths of these whose content a filter of the repository's configuration would write: the program
    is not run, so nobody knows how what they hold compares. Of submodules only the commit is compared: to look for
    changes inside, git would start another git under their own configuration.

    Raises:
        MissingError: git fails, or the configuration names very many filters.
    """
    names = _filters(repository)
    without = [part for name in names for part in _without_filter(name)]
    # No renames: to find them git would read files through the filters.
    arguments = ["diff-files", *_RAW, "--no-renames", "--ignore-submodules=dirty"]
    entries = list(_parsed(ask(repository, [*without, *arguments], process.LONG_SECONDS)))
    return entries, _filtered(repository, names, entries)


def untracked(repository: Repository) -> list[str]:
    """Files that git does not know and does not ignore. Repositories in the tree are left out."""
    arguments = ["ls-files", "-z", "--others", "--exclude-standard"]
    found = ask(repository, arguments, process.LONG_SECONDS).split(b"\0")
    return [os.fsdecode(each) for each in found if each and not each.endswith(b"/")]


def _with_renames(repository: Repository, arguments: Sequence[str], what: Sequence[str]) -> list[Entry]:
    """The entries, with renames if finding them does not take too long."""
    done = process.run(["--work-tree=.", *arguments, *_RENAMES, *what], repository.root, variables=repository.variables)
    if done is not None and done.returncode == 0:
        return list(_parsed(done.stdout))
    return list(_parsed(ask(repository, [*arguments, "--no-renames", *what])))


def _parsed(output: bytes) -> Iterator[Entry]:
    """The entries of raw output with NULs (git-diff-index, "raw output format")."""
    fields = iter(output.split(b"\0"))
    for field in fields:
        if not field.startswith(b":"):
            continue
        old_mode, new_mode, old_id, new_id, status = field[1:].decode("ascii", "replace").split(" ")
        letter = status[:1]
        old_path = path = os.fsdecode(next(fields, b""))
        if letter in ("R", "C"):
            path = os.fsdecode(next(fields, b""))
        yield Entry(
            letter,
            path,
            "" if letter == "A" else old_path,
            _if_any(old_mode),
            _if_any(new_mode),
            _if_any(old_id),
            _if_any(new_id),
        )


def _if_any(value: str) -> str:
    return value if value.strip("0") else ""


def _filters(repository: Repository) -> list[str]:
    """The filters that a configuration names, its user's own too."""
    done = process.run(
        ["config", "-z", "--name-only", "--get-regexp", r"^filter\."],
        repository.root,
        variables=repository.variables,
    )
    if done is None or done.returncode not in (0, 1):  # 1: there are none
        raise MissingError("git config does not answer", "look at the repository's configuration")
    keys = {os.fsdecode(each) for each in done.stdout.split(b"\0") if each}
    names = sorted({key.partition(".")[2].rpartition(".")[0] for key in keys})
    if len(names) > _FILTERS:
        raise MissingError(
            f"the repository's configuration names {len(names)} filters", "look at its configuration, or give paths"
        )
    return names


def _without_filter(name: str) -> list[str]:
    """Options under which a filter does nothing. A name may hold "=", so the value is a variable's, always empty."""
    found = []
    for key in ("clean", "smudge", "process"):
        found += [f"--config-env=filter.{name}.{key}={process.EMPTY}"]
    return [*found, f"--config-env=filter.{name}.required={process.EMPTY}"]


def _filtered(repository: Repository, names: Sequence[str], entries: Sequence[Entry]) -> frozenset[str]:
    """The paths that attributes give to a filter that there is."""
    paths = [os.fsencode(each.path) for each in entries if each.new_mode in _REGULAR]
    if not names or not paths:
        return frozenset()
    told = ask(repository, ["check-attr", "-z", "--stdin", "filter"], given=b"\0".join(paths) + b"\0").split(b"\0")
    known = {os.fsencode(name) for name in names}
    return frozenset(os.fsdecode(path) for path, value in zip(told[::3], told[2::3], strict=False) if value in known)
