"""Which definition a name means that a Python file imports: through the files of the repository, as they are now."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from codeassist.context.pathset import ancestors
from codeassist.context.resolve import Resolver
from codeassist.context.tags import Import
from codeassist.review.callers.outline import Binding, bindings, is_import
from codeassist.review.callers.source import Library, Source

_HOPS = 3  # through modules that only hand a name on


class Target(NamedTuple):
    """What a binding means: `name` of the module at `path`, or the module itself if `name` is ""."""

    path: str
    name: str
    certain: bool  # no other file may be meant


class Local(NamedTuple):
    """The name that a file has for something of another module, from an import."""

    name: str
    binding: Binding
    certain: bool


class Modules:
    """Answers for one set of paths."""

    def __init__(self, paths: Iterable[str], library: Library) -> None:
        self._paths = frozenset(paths)
        self._resolver = Resolver(self._paths)
        self._library = library

    def target(self, importer: str, binding: Binding) -> Target | None:
        """What an import binds; None if it is of another library, or cannot be told."""
        base = self._files(importer, Import(binding.module, (), binding.line))
        if not binding.name:
            return Target(base[0], "", len(base) == 1) if base else None
        every = self._files(importer, Import(binding.module, (binding.name,), binding.line))
        inner = [path for path in every if path not in base]
        if inner:
            return Target(inner[0], "", len(inner) == 1)
        return Target(base[0], binding.name, len(base) == 1) if base else None

    def locals(self, source: Source, path: str, name: str) -> Iterator[Local]:
        """The names that a file has for `name` of the module at `path`."""
        for binding in imports_of(source, name):
            if binding.name == name and (found := self._origin(source.path, binding, path, name)):
                yield Local(binding.local, binding, found.certain)

    def owner(self, source: Source, owner: str, path: str) -> bool:
        """True if a dotted name means the module at `path` in a file."""
        for binding in imports_of(source, owner.split(".", 1)[0]):
            if binding.local == owner:
                found = self.target(source.path, binding)
                return found is not None and (found.path, found.name) == (path, "")
        return False

    def _origin(self, importer: str, binding: Binding, path: str, name: str) -> Target | None:
        """The target of an import, followed through modules that hand the name on, if it is that one."""
        certain = True
        for _ in range(_HOPS):
            found = self.target(importer, binding)
            if found is None or not found.name:
                return None
            certain = certain and found.certain
            if found.path == path:
                return Target(path, found.name, certain) if found.name == name else None
            source = self._library.source(found.path)
            onward = [each for each in imports_of(source, found.name) if each.local == found.name] if source else []
            if len(onward) != 1 or not onward[0].name:
                return None
            importer, binding = found.path, onward[0]
        return None

    def _files(self, importer: str, each: Import) -> list[str]:
        """The files of a module; a stub stands for nothing where its module is there."""
        found = self._resolver.files(importer, each, "python")
        if not each.module.startswith("."):
            found = [path for path in found if not self._is_inside(importer, each.module, path)]
        return [path for path in found if not (path.endswith(".pyi") and path[:-1] in found)]

    def _is_inside(self, importer: str, module: str, path: str) -> bool:
        """True if what an absolute import would find lies in a package of another name, as copies of libraries do: it
        may as well mean the library itself."""
        stem = "/" + path.rsplit(".", 1)[0] + "/"
        root = stem[: max(0, stem.rfind(f"/{module.split('.', 1)[0]}/"))].lstrip("/")
        if root == posixpath.dirname(importer):
            return False
        return any(f"{folder}/__init__.py" in self._paths for folder in ancestors(root))


def imports_of(source: Source, name: str) -> list[Binding]:
    """The imports that a name stands in."""
    return [binding for place in source.places(name) if is_import(place) for binding in bindings(source, place)]
