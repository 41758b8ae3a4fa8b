"""Documentation as its parts, read from whatever markup a model wrote it in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from codeassist.edit.presets.doctags import tagged

_MOST_LINES, _WIDTH = 200, 600
_ITEMS = {
    "parameters": "Args|Arguments|Parameters|Params|Keyword Args|Keyword Arguments|Other Parameters",
    "returns": "Returns?|Return value|Yields?",
    "raises": "Raises|Throws|Errors?|Exceptions?",
}
_OTHERS = (
    "Attributes|Notes?|Examples?|Usage|See Also|References|Warnings?|Warns|Todo|Methods|Side Effects|Panics|Safety"
    "|Globals|Outputs"
)
_HEADING = re.compile(
    rf"(?:#{{1,3}} |\*\*)?(?:(?P<parameters>{_ITEMS['parameters']})|(?P<returns>{_ITEMS['returns']})"
    rf"|(?P<raises>{_ITEMS['raises']})|(?P<others>{_OTHERS}))(?:\*\*)?(?P<colon>:)?(?:\*\*)?(?P<rest> \S.*)?$",
    re.IGNORECASE,
)
_UNDERLINE = re.compile(r"[-=~]{3,}$")
_XML = (
    (re.compile(r"</?(?:summary|remarks|para)\s*/?>"), "\n"),
    (re.compile(r"<(?:param|typeparam)\s+name=\"([^\"<>\n]{1,100})\"\s*>"), r"\n@param \1 "),
    (re.compile(r"<(?:returns|value)>"), "\n@returns "),
    (re.compile(r"<exception\s+cref=\"([^\"<>\n]{1,100})\"\s*>"), r"\n@throws \1 "),
    (re.compile(r"</(?:param|typeparam|returns|value|exception)>"), "\n"),
    (re.compile(r"<(?:see|seealso|paramref)\s+(?:cref|name|langword)=\"([^\"<>\n]{1,100})\"\s*/>"), r"\1"),
)
_ITEM = re.compile(
    r"(?:[-*] )?`{0,2}(?P<name>\*{0,2}&?\.{0,3}\$?[A-Za-z_][\w$.]{0,99})`{0,2}\s*"
    r"(?:\((?P<kind>[^()]{1,80})\)|\[(?P<listed>[^\[\]]{1,80})\])?\s*(?::|--? | [-–—] )\s*(?P<text>.*)$"
)
_CODE = re.compile(r"\s*(?:>>> |```)")


@dataclass(frozen=True)
class Item:
    """A parameter, a result or an error. `kind`: its type as it was written; "" without one."""

    name: str
    text: str
    kind: str = ""


@dataclass(frozen=True)
class Documentation:
    """What documentation says.

    Attributes:
        paragraphs: of prose, each a list of lines, the first one the summary.
        returns: what is returned or yielded; None if it does not say.
        others: sections that are kept as they are (examples, notes), each with its heading.
    """

    paragraphs: tuple[tuple[str, ...], ...] = ()
    parameters: tuple[Item, ...] = ()
    returns: Item | None = None
    raises: tuple[Item, ...] = ()
    others: tuple[tuple[str, ...], ...] = ()

    @property
    def summary(self) -> str:
        """The first paragraph on one line."""
        return " ".join(" ".join(self.paragraphs[0]).split()) if self.paragraphs else ""


@dataclass
class _Reading:
    """What has been read so far."""

    section: str = "prose"
    prose: list[str] = field(default_factory=list)
    items: dict[str, list[list[str]]] = field(default_factory=lambda: {name: [] for name in _ITEMS})
    others: list[list[str]] = field(default_factory=list)
    indent: int = -1  # of the first item of a section


def parse(text: str) -> Documentation:
    """Read documentation without its delimiters: Google, NumPy, reST fields, `@tags`, XML, Markdown headings, prose."""
    if "<" in text:
        for expression, instead in _XML:
            text = expression.sub(instead, text)
    lines = dedented(text.split("\n")[:_MOST_LINES])
    reading = _Reading()
    for number, line in enumerate(lines):
        under = lines[number + 1] if number + 1 < len(lines) else ""
        if not (_UNDERLINE.match(line.strip()) and reading.section != "prose"):
            _take(reading, line, under)
    returns = [_read_item(each, named=False) for each in reading.items["returns"]]
    return Documentation(
        paragraphs=tuple(_paragraphs(reading.prose)),
        parameters=tuple(_read_items(reading.items["parameters"])),
        returns=next((each for each in returns if each is not None and each.text), None),
        raises=tuple(_read_items(reading.items["raises"])),
        others=tuple(tuple(_stripped(each)) for each in reading.others if _stripped(each)),
    )


def dedented(lines: Sequence[str]) -> list[str]:
    """Lines as PEP 257 has them: the first without blanks, the others without those that all of them have."""
    lines = [line[:_WIDTH].expandtabs().rstrip() for line in lines]
    common = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    return [*(line.strip() for line in lines[:1]), *(line[common:] for line in lines[1:])]


def _take(reading: _Reading, line: str, under: str) -> None:
    bare = line.strip()
    section, rest = tagged(bare)
    if section:
        reading.section, reading.indent = section, -1
        if section == "prose":
            reading.prose.append(rest)
        elif section == "others":
            reading.others.append([bare])
        elif section != "dropped":
            reading.items[section].append([rest])
        return
    heading = _heading(line, under)
    if heading is not None:
        section = next(name for name in ("parameters", "returns", "raises", "others") if heading[name])
        reading.section, reading.indent = section, -1
        if section == "others":
            reading.others.append([line])
        elif heading["rest"]:
            reading.items[section].append([heading["rest"].strip()])
        return
    if _CODE.match(line) and reading.section != "others":
        reading.section = "others"
        reading.others.append([])
    _add(reading, line)


def _add(reading: _Reading, line: str) -> None:
    """A line of the section that is being read."""
    if reading.section == "dropped":
        reading.section = "dropped" if line.strip() else "prose"
    elif reading.section in ("prose", "others"):
        (reading.prose if reading.section == "prose" else reading.others[-1]).append(line)
    else:
        _add_item(reading, line)


def _add_item(reading: _Reading, line: str) -> None:
    items, indent = reading.items[reading.section], len(line) - len(line.lstrip())
    if not line.strip():
        if items and reading.indent < 0:
            reading.section = "prose"  # a tag's text ends with its paragraph
        return
    if reading.indent < 0 and not items:
        reading.indent = indent
    if reading.indent >= 0 and indent == reading.indent and (reading.section != "returns" or not items):
        items.append([line.strip()])
    elif items:
        items[-1].append(line.strip())


def _heading(line: str, under: str) -> re.Match[str] | None:
    """A heading stands at the margin, with a colon, underlined, or marked."""
    match = _HEADING.match(line)
    if match is None:
        return None
    marked = match["colon"] or _UNDERLINE.match(under.strip()) or line.startswith(("#", "**"))
    return match if marked and not (match["rest"] and not match["colon"]) else None


def _read_items(found: list[list[str]]) -> Iterator[Item]:
    for each in found:
        item = _read_item(each, named=True)
        if item is not None:
            yield item


def _read_item(lines: list[str], *, named: bool) -> Item | None:
    first, *more = lines
    rest = " ".join(" ".join(more).split())
    if not named:
        match = re.match(r"\((?P<kind>[^()]{1,80})\)\s*(?P<text>.*)$", first)
        if match is not None:
            return Item("", f"{match['text']} {rest}".strip(), match["kind"])
        if more and re.match(r"[\w.\[\], |]{1,80}$", first):  # NumPy: the type has a line of its own
            return Item("", rest, first)
        return Item("", f"{first} {rest}".strip())
    match = _ITEM.match(first)
    if match is None:
        match = re.match(r"(?P<name>\*{0,2}[A-Za-z_][\w.]{0,99})\s*$", first)
        return Item(match["name"].lstrip("*"), rest) if match is not None else None
    kind, text = match["kind"] or match["listed"] or "", match["text"].strip()
    if more and ":" in first and " : " in first and not kind:  # NumPy: "name : type", the text below it
        kind, text = text, ""
    return Item(match["name"].lstrip("*&."), f"{text} {rest}".strip(), kind)


def _paragraphs(lines: list[str]) -> Iterator[tuple[str, ...]]:
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            yield tuple(paragraph)
            paragraph = []


def _stripped(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines
