"""Signatures: whether an instruction speaks of them, and whether a rewritten definition has the old one's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from codeassist.edit.parts import Part, Syntax
from codeassist.edit.tables import tables

CALLED = frozenset({"function", "method", "constructor"})
_CHARACTERS = 4_000  # of an instruction
_LONGEST = 20_000  # characters of a head
_CLOSERS = frozenset(")]}>")


@cache
def _telling() -> re.Pattern[str]:
    table = tables()
    stems = "|".join(map(re.escape, table.signature_stems.split()))
    whole = "|".join(map(re.escape, table.signature_words.split()))
    return re.compile(rf"\b(?:(?:{stems})\w*|(?:{whole}))\b|->|(?<!\w)--?\w", re.IGNORECASE)


def speaks_of_signature(instruction: str) -> bool:
    """Whether an instruction asks for other parameters, another name, or another type of what is returned.

    In doubt it does: a signature that is kept by force makes what was asked for impossible.
    """
    return _telling().search(instruction[:_CHARACTERS]) is not None


def signature(syntax: Syntax, part: Part) -> tuple[str, ...]:
    """The tokens of a definition's head; blanks, comments, decorators and a comma before a bracket are left out.

    So are annotations of Python: they bind no caller.
    """
    end = part.body if part.body >= 0 else min(part.end, part.head + _LONGEST)
    tokens = [each for each in syntax.tokens(part.head, end) if each]
    if part.body < 0:
        tokens = _to_body(tokens)
    if syntax.language.id == "python":
        tokens = list(_unannotated(tokens))
    pairs = zip(tokens, [*tokens[1:], ""], strict=True)
    return tuple(each for each, following in pairs if not (each == "," and following in _CLOSERS))


def _unannotated(tokens: list[str]) -> Iterator[str]:
    """A head of Python without what stands behind colons, and behind the arrow."""
    depth, annotated = 0, False
    for word in tokens:
        depth -= word in (")", "]", "}")
        if depth <= 1 and word in (",", "=", ")"):
            annotated = False
        if not annotated and word != ":" and not (depth == 0 and word == "->"):
            yield word
        annotated = annotated or (depth == 1 and word == ":") or (depth == 0 and word == "->")
        depth += word in ("(", "[", "{")


def _to_body(tokens: list[str]) -> list[str]:
    """The head of a definition whose body is an expression: `f = (a) => a`, `def f? = a`."""
    depth = 0
    for number, token in enumerate(tokens):
        depth += (token in ("(", "[", "{")) - (token in (")", "]", "}"))
        if depth == 0 and token in ("=>", "=") and number > 1:
            return tokens[:number]
    return tokens


def changed(old: Syntax, before: Sequence[Part], new: Syntax, after: Sequence[Part]) -> str:
    """What is wrong with the signatures of definitions that were rewritten together; "" if nothing is."""
    wanted = {each.full_name for each in before}
    there: dict[str, Counter[tuple[str, ...]]] = {}
    for each in after:
        if each.full_name in wanted:
            there.setdefault(each.full_name, Counter())[signature(new, each)] += 1
    for each in before:
        found = there.get(each.full_name)
        if not found:
            return f"drops {each.name}"
        own = signature(old, each)
        if each.kind in CALLED and not found[own]:
            return f"changes the signature of {each.name}"
        found[own] -= 1
    return ""


def public(parts: Sequence[Part], within: tuple[int, int]) -> Iterator[Part]:
    """The definitions of a stretch that others can see: none inside of functions, none whose names begin with `_`."""
    end = -1
    for each in sorted(parts, key=lambda part: (part.start, -part.end)):
        if each.start < max(within[0], end) or each.end > within[1]:
            continue
        if each.kind in CALLED:
            end = each.end
        private = each.name.startswith(("_", "#")) and not each.name.endswith("__")
        if not private:
            yield each
