"""Holds documentation against the code that it is of: what is not so is dropped, what is missing is told."""

from __future__ import annotations

import re
from dataclasses import replace

from codeassist.edit.presets.docfacts import Facts
from codeassist.edit.presets.docrender import MARK, Conventions
from codeassist.edit.presets.documentation import Documentation, Item
from codeassist.review.sentences import unknown_names
from codeassist.terminal import sanitise

_MOST_PARAGRAPHS, _MOST_CHARACTERS, _ITEM_CHARACTERS = 4, 1_600, 300
_WORDS = re.compile(r"[^\W\d_]{2,}")
_CHATTER = re.compile(
    r"(?i)^(?:sure\b|certainly\b|of course\b|here(?:'s| is| are)\b|as an ai\b|i'm sorry\b|i cannot\b|i can't\b)"
    r"|\b(?:language model|write the documentation|the documentation of)\b"
)
# What a tool would take for an instruction, though it is said in a comment.
_DIRECTIVE = re.compile(
    r"(?i)eslint-|@ts-|@flow\b|@jsx|prettier-ignore|istanbul ignore|\bnoqa\b|\bnolint\b|\bnosec\b|type:\s*ignore"
    r"|pylint:|rubocop:|shellcheck\s|codeassist:|^\s*\+build\b|^\s*go:|coding[:=]|frozen_string_literal|pragma[: ]"
    r"|<reference\s|sourcemappingurl|clang-format|phpcs:|@codingstandards",
    re.MULTILINE,
)
_KEYWORDS = "True False None null nil true false undefined self this void"


def held(doc: Documentation, told: Facts, how: Conventions, before: Documentation) -> Documentation:
    """Documentation without what the code denies, in the order of its signature.

    What was there `before` of errors that the code does not raise itself, and of sections that the program knows
    nothing of, is kept; what a model adds of them (an example, say) is not.
    """
    if how.markup == "plain":
        return Documentation(_prose(doc), others=before.others)
    said = {each.name.lstrip("$"): each for each in (*reversed(before.parameters), *reversed(doc.parameters))}
    parameters = [(each, said.get(each.name.lstrip("$"))) for each in told.parameters]
    returns = (doc.returns or before.returns) if told.returns is not False or told.yields else None
    if returns is not None:
        returns = replace(_one_line(returns), name="yield" if told.yields else "")
    raises = {each.name.rpartition(".")[2]: each for each in reversed(doc.raises)}
    raised = [_one_line(raises[name]) for name in told.raises if name in raises and raises[name].text]
    known = {each.name for each in raised}
    return Documentation(
        paragraphs=_prose(doc),
        parameters=tuple(
            replace(_one_line(item), name=each.name, kind=each.kind or item.kind)
            for each, item in parameters
            if item is not None and item.text
        ),
        returns=returns,
        raises=(*raised, *(each for each in before.raises if each.text and each.name not in known)),
        others=before.others,
    )


def _prose(doc: Documentation) -> tuple[tuple[str, ...], ...]:
    """The paragraphs, without a quote that nothing closes at the end of one."""
    found = []
    for paragraph in doc.paragraphs[:_MOST_PARAGRAPHS]:
        last = paragraph[-1]
        odd = last.endswith('"') and "".join(paragraph).count('"') % 2
        found.append((*paragraph[:-1], last[:-1] if odd else last))
    return tuple(found)


def missing(doc: Documentation, told: Facts, how: Conventions) -> list[Item]:
    """What has to be said and is not, as items with the mark for a text; "return" and "yield" are in lower case."""
    if how.markup == "plain":
        return []
    items: list[Item] = []
    if "parameters" in how.wants:
        said = {each.name for each in doc.parameters}
        items += [Item(each.name, MARK, each.kind) for each in told.parameters if each.name not in said]
    if "returns" in how.wants and doc.returns is None and (told.returns or told.yields):
        items.append(Item("yield" if told.yields else "return", MARK))
    if "raises" in how.wants:
        raised = {each.name for each in doc.raises}
        items += [Item(name, MARK) for name in told.raises if name not in raised]
    return items


def with_item(doc: Documentation, item: Item, told: Facts) -> Documentation:
    """Documentation with one more item, in its place."""
    if item.name in ("return", "yield"):
        return replace(doc, returns=replace(item, name="" if item.name == "return" else "yield"))
    order = [each.name for each in told.parameters]
    if item.name in order:
        items = sorted((*doc.parameters, item), key=lambda each: order.index(each.name))
        return replace(doc, parameters=tuple(items))
    return replace(doc, raises=(*doc.raises, item))


# The last one is any sign to a Java compiler, also in comments (Java Language Specification, 3.3).
_DELIMITERS = ('"""', "'''", "*/", "/*", "?>", "```", "\\u")


def complaint(doc: Documentation, before: Documentation, name: str, shown: str) -> str:
    """Why documentation cannot stand; "" if it can. `shown`: all that the model was shown; of what was there `before`
    nothing is held against it."""
    kept = {*before.parameters, *before.raises, before.returns}
    items = [each for each in _items(doc) if each not in kept]
    text = "\n".join(
        [*(line for each in doc.paragraphs for line in each), *(f"{one.text} {one.kind}" for one in items)]
    )
    if not doc.summary or len(set(map(str.lower, _WORDS.findall(doc.summary))) - {name.lower()}) < 2:
        return "it says nothing"
    if sanitise(text) != text or "\ufffd" in text or MARK in text:
        return "it has control characters"
    if any(sign in text for sign in _DELIMITERS):
        return "it has a delimiter inside"
    if len(text) > _MOST_CHARACTERS or any(len(each.text) > _ITEM_CHARACTERS for each in items):
        return "it is too long"
    if _CHATTER.search(doc.summary):
        return "it is no documentation"
    if _DIRECTIVE.search(text):
        return "it holds a directive for a tool"
    unknown = unknown_names(text, f"{shown} {name} {_KEYWORDS}")
    return f"it speaks of {unknown[0]}, which is not in the code" if unknown else ""


def _one_line(item: Item) -> Item:
    return replace(item, text=" ".join(item.text.split()))


def _items(doc: Documentation) -> list[Item]:
    return [*doc.parameters, *([doc.returns] if doc.returns else []), *doc.raises]
