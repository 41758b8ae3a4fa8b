"""The repository around a place, as commands look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from codeassist.context.index import Index
from codeassist.session import open_index


def root_of(environ: Mapping[str, str], place: Path) -> Path:
    """The root of the repository around a directory, or the directory where there is none."""
    index = open_index(environ, place)
    if index is None:
        return place
    with index:
        return index.root


@contextmanager
def repository(environ: Mapping[str, str], place: Path, notice: Callable[[str], None]) -> Iterator[Index | None]:
    """The index of the repository around a place, brought up to date; None where there is no repository."""
    index = open_index(environ, place)
    if index is None:
        yield None
        return
    with index:
        notice("looking at the repository")
        index.refresh(progress=lambda done, total: notice(f"indexing: {done} of {total} files"))
        yield index
