"""What a reply may change of a definition's head, and that it does not repeat what is around the target."""

from __future__ import annotations

import pytest

from codeassist.edit.judging import judge
from codeassist.edit.original import Original
from codeassist.edit.target import Named, targets

OLD = "def f(a: int, b: dict[str, int] = {}, *rest, key=None) -> list[int]:\n    return []\n"


def reason(head: str) -> str:
    (target,) = targets(Original.of_text("a.py", OLD), Named("a.py", name="f"))
    return judge(target, f"{head}\n    return [a]\n").reason


@pytest.mark.parametrize(
    "head",
    [
        "def f(a, b={}, *rest, key=None):",
        "def f(a: float, b: dict = {}, *rest: int, key: str | None = None) -> object:",
        "def f(\n    a: tuple[int, ...],\n    b={},\n    *rest,\n    key=None,\n):",
    ],
)
def test_other_annotations_hold(head: str) -> None:
    assert reason(head) == ""


@pytest.mark.parametrize(
    "head",
    [
        "def f(a, b, *rest, key=None):",
        "def f(b={}, a: int = 0, *rest, key=None):",
        "def f(a: int, c={}, *rest, key=None) -> list[int]:",
        "def f(a: int, b: dict[str, int] = {}, *rest, key=None, more=1) -> list[int]:",
    ],
)
def test_other_parameters_do_not(head: str) -> None:
    assert reason(head) == "changes the signature of f"


def test_a_class_does_not_come_into_itself() -> None:
    text = "class A:\n    x = 1\n\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"
    (target,) = targets(Original.of_text("a.py", text), Named("a.py", 4, 8))
    assert target.kind == "statements"
    reply = "class A:\n    y = 1\n    def f(self):\n        return 3\n    def g(self):\n        return 2\n"
    judged = judge(target, reply, signature_free=True)
    assert judged.reason == "repeats the definition around it"
