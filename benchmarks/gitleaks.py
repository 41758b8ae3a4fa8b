"""Reads gitleaks' own positives and negatives out of its Go files: what each rule must find and must not.

Only the expressions that those files use are understood: literals, sums, calls of the sample makers, `append`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import rstr

_TOKENS = re.compile(
    r"""//[^\n]*|(?P<raw>`[^`]*`)|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<name>[A-Za-z_][\w.]*)|(?P<sign>:=|\.\.\.|[-+=(){}\[\],:])|\s+|."""
)
_RULE = re.compile(r'RuleID:\s*"([^"]+)"')
_STATEMENT = re.compile(r"^\s*(?:var\s+)?(\w+|r\.TPs|r\.FPs)\s*:?=\s*(?=\S)", re.MULTILINE)
_REPEATED = re.compile(r"(\[[^\]]*\]|\\?.)\{(\d{3,})\}")
_MOST_REPEATED = 90
_POSITIVE, _NEGATIVE = ("tps", "r.TPs"), ("fps", "r.FPs")
_SETS = {"numeric": "[0-9]", "hex": "[a-f0-9]", "alphanumeric": "[a-z0-9]", "alphanumericextendedshort": "[a-z0-9_-]"}
_SETS |= {"alphanumericextended": r"[a-z0-9=_\-]", "alphanumericextendedlong": r"[a-z0-9\/=_\+\-]"}
# Ways to write a name and its value, as gitleaks' GenerateSampleSecrets has them.
SHAPES = (
    '{i}Token="{s}"', '{i}Token = "{s}"', "{i}Token={s}", "{i}Token = {s}", '{{\n    "{i}_token": "{s}"\n}}',
    '\\{{\n    \\"{i}_token\\": \\"{s}\\"\n\\}}', "<{i}Token>{s}</{i}Token>", "<{i}Token>\n    {s}\n</{i}Token>",
    "{i}_token: {s}", "{i}_token: '{s}'", '{i}_token: "{s}"', "{i}_token: |\n  {s}", "{i}_token: >\n  {s}",
    'string {i}Token = "{s}";', 'var {i}Token string = "{s}"', '{i}Token := "{s}"', "{i}Token := `{s}`",
    'String {i}Token = "{s}";', 'var {i}Token = "{s}"', '${i}Token .= "{s}"', "{i}Token = '{s}'", "{i}Token,{s},",
    '  "{i}Token" => "{s}"', '{i}_TOKEN = "{s}"', '{i}_TOKEN := "{s}"', '{i}_TOKEN ::= "{s}"', '{i}_TOKEN :::= "{s}"',
    '{i}_TOKEN ?= "{s}"', '{i}_TOKEN += "{s}"',
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A text that a rule must find or must not; `weight`: one line of the rule's file counts 1, all shapes together.

    `path`: the file that it is said to be in. `random`: a part of it was made by chance.
    """

    rule: str
    text: str
    positive: bool
    weight: float
    path: str = ""
    random: bool = False


@dataclass
class _Values:
    """What an expression is worth: texts with their weights and paths."""

    items: list[tuple[str, float, str]] = field(default_factory=list)
    made: bool = False


class _Reader:
    """Evaluates one statement; names are looked up in `known`."""

    def __init__(self, text: str, start: int, known: dict[str, _Values], chance: random.Random) -> None:
        self._tokens = [
            match for match in _TOKENS.finditer(text, start) if not match[0].isspace() and not match[0].startswith("//")
        ]
        self._at, self._known, self._chance = 0, known, chance

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self, expected: str = "") -> re.Match[str]:
        token = self._tokens[self._at]
        if expected and token[0] != expected:
            raise ValueError(f"{expected} expected, not {token[0]}")
        self._at += 1
        return token

    def value(self) -> _Values:
        """A sum of terms: texts are joined."""
        left = self._term()
        while self._peek() == "+":
            self._take()
            right = self._term()
            joined = (left.items[0][0] if left.items else "") + (right.items[0][0] if right.items else "")
            left = _Values([(joined, 1.0, "")], left.made or right.made)
        return left

    def _term(self) -> _Values:
        token = self._take()
        if token["raw"] is not None:
            return _Values([(token["raw"][1:-1], 1.0, "")])
        if token["text"] is not None:
            return _Values([(_unescape(token["text"][1:-1]), 1.0, "")])
        if token[0] == "[":  # []string{…}
            self._take("]")
            self._take()
            return self._listed()
        if token[0] == "map":
            while self._peek() != "{":
                self._take()
            return self._mapped()
        if self._peek() == "(":
            self._take()
            return self._called(token[0].rpartition(".")[2].lower(), self._arguments())
        return self._known.get(token[0], _Values())

    def _listed(self) -> _Values:
        self._take("{")
        return _together(self._arguments("}"))

    def _mapped(self) -> _Values:
        self._take("{")
        found = _Values()
        while self._peek() != "}":
            path = self._take()["text"]
            self._take(":")
            value = self.value()
            found.items.append((value.items[0][0], 1.0, (path or '""')[1:-1]))
            found.made |= value.made
            if self._peek() == ",":
                self._take()
        self._take("}")
        return found

    def _arguments(self, end: str = ")") -> list[_Values]:
        found = []
        while self._peek() != end:
            found.append(self.value())
            while self._peek() in (",", "..."):
                self._take()
        self._take(end)
        return found

    def _called(self, name: str, given: list[_Values]) -> _Values:
        texts = [each.items[0][0] for each in given if each.items]
        made = any(each.made for each in given)
        if name == "append":
            return _together(given)
        if name in ("newsecret", "newsecretwithentropy", "newplausiblesecret"):
            return _Values([(sample(texts[0], self._chance), 1.0, "")], True)
        if name in _SETS:
            return _Values([(f"{_SETS[name]}{{{texts[0]}}}", 1.0, "")])
        if name.startswith("hex8"):
            return _Values([("[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", 1.0, "")])
        if name == "generatesamplesecret":
            return _Values([(f'{texts[0]}_api_token = "{texts[1]}"', 1.0, "")], made)
        if name == "generatesamplesecrets":
            shaped = [shape.format(i=texts[0], s=texts[1]) for shape in SHAPES]
            return _Values([(text, 1 / len(shaped), "") for text in shaped], made)
        if name == "sprintf":
            return _Values([(re.sub("%s", lambda _: texts.pop(1), texts[0]), 1.0, "")], made)
        raise ValueError(f"unknown: {name}")


def _together(parts: list[_Values]) -> _Values:
    return _Values([item for part in parts for item in part.items], any(part.made for part in parts))


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t", "r": "\r"}.get(match[1], match[1]), text)


def sample(expression: str, chance: random.Random) -> str:
    """A text that an expression matches; of open ranges the least."""
    closed = _REPEATED.sub(_in_parts, re.sub(r"\{(\d+),\}", r"{\1}", expression).replace(r"\b", ""))
    return rstr.Rstr(chance).xeger(closed)


def _in_parts(match: re.Match[str]) -> str:
    """rstr repeats nothing more than a hundred times."""
    whole, rest = divmod(int(match[2]), _MOST_REPEATED)
    return f"{match[1]}{{{_MOST_REPEATED}}}" * whole + f"{match[1]}{{{rest}}}"


def read(directory: Path) -> Iterator[Sample]:
    """Every sample of the rules in a directory's Go files, always the same."""
    for path in sorted(directory.rglob("*.go")):
        text = path.read_text(encoding="utf-8")
        if path.name.endswith("_test.go") or not _RULE.search(text):
            continue
        rules = [(match.start(), match[1]) for match in _RULE.finditer(text)]
        for number, (start, rule) in enumerate(rules):
            end = rules[number + 1][0] if number + 1 < len(rules) else len(text)
            yield from _of_rule(rule, text[start:end])


def _of_rule(rule: str, text: str) -> Iterator[Sample]:
    chance = random.Random(rule)  # noqa: S311
    known: dict[str, _Values] = {}
    lasting: dict[str, _Values] = {}
    for match in _STATEMENT.finditer(re.sub(r"`[^`]*`", lambda raw: raw[0].replace("\n", "\x00"), text)):
        name = match[1]
        try:
            value = _Reader(text, match.end(), known, chance).value()
        except (ValueError, IndexError):
            if name in _POSITIVE + _NEGATIVE:
                raise
            continue
        known[name] = lasting[name] = value
    for names, positive in ((_POSITIVE, True), (_NEGATIVE, False)):
        best = max((lasting[name] for name in names if name in lasting), key=lambda each: len(each.items), default=None)
        for item, weight, path in best.items if best else ():
            yield Sample(rule, item, positive, weight, path, best.made if best else False)
