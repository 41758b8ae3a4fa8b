"""Python: names that are not defined or not used, and ruff's rules that find faults; only what a change brought."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from time import monotonic
from types import MappingProxyType

import msgspec

from codeassist import toml
from codeassist.context.related import is_test
from codeassist.errors import MissingError
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding, Fix, Severity
from codeassist.review.lint import Diagnostic, Edit, Text, lint
from codeassist.review.rule import Around, Rule
from codeassist.review.syntax import path_at

_SECONDS = 10.0
_AT_ONCE = 300  # files
_LONGEST = 400_000  # characters of a file
_SHOWN = 200  # characters of a line, or of what ruff says
_FIX_LINES = 60
_WIDTH = 1_000  # characters of a line that is searched
_ROW = re.compile(r"\b(?:line|from|on) \d+")
_NAME = re.compile(r"`[^`]+`")
_UNDEFINED = "F821"
_TESTS, _DATA = frozenset({"test", "tests", "testing"}), frozenset({"data", "resources", "snapshot", "snapshots"})
_TEST_DATA = frozenset({"testdata", "test-data", "test_data"})
_IGNORED = re.compile(r"#\s{0,9}ruff:\s{0,9}ignore\[([^\]]{1,500})\]")  # which `ruff` itself only heeds in its preview
_BOTH_PYTHONS = re.compile(r"\bPY[23]\b|\bversion_info\b|\bexcept NameError\b|\b(?:import|from) six\b")
_FROM_ROW = re.compile(r"from line (\d+)")
_RAISING = re.compile(r"\b(?:raises|warns|deprecated_call|assert(?:Raises|Warns)\w*|suppress)\b")


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What faults.toml holds."""

    high: tuple[str, ...]
    medium: tuple[str, ...]
    low: tuple[str, ...]
    packages: tuple[str, ...]
    tests: tuple[str, ...]
    builtins: tuple[str, ...]
    before: tuple[str, ...]
    dimensions: tuple[str, ...]

    def severities(self) -> Mapping[str, Severity]:
        """Each code with how severe it is."""
        kinds: tuple[tuple[Severity, tuple[str, ...]], ...] = (
            ("high", self.high),
            ("medium", self.medium),
            ("low", self.low),
        )
        return MappingProxyType({code: severity for severity, codes in kinds for code in codes})


@cache
def selection() -> Selection:
    """The rules that are asked for."""
    return toml.load_data(Path(__file__).with_name("faults.toml"), Selection, "review/checks/faults.toml")


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    changes = [each for each in snapshot.files if _is_readable(each)]
    if not changes or around.cancelled():
        return
    chosen = selection()
    end = monotonic() + _SECONDS
    for start in range(0, len(changes), _AT_ONCE):
        if monotonic() > end or around.cancelled():
            raise MissingError(f"it had no time for {len(changes) - start} files", "review fewer at once")
        yield from _of_some(changes[start : start + _AT_ONCE], chosen, end - monotonic())


def _of_some(changes: Sequence[FileChange], chosen: Selection, seconds: float) -> Iterator[Finding]:
    texts = [Text(_name(each), each.new or "") for each in changes]
    before = [each for each in changes if each.old is not None]
    texts += [Text(_name(each), each.old or "") for each in before]
    said = lint(texts, chosen.severities(), chosen.builtins, seconds)
    earlier = {each.path: found for each, found in zip(before, said[len(changes) :], strict=True)}
    for change, now in zip(changes, said, strict=False):
        for diagnostic in _introduced(change, now or (), earlier.get(change.path)):
            if _is_meant(change, diagnostic):
                yield _finding(change, diagnostic)


def _is_readable(change: FileChange) -> bool:
    language = change.language
    longest = max(len(change.new or ""), len(change.old or ""))
    return (
        language is not None
        and language.id == "python"
        and bool(change.hunks)
        and 0 < longest <= _LONGEST
        and not _is_data(change.path)
    )


def _is_data(path: str) -> bool:
    """True for the data of a test: nobody runs it, and names in it are of nothing."""
    folders = path.lower().split("/")[:-1]
    first = next((number for number, each in enumerate(folders) if each in _TESTS), len(folders))
    return not _TEST_DATA.isdisjoint(folders) or not _DATA.isdisjoint(folders[first:])


def _name(change: FileChange) -> str:
    if posixpath.basename(change.path) == "__init__.py":
        return "__init__.py"
    return "module.pyi" if change.path.endswith(".pyi") else "module.py"


def _introduced(
    change: FileChange, now: Sequence[Diagnostic], before: Sequence[Diagnostic] | None
) -> Iterator[Diagnostic]:
    """What is said now and was not said before, wherever it is: an import that goes leaves names far below undefined.

    If the old text was broken nothing was said of it; then only what is on touched lines is new.
    """
    known = Counter(_key(each, change.old_lines) for each in before or ())
    names = {_key(each, ()) for each in before or () if each.code == _UNDEFINED}
    comparable = before is not None and not any(each.broken for each in before)
    for each in now:
        key = _key(each, change.lines)
        if known[key]:
            known[key] -= 1
        elif each.code == _UNDEFINED and _key(each, ()) in names:
            continue  # something outside of the file defines it
        elif comparable or not change.touched.isdisjoint(range(each.location.row, each.end_location.row + 1)):
            yield each


def _key(each: Diagnostic, lines: Sequence[str]) -> tuple[str, str, str]:
    """What tells it from others, without its place."""
    row = each.location.row
    message = _NAME.findall(each.message)[:1] if each.code == _UNDEFINED else _ROW.sub("", each.message)
    return each.code or "", str(message), lines[row - 1].strip() if 1 <= row <= len(lines) else ""


def _is_meant(change: FileChange, each: Diagnostic) -> bool:
    """False for what is usual in such a file."""
    chosen, code = selection(), each.code or ""
    base = posixpath.basename(change.path)
    if base in ("__init__.py", "conftest.py") and code.startswith(chosen.packages):
        return False
    if is_test(change.path) and code.startswith(chosen.tests):
        return False
    if code in (_UNDEFINED, "F722") and any(name in (change.new or "") for name in chosen.dimensions):
        return False
    if _is_ignored(change, each) or _is_idiom(change, each):
        return False
    # A shell that is given a constant; an import that only tries whether a package is there.
    return code in chosen.severities() and not any(
        words in each.message for words in ("seems safe", "find_spec", "redundant alias")
    )


def _is_ignored(change: FileChange, each: Diagnostic) -> bool:
    """True if a comment of ruff's newer kind names it, by its code or in words."""
    ignored = _IGNORED.search(change.line(each.noqa_row or each.location.row)[:_WIDTH])
    return ignored is not None and not {each.code, each.name}.isdisjoint(re.split(r"[,\s]+", ignored[1]))


def _is_idiom(change: FileChange, each: Diagnostic) -> bool:
    """True for what such code is written like on purpose."""
    row, line = each.location.row, change.line(each.location.row)[:_WIDTH]
    if each.code == _UNDEFINED:
        name = _NAME.search(each.message)
        old = name is not None and name[0].strip("`") in selection().before
        return old and _BOTH_PYTHONS.search(change.new or "") is not None
    if each.code == "S202":  # what a filter sees to (PEP 706)
        return "filter=" in line
    if each.code == "PLE0605":  # a list to which another is added
        return not line.partition("=")[2].lstrip().startswith(("(", '"', "'", "{"))
    if each.code == "B006":  # a default that a command line or a request is given, and that is copied
        return "Annotated[" in line
    if each.code == "F811":  # a function that gives its own name another meaning, as a global
        told = _FROM_ROW.search(each.message)
        return told is not None and int(told[1]) > row
    if each.code == "B015":  # a comparison that is to raise
        around = path_at(change, row, len(line) - len(line.lstrip()))
        opened = (change.line(node.start_point[0] + 1)[:_WIDTH] for node in around if node.type == "with_statement")
        return any(_RAISING.search(text) for text in opened)
    return False


def _finding(change: FileChange, each: Diagnostic) -> Finding:
    first = min(each.location.row, max(1, len(change.lines)))
    last = each.end_location.row - (each.end_location.column == 1 and each.end_location.row > first)
    code = each.code or ""
    return Finding(
        rule=f"{RULE.name}/{code}",
        severity=selection().severities()[code],
        path=change.path,
        line=first,
        end_line=max(first, min(last, len(change.lines))),
        message=each.message.strip().removesuffix(".")[:_SHOWN],
        evidence=change.line(first).strip()[:_SHOWN],
        fix=_fix(change, each),
    )


def _fix(change: FileChange, each: Diagnostic) -> Fix | None:
    """Ruff's own, if it says that it changes nothing else, as whole lines."""
    if each.fix is None or each.fix.applicability != "safe" or not each.fix.edits or "\r" in (change.new or ""):
        return None
    edits = sorted(each.fix.edits, key=lambda edit: (edit.location.row, edit.location.column))
    first, end = edits[0].location.row, edits[-1].end_location
    last = min(end.row - (end.column == 1 and end.row > first), len(change.lines))
    if last - first >= _FIX_LINES:
        return None
    text = _edited([line + "\n" for line in change.lines[first - 1 : last]], first, edits)
    return Fix(description=(each.fix.message or each.message)[:_SHOWN], line=first, end_line=last, text=text)


def _edited(lines: Sequence[str], first: int, edits: Sequence[Edit]) -> str:
    """Lines, the first of which has that number, after edits in order."""
    text, at, pieces = "".join(lines), 0, []
    for edit in edits:
        start, end = (
            sum(map(len, lines[: place.row - first])) + place.column - 1 for place in (edit.location, edit.end_location)
        )
        pieces += [text[at:start], edit.content]
        at = max(at, end)
    return "".join([*pieces, text[at:]])


RULE = Rule(
    name="ruff",
    severity="medium",
    about="Python code has an undefined or unused name, or what ruff knows as a likely fault.",
    look=_look,
    apart=True,
)
