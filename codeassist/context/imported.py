"""What the file at the cursor imports from its own repository: the lines themselves, where the prompt lacks them."""

from __future__ import annotations

from codeassist.context.candidate import Candidate
from codeassist.context.here import Here
from codeassist.context.resolve import Resolved

_LINES = 30  # of one import
_CHARACTERS = 300


def imported(resolved: Resolved, here: Here) -> list[Candidate]:
    """One candidate for each import, those of names near the cursor first, then in the order of the file."""
    lines = (here.before + here.after).split("\n")
    first, last = here.visible
    found: dict[int, Candidate] = {}
    for each, _ in resolved:
        if not first <= each.line <= last and each.line not in found:
            end, text = _statement(lines, each.line)
            near = max((here.words.get(name, 0.0) for name in each.names), default=0.0)
            found[each.line] = Candidate(here.path, each.line, end, "import of this file", (text,), 1.0 + near)
    return sorted(found.values(), key=lambda candidate: (-candidate.value, candidate.start))


def _statement(lines: list[str], start: int) -> tuple[int, str]:
    """An import that begins at a line (from 1), in one line, and its last line."""
    end = start
    text = lines[start - 1]
    while end < min(len(lines), start + _LINES) and any(text.count(a) > text.count(b) for a, b in ("()", "{}")):
        text += " " + lines[end].strip()
        end += 1
    return end, " ".join(text.split())[:_CHARACTERS]
