"""Code that is to be documented, and how projects document theirs."""

from __future__ import annotations

from typing import NamedTuple

from codeassist.edit.draft import Draft
from codeassist.edit.original import Original
from codeassist.edit.presets.doc import drafts
from codeassist.edit.target import Named
from codeassist.engine.fake import Reply
from tests.edit.presets.desk import desk

PLAIN = "def add(a, b):\n    return a + b\n"
GOOGLE = '''\
def near(x):
    """Say what is near.

    Args:
        x: A place.

    Returns:
        The place beside it.
    """
    return x


def far(a, b=1, *rest, **more):
    if a:
        raise ValueError(b)
    return a
'''
_SECTIONS = "    Args:\n        x: A place.\n\n    Returns:\n        The place beside it.\n"
_NUMPY = """\
    Parameters
    ----------
    x : int
        A place.

    Returns
    -------
    int
        The place beside it.
"""
NUMPY = GOOGLE.replace(_SECTIONS, _NUMPY)
SPHINX = GOOGLE.replace(_SECTIONS, "    :param x: A place.\n    :returns: The place beside it.\n")
HUMAN = '''\
def f(a):
    """Old.

    Raises:
        OSError: Deep down.

    Example:
        >>> f(1)
        1
    """
    return g(a)
'''


class Case(NamedTuple):
    """A reply to what `name` of `text` is, and the documentation that comes of it, right below `above`."""

    text: str
    name: str
    reply: str
    doc: str
    above: str = ""


_TAGS = " * @param a the number\n * @return the sum\n */"
LANGUAGES = {
    "a.py": Case(
        "def add(a, b):\n    return a + b\n",
        "add",
        "Add two numbers.",
        '    """Add two numbers."""\n',
        "def add(a, b):\n",
    ),
    "a.js": Case(
        "export function add(a, b) {\n  return a + b;\n}\n",
        "add",
        " Adds two.\n * @param {number} b - B.\n * @param {number} a - A.\n * @returns {number} Sum.\n */",
        "/**\n * Adds two.\n * @param {number} a - A.\n * @param {number} b - B.\n * @returns {number} Sum.\n */\n",
    ),
    "a.ts": Case(
        "class A {\n  add(a: number, b: string): void {}\n\n  run(): number {\n    return 1;\n  }\n}\n",
        "A.run",
        " Runs it once.\n * @returns The count.\n */",
        "  /**\n   * Runs it once.\n   * @returns The count.\n   */\n",
        "void {}\n\n",
    ),
    "a.tsx": Case(
        "const Row = ({ name }: Props) => <li>{name}</li>;\n",
        "Row",
        " Shows one row.\n * @returns The row.\n */",
        "/**\n * Shows one row.\n * @returns The row.\n */\n",
    ),
    "a.java": Case(
        "class A {\n    @Override\n    public int add(int a) {\n        return a;\n    }\n}\n",
        "add",
        f" Adds one to it.\n *\n{_TAGS}",
        "    /**\n     * Adds one to it.\n     *\n     * @param a the number\n     * @return the sum\n     */\n",
        "class A {\n",
    ),
    "a.go": Case(
        "package a\n\nfunc (s *Shop) Add(n int) int {\n\treturn n\n}\n",
        "Add",
        " adds a number to it.\n",
        "// Add adds a number to it.\n",
        "package a\n\n",
    ),
    "a.rs": Case(
        "#[inline]\npub fn add(a: i32) -> i32 {\n    a\n}\n", "add", " Adds a number.\n", "/// Adds a number.\n"
    ),
    "a.c": Case(
        "static int add(int a) {\n  return a;\n}\n",
        "add",
        f" Adds a number.\n{_TAGS}",
        f"/**\n * Adds a number.\n{_TAGS}\n",
    ),
    "a.cpp": Case(
        "template <typename T>\nT add(T a) {\n  throw Bad();\n}\n",
        "add",
        " Adds one.\n * @param a the number\n * @return the sum\n * @throws Worse never\n * @throws Bad always\n */",
        "/**\n * Adds one.\n * @param a the number\n * @return the sum\n * @throws Bad always\n */\n",
    ),
    "a.cs": Case(
        "class A\n{\n    int Add(int a) { return a; }\n}\n",
        "Add",
        ' Adds <see cref="a"/> & more.\n/// </summary>\n/// <param name="a">It.</param>\n/// <returns>Sum.</returns>\n',
        "    /// <summary>\n    /// Adds a &amp; more.\n    /// </summary>\n"
        '    /// <param name="a">It.</param>\n    /// <returns>Sum.</returns>\n',
        "{\n",
    ),
    "a.rb": Case(
        "class A\n  def add(a)\n    a\n  end\nend\n", "add", " Adds a number.\n", "  # Adds a number.\n", "class A\n"
    ),
    "a.php": Case(
        "<?php\n\nfunction add(int $a): int\n{\n    return $a;\n}\n",
        "add",
        " Adds a number.\n *\n * @param int $a The number.\n * @return int The sum.\n */",
        "/**\n * Adds a number.\n *\n * @param int $a The number.\n * @return int The sum.\n */\n",
        "<?php\n\n",
    ),
    "a.sh": Case(
        "#!/bin/sh\nadd() {\n  echo $1\n}\n", "add", " Prints a number.\n", "# Prints a number.\n", "#!/bin/sh\n"
    ),
}


def documented(path: str, text: str, name: str, *replies: str | Reply, count: int = 1) -> list[Draft]:
    given, _engine = desk(*replies)
    return list(drafts(given, Original.of_text(path, text), Named(path, name=name), count))


def result(path: str, text: str, name: str, *replies: str | Reply) -> str:
    (draft,) = documented(path, text, name, *replies)
    assert draft.reason == ""
    (file,) = draft.files
    assert file.after is not None
    return file.after.decode()
