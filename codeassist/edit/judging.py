"""What of a reply can stand in a target's place, and whether it holds. A reply is hostile until it has been here."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from codeassist.edit.compiling import stays_compiled
from codeassist.edit.gaps import is_empty, leaves_gap
from codeassist.edit.imports import entered
from codeassist.edit.inserting import new_code
from codeassist.edit.inspection import inspected, is_prose
from codeassist.edit.original import Splice
from codeassist.edit.outside import Change, applied, bare_lines, others_stay, ranges
from codeassist.edit.parts import Part, Syntax, is_blanked, syntax_of
from codeassist.edit.picking import Freedom, Reading, own_name, picked
from codeassist.edit.signature import CALLED, changed, public, speaks_of_signature
from codeassist.edit.taking import Taken, definition, statements, whole
from codeassist.edit.target import Target
from codeassist.edit.undefined import mended

__all__ = ["NOTHING", "Judged", "judge", "speaks_of_signature"]
NOTHING = "changes nothing"


@dataclass(frozen=True)
class Judged:
    """A reply held against its target.

    Attributes:
        splices: what it would change in the file: the target, and imports that it needs; none where the reply holds no
            code for it.
        reason: why it does not hold; "" if it does.
    """

    splices: tuple[Splice, ...]
    reason: str = ""


def judge(target: Target, reply: str, *, signature_free: bool = False, new_names: Collection[str] = ()) -> Judged:
    """Take from a reply (a code block's content) what belongs in the target's place.

    Its indentation becomes the target's. What stands around the node in the reply (imports, other definitions, calls
    that try it out) is cut off; imports and helpers that the node needs are entered. In Python a docstring that the
    reply forgot is put back, and names of the standard library are imported. `new_names`: what the definition may be
    called instead, where that was asked for.

    It does not hold if it adds a place that does not parse, is not one node of the target's kind and name, drops or
    changes a signature while `signature_free` is False, contains control characters or lines of over 1,000 characters,
    leaves a gap ("# … rest of the code"), uses a name that is defined nowhere, or changes nothing.
    """
    original = target.original
    code, reason = inspected(reply, original.text)
    if reason:
        return Judged((), reason)
    file = syntax_of(original.path, original.text)
    if file is not None and is_prose(code):
        return Judged((), "holds no code")
    freedom = Freedom(signature_free, frozenset(new_names))
    taken = _taken(file, target, code, freedom)
    if taken.own is None:
        return Judged((), taken.reason)
    if file is None:
        return Judged((taken.own,), _of_text(target, taken.own))
    draft, reason = _with_imports(_Draft(target, file, taken.own, taken.more), taken.imports)
    return Judged(draft.splices, _fault(draft, freedom) or reason)


@dataclass(frozen=True)
class _Draft:
    """A change of a file that is parsed: the target's own splice, and others."""

    target: Target
    file: Syntax
    own: Splice
    more: tuple[Splice, ...] = ()

    @property
    def splices(self) -> tuple[Splice, ...]:
        """All of them; at one place the target's comes last."""
        return (*self.more, self.own)

    @property
    def text(self) -> str:
        """The file with the change."""
        return applied(self.file.text, self.splices)

    @property
    def place(self) -> tuple[int, int]:
        """Where the target's own splice is in the new text."""
        ordered = sorted(self.splices, key=lambda each: (each.start, each.end))
        return ranges(self.splices)[ordered.index(self.own)]


def _with_imports(draft: _Draft, statements: tuple[str, ...]) -> tuple[_Draft, str]:
    """A draft with the imports that it needs; and what it uses that is defined nowhere, if anything."""
    full = _entering(draft, statements)
    if draft.file.language.id != "python":
        return full, ""
    found = mended(draft.target.original.path, draft.file.text, full.text)
    return (_entering(draft, (*statements, *found.imports)) if found.imports else full), found.reason


def _entering(draft: _Draft, statements: tuple[str, ...]) -> _Draft:
    if draft.target.form == "file":
        new = syntax_of(draft.target.original.path, draft.own.text)
        text = applied(new.text, entered(new, statements)) if new else draft.own.text
        return replace(draft, own=draft.own._replace(text=text))
    found = entered(draft.file, statements)
    own = draft.own
    inside = [each for each in found if own.start < each.start < own.end]
    text = own.text + "".join(f"\n{line}" for line in statements if inside)
    return replace(draft, own=own._replace(text=text), more=(*(() if inside else found), *draft.more))


def _taken(file: Syntax | None, target: Target, reply: str, freedom: Freedom) -> Taken:
    if target.form == "file":
        return whole(target, reply)
    if target.form == "insert":
        return new_code(file, target, reply)
    if target.kind == "statements" or file is None:
        return statements(file, target, reply)
    return definition(file, target, reply, freedom)


def _of_text(target: Target, own: Splice) -> str:
    """What is wrong with a change of a text that is not parsed."""
    old = target.original.text
    if leaves_gap(old, own.text, target.original.path):
        return "leaves a gap"
    return NOTHING if bare_lines(old) == bare_lines(applied(old, [own])) else ""


def _fault(draft: _Draft, freedom: Freedom) -> str:
    """Why a change does not hold; "" if it does."""
    target, file, text = draft.target, draft.file, draft.text
    new = syntax_of(target.original.path, text)
    if new is None or (is_blanked(new) and not is_blanked(file)):
        return "cannot be parsed"
    if bare_lines(file.text) == bare_lines(text):
        return NOTHING
    refused = file.language.id == "python" and not stays_compiled(file.text, text)
    if new.broken > file.broken or refused:
        return "adds a syntax error"
    if leaves_gap(file.text, draft.own.text, target.original.path):
        return "leaves a gap"
    change = Change(file, new, draft.splices)
    if target.form == "file":
        return "" if freedom.signature else _signatures(change, (0, len(file.text)), (0, len(text)))
    if file.broken == new.broken and not others_stay(change):
        return "changes other definitions"
    if _is_repeated(change, draft.place):
        return "repeats the definition around it"
    if target.form == "node" and target.kind != "statements":
        return _of_definition(target, change, draft.place, freedom)
    return ""


def _is_repeated(change: Change, place: tuple[int, int]) -> bool:
    """Whether a type in a change has the name of the type that it is in: the reply was all of that."""
    known = {each.full_name for each in change.old.parts}
    inside = (each for each in _within(change.new, place) if each.kind not in CALLED)
    return any(each.container.rpartition(".")[2] == each.name and each.full_name not in known for each in inside)


def _of_definition(target: Target, change: Change, place: tuple[int, int], freedom: Freedom) -> str:
    old = next((each for each in change.old.parts if _is_target(each, target)), None)
    reading = Reading(change.new, *place)
    new = picked(reading, target, freedom)
    if old is None or new is None or new.container != old.container:
        return f"is not one {target.kind} named {own_name(target)}"
    if new.name != old.name and new.full_name in [each.full_name for each in change.old.parts]:
        return f"defines {new.name}, which is there already"
    if _is_emptied(change, old, new):
        return "leaves a gap"
    if freedom.signature:
        return ""
    if target.kind in CALLED:
        return changed(change.old, [old], change.new, [new])
    return _signatures(change, (old.start, old.end), (new.start, new.end))


def _is_target(part: Part, target: Target) -> bool:
    return (part.start, part.end, part.kind) == (target.start, target.end, target.kind)


def _is_emptied(change: Change, old: Part, new: Part) -> bool:
    """Whether a body in Python that did something does nothing any more."""
    if change.old.language.id != "python" or old.body < 0 or new.body < 0:
        return False
    after, before = change.new.text[new.body : new.end], change.old.text[old.body : old.end]
    return is_empty(after) and not is_empty(before)


def _signatures(change: Change, before: tuple[int, int], after: tuple[int, int]) -> str:
    """What is wrong with the signatures of what others can see of two stretches."""
    old = list(public(change.old.definitions(), before))
    return changed(change.old, old, change.new, list(_within(change.new, after)))


def _within(code: Syntax, stretch: tuple[int, int]) -> Iterator[Part]:
    return (each for each in code.definitions() if stretch[0] <= each.start and each.end <= stretch[1])
