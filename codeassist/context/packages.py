"""What an import of a module or package means, where it is named by its dotted or slashed name."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator, Sequence

from codeassist.context.pathset import PathSet, ancestors, by_distance

_DEEPEST_ROOT = 3  # packages/one/src


def python(paths: PathSet, importer: str, module: str, names: Sequence[str]) -> Iterator[str]:
    """`a.b` from a source root, `..b` from the package; a name may be a submodule (PEP 328)."""
    name = module.lstrip(".")
    parts = name.split(".") if name else []
    directory = posixpath.dirname(importer)
    level = len(module) - len(name)
    if level:
        for _ in range(level - 1):
            directory = posixpath.dirname(directory)
        yield from _python_module(paths, "/".join(filter(None, [directory, *parts])), names)
        return
    for count in range(len(parts), 0, -1):
        tail = "/".join(parts[:count])
        places = paths.directories(tail, importer)
        places += [path.rsplit(".", 1)[0] for path in paths.ending(f"{tail}.py", importer)]
        places += [path.rsplit(".", 1)[0] for path in paths.ending(f"{tail}.pyi", importer)]
        taken = names if count == len(parts) else ()
        found = [
            path
            for place in by_distance(set(places), importer)
            if _is_source_root(paths, place[: -len(tail)].rstrip("/"), tail, importer)
            for path in _python_module(paths, place, taken)
        ]
        if found:
            yield from found
            return


def _is_source_root(paths: PathSet, root: str, module: str, importer: str) -> bool:
    """Modules are found in a directory that is no package itself; the standard library's are rarely hidden by one."""
    if f"{root}/__init__.py".lstrip("/") in paths.files:
        return False
    here = posixpath.dirname(importer)
    if module in sys.stdlib_module_names:
        return root == here
    return not root or root in ancestors(here) or root.count("/") < _DEEPEST_ROOT


def _python_module(paths: PathSet, place: str, names: Sequence[str]) -> Iterator[str]:
    modules = [f"{place}/{name}".lstrip("/") for name in names]
    found = [path for each in modules for path in _python_files(paths, each)]
    yield from found
    yield from _python_files(paths, place)


def _python_files(paths: PathSet, place: str) -> Iterator[str]:
    package = f"{place}/__init__".lstrip("/")
    return paths.first(f"{place}.py", f"{package}.py", f"{place}.pyi", f"{package}.pyi")


def go(paths: PathSet, _: str, module: str, __: Sequence[str]) -> Iterator[str]:
    """The package directory: the longest tail of the path that is one, from the root or from a module's root."""
    parts = module.split("/")
    for first in range(min(1, len(parts) - 1), len(parts)):
        tail = "/".join(parts[first:])
        for directory in paths.directories(tail, ""):
            root = directory[: -len(tail)].rstrip("/")
            files = [path for path in paths.inside(directory, ".go") if not path.endswith("_test.go")]
            if files and (not root or f"{root}/go.mod" in paths.files) and (first or "." in parts[0]):
                yield from sorted(files, key=lambda path: posixpath.basename(path) != f"{parts[-1]}.go")
                return


def rust(paths: PathSet, importer: str, module: str, names: Sequence[str]) -> Iterator[str]:
    """`crate::a`, `super::a`, `self::a`, another crate of the workspace, and `mod a;` (as "a")."""
    parts = module.split("::")
    here = _rust_directory(importer)
    if parts[0] == "crate":
        start, parts = _rust_crate(paths, importer), parts[1:]
    elif parts[0] in ("self", "super"):
        start = here
        while parts and parts[0] in ("self", "super"):
            start = posixpath.dirname(start) if parts[0] == "super" else start
            parts = parts[1:]
    else:
        yield from _rust_descend(paths, here, parts, names)
        for crate in (parts[0], parts[0].replace("_", "-")):
            for directory in paths.directories(crate, importer):
                if f"{directory}/src/lib.rs" in paths.files:
                    yield from _rust_descend(paths, f"{directory}/src", parts[1:], names)
                    yield f"{directory}/src/lib.rs"
        return
    yield from _rust_descend(paths, start, parts, names)
    yield from paths.first(f"{start}.rs", f"{start}/mod.rs".lstrip("/"), f"{start}/lib.rs".lstrip("/"))


def _rust_descend(paths: PathSet, start: str, parts: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """The deepest module that the path reaches: what follows it is an item in it."""
    for each in ([*parts, name] for name in (*names, "")):
        for count in range(len(list(filter(None, each))), 0, -1):
            place = "/".join(filter(None, [start, *each[:count]]))
            found = list(paths.first(f"{place}.rs", f"{place}/mod.rs"))
            if found:
                yield from found
                break


def _rust_directory(importer: str) -> str:
    """The directory of a module's own submodules."""
    directory, name = posixpath.split(importer)
    return directory if name in ("mod.rs", "lib.rs", "main.rs") else f"{directory}/{name[:-3]}".lstrip("/")


def _rust_crate(paths: PathSet, importer: str) -> str:
    for directory in (*ancestors(posixpath.dirname(importer)), ""):
        if any(paths.first(f"{directory}/lib.rs".lstrip("/"), f"{directory}/main.rs".lstrip("/"))):
            return directory
    return posixpath.dirname(importer)


def java(paths: PathSet, importer: str, module: str, names: Sequence[str]) -> Iterator[str]:
    """`a.b.C`, of a nested or static member too; `a.b.*` is the files of the package."""
    parts = module.removesuffix(".*").split(".")
    whole = [[*parts, name] for name in names if name != "*"] or [parts]
    for each in whole:
        for count in range(len(each), max(1, len(each) - 2), -1):
            tail = "/".join(each[:count])
            found = paths.ending(f"{tail}.java", importer) or paths.ending(f"{tail}.kt", importer)
            if found:
                yield from found
                break
        else:
            for directory in paths.directories("/".join(each), importer):
                yield from paths.inside(directory, ".java", ".kt")


def csharp(paths: PathSet, importer: str, module: str, _: Sequence[str]) -> Iterator[str]:
    """A namespace is a directory by custom: with dots in a folder's name, or without the project's own name."""
    parts = module.split(".")
    for wanted in (parts, parts[1:]):
        places = {place for first in range(len(wanted)) for place in paths.directories(".".join(wanted[first:]), "")}
        flat = {place: place.replace("/", ".").split(".") for place in places}
        found = [place for place in places if flat[place][-len(wanted) :] == wanted]
        if wanted is not parts and len(wanted) == 1:  # a lone word is too common to be looked for everywhere
            found = [place for place in found if "/" not in place]
        for directory in by_distance(found, importer):
            yield from paths.inside(directory, ".cs")
        if found:
            return
