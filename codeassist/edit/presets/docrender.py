"""Documentation as text of a file: in a project's markup, with its signs, wrapped and indented."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from codeassist.edit.presets.documentation import Documentation, Item

Markup = Literal["plain", "google", "numpy", "sphinx", "tags", "yard", "xml"]
_LISTED = re.compile(r"\s*(?:[-*+•] |\d{1,3}[.)] |\.\. |\||#|>)|\s{2,}")
_SENTENCE = re.compile(r"[.!?:…]['\")\]]*$")
_FIRST = re.compile(r"[^.!?]{12,200}[.!?] (?=[A-Z`])")
_NARROWEST = 40
MARK = "\ue000"  # stands where the model goes on: a character of private use


@dataclass(frozen=True)
class Conventions:
    """How a project writes documentation.

    Attributes:
        wants: sections that documentation has wherever there is something to say: "parameters", "returns", "raises".
        typed: items tell types.
        stop: a sentence of the summary ends with a full stop.
        second_line: of several lines, the first stands below the opening quotes.
        single: a block of one line stands on one line.
        apart: a blank line stands before the first tag.
        tag: what tags begin with; `result`: the tag of what is returned; `dash`: a dash follows a parameter's name.
    """

    markup: Markup = "plain"
    wants: frozenset[str] = frozenset({"parameters", "returns", "raises"})
    sign: str = ""  # "" is a docstring, "/**" a block, others begin each line
    quote: str = '"""'
    typed: bool = False
    stop: bool = True
    second_line: bool = False
    single: bool = True
    apart: bool = False
    tag: str = "@"
    result: str = "return"
    dash: bool = False
    width: int = 88

    @property
    def block(self) -> bool:
        """Whether a comment's delimiters stand around all of it."""
        return self.sign.startswith("/*")


def rendered(doc: Documentation, how: Conventions, indent: str) -> str:
    """Documentation with its delimiters; lines but the first are indented. It has no newline at its end."""
    prefix = len(indent.expandtabs(4)) + (3 if how.block else len(how.sign) + 1 if how.sign else 0)
    lines = _lines(doc, how, max(_NARROWEST, how.width - prefix))
    if not how.sign:
        return _docstring(lines, how, indent)
    if not how.block:
        return f"\n{indent}".join(f"{how.sign} {line}".rstrip() for line in lines)
    if len(lines) == 1 and how.single and len(lines[0]) + prefix + 4 <= how.width:
        return f"{how.sign} {lines[0]} */"
    return f"\n{indent}".join([how.sign, *(f" * {line}".rstrip() for line in lines), " */"])


def opened(doc: Documentation, how: Conventions) -> str:
    """What documentation begins with, up to the mark in one of its texts; without indentation."""
    wide = replace(how, width=100_000, single=False)
    return rendered(doc, wide, "").partition(MARK)[0].rstrip(" ")


def _docstring(lines: list[str], how: Conventions, indent: str) -> str:
    raw = "r" if any("\\" in line for line in lines) else ""
    quote = f"{raw}{how.quote}"
    only = lines[0]
    fits = len(indent.expandtabs(4)) + len(only) + 2 * len(how.quote) + len(raw) <= how.width
    if len(lines) == 1 and fits and not only.endswith((how.quote[0], "\\")):
        return f"{quote}{only}{how.quote}"
    body = [f"{indent}{line}" if line else "" for line in lines]
    first = f"\n{body[0]}" if how.second_line else lines[0]
    return "\n".join([f"{quote}{first}", *body[1:], f"{indent}{how.quote}"])


def _lines(doc: Documentation, how: Conventions, width: int) -> list[str]:
    first, more = _summarised(doc.summary, width)
    rest = [(more,)] if more else []
    summary = _ended(first, stop=how.stop or bool(more))
    paragraphs = [_wrapped(summary, width), *(_prose(each, width) for each in (*rest, *doc.paragraphs[1:]))]
    if how.markup == "xml":
        return _xml(doc, paragraphs, width)
    lines = _joined(paragraphs)
    sections = list(_SECTIONS[how.markup](doc, how, width))
    others = [list(each) for each in doc.others]
    if how.markup in ("tags", "yard", "sphinx"):
        flat = [line for section in [*sections, *others] for line in section]
        return [*lines, *([""] if flat and (how.apart or len(paragraphs) > 1) else []), *flat]
    return _joined([lines, *sections, *others])


def _summarised(text: str, width: int) -> tuple[str, str]:
    """The first sentence apart from others, where they do not fit one line."""
    match = _FIRST.match(text) if len(text) > width - 3 else None
    return (match[0].rstrip(), text[match.end() :]) if match is not None else (text, "")


def _ended(text: str, *, stop: bool) -> str:
    if stop:
        return text if _SENTENCE.search(text) else f"{text}."
    return text[:-1] if text.endswith(".") and ". " not in text and not text.endswith("..") else text


def _prose(paragraph: Iterable[str], width: int) -> list[str]:
    """A paragraph as it is if it has lists and the like, else wrapped anew."""
    lines = list(paragraph)
    return lines if any(_LISTED.match(line) for line in lines) else _wrapped(" ".join(lines), width)


def _wrapped(text: str, width: int, hanging: str = "") -> list[str]:
    return textwrap.wrap(
        text, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False, max_lines=60
    ) or [""]


def _joined(blocks: Iterable[list[str]]) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        if block:
            lines += ["", *block] if lines else block
    return lines


def _plain(_doc: Documentation, _how: Conventions, _width: int) -> Iterable[list[str]]:
    return []


def _google(doc: Documentation, how: Conventions, width: int) -> Iterable[list[str]]:
    def listed(heading: str, items: Iterable[Item]) -> list[str]:
        lines = [line for each in items for line in _google_item(each, how, width)]
        return [f"{heading}:", *lines] if lines else []

    yield listed("Args", doc.parameters)
    if doc.returns is not None:
        heading = "Yields" if doc.returns.name == "yield" else "Returns"
        yield listed(heading, [Item("", doc.returns.text, doc.returns.kind)])
    yield listed("Raises", doc.raises)


def _google_item(item: Item, how: Conventions, width: int) -> list[str]:
    kind = item.kind if how.typed else ""
    label = f"{item.name} ({kind})" if item.name and kind else item.name or kind
    text = f"{label}: {item.text}" if label else item.text
    return [f"    {line}" for line in _wrapped(text, width - 4, "    ")]


def _numpy(doc: Documentation, how: Conventions, width: int) -> Iterable[list[str]]:
    def listed(heading: str, items: Iterable[Item]) -> list[str]:
        lines: list[str] = []
        for each in items:
            kind = each.kind if how.typed else ""
            label = f"{each.name} : {kind}" if each.name and kind else each.name or kind
            text = [f"    {line}" for line in _wrapped(each.text, width - 4)] if label else _wrapped(each.text, width)
            lines += [label, *text] if label else text
        return [heading, "-" * len(heading), *lines] if lines else []

    yield listed("Parameters", doc.parameters)
    if doc.returns is not None:
        heading = "Yields" if doc.returns.name == "yield" else "Returns"
        yield listed(heading, [Item("", doc.returns.text, doc.returns.kind)])
    yield listed("Raises", doc.raises)


def _sphinx(doc: Documentation, how: Conventions, width: int) -> Iterable[list[str]]:
    for each in doc.parameters:
        kind = f"{each.kind} " if how.typed and each.kind else ""
        yield _wrapped(f":param {kind}{each.name}: {each.text}", width, "    ")
    if doc.returns is not None:
        yield _wrapped(f":{'yields' if doc.returns.name == 'yield' else how.result}: {doc.returns.text}", width, "    ")
    for each in doc.raises:
        yield _wrapped(f":raises {each.name}: {each.text}", width, "    ")


def _tags(doc: Documentation, how: Conventions, width: int) -> Iterable[list[str]]:
    dash = "- " if how.dash else ""
    for each in doc.parameters:
        dollar = each.name.startswith("$")  # PHP: its types have no braces
        kind = (f"{each.kind} " if dollar else f"{{{each.kind}}} ") if how.typed and each.kind else ""
        yield _wrapped(f"{how.tag}param {kind}{each.name} {dash}{each.text}", width, "  ")
    if doc.returns is not None:
        bare = any(each.name.startswith("$") for each in doc.parameters)
        kind = (
            (f"{doc.returns.kind} " if bare else f"{{{doc.returns.kind}}} ") if how.typed and doc.returns.kind else ""
        )
        yield _wrapped(f"{how.tag}{how.result} {kind}{doc.returns.text}", width, "  ")
    for each in doc.raises:
        kind = f"{{{each.name}}}" if how.typed and how.dash else each.name
        yield _wrapped(f"{how.tag}throws {kind} {each.text}", width, "  ")


def _yard(doc: Documentation, how: Conventions, width: int) -> Iterable[list[str]]:
    for each in doc.parameters:
        kind = f"[{each.kind}] " if how.typed and each.kind else ""
        yield _wrapped(f"@param {each.name} {kind}{each.text}", width, "  ")
    if doc.returns is not None:
        kind = f"[{doc.returns.kind}] " if how.typed and doc.returns.kind else ""
        yield _wrapped(f"@return {kind}{doc.returns.text}", width, "  ")
    for each in doc.raises:
        yield _wrapped(f"@raise [{each.name}] {each.text}", width, "  ")


def _xml(doc: Documentation, paragraphs: list[list[str]], width: int) -> list[str]:
    lines = ["<summary>", *(_escaped(line) for line in _joined(paragraphs)), "</summary>"]
    tags = [(f'param name="{each.name}"', each.text) for each in doc.parameters]
    tags += [("returns", doc.returns.text)] if doc.returns is not None else []
    tags += [(f'exception cref="{each.name}"', each.text) for each in doc.raises]
    for tag, text in tags:
        lines += _wrapped(f"<{tag}>{_escaped(text)}</{tag.partition(' ')[0]}>", width)
    return lines + [line for each in doc.others for line in each]


def _escaped(text: str) -> str:
    return re.sub(r"&(?!\w{1,8};)", "&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


_SECTIONS = {
    "plain": _plain,
    "google": _google,
    "numpy": _numpy,
    "sphinx": _sphinx,
    "tags": _tags,
    "yard": _yard,
}
