"""Runs ruff, as a process, over texts: copies in a private directory, so that no configuration of a repository counts.

The program is the one that the `ruff` package brings, never one that PATH finds. One process for all texts: 30 files
take it 11 ms, 30 processes that read standard input 147 ms.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from codeassist.errors import MissingError

_MOST_BYTES = 16 << 20  # of ruff's output that are read: a hostile file has a finding for each of its bytes
_RULE_SECONDS = 5.0
_TARGET = "py314"  # annotations may name what comes later, as in every version with the `__future__` import
_HINT = "install codeassist again, or disable the check: [review] disable = ['ruff']"


class Place(msgspec.Struct, frozen=True):
    """Both from 1; columns are code points."""

    row: int
    column: int


class Edit(msgspec.Struct, frozen=True):
    """What replaces a stretch."""

    content: str
    location: Place
    end_location: Place


class Mend(msgspec.Struct, frozen=True):
    """Ruff's own fix."""

    applicability: str
    edits: tuple[Edit, ...]
    message: str | None = None


class Diagnostic(msgspec.Struct, frozen=True):
    """What ruff says; `code` is "invalid-syntax" (None in some versions) where the text cannot be parsed.

    `name`: the rule's in words; `noqa_row`: where a comment that suppresses it would stand.
    """

    filename: str
    message: str
    location: Place
    end_location: Place
    code: str | None = None
    fix: Mend | None = None
    name: str | None = None
    noqa_row: int | None = None

    @property
    def broken(self) -> bool:
        """True if it says that the text cannot be parsed."""
        return self.code in (None, "invalid-syntax")


class _Told(msgspec.Struct, frozen=True):
    """What ruff says of one of its rules."""

    explanation: str


class Text(NamedTuple):
    """A text to look at. `name`: "__init__.py", "module.py" or "module.pyi", which is all that matters of a path."""

    name: str
    text: str


_DECODER = msgspec.json.Decoder(Diagnostic)


def lint(
    texts: Sequence[Text], select: Iterable[str], builtins: Iterable[str], seconds: float, *, noqa: bool = True
) -> list[list[Diagnostic] | None]:
    """What ruff says of each text, in the order of its lines; None where it fell over the text, or took too long.

    `noqa`: whether comments in a text can suppress findings.

    Raises:
        MissingError: it cannot be run, or does not know what is asked for.
    """
    options = ["--select", ",".join(select), "--config", f"builtins = {msgspec.json.encode(list(builtins)).decode()}"]
    options += [] if noqa else ["--ignore-noqa"]
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="codeassist-") as folder:
        root = Path(folder)
        names = [_put(root, number, each) for number, each in enumerate(texts)]
        found: list[list[Diagnostic] | None] = [None] * len(texts)
        said = _run(root, options, names, seconds)
        if said is not None:
            _sort_in(said, found, range(len(texts)))
            return found
        for number, name in enumerate(names):  # one of them is more than it can bear: deeply nested, or far too long
            left = seconds - (time.monotonic() - begin)
            said = _run(root, options, [name], left) if left > 0 else None
            if said is not None:
                _sort_in(said, found, [number])
    return found


def _put(root: Path, number: int, each: Text) -> str:
    """Write a copy; a lone carriage return would be a line's end for ruff, and is none for us."""
    path = root / str(number) / each.name
    path.parent.mkdir()
    path.write_bytes(each.text.replace("\r", " ").encode("utf-8", "replace"))
    return f"{number}/{each.name}"


def _sort_in(said: list[Diagnostic], found: list[list[Diagnostic] | None], asked: Iterable[int]) -> None:
    kept: dict[int, list[Diagnostic]] = {number: [] for number in asked}
    for each in said:
        kept[int(Path(each.filename).parent.name)].append(each)
    for number, some in kept.items():
        found[number] = sorted(some, key=lambda each: (each.location.row, each.location.column, each.code or ""))


def _run(root: Path, options: Sequence[str], names: Sequence[str], seconds: float) -> list[Diagnostic] | None:
    """What one process says; None if it died, took too long, or said too much."""
    command = [_program(), "check", "--isolated", "--no-cache", "--no-fix", "--exit-zero", "--quiet"]
    command += ["--output-format", "json-lines", "--target-version", _TARGET, *options, "--", *names]
    settings = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    output = root / "said"
    try:
        with output.open("wb") as file:
            done = subprocess.run(
                command,
                cwd=root,
                env=settings,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.PIPE,  # its end is waited for; for the process alone one has to ask every 50 ms
                timeout=seconds,
                check=False,
            )
        if done.returncode == 2:
            raise MissingError("ruff does not know what it is asked for: it is of another version", _HINT)
        if done.returncode != 0 or output.stat().st_size > _MOST_BYTES:
            return None
        return [_DECODER.decode(line) for line in output.read_bytes().splitlines()]
    except subprocess.TimeoutExpired:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise MissingError("ruff cannot be run", _HINT) from error


@cache
def reason(code: str) -> str:
    """Why what a rule finds is bad, in ruff's own words: a paragraph on one line; "" where it has none."""
    try:
        done = subprocess.run(
            [_program(), "rule", "--isolated", code, "--output-format", "json"],
            cwd=tempfile.gettempdir(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_RULE_SECONDS,
            check=False,
        )
        told = msgspec.json.decode(done.stdout, type=_Told).explanation if done.returncode == 0 else ""
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError, MissingError):
        return ""
    return " ".join(told.partition("## Why is this bad?\n")[2].partition("\n\n")[0].split())


def _program() -> str:
    """The program of the installed package.

    Raises:
        MissingError: it is not installed.
    """
    try:
        from ruff import find_ruff_bin

        return str(find_ruff_bin())
    except (ImportError, OSError) as error:
        raise MissingError("ruff is not installed", _HINT) from error
