"""Keeps secrets out of what a review tells: also where another finding, or its neighbour's lines, would show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding

RULE = "secret"  # what the check for secrets is called
_MOST_LINES = 200  # of one secret: a key's block
_MOST_LOOKED_AT = 5_000  # lines beside what the check told of: a quarter of a second
_SHELLS = frozenset({"bash"})
_HIDDEN = "…"
_QUOTED = re.compile(r"`[^`]*`")
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY")
_KEY_BODY = re.compile(r"\s{0,40}[\"'`]?[A-Za-z0-9+/]{16,}={0,2}(?:\\n)?[\"'`,+\\ ]*")


def masks(findings: Sequence[Finding], snapshot: Snapshot) -> dict[tuple[str, int], str]:
    """The lines that hold a secret, and what may be shown in their place.

    What the check for secrets found, and what it would find in the lines that other findings show: it may be left out,
    it tells so many of a file only, and it does not look at lines that did not change.
    """
    found: dict[tuple[str, int], str] = {}
    for each in findings:
        if each.rule.partition("/")[0] == RULE:
            end = min(each.end_line, each.line + _MOST_LINES)
            found[each.path, each.line] = each.evidence or _HIDDEN
            found |= {(each.path, line): _HIDDEN for line in range(each.line + 1, end + 1)}
    files = {each.path: each for each in snapshot.files}
    left = _MOST_LOOKED_AT
    for path, lines in _shown(findings).items():
        file = files.get(path) or FileChange(path, path, "modified", new=snapshot.read(path))
        wanted = [line for line in sorted(lines) if (path, line) not in found]
        found |= {(path, line): _HIDDEN for line in hidden(file, wanted[:left])}
        found |= {(path, line): _HIDDEN for line in wanted[left:]}  # nobody looked: then it is not shown
        left = max(0, left - len(wanted))
    return found


def hidden(file: FileChange, lines: Sequence[int]) -> Iterator[int]:
    """Those of some lines (in order) that hold a secret, as far as the check for secrets would know it."""
    from codeassist.review.secrets.lines import secrets_in

    code = file.language is not None and file.language.id not in _SHELLS
    for line in lines:
        text, before = file.line(line), file.lines[max(0, line - 7) : line - 1]
        if secrets_in(text, before, code=code) or (_KEY_BODY.fullmatch(text[:2000]) and _in_key(file, line)):
            yield line


def masked(findings: Iterable[Finding], known: Mapping[tuple[str, int], str]) -> Iterator[Finding]:
    """The findings, with nothing in them of the lines that hold a secret."""
    for each in findings:
        if each.rule.partition("/")[0] == RULE:
            yield each
            continue
        lines = [line for line in range(each.line, each.end_line + 1) if (each.path, line) in known] if known else []
        if lines:
            told = each.evidence if each.path.startswith(each.evidence) else known[each.path, lines[0]]
            message = _QUOTED.sub(f"`{_HIDDEN}`", each.message)
            each = msgspec.structs.replace(each, evidence=told, message=message)  # noqa: PLW2901
        fix = each.fix
        if fix is not None and any((each.path, line) in known for line in range(fix.line, fix.end_line + 1)):
            each = msgspec.structs.replace(each, fix=None)  # noqa: PLW2901
        yield each


def _shown(findings: Iterable[Finding]) -> dict[str, set[int]]:
    """The lines that findings show: their own and the neighbours of the first, and those that a fix writes anew."""
    found: dict[str, set[int]] = {}
    for each in findings:
        lines = found.setdefault(each.path, set())
        lines.update(range(max(1, each.line - 1), min(each.end_line, each.line + _MOST_LINES) + 2))
        if each.fix is not None:
            lines.update(range(each.fix.line, min(each.fix.end_line, each.fix.line + _MOST_LINES) + 1))
    return found


def _in_key(file: FileChange, line: int) -> bool:
    """True if a key begins above a line, and does not end before it."""
    for at in range(line - 1, max(0, line - _MOST_LINES), -1):
        if _KEY_ENDS.search(file.line(at)[:200]):
            return False
        if _KEY_BEGINS.search(file.line(at)[:200]):
            return True
    return False
