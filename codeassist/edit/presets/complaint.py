"""What a program's output complains of: one place of the repository, and the lines that tell of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codeassist.edit.presets.places import Places, of_test
from codeassist.edit.presets.traces import Group, Printed, Spot, failures, read

_LINES, _CHARACTERS = 60, 3_000  # of the evidence
_FOLLOWING = 8  # lines below a finding that belong to it
_MILD = ("warning", "note", "notice", "info", "hint")


@dataclass(frozen=True)
class Complaint:
    """One place and what is said of it.

    Attributes:
        path: relative to the root; "" where only tests are in the stack: then what they test is at fault.
        tests: lines of tests in the stack (path, line), the innermost first.
        evidence: what was printed of it, bounded and inert.
    """

    path: str
    line: int
    evidence: str
    tests: tuple[tuple[str, int], ...] = ()


def complaint(output: str, places: Places) -> Complaint | None:
    """The first thing that an output complains of in the repository; None if there is nothing.

    Of a stack, it is the innermost frame in the repository, but for tests; of compilers and checkers, the first error.
    Stacks go before: a program that runs is compiled.
    """
    printed = read(output)
    return next(_of_stacks(printed, places), None) or _of_findings(printed, places)


def _of_stacks(printed: Printed, places: Places) -> Iterator[Complaint]:
    for group in failures(printed):
        own = [(places.find(each.path), each) for each in group.frames]
        own = [(path, each) for path, each in own if path]
        tests = tuple((path, each.line) for path, each in own if of_test(path, each.name))
        code = [(path, each.line) for path, each in own if not of_test(path, each.name)]
        if own:
            path, line = code[0] if code else ("", 0)
            yield Complaint(path, line, _told(printed, group), () if code else tests)


def _of_findings(printed: Printed, places: Places) -> Complaint | None:
    own = [(places.find(each.path), each) for each in printed.findings]
    own = [(path, each) for path, each in own if path]
    errors = [each for each in own if not each[1].severity.startswith(_MILD)]
    for path, spot in errors or own:
        return Complaint(path, spot.line, _around(printed, spot))
    return None


def _told(printed: Printed, group: Group) -> str:
    """The lines of a stack: where the innermost frame is printed last, so is what went wrong."""
    lines = list(printed.lines[group.start : group.end])
    end = group.inner == "last"
    return _bounded(lines[-_LINES:] if end else lines[:_LINES], end=end)


def _around(printed: Printed, spot: Spot) -> str:
    """A finding, with the line above if it only points at a place, and what follows up to the next one."""
    others = {each.row for each in printed.findings} - {spot.row}
    start = spot.row if spot.message else max(0, spot.row - 1)
    end = spot.row + 1
    while (
        end < len(printed.lines) and end - spot.row <= _FOLLOWING and end not in others and printed.lines[end].strip()
    ):
        end += 1
    return _bounded(list(printed.lines[start:end]), end=False)


def _bounded(lines: list[str], *, end: bool) -> str:
    text = "\n".join(lines).strip("\n")
    return text[-_CHARACTERS:] if end else text[:_CHARACTERS]
