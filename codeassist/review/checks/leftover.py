"""What was left in after debugging: breakpoints, focused tests, printed values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from codeassist import toml
from codeassist.context.related import is_test
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding, Fix, Severity
from codeassist.review.rule import Around, Rule
from codeassist.review.syntax import path_at, stand_at

if TYPE_CHECKING:
    import tree_sitter

_LONGEST = 2_000  # characters of a line that is looked at
_MOST, _MOST_CANDIDATES = 100, 500  # of one file
_SHOWN = 120  # characters
_MOST_READ = 200_000  # characters of a text
_MEANT = re.compile(
    r"#\s{0,9}noqa(?:\s*$|:[^#]{0,200}\bT[12]\d\d\b)"
)  # flake8-debugger and flake8-print, as ruff knows them
# Nodes whose children are statements, in any of the grammars.
_BLOCKS = frozenset(
    {"module", "program", "source_file", "translation_unit", "compilation_unit", "block", "statement_block"}
    | {"compound_statement", "body_statement", "then", "else", "do_block", "statement_list", "switch_case"}
)


class Leftover(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of leftovers.toml, which says what each field means."""

    name: str
    languages: tuple[str, ...]
    pattern: str
    message: str
    severity: Severity
    files: Literal["any", "tests", "sources"] = "any"
    outside: str = "(?!)"
    unless: str = ""
    default: bool = True


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    leftover: tuple[Leftover, ...]


@cache
def leftovers() -> Mapping[str, Sequence[tuple[Leftover, re.Pattern[str]]]]:
    """The rows for each language."""
    table: dict[str, list[tuple[Leftover, re.Pattern[str]]]] = {}
    data = toml.load_data(Path(__file__).with_name("leftovers.toml"), _Table, "review/checks/leftovers.toml")
    for row in data.leftover:
        for language in row.languages:
            table.setdefault(language, []).append((row, re.compile(row.pattern)))
    return table


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    for file in snapshot.files:
        if around.cancelled():
            return
        if file.language is not None and file.touched:
            rows = leftovers().get(file.language.id, ())
            applying = [(row, pattern) for row, pattern in rows if _applies(row, file, around.settings.enable)]
            yield from islice(_of_file(file, applying), _MOST)


def _applies(row: Leftover, file: FileChange, enabled: Sequence[str]) -> bool:
    if not row.default and f"{RULE.name}/{row.name}" not in enabled:
        return False
    if row.files != "any" and is_test(file.path) is not (row.files == "tests"):
        return False
    meant = row.unless and re.search(row.unless, (file.new or "")[:_MOST_READ])
    return not meant and re.search(row.outside, file.path) is None


def _of_file(file: FileChange, rows: Sequence[tuple[Leftover, re.Pattern[str]]]) -> Iterator[Finding]:
    told = 0  # the last line that was told of: one finding each
    for row, line, found in islice(_candidates(file, rows), _MOST_CANDIDATES):
        if line > told and _is_code(file, line, found) and not _MEANT.search(found.string):
            told = line
            yield Finding(
                rule=f"{RULE.name}/{row.name}",
                severity=row.severity,
                path=file.path,
                line=line,
                end_line=line,
                message=row.message,
                evidence=file.line(line).strip()[:_SHOWN],
                confidence=0.9 if row.severity != "low" else 0.5,
                fix=_fix(file, line) if row.severity != "high" else None,
            )


def _candidates(
    file: FileChange, rows: Sequence[tuple[Leftover, re.Pattern[str]]]
) -> Iterator[tuple[Leftover, int, re.Match[str]]]:
    for line in sorted(file.touched):
        text = file.line(line)[:_LONGEST]
        for row, pattern in rows:
            for found in pattern.finditer(text):
                yield row, line, found


def _is_code(file: FileChange, line: int, found: re.Match[str]) -> bool:
    column = found.start() + len(found[0]) - len(found[0].lstrip())
    return stand_at(file, line, column) == "code" and not _is_named(path_at(file, line, column))


def _is_named(path: Sequence[tree_sitter.Node]) -> bool:
    """True if a definition gets that name."""
    if len(path) < 2 or ("definition" not in path[-2].type and path[-2].type not in ("method", "function_declaration")):
        return False
    name = path[-2].child_by_field_name("name")
    return name is not None and name.id == path[-1].id


def _fix(file: FileChange, line: int) -> Fix | None:
    """The line goes, if it is a statement of its own, and not the only one of a block."""
    text = file.line(line)
    path = path_at(file, line, len(text) - len(text.lstrip()))
    for around, node in pairwise(path):
        if around.type in _BLOCKS and _fills(node, line, text):
            kind = f"remove `{text.strip()[:_SHOWN]}`"
            return Fix(description=kind, line=line, end_line=line, text="") if around.named_child_count > 1 else None
    return None


def _fills(node: tree_sitter.Node, line: int, text: str) -> bool:
    """True if a statement has a line for itself."""
    if node.start_point[0] != line - 1 or node.end_point[0] != line - 1 or node.has_error:
        return False
    data = text.encode("utf-8", "surrogatepass")
    return not data[: node.start_point[1]].strip() and not data[node.end_point[1] :].strip(b" \t;")


RULE = Rule(
    name="leftover",
    severity="medium",
    about="Breakpoints, focused tests and printed values that were left in after debugging",
    look=_look,
)
