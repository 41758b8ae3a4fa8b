"""For each definition of the samples: its own text, slightly changed, is accepted; its neighbour's is not."""

from __future__ import annotations

import pytest

from codeassist.context.languages import Language
from codeassist.edit.judging import judge
from codeassist.edit.original import Original
from codeassist.edit.parts import Part, syntax_of
from codeassist.edit.target import Target
from tests.edit.texts import NAMES, sample


def definitions(name: str) -> tuple[Original, Language, list[Target]]:
    original = sample(name)
    syntax = syntax_of(name, original.text)
    assert syntax is not None
    targets = [
        Target(original, "node", each.start, each.end, each.kind, each.full_name, each.body)
        for each in (*alone(syntax.definitions()),)
    ]
    return original, syntax.language, targets


def alone(parts: list[Part]) -> list[Part]:
    """Without those of a name and kind that others of the file have too."""
    names = [(each.full_name, each.kind) for each in parts]
    return [each for each in parts if names.count((each.full_name, each.kind)) == 1 and each.body >= 0]


def commented(target: Target, language: Language) -> str:
    """The definition's own text with a comment line before its last line, or behind its first."""
    text = target.indent + target.text
    lines = text.split("\n")
    if len(lines) == 1:
        return ""
    sign = language.line_comment
    return "\n".join(
        [*lines[:-1], f"{lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())]}{sign} Checked.", lines[-1]]
    )


@pytest.mark.parametrize("name", NAMES)
def test_its_own_text_with_a_comment_is_accepted(name: str) -> None:
    original, language, targets = definitions(name)
    accepted = 0
    for target in targets:
        reply = commented(target, language)
        if not reply:
            continue
        judged = judge(target, reply)
        assert (target.name, judged.reason) == (target.name, "")
        (splice,) = judged.splices
        after = original.spliced(judged.splices).after
        assert after is not None
        old, new = original.text.split("\n"), after.decode().split("\n")
        first, last = target.lines
        assert new[: first - 1] == old[: first - 1]
        assert new[last + 1 :] == old[last:]
        assert [line for line in new if line not in old] == [f"{line}" for line in new if line.endswith(" Checked.")]
        assert splice.start == target.start
        accepted += 1
    assert accepted >= 3


@pytest.mark.parametrize("name", NAMES)
def test_its_own_text_changes_nothing(name: str) -> None:
    _, _, targets = definitions(name)
    for target in targets:
        assert judge(target, target.text).reason == "changes nothing"
        assert judge(target, target.indent + target.text + "\n").reason == "changes nothing"
        fenced = f"```\n{target.indent}{target.text}\n```\n"
        assert judge(target, fenced).reason == "changes nothing"


@pytest.mark.parametrize("name", NAMES)
def test_its_neighbours_text_is_refused(name: str) -> None:
    _, _, targets = definitions(name)
    for target in targets:
        own = target.name.split(".")[-1]
        for other in targets:
            if own not in [each.split(".")[-1] for each in _names(other)]:
                judged = judge(target, other.indent + other.text)
                assert judged.reason.startswith("is not one ")
                assert judged.splices == ()


def _names(target: Target) -> list[str]:
    syntax = syntax_of(target.original.path, target.original.text)
    assert syntax is not None
    return [each.name for each in syntax.parts if target.start <= each.start and each.end <= target.end]
