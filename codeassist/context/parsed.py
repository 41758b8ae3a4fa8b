"""What is stored of a file's content: made from the content alone, so that any process can make it."""

from __future__ import annotations

import zlib

import msgspec

from codeassist.context import exclusion
from codeassist.context.languages import languages
from codeassist.context.stretches import of_code, of_prose
from codeassist.context.tags import Import, Tag, Tags, tags
from codeassist.context.terms import bag
from codeassist.errors import UsageError
from codeassist.text import decode

_BAGS = msgspec.msgpack.Decoder(list[tuple[str, str, str]])


class Parsed(msgspec.Struct, frozen=True, array_like=True):
    """Of one content. `reason` says why it is left out; then there is nothing else.

    Attributes:
        stretches: (first line, last line, symbol) of each.
        bags: the words of each stretch for the columns symbol, doc and body, packed: see `unpack`.
    """

    reason: str = ""
    lines: int = 0
    definitions: tuple[Tag, ...] = ()
    references: dict[str, int] = {}
    imports: tuple[Import, ...] = ()
    stretches: tuple[tuple[int, int, str], ...] = ()
    bags: bytes = b""


def parse(language_id: str, data: bytes) -> Parsed:
    """What is stored of a content in a language ("" is plain text)."""
    language = languages().get(language_id)
    try:
        text = decode(data, "").text
    except UsageError:
        return Parsed(reason=exclusion.BINARY)
    reason = exclusion.of_text(text, language)
    if reason:
        return Parsed(reason=reason)
    found = tags(language, text) if language is not None else Tags()
    lines = text.split("\n")
    stretches = of_code(language, lines, found.definitions) if language is not None else of_prose(lines)
    bags = [(bag(each.symbol), bag(each.doc), bag("\n".join(lines[each.start - 1 : each.end]))) for each in stretches]
    return Parsed(
        lines=len(lines) - (lines[-1] == ""),
        definitions=found.definitions,
        references=dict(found.references),
        imports=found.imports,
        stretches=tuple((each.start, each.end, each.symbol) for each in stretches),
        bags=zlib.compress(msgspec.msgpack.encode(bags), 1),
    )


def unpack(bags: bytes) -> list[tuple[str, str, str]]:
    """The words of each stretch, as they were put into the full-text index: taking them out needs them again."""
    return _BAGS.decode(zlib.decompress(bags)) if bags else []
