"""Python's docstrings: one that a reply forgot is put back, since small models leave them out without a word.

It stays away where leaving it out is all that a reply does: then that was asked for.
"""

from __future__ import annotations

from codeassist.edit.outside import bare_lines
from codeassist.edit.parts import Syntax, syntax

_MOST = 100  # docstrings of one reply


def with_docstrings(file: Syntax, old: str, new: str) -> str:
    """The new text of definitions, with the old ones' docstrings where they are missing. Both begin with their code."""
    if file.language.id != "python":
        return new
    before, after = syntax(file.language, old), syntax(file.language, new)
    if before is None or after is None or after.broken:
        return new
    lost = _lost(before, after)
    found = new
    for place, text in sorted(lost, reverse=True):
        found = found[:place] + text + found[place:]
    return new if bare_lines(found) == bare_lines(old) else found


def _lost(before: Syntax, after: Syntax) -> list[tuple[int, str]]:
    """Where docstrings are missing, each with what to enter there."""
    there, had = _docstrings(before), _docstrings(after)
    known = {each.full_name: each for each in reversed(before.definitions())}
    found = []
    for part in after.definitions():
        was = known.get(part.full_name)
        text = there.get(was.body, "") if was is not None else ""
        if was is None or not text or part.body in had or part.body < 0:
            continue
        indent = _indent(after.text, part.body)
        if indent is not None and indent == _indent(before.text, was.body):
            gap = "\n\n" if before.text[was.body + len(text) :].startswith("\n\n") else "\n"
            found.append((part.body, f"{text}{gap}{indent}"))
    return found[:_MOST]


def _docstrings(code: Syntax) -> dict[int, str]:
    """The docstrings as they are written, by where they begin, which is where bodies do."""
    nodes = sorted(
        (each.doc for each in code.captures.definitions.values() if each.doc is not None),
        key=lambda node: node.start_byte,
    )
    data = code.captures.data
    texts = (data[node.start_byte : node.end_byte].decode("utf-8", "replace") for node in nodes)
    return {code.places[node.start_byte]: text for node, text in zip(nodes, texts, strict=True)}


def _indent(text: str, place: int) -> str | None:
    """The blanks before a place, if nothing else is on its line before it."""
    lead = text[text.rfind("\n", 0, place) + 1 : place]
    return lead if not lead.strip() else None
