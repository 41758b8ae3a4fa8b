"""Which files of a repository an import means: rules over paths alone, one for each language; no file is read.

What cannot be told from paths (a build's configuration, a search path) is guessed by the last parts of the path, the
nearest file first. A wrong guess costs a little context; a missed one costs the definition that is used.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from codeassist.context import packages
from codeassist.context.pathset import PathSet, join
from codeassist.context.tags import Import

_MOST = 40  # files that one import may mean: a Go package is a directory


Resolved = Sequence[tuple[Import, list[str]]]
"""The imports of a file, each with the files of the repository that it means: at least one."""


class Resolver:
    """Answers for one set of paths (POSIX, relative to the root)."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = PathSet(paths)

    def files(self, importer: str, each: Import, language: str) -> list[str]:
        """The files that an import in `importer` means, the likeliest first; empty if it is of another library."""
        rule = _RULES.get(language)
        if rule is None or not each.module:
            return []
        found = dict.fromkeys(rule(self._paths, importer, each.module, each.names))
        return [path for path in found if path != importer][:_MOST]


_SCRIPTS = (".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".vue", ".svelte")


def _script(paths: PathSet, importer: str, module: str, _: Sequence[str]) -> Iterator[str]:
    """`./x` with or without extension, or a directory's index; `@/x`, `~/x` and `src/x` as aliases of some folder."""
    if module.startswith("."):
        place = join(posixpath.dirname(importer), module)
        yield from paths.first(*_script_files(place))
        return
    alias = re.sub(r"^[@~#]?/", "", module)
    if alias != module or "/" in module:
        for file in _script_files(alias):
            yield from paths.ending(file, importer) if file.count("/") else ()
    if module.startswith("@"):  # a package of this repository: "@scope/name"
        for directory in paths.directories(module.split("/", 1)[-1], importer):
            yield from paths.first(*_script_files(f"{directory}/src/index"), *_script_files(f"{directory}/index"))


def _script_files(place: str) -> Iterator[str]:
    yield place
    stem, extension = posixpath.splitext(place)
    if extension in (".js", ".jsx", ".mjs", ".cjs"):  # TypeScript writes the extension of what is built
        yield from (stem + other for other in (".ts", ".tsx", ".mts", ".cts"))
    yield from (place + extension for extension in _SCRIPTS)
    yield from (f"{place}/index{extension}".lstrip("/") for extension in _SCRIPTS)


def _include(paths: PathSet, importer: str, module: str, _: Sequence[str]) -> Iterator[str]:
    """A header beside the file, else one whose path ends so; `<a.h>` is the system's, `<acme/a.h>` may be ours."""
    if module.startswith("<"):
        if "/" not in module:
            return
        module = module.strip("<>")
    yield from paths.first(join(posixpath.dirname(importer), module))
    yield from paths.ending(_downward(module), importer)


def _ruby(paths: PathSet, importer: str, module: str, _: Sequence[str]) -> Iterator[str]:
    """`require_relative` from the file's directory, `require` from some load path."""
    file = module if module.endswith(".rb") else f"{module}.rb"
    yield from paths.first(join(posixpath.dirname(importer), file))
    found = paths.ending(_downward(file), importer)
    yield from sorted(found, key=lambda path: not path.startswith("lib/"))


def _php(paths: PathSet, importer: str, module: str, names: Sequence[str]) -> Iterator[str]:
    r"""`A\B\C` by the longest tail that is a path (PSR-4 maps its head to some folder); a required file by its path."""
    if module.endswith((".php", ".inc")):
        yield from _include(paths, importer, module.lstrip("/"), ())
        return
    parts = module.strip("\\").split("\\")
    for each in [[*parts, name] for name in names] or [parts]:
        for first in range(len(each)):
            found = paths.ending("/".join(each[first:]) + ".php", importer)
            if found and (first < len(each) - 1 or len(each) <= 2):
                yield from found
                break


def _bash(paths: PathSet, importer: str, module: str, _: Sequence[str]) -> Iterator[str]:
    """A path beside the script or from the root; a leading `$VARIABLE/` or `$(…)/` is some directory."""
    plain = re.sub(r"^\"?(\$\{?\w+(:?-[^}]*)?\}?|\$\(.*\))\"?/", "", module).strip("\"'")
    yield from paths.first(join(posixpath.dirname(importer), plain), posixpath.normpath(plain))
    yield from paths.ending(_downward(plain), importer)


def _downward(path: str) -> str:
    """The path without what leads up: its end is looked for."""
    return re.sub(r"^(\.\.?/)+", "", posixpath.normpath(path)).lstrip("/")


_Rule = Callable[[PathSet, str, str, Sequence[str]], Iterator[str]]
_RULES: dict[str, _Rule] = {
    "python": packages.python,
    "javascript": _script,
    "typescript": _script,
    "tsx": _script,
    "go": packages.go,
    "rust": packages.rust,
    "java": packages.java,
    "c": _include,
    "cpp": _include,
    "csharp": packages.csharp,
    "ruby": _ruby,
    "php": _php,
    "bash": _bash,
}
