"""The repository as a graph of files that refer to each other's definitions: which ones matter, and an outline."""

from __future__ import annotations

from collections.abc import Mapping

from codeassist.context.index import Index


def rank(index: Index, towards: Mapping[str, float] | None = None) -> dict[str, float]:
    """Each file's personalised PageRank over references; `towards`: files (path -> weight) that the walk returns to."""
    raise NotImplementedError
