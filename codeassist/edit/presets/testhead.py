"""What the program writes of a test file itself: its imports, what holds its tests, how the first one begins."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codeassist.context.index import Index
from codeassist.edit.original import Original
from codeassist.edit.presets import testimports
from codeassist.edit.presets.testimports import Subject
from codeassist.edit.target import Target
from codeassist.errors import UsageError
from codeassist.terminal import one_line

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True)
class Head:
    """The beginning of a test file.

    Attributes:
        lines: imports.
        around: the class or module that holds the tests; "" for none.
        begin: what the first test begins with, up to a name.
        folder: where a Python module is looked for, relative to the root; "" is the top.
        module: the Python module that is tested.
    """

    lines: tuple[str, ...]
    begin: str
    around: str = ""
    folder: str = ""
    module: str = ""

    def more(self, framework: str, tests: Sequence[str], said: str, known: Sequence[str]) -> list[str]:
        """Further imports that tests need. `said`: all that the model wrote; `known`: what is imported already."""
        if framework in ("pytest", "unittest"):
            return testimports.python_more(tests, said, self.module, known)
        return testimports.go_more(tests, known) if framework == "go" else []


def head_of(
    framework: str, root: Path, original: Original, file: Original, target: Target, index: Index | None
) -> Head:
    """The head of the tests of a definition. `file`: the test file, which may not be there.

    Raises:
        UsageError: it cannot be imported.
    """
    own = re.split(r"\.|::", target.name)[-1]
    top = re.split(r"\.|::", target.name)[0]
    if framework in ("pytest", "unittest"):
        return _python(framework, root, original, file, (top, own), index)
    if framework == "go":
        return Head(tuple(testimports.go_head(original.text)), f"func Test{_camel(own)}")
    if framework == "cargo":
        module = re.search(r"#\[cfg\(test\)\]\s{0,20}mod (\w{1,60})", file.text)
        return Head((), f"#[test]\nfn {_snake(own)}", module[1] if module else "tests")
    if framework == "junit":
        around = posixpath.splitext(posixpath.basename(file.path))[0]
        return Head(tuple(testimports.java_head(original.text)), f"@Test\nvoid {own[:1].lower()}{own[1:]}", around)
    lines = testimports.script_head(Subject(original.path, original.text, top), file.path, framework)
    word = "it" if framework == "mocha" or re.search(r"(?m)^\s*it\(", file.text) else "test"
    return Head(tuple(lines), f'{word}("{own}')


def _python(
    framework: str, root: Path, original: Original, file: Original, names: tuple[str, str], index: Index | None
) -> Head:
    top, own = names
    if not re.fullmatch(r"[\w/.]+", original.path) or top == "__main__":
        raise UsageError(f"{one_line(original.path)} cannot be imported", "rename the file")
    module, folder = testimports.python_module(root, original.path, index)
    lines = testimports.python_head(module, top)
    if framework == "pytest":
        return Head(tuple(lines), f"def test_{_snake(own)}", "", folder, module)
    around = f"Test{_camel(own)}"
    number = 2
    while re.search(rf"\bclass {around}\b", file.text):
        around, number = f"Test{_camel(own)}{number}", number + 1
    begin = f"class {around}(unittest.TestCase):\n    def test_{_snake(own)}"
    return Head(("import unittest", *lines), begin, around, folder, module)


def _camel(name: str) -> str:
    return "".join(each[:1].upper() + each[1:] for each in _WORDS.findall(name)) or "It"


def _snake(name: str) -> str:
    return "_".join(each.lower() for each in _WORDS.findall(name)) or "it"
