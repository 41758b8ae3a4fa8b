"""Keeps secrets out of what a review tells: also where another finding, or its neighbour's lines, would show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from codeassist.review.finding import Finding

RULE = "secret"  # what the check for secrets is called
_MOST_LINES = 200  # of one secret: a key's block
_HIDDEN = "…"


def masks(findings: Iterable[Finding]) -> dict[tuple[str, int], str]:
    """The lines that hold a secret, and what may be shown in their place."""
    found: dict[tuple[str, int], str] = {}
    for each in findings:
        if each.rule.partition("/")[0] == RULE:
            end = min(each.end_line, each.line + _MOST_LINES)
            found[each.path, each.line] = each.evidence or _HIDDEN
            found |= {(each.path, line): _HIDDEN for line in range(each.line + 1, end + 1)}
    return found


def masked(findings: Iterable[Finding], hidden: Mapping[tuple[str, int], str]) -> Iterator[Finding]:
    """The findings, with nothing in them of the lines that hold a secret."""
    for each in findings:
        if each.rule.partition("/")[0] == RULE:
            yield each
            continue
        lines = [line for line in range(each.line, each.end_line + 1) if (each.path, line) in hidden] if hidden else []
        if lines:
            each = msgspec.structs.replace(each, evidence=hidden[each.path, lines[0]])  # noqa: PLW2901
        fix = each.fix
        if fix is not None and any((each.path, line) in hidden for line in range(fix.line, fix.end_line + 1)):
            each = msgspec.structs.replace(each, fix=None)  # noqa: PLW2901
        yield each
