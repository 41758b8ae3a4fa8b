"""Which files of a repository an import means."""

from __future__ import annotations

from collections.abc import Sequence

from codeassist.context.tags import Import


class Resolver:
    """Answers for one set of paths (POSIX, relative to the root)."""

    def __init__(self, paths: Sequence[str]) -> None:
        raise NotImplementedError

    def files(self, importer: str, each: Import, language: str) -> list[str]:
        """The files that an import in `importer` means, the likeliest first; empty if it is of another library."""
        raise NotImplementedError
