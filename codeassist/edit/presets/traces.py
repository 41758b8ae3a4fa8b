"""Reads what programs print when something is wrong (traces.toml): stacks, compilers' errors, checkers' findings.

All of it is untrusted: so many lines are read, cut to a width, and a path counts only once `places` knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from codeassist import toml
from codeassist.terminal import sanitise

_MOST_LINES, _WIDTH = 5_000, 1_000
_MOST_GROUPS = 200
_COLOURS = re.compile(r"\x1b\[[0-9;?]{0,20}[ -/]?[@-~]")

Role = Literal["frame", "finding", "file"]
Link = Literal["", "later", "effect", "cause"]


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One form of a line; see traces.toml."""

    name: str
    role: Role
    expression: str
    inner: Literal["first", "last"] = "first"


class Border(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line that begins another stack."""

    link: Link
    expression: str


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    form: tuple[Form, ...]
    border: tuple[Border, ...]


@dataclass(frozen=True)
class Spot:
    """A line of a file that was named.

    Attributes:
        row: the line of the output that names it, from 0.
        severity: "error", "warning", … as it was told; "" if it was not.
    """

    path: str  # as it was printed
    line: int
    row: int
    role: Role
    name: str = ""
    message: str = ""
    severity: str = ""


@dataclass
class Group:
    """What belongs to one failure: the lines from `start` to `end` (not with it); its frames, the innermost first."""

    start: int
    link: Link = ""
    end: int = 0
    inner: str = "first"
    frames: list[Spot] = field(default_factory=list)


@dataclass(frozen=True)
class Printed:
    """What was printed: its lines, inert and cut, its stacks, and what compilers and checkers found."""

    lines: tuple[str, ...]
    groups: tuple[Group, ...]
    findings: tuple[Spot, ...]


@cache
def table() -> _Table:
    """The rows of traces.toml.

    Raises:
        ConfigError: a field is missing, unknown or of the wrong type.
    """
    return toml.load_data(Path(__file__).with_suffix(".toml"), _Table, "edit/presets/traces.toml")


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def uncoloured(output: str) -> str:
    """The output of a program without the sequences that colour it."""
    return _COLOURS.sub("", output)


def read(output: str) -> Printed:
    """Read the output of a program, its last lines if there are too many."""
    plain = uncoloured(output.replace("\r\n", "\n"))
    lines = tuple(sanitise(line[:_WIDTH]) for line in plain.split("\n")[-_MOST_LINES:])
    groups, findings = [Group(0)], []
    file = ""
    for row, line in enumerate(lines):
        if (link := _border(line)) is not None:
            groups = _begun(groups, row, link)
        spot, inner = _spot(line, row, file)
        if spot is None:
            continue
        if spot.role == "file":
            file = spot.path
        elif spot.role == "finding":
            findings.append(spot)
        else:
            groups[-1].inner = inner
            groups[-1].frames.append(spot)
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        group.end = following.start if following else len(lines)
        if group.inner == "last":
            group.frames.reverse()
    return Printed(lines, tuple(groups), tuple(findings))


def failures(printed: Printed) -> Iterator[Group]:
    """The stacks, those first that tell most of why: the first failure's root cause, what is linked to it, the next."""
    chain: list[Group] = []
    for group in printed.groups:
        if not group.link:
            yield from chain
            chain = []
        if group.link in ("later", "cause"):
            chain.insert(0, group)
        else:
            chain.append(group)
    yield from chain


def _begun(groups: list[Group], row: int, link: Link) -> list[Group]:
    """The groups with another one; what has no frame yet only goes on, or is another's beginning."""
    if groups[-1].frames and len(groups) < _MOST_GROUPS:
        return [*groups, Group(row, link)]
    if link and not groups[-1].frames:
        groups[-1].link = link
    return groups


def _border(line: str) -> Link | None:
    return next((each.link for each in table().border if _compiled(each.expression).match(line)), None)


def _spot(line: str, row: int, file: str) -> tuple[Spot | None, str]:
    for form in table().form:
        match = _compiled(form.expression).match(line)
        if match is None:
            continue
        told = {name: text for name, text in match.groupdict().items() if text}
        path = told.get("path", file)
        if not path:
            continue
        if form.name.startswith("java"):
            path = _java_path(told["name"], path)
        return _made(form, told, path, row), form.inner
    return None, ""


def _made(form: Form, told: Mapping[str, str], path: str, row: int) -> Spot:
    return Spot(
        path=path,
        line=int(told.get("line", "0")),
        row=row,
        role=form.role,
        name=told.get("name", ""),
        message=told.get("message", "").strip(),
        severity=told.get("severity", "").lower().removeprefix("fatal ").replace("parse ", ""),
    )


def _java_path(name: str, file: str) -> str:
    """`org.acme.Shop.sell` in `Shop.java` is in `org/acme/Shop.java`."""
    return "/".join([*name.split(".")[:-2], file])
