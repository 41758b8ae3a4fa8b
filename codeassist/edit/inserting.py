"""Something new from a reply: definitions that are not there yet, and the imports that they need."""

from __future__ import annotations

from codeassist.edit.imports import brought, import_nodes, lacking
from codeassist.edit.indentation import moved, unit_of
from codeassist.edit.original import Splice
from codeassist.edit.parts import Part, Syntax
from codeassist.edit.picking import Reading, comments_begin, readings
from codeassist.edit.taking import Taken
from codeassist.edit.target import Target


def new_code(file: Syntax | None, target: Target, reply: str) -> Taken:
    """What is new of a reply, behind the target's place; what would define a name again is cut off."""
    if file is None:
        return Taken(_entered(target, reply, "", ""))
    behind = next((each for each in file.parts if each.full_name == target.name), None)
    container, indent = (behind.container, _indent(file.text, behind.start)) if behind else ("", "")
    known = {each.name for each in file.parts if each.container == container}
    last = "adds no definition"
    for reading in readings(file, target, reply):
        if reading.syntax.broken > file.broken:
            continue
        if not any(reading.syntax.tokens(reading.start, reading.end)):
            continue
        code, again = _code(reading, known, container.rpartition(".")[2])
        if code:
            text = moved(code, file.language, indent, unit_of(file.text))
            used = frozenset(reading.syntax.tokens(reading.start, reading.end))
            own = _entered(target, text, indent, file.language.blocks)
            return Taken(own, imports=tuple(lacking(brought(reading.syntax), file, used)))
        last = f"defines {again}, which is there already" if again else last
    return Taken(None, last)


def _code(reading: Reading, known: set[str], around: str) -> tuple[str, str]:
    """The lines of a reply with what it defines anew, else all but its imports; and a name that it defines again.

    `around`: the name of the class that it is for; a reply may have that around it.
    """
    parts = reading.parts
    top = _top(parts)
    if around and around in [each.name for each in top] and len(parts) > len(top):
        inside = [each for each in parts if any(one.start < each.start and each.end <= one.end for one in top)]
        top = _top(inside)
    again = [each.name for each in top if each.name in known]
    new = [each for each in top if each.name not in known]
    code = reading.syntax
    if new:
        spans = [(comments_begin(code, each.start, reading.start), each) for each in new]
        gap = "\n\n\n" if code.language.blocks == "indent" and not around else "\n\n"
        return gap.join(_piece(code, max(begin, reading.start), each) for begin, each in spans), ""
    if again:
        return "", again[0]
    begin = max([reading.start, *(code.places[each.end_byte] for each in import_nodes(code))])
    return code.text[begin : reading.end].strip("\n"), ""


def _top(parts: list[Part]) -> list[Part]:
    found: list[Part] = []
    for each in parts:
        if not found or each.start >= found[-1].end:
            found.append(each)
    return found


def _piece(code: Syntax, begin: int, part: Part) -> str:
    """A definition with its comments and the marks behind it (`};`)."""
    end = part.end
    while end < len(code.text) and code.text[end] in ";,":
        end += 1
    return code.text[begin:end]


def _indent(text: str, place: int) -> str:
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return line if not line.strip() else ""


def _entered(target: Target, text: str, indent: str, blocks: str) -> Splice:
    """A text entered behind a place, with as many blank lines as are usual there."""
    before = target.original.text[: target.start]
    if not before.strip():
        return Splice(target.start, target.start, f"{text}\n")
    gap = "\n\n\n" if blocks == "indent" and not indent else "\n\n"
    return Splice(target.start, target.start, f"{gap}{indent}{text}")
