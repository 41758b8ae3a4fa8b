"""What the model is asked for tests: the definition in its file, a test of the project, how the answer begins."""

from __future__ import annotations

import re
from typing import NamedTuple

from codeassist import templates
from codeassist.context.languages import language_for
from codeassist.edit.pipeline import Desk
from codeassist.edit.presets.testhead import Head
from codeassist.edit.surroundings import around
from codeassist.edit.target import Target
from codeassist.edit.writing import Asked
from codeassist.engine.api import Message
from codeassist.errors import UsageError
from codeassist.terminal import one_line, sanitise

_COUNT = 5
_EXAMPLE_LINES, _WIDTH = 40, 200
_ASSERTIONS = 4  # of one test
_ASSERTION = re.compile(r"^\s*(?:assert\b|self\.assert|(?:await )?expect\(|if .{1,200} != )", re.MULTILINE)
_LONGEST_LINE = 300  # characters
_BEGUN = re.compile(r"^[ \t]{0,8}(?:(?:async )?def test|func Test|(?:test|it)\(|#\[test\]|@Test\b)", re.MULTILINE)
_SHARE = 2  # of the context, that what is tested may take with its file: one in so many
_GAPS = {"python": "\n\n\n", "rust": "\n\n"}


class Example(NamedTuple):
    """A test of the project, and the file that it is in."""

    path: str
    code: str


def asked(desk: Desk, target: Target, head: Head, framework: str, example: Example | None, most: int) -> Asked:
    """The request.

    Raises:
        UsageError: the definition does not fit the model's context.
        EngineError: the engine failed to count tokens.
    """
    prompt = templates.unit_test_prompt()
    engine = desk.session.engine
    language = language_for(target.original.path)
    name = language.id if language is not None else ""
    size = engine.info().context_tokens
    own = len(engine.tokenize([target.text])[0])
    room = min(desk.session.settings.edit.file_tokens, size // _SHARE - own)
    if own * _SHARE > size or room < 0:
        raise UsageError(f"{one_line(target.name)} does not fit the model's context of {size} tokens", "split it")
    code = around(engine, desk.index, target, own + room, 0).file or sanitise(target.text)
    parts = [prompt.code.format(path=one_line(target.original.path), fence=_fence(code), language=name, code=code)]
    if example is not None:
        shown = "\n".join(line[:_WIDTH] for line in sanitise(example.code).split("\n")[:_EXAMPLE_LINES])
        path = one_line(example.path)
        parts.append(prompt.example.format(path=path, fence=_fence(shown), language=name, code=shown))
    parts.append(prompt.request.format(count=_COUNT, name=one_line(target.name), framework=framework))
    lines = "\n".join(head.lines)
    return Asked(
        messages=[Message("system", prompt.system), Message("user", "".join(parts).strip())],
        max_tokens=most,
        opening=f"```{name}\n{lines}{_GAPS.get(name, chr(10) * 2) if lines else ''}{head.begin}",
        stop=("\n```",),
        enough=enough,
    )


def enough(said: str) -> bool:
    """What ends an answer that has more than was asked for, or more of one test than it needs."""
    begun = [match.start() for match in _BEGUN.finditer(said)]
    if len(said) - said.rfind("\n") > _LONGEST_LINE or len(begun) > 2 * _COUNT:
        return True
    return bool(begun) and len(_ASSERTION.findall(said, begun[-1])) > _ASSERTIONS


def going_on(said: str, head: Head, gap: str) -> str:
    """What the model goes on from where its answer was ended: another test is begun. "" if it has enough of them."""
    whole = said.rpartition("\n")[0].rstrip()
    if len(_BEGUN.findall(whole)) >= _COUNT:
        return ""
    return f"{whole}{gap}{head.begin.rpartition(chr(10))[2]}"


def _fence(code: str) -> str:
    runs = [len(run) for run in re.findall(r"`{3,}", code)]
    return "`" * max([3, *(run + 1 for run in runs)])
