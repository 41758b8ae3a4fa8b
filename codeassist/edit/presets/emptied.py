"""A definition whose bodies do nothing but fail: tests that pass all the same test nothing of it."""

from __future__ import annotations

from codeassist.context.languages import encode
from codeassist.context.scope import body_of
from codeassist.edit.change import FileEdit
from codeassist.edit.original import Original, Splice
from codeassist.edit.presets.docsite import Sites
from codeassist.edit.target import Target

_FUNCTIONS = ("function", "method", "constructor")
_FAILING = {
    "python": "raise NotImplementedError",
    "javascript": '{ throw new Error("emptied"); }',
    "typescript": '{ throw new Error("emptied"); }',
    "tsx": '{ throw new Error("emptied"); }',
    "go": '{ panic("emptied") }',
    "rust": '{ panic!("emptied") }',
    "java": '{ throw new UnsupportedOperationException("emptied"); }',
}


def emptied(sites: Sites, original: Original, target: Target) -> FileEdit | None:
    """The file with the bodies of a function, or of all functions of a class, emptied; None where there is none."""
    first = len(encode(original.text[: target.start]))
    last = len(encode(original.text[: target.end]))
    failing = _FAILING.get(sites.language.id)
    if failing is None:
        return None
    splices: list[Splice] = []
    end = -1
    for each in sites.all():
        inside = each.node is not None and first <= each.node.start_byte and each.node.end_byte <= last
        if each.kind not in _FUNCTIONS or not inside or each.node is None or each.node.start_byte < end:
            continue
        value = each.node.child_by_field_name("value") or each.node
        body = body_of(sites.language, value) or value.child_by_field_name("body")
        if body is not None:
            begin = len(sites.data[: body.start_byte].decode("utf-8", "surrogatepass"))
            length = len(sites.data[body.start_byte : body.end_byte].decode("utf-8", "surrogatepass"))
            splices.append(Splice(begin, begin + length, failing))
            end = body.end_byte
    return original.spliced(splices) if splices else None
