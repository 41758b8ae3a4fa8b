"""Seeded mutations of Python code: one token of the kind that people get wrong, in lines that are given.

The operators are those of mutation testing (comparison, boolean, arithmetic, constant, negation) and of misused
variables: another name that the same definition uses. A mutant must parse, and its syntax tree must differ.
"""

from __future__ import annotations

import ast
import io
import keyword
import random
import tokenize
from collections.abc import Sequence
from typing import NamedTuple

_SWAPS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "and": "or",
    "or": "and",
    "True": "False",
    "False": "True",
    "is": "is not",
    "in": "not in",
    "%": "*",
    "+=": "-=",
    "-=": "+=",
    "break": "continue",
    "continue": "break",
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "append": "extend",
    "extend": "append",
    "first": "last",
    "start": "end",
    "end": "start",
}
_AROUND = 30  # lines in which other names are looked for
_TRIES = 40


class Mutant(NamedTuple):
    """A mutated text; `line` is 1-based, `kind` says what was done: "operator", "constant", "negation" or "name"."""

    text: str
    line: int
    kind: str
    before: str
    after: str


def mutant(text: str, lines: Sequence[int], chance: random.Random) -> Mutant | None:
    """One mutant in one of these lines; None if none is found."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        original = ast.dump(ast.parse(text))
    except (SyntaxError, tokenize.TokenError, ValueError, RecursionError):
        return None
    wanted = set(lines)
    places = [index for index, token in enumerate(tokens) if token.start[0] in wanted]
    sites = [(index, kind) for index in places for kind in _kinds(tokens, index)]
    if not sites:
        return None
    kinds = sorted({kind for _, kind in sites})
    for _attempt in range(_TRIES):
        kind = chance.choice(kinds)  # each kind is as likely as the others
        index = chance.choice([index for index, its in sites if its == kind])
        made = _replaced(text, tokens, index, kind, chance)
        if made is not None and _differs(made.text, original):
            return made
    return None


def _kinds(tokens: Sequence[tokenize.TokenInfo], index: int) -> list[str]:
    token = tokens[index]
    if token.string in _SWAPS and token.type in (tokenize.OP, tokenize.NAME):
        return ["operator"]
    if token.type == tokenize.NUMBER and token.string.isdigit():
        return ["constant"]
    if token.type == tokenize.NAME and token.string == "not" and tokens[index + 1].string != "in":
        return ["negation"]
    if token.type == tokenize.NAME and token.string in ("if", "while", "elif") and tokens[index + 1].string != "not":
        return ["negation"]
    if token.type == tokenize.NAME and not keyword.iskeyword(token.string) and _names(tokens, index):
        return ["name"]
    return []


def _names(tokens: Sequence[tokenize.TokenInfo], index: int) -> list[str]:
    """Other names nearby that stand in places of the same kind: members, what is called, values."""
    at = tokens[index]
    shape = _shape(tokens, index)
    return (
        sorted(
            {
                each.string
                for other, each in enumerate(tokens)
                if each.type == tokenize.NAME
                and abs(each.start[0] - at.start[0]) < _AROUND
                and not keyword.iskeyword(each.string)
                and each.string != at.string
                and each.string != "self"
                and _shape(tokens, other) == shape
            }
        )
        if at.string != "self" and shape[2]
        else []
    )


def _shape(tokens: Sequence[tokenize.TokenInfo], index: int) -> tuple[bool, bool, bool]:
    before, after = tokens[index - 1].string, tokens[index + 1].string
    usable = before not in ("def", "class", "import", "from", "as", "for", "@") and after not in (":", "=")
    return before == ".", after == "(", usable


def _replaced(
    text: str, tokens: Sequence[tokenize.TokenInfo], index: int, kind: str, chance: random.Random
) -> Mutant | None:
    token = tokens[index]
    end = token.end
    if kind == "operator":
        new = _SWAPS[token.string]
        if token.string in ("is", "in") and tokens[index + 1].string == "not":
            return None
    elif kind == "constant":
        new = str(max(0, int(token.string) + chance.choice((1, -1))))
    elif kind == "negation":
        if token.string == "not":
            new, end = "", tokens[index + 1].start
        else:
            new = token.string + " not"
    else:
        new = chance.choice(_names(tokens, index))
    lines = text.splitlines(keepends=True)
    if end[0] != token.start[0]:
        return None
    line = lines[token.start[0] - 1]
    lines[token.start[0] - 1] = line[: token.start[1]] + new + line[end[1] :]
    return Mutant("".join(lines), token.start[0], kind, token.string, new)


def _differs(text: str, original: str) -> bool:
    try:
        return ast.dump(ast.parse(text)) != original
    except (SyntaxError, ValueError, RecursionError):
        return False
