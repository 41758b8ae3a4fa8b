"""What of a reply comes into a file, by the target's form: a definition, statements, something new, all of it."""

from __future__ import annotations

from typing import NamedTuple

from codeassist.edit.docstrings import with_docstrings
from codeassist.edit.helpers import helpers, placed
from codeassist.edit.imports import brought, lacking
from codeassist.edit.indentation import moved, unit_of, with_old_blanks
from codeassist.edit.original import Splice
from codeassist.edit.parts import BOUND, Part, Syntax, syntax
from codeassist.edit.picking import Freedom, Reading, comments_above, own_comments, own_name, picked, readings
from codeassist.edit.target import Target


class Taken(NamedTuple):
    """What a reply would change; no `own` with the reason why it cannot be used.

    Attributes:
        own: in the target's place.
        more: helpers elsewhere.
        imports: statements that the file lacks.
    """

    own: Splice | None
    reason: str = ""
    more: tuple[Splice, ...] = ()
    imports: tuple[str, ...] = ()


def definition(file: Syntax, target: Target, reply: str, freedom: Freedom) -> Taken:
    """The definition that was asked for, with the helpers and imports that it needs."""
    for reading in readings(file, target, reply):
        node = picked(reading, target, freedom)
        if node is not None:
            return _definition(file, target, reading, node, freedom)
    return Taken(None, f"is not one {target.kind} named {own_name(target)}")


def _definition(file: Syntax, target: Target, reading: Reading, node: Part, freedom: Freedom) -> Taken:
    text = moved(reading.lines_of(node), file.language, target.indent, unit_of(file.text))
    text = text if freedom.signature else _with_wrapper(file, target, text)
    text = with_docstrings(file, target.text, text)
    text = with_old_blanks(target.text, text)
    kept = helpers(file, target, reading, node)
    above = "".join(f"{line}\n{target.indent}" for line in _new_comments(file, target, reading, node))
    own = Splice(target.start, target.end, f"\n\n{target.indent}".join([above + text, *kept.beside]))
    imports = lacking(brought(reading.syntax), file, kept.names)
    return Taken(own, "", tuple(placed(file, target, kept.before)), tuple(imports))


def _with_wrapper(file: Syntax, target: Target, text: str) -> str:
    """A definition with what it had before it and the reply lacks: `export default`, decorators."""
    first = target.text.partition("\n")[0]
    for words in ("export default ", "export "):
        if first.startswith(words) and not text.startswith(("export", "@")):
            return words + text
    if file.language.id == "python" and first.startswith("@") and not text.startswith("@"):
        heads = [each.head for each in file.parts if (each.start, each.full_name) == (target.start, target.name)]
        return file.text[target.start : heads[0]] + text if heads else text
    return text


def _new_comments(file: Syntax, target: Target, reading: Reading, node: Part) -> list[str]:
    """The comment lines that a reply has above its definition, where the file has none; those of the file stay."""
    if comments_above(file, target.start):
        return []
    above = comments_above(reading.syntax, node.start, reading.start).split("\n")
    comments = own_comments(above)
    return comments.split("\n") if comments else []


def statements(file: Syntax | None, target: Target, reply: str) -> Taken:
    """A reply in the place of statements; imports that it begins with go to the file's own from inside a definition."""
    language = file.language if file else None
    if file is not None:
        whole = _around(file, target, reply)
        if whole is not None:
            return whole
    code, imports = _without_imports(file, target, reply)
    text = moved(code, language, target.indent, unit_of(target.original.text))
    own = Splice(target.start, target.end, with_old_blanks(target.text, text.rstrip()))
    return Taken(own, imports=tuple(imports))


def _around(file: Syntax, target: Target, reply: str) -> Taken | None:
    """Of a reply that has the definition around the target too, what stands in the target's place.

    None if it has no such definition; a reason if it changes something else of it.
    """
    part = file.innermost(target.start, target.end)
    if part is None or part.kind in BOUND or part.name not in reply:
        return None
    outer = Target(target.original, "node", part.start, part.end, part.kind, part.full_name, part.body)
    alone = syntax(file.language, f"{reply}\n")
    node = picked(Reading(alone, 0, len(reply)), outer, Freedom()) if alone else None
    if node is None or part.name in target.text:
        return None
    taken = definition(file, outer, reply, Freedom())
    text = taken.own.text if taken.own else ""
    before, after = file.text[part.start : target.start], file.text[target.end : part.end]
    if len(text) < len(before) + len(after) or not (text.startswith(before) and text.endswith(after)):
        return Taken(None, "changes lines outside of those that were named")
    own = Splice(target.start, target.end, text[len(before) : len(text) - len(after)])
    return taken._replace(own=own)


def _without_imports(file: Syntax | None, target: Target, reply: str) -> tuple[str, list[str]]:
    """A reply without the imports that it begins with, and those of them that the file lacks."""
    alone = syntax(file.language, f"{reply}\n") if file and target.indent else None
    if file is None or alone is None:
        return reply, []
    found = brought(alone)
    lines = reply.split("\n")
    begin = 0
    for number, line in enumerate(lines):
        if line.strip() and not line.startswith(("import ", "from ", "use ", "using ", "#include")):
            break
        begin = number + 1
    code = "\n".join(lines[begin:]).strip("\n")
    used = frozenset(alone.tokens(0, len(alone.text)))
    return (code, lacking(found, file, used)) if begin and code.strip() else (reply, [])


def whole(target: Target, reply: str) -> Taken:
    """A reply as all of a file."""
    old = target.original.text
    text = with_old_blanks(old, reply.strip("\n"))
    end = "" if old and not old.endswith("\n") else "\n"
    return Taken(Splice(0, len(old), text.rstrip("\n") + end))
