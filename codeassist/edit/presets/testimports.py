"""What a test file has to import: the program knows where the code is, so the model need not."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from codeassist.context.index import Index
from codeassist.errors import UsageError
from codeassist.terminal import one_line

_ATTRIBUTE = re.compile(r"(?<![\w.])([a-z_][a-z0-9_]*)(?=\.\w)")
_PLAIN_IMPORT = re.compile(r"[ \t]{0,8}import ([\w.]{1,100})(?: as (\w{1,60}))?[ \t]*$", re.MULTILINE)
_FROM_IMPORT = re.compile(r"[ \t]{0,8}from ([\w.]{1,100}) import ([\w, ]{1,300})$", re.MULTILINE)
_GO_NAME = re.compile(r"(?<![\w.\"])([a-z][a-z0-9]*)\.[A-Z]")
# Packages of Go's standard library that tests use, by the name that code calls them by.
_GO_PACKAGES = {
    **{name: name for name in ("bytes", "context", "errors", "fmt", "math", "os", "reflect", "sort", "strconv")},
    **{name: name for name in ("slices", "maps", "strings", "sync", "time", "unicode")},
    "filepath": "path/filepath",
    "rand": "math/rand",
    "json": "encoding/json",
    "http": "net/http",
    "big": "math/big",
}


class Subject(NamedTuple):
    """What is tested: its file, its text, and the name that is imported (a method's class)."""

    path: str
    text: str
    name: str


def python_module(root: Path, path: str, index: Index | None) -> tuple[str, str]:
    """The dotted name by which a file is imported, and the folder that it is looked for in ("" is the top).

    As other files of the repository import it; else from the folder above its packages.
    """
    parts = posixpath.splitext(path)[0].split("/")
    parts = parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts
    start = len(parts) - 1
    while start > 0 and (root.joinpath(*parts[:start]) / "__init__.py").is_file():
        start -= 1
    if start == len(parts) - 1 and parts[0] not in ("src", "lib") and len(parts) > 1:
        start = 0  # no package around it: one without __init__.py, from the top
    if index is not None:
        imported = {each.module for _path, each in index.all_imports()}
        for first in range(len(parts)):
            if ".".join(parts[first:]) in imported:
                start = first
                break
    return ".".join(parts[start:]), "/".join(parts[:start])


def python_head(module: str, name: str) -> list[str]:
    """The line that imports what is tested."""
    return [f"from {module} import {name}"]


def python_more(found: Sequence[str], said: str, module: str, known: Sequence[str]) -> list[str]:
    """Lines that import what tests use besides: of the standard library, pytest, and the tested module.

    `said`: all that the model wrote, with imports of its own; `known`: lines that are there already.
    """
    code = "\n".join(found)
    there = "\n".join(known)
    lines: list[str] = []
    package = module.partition(".")[0]
    for match in _FROM_IMPORT.finditer(said):
        names = [each.strip() for each in match[2].split(",") if each.strip()]
        own = match[1].partition(".")[0]
        bound = [each.rpartition(" as ")[2].strip() for each in names]
        if own in (*sys.stdlib_module_names, "pytest", package) and all(re.search(rf"\b{b}\b", code) for b in bound):
            lines.append(f"from {match[1]} import {', '.join(names)}")
    for match in _PLAIN_IMPORT.finditer(said):
        name = match[2] or match[1].partition(".")[0]
        if match[1].partition(".")[0] in (*sys.stdlib_module_names, "pytest") and re.search(rf"\b{name}\b", code):
            lines.append(f"import {match[1]}{f' as {match[2]}' if match[2] else ''}")
    used = sorted({each for each in _ATTRIBUTE.findall(code) if each in (*sys.stdlib_module_names, "pytest")})
    lines += [f"import {name}" for name in used if not _bound(name, code)]
    return [each for each in dict.fromkeys(lines) if not re.search(rf"(?m)^{re.escape(each)}$", there)]


def _bound(name: str, code: str) -> bool:
    """Whether something in the code has a name that a module has too."""
    bound = rf"\b{name}\s*=|\bimport\b[^\n]*\b{name}\b|\bas {name}\b|\bfor {name}\b|def \w+\([^)\n]*\b{name}\b"
    return re.search(bound, code) is not None


def script_head(subject: Subject, test_path: str, framework: str) -> list[str]:
    """The lines of JavaScript or TypeScript that import what is tested, and the framework.

    Raises:
        UsageError: it is not exported.
    """
    modern = subject.path.endswith((".ts", ".tsx", ".mts", ".mjs")) or bool(
        re.search(r"(?m)^(?:export|import)\b", subject.text)
    )
    place = posixpath.relpath(subject.path, posixpath.dirname(test_path) or ".")
    place = place if place.startswith(".") else f"./{place}"
    stem, suffix = posixpath.splitext(place)
    needs_suffix = framework in ("node", "mocha") and suffix in (".js", ".mjs", ".cjs")
    place = place if needs_suffix and modern else stem
    wanted = _exported(subject, modern=modern)
    lines = []
    if framework == "node":
        lines.append(_script_import("test", "node:test", modern=modern))
    if framework in ("node", "mocha"):
        lines.append(_script_import("assert", "node:assert/strict", modern=modern))
    if framework == "vitest":
        lines.append(_script_import("{ expect, test }", "vitest", modern=True))
    return [*lines, _script_import(wanted, place, modern=modern)]


def _exported(subject: Subject, *, modern: bool) -> str:
    """What an import binds: the name itself where it is all that is exported, else in braces."""
    name, text = re.escape(subject.name), subject.text
    if modern:
        if re.search(rf"(?m)^export default (?:async )?(?:function\*? |class )?{name}\b", text):
            return subject.name
        if re.search(
            rf"(?m)^export (?:abstract |async |declare )*(?:function\*?|class|const|let|var|enum) {name}\b", text
        ):
            return f"{{ {subject.name} }}"
        if re.search(rf"(?m)^export \{{[^}}]{{0,2000}}\b{name}\b", text):
            return f"{{ {subject.name} }}"
    elif re.search(rf"(?m)^module\.exports\s*=\s*(?:async )?(?:function |class )?{name}\b", text):
        return subject.name
    elif re.search(rf"exports\.{name}\s*=|module\.exports\s*=\s*\{{[^}}]{{0,2000}}\b{name}\b", text):
        return f"{{ {subject.name} }}"
    raise UsageError(
        f"{one_line(subject.path)} does not export {one_line(subject.name)}, so that no test can have it",
        "export it, or name what is exported",
    )


def _script_import(what: str, module: str, *, modern: bool) -> str:
    return f'import {what} from "{module}";' if modern else f'const {what} = require("{module}");'


def go_head(text: str) -> list[str]:
    """The package's clause, and what every test imports."""
    package = re.search(r"(?m)^package (\w+)", text)
    return [f"package {package[1] if package else 'main'}", "", 'import "testing"']


def go_more(found: Sequence[str], known: Sequence[str]) -> list[str]:
    """Lines that import what tests use of the standard library."""
    there = "\n".join(known)
    names = dict.fromkeys(_GO_NAME.findall("\n".join(found)))
    paths = [_GO_PACKAGES[name] for name in names if name in _GO_PACKAGES]
    return [f'import "{path}"' for path in sorted(paths) if f'"{path}"' not in there]


def java_head(text: str) -> list[str]:
    """The package's clause, and JUnit."""
    package = re.search(r"(?m)^package ([\w.]+);", text)
    return [
        *([f"package {package[1]};", ""] if package else []),
        "import static org.junit.jupiter.api.Assertions.*;",
        "",
        "import org.junit.jupiter.api.Test;",
    ]
