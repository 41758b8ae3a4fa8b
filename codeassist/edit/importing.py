"""Import statements of every language, taken apart into the names that they bring."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from codeassist.context.usepaths import use_paths
from codeassist.edit.tables import tables, words

_LONGEST = 5_000  # characters of a statement
_FROM = re.compile(r"from\s+(\S+)\s+import\s+\(?(.*?)\)?\s*$", re.DOTALL)
_ALIAS = re.compile(r"\s+as\s+")
_CLAUSE = re.compile(r"import\s+(type\s+)?([^'\";]+?)\s*from\s*(['\"][^'\"\n]*['\"])")
_REQUIRED = re.compile(r"(const|let|var)\s+(\{[^{}]*\}|\w+)\s*=\s*(require\(\s*['\"][^'\"\n]*['\"]\s*\))")
_SPEC = re.compile(r"(?:([\w.]+)[ \t]+)?\"([^\"\n]+)\"")
_VERSION = re.compile(r"^v\d+$|[.-]v\d+$")
_HEADER = re.compile(r"#\s*include\s*<([^<>\n]+)>")
_QUOTED = re.compile(r"['\"]([^'\"\n]+)['\"]")


class Imported(NamedTuple):
    """One name that is imported.

    Attributes:
        text: the statement that imports it alone; with `frame` what stands in it for this name.
        name: what it is called here; "" if the statement does not tell.
        frame: "from x import {}": names of one frame can share a statement; "" if they cannot.
        hints: of a statement that tells no name: words in code that uses it.
    """

    text: str
    name: str
    frame: str = ""
    hints: frozenset[str] = frozenset()


def imported(language: str, statement: str) -> list[Imported]:
    """The names of a statement; none if it is no import, or one that nothing uses by a name."""
    read = _READERS.get(language)
    return list(read(statement[:_LONGEST].strip())) if read else []


def _python(statement: str) -> Iterator[Imported]:
    text = re.sub(r"#[^\n]*|\\\n", "", statement)
    source = _FROM.match(text)
    if source is None and not text.startswith("import "):
        return
    frame = f"from {source[1]} import {{}}" if source else ""
    for item in (source[2] if source else text.removeprefix("import")).split(","):
        name, *alias = _ALIAS.split(" ".join(item.split()))
        if name and name != "*":
            bound = alias[0] if alias else name if source else name.partition(".")[0]
            whole = f"{name} as {alias[0]}" if alias else name
            yield Imported(whole if source else f"import {whole}", bound, frame)


def _ecmascript(statement: str) -> Iterator[Imported]:
    clause, required = _CLAUSE.match(statement), _REQUIRED.match(statement)
    if clause:
        kind, inside, source = clause[1] or "", clause[2], clause[3]
        braces = re.search(r"\{([^{}]*)\}", inside)
        for item in inside.replace(braces[0], "").split(",") if braces else inside.split(","):
            name = re.split(r"\bas\s+", item.strip())[-1]
            if name:
                yield Imported(f"import {kind}{item.strip()} from {source};", name)
        frame = f"import {kind}{{ {{}} }} from {source};"
        yield from _items(braces[1] if braces else "", frame, r"\bas\s+")
    elif required and required[2].startswith("{"):
        yield from _items(required[2][1:-1], f"{required[1]} {{ {{}} }} = {required[3]};", r":\s*")
    elif required:
        yield Imported(f"{required[0]};", required[2])


def _items(inside: str, frame: str, alias: str) -> Iterator[Imported]:
    for item in inside.split(","):
        text = " ".join(item.split())
        if text:
            yield Imported(text, re.split(alias, text)[-1].removeprefix("type "), frame)


def _go(statement: str) -> Iterator[Imported]:
    for alias, path in _SPEC.findall(statement.removeprefix("import")):
        parts = [each for each in path.split("/") if not re.fullmatch(r"v\d+", each)] or [path]
        name = alias or _VERSION.sub("", parts[-1]).removeprefix("go-").replace("-", "_")
        yield Imported(f'import {alias} "{path}"' if alias else f'import "{path}"', name)


def _paths(statement: str, keyword: str, separator: str) -> Iterator[Imported]:
    """`use a::b;`, `import a.b;`: the last part of a path is the name."""
    if " as " in statement or "*" in statement:
        names = re.findall(r"\bas\s+(\w+)", statement) if "{" not in statement else []
        if names:
            yield Imported(statement, names[-1])
        return
    for module, taken in use_paths(statement).items():
        if not taken:
            yield Imported(f"{keyword} {module};", module.rpartition(separator)[2])
        for name in taken:
            yield Imported(f"{keyword} {module}{separator}{name};", name)


def _rust(statement: str) -> Iterator[Imported]:
    if statement.startswith("use "):
        yield from _paths(statement, "use", "::")


def _java(statement: str) -> Iterator[Imported]:
    if not statement.endswith("*;"):
        keyword = "import static" if re.match(r"import\s+static\b", statement) else "import"
        yield from _paths(statement, keyword, ".")


def _php(statement: str) -> Iterator[Imported]:
    found = re.match(r"use(?:\s+(?:function|const))?\b", statement)
    if found:
        yield from _paths(statement, " ".join(found[0].split()), "\\")


def _csharp(statement: str) -> Iterator[Imported]:
    alias = re.match(r"using\s+(\w+)\s*=", statement)
    if alias:
        yield Imported(statement, alias[1])
    else:
        space = re.match(r"using\s+([\w.]+);", statement)
        if space:
            yield Imported(statement, "", hints=_hints(space[1]))


def _headers(statement: str) -> Iterator[Imported]:
    header = _HEADER.match(statement)
    if header:
        yield Imported(f"#include <{header[1]}>", "", hints=_hints(header[1]))


def _ruby(statement: str) -> Iterator[Imported]:
    quoted = _QUOTED.search(statement)
    if quoted and re.match(r"require(?:_relative)?\b", statement):
        last = quoted[1].rpartition("/")[2]
        camel = "".join(part.capitalize() for part in last.split("_"))
        yield Imported(statement, "", hints=_hints(quoted[1]) | {camel, last.upper()})


def _hints(module: str) -> frozenset[str]:
    known = tables().hints.get(module)
    return words(known) if known is not None else frozenset({module.partition(".")[0]} - {"System"})


_READERS: Mapping[str, Callable[[str], Iterator[Imported]]] = MappingProxyType(
    {
        "python": _python,
        "javascript": _ecmascript,
        "typescript": _ecmascript,
        "tsx": _ecmascript,
        "go": _go,
        "rust": _rust,
        "java": _java,
        "php": _php,
        "csharp": _csharp,
        "c": _headers,
        "cpp": _headers,
        "ruby": _ruby,
    }
)
