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


KEYS = """class Keys:
    def __init__(self, first, second):
        self.first = first
        self.second = second
    def one(self):
        return self.first

    def two(self):
        return self.first

"""
NESTED = """    class Keys:
        def __init__(self, first, second):
            self.first = first
            self.second = second
        def one(self):
            return self.first

        def two(self):
            return self.second
"""


def test_a_class_does_not_come_into_itself() -> None:
    (target,) = targets(Original.of_text("a.py", KEYS), Named("a.py", 5, 9))
    assert target.kind == "statements"
    members = "def one(self):\n    return self.first\n\ndef two(self):\n    return self.second\n"
    assert judge(target, members, signature_free=True).reason == ""
    (splice,) = judge(target, NESTED, signature_free=True).splices
    assert "class Keys" not in splice.text


def test_what_only_the_interpreter_refuses_does_not_hold() -> None:
    text = "class Store:\n    size = 3\n"
    (target,) = targets(Original.of_text("a.py", text), Named("a.py", name="Store"))
    assert judge(target, "class Store:return\n", signature_free=True).reason
    assert judge(target, "class Store:\n    size = 3\n    return size\n", signature_free=True).reason
    assert judge(target, "class Store:\n    size = 4\n", signature_free=True).reason == ""
