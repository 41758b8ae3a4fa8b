"""The repository around a document, as commands of an editor look at it. Blocking."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from codeassist.context.index import Index
from codeassist.lsp.progress import Watch
from codeassist.session import open_index


@contextlib.contextmanager
def looking(environ: Mapping[str, str], root: Path, watch: Watch, *, wanted: bool) -> Iterator[Index | None]:
    """The index of a working tree, brought up to date; None where it is not wanted, or there is none."""
    index = open_index(environ, root) if wanted else None
    if index is None:
        yield None
        return
    with index:
        if index.root != root:
            yield None
            return
        watch.say("looking at the repository")
        index.refresh(cancel=watch.cancelled)
        yield index
