"""Whether the code around the cursor parses once the cursor's line is complete: with some simple line it then does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from codeassist.completion.filters.brackets import CLOSERS, lex, open_at_cursor, unmatched
from codeassist.completion.filters.compiles import compiles
from codeassist.completion.filters.hole import Hole, width
from codeassist.completion.filters.region import Parsed, Region
from codeassist.context.languages import Language

_OPENERS = {closer: opener for opener, closer in CLOSERS.items()}
MAX_TRIES = 20
_HOPELESS = 12  # errors that no line at the cursor will heal
_ENDS = {
    "indent": (":", ",", "():"),
    "braces": (";", ",", " {", " {}"),
    "end": (",", " do", " do; end", "; end"),
    "shell": ("; then", "; do", ";;", "; fi", "; done", " {", "() {"),
}
_LINES = {
    "indent": ("pass", "x,", "if x:", "except x:", "else:", "def x():"),
    "braces": ("", "x;", "x,", "x {", "x() {}"),
    "end": ("", "x", "x,", "end", "if x", "def x", "class X", "x do", "else"),
    "shell": ("", "x", "if x; then", "for x in y; do", "fi", "done", "x() {", "else", "x)", ";;", "esac"),
}


def best(hole: Hole, language: Language, region: Region, parsed: Parsed, tries: int = MAX_TRIES) -> int:
    """The errors that remain in the region (`parsed` is of it) if the cursor's line is completed in a simple way.

    0 or 1 if nothing but this line is broken, more otherwise. 1 is doubted: the line may have been joined to a
    broken one above it.
    """
    before, after = region.prefix[: len(region.prefix) - len(hole.line)], region.suffix[len(hole.rest) :]
    without = Parsed(language, Region(before, after))
    least = 2
    for source, texts in ((without, _replacing(hole, language, region)), (parsed, _inserted(hole, language))):
        for text in islice(texts, tries):
            errors = source.errors(text)
            least = min(least, errors)
            if not least or errors > _HOPELESS:
                break
        if not least:
            return 0
    return least if any(compiles(f"{before}{pad}pass") for pad in _pads(hole)) else 2


def _inserted(hole: Hole, language: Language) -> Iterator[str]:
    """Texts that may complete the line. To an empty one a name is none: it could join the line above."""
    yield ""
    quote = _open_quote(hole, language)
    if not hole.line.strip():
        yield from (quote,) if quote else ()
        return
    start = len(hole.prefix) - len(hole.line)
    missing = [each for each in open_at_cursor(hole) if each.missing and each.offset >= start]
    closers = "".join(CLOSERS[each.char] for each in reversed(missing))
    for word in (quote,) if quote else ("", "x"):
        yield word + closers
        yield from (f"{word}{closers}{end}" for end in _ENDS[language.blocks])


def _open_quote(hole: Hole, language: Language) -> str:
    """What closes the string in which the cursor stands."""
    lexed = lex(language, hole.prefix)
    if not lexed.ends or lexed.ends[-1] != len(hole.prefix):
        return ""
    text = hole.prefix[lexed.starts[-1] :]
    quote = text[:3] if text[:3] in ('"""', "'''") else text[:1]
    closed = len(text) > len(quote) and text.endswith(quote)
    return quote if quote[:1] in "\"'`" and not closed else ""


def _replacing(hole: Hole, language: Language, region: Region) -> Iterator[str]:
    """Lines that may stand in the cursor line's place: they close what it closes and open what the suffix closes."""
    closes = "".join(each.char for each in unmatched(lex(language, hole.line + hole.rest).brackets)[0])
    wanted = _wanted(hole, language, region)
    for pad in _pads(hole):
        if wanted or closes:
            yield from (f"{pad}{closes}{wanted}", f"{pad}{closes}:", f"{pad}{closes};")
            yield from (f"{pad}{closes} else {wanted}", f"{pad}x{wanted}", f"{pad}x = {wanted}", f"{pad}def x{wanted}")
        else:
            yield from (pad + line for line in _LINES[language.blocks])


def _wanted(hole: Hole, language: Language, region: Region) -> str:
    """The brackets that the lines after the cursor's close and nothing before it opened."""
    start = len(region.prefix) - len(hole.line)
    text = region.prefix[:start] + region.suffix[len(hole.rest) :]
    closers, _ = unmatched(lex(language, text).brackets)
    return "".join(_OPENERS[each.char] for each in reversed(closers) if each.offset >= start)


def _pads(hole: Hole) -> list[str]:
    """The cursor line's indentation, and those of the lines above and below it if it is an empty line."""
    own = hole.line[: len(hole.line) - len(hole.line.lstrip(" \t"))]
    if hole.line.strip() or hole.rest.strip():
        return [own]
    above = next((line for line in reversed(hole.prefix.split("\n")[:-1]) if line.strip()), "")
    below = next((line for line in hole.following.split("\n") if line.strip()), "")
    found = [own, *(line[: len(line) - len(line.lstrip(" \t"))] for line in (above, below))]
    return list(dict.fromkeys(pad for pad in found if width(pad) >= width(own)))
