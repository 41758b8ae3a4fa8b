"""A change whose both sides are contents of the repository: the index or a tree against others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial

from codeassist.git.differences import Entry
from codeassist.git.objects import Blobs, Listing, TooLargeError, sizes
from codeassist.git.repository import Repository
from codeassist.review.change import Kind, Snapshot
from codeassist.review.taking import LARGE, READ_BYTES, READ_FILES, REGULAR, New, Taker, decoded, differing


def snapshot(
    repository: Repository, kind: Kind, title: str, found: Sequence[Sequence[Entry]], listing: Listing
) -> Snapshot:
    """A change of what differs from each parent. `listing`: of the new side."""
    pairs = list(differing(found))
    known = sizes(repository, _names(pairs))
    blobs = Blobs(repository)

    def content(name: str) -> bytes | None:
        return blobs.read(name, LARGE) if known.get(name, LARGE + 1) <= LARGE else None  # unknown: it is lacking

    taker = Taker(content)
    for entry, others in pairs:
        new = New(known.get(entry.new_id, 0), partial(content, entry.new_id)) if entry.new_mode else None
        taker.take(entry, new, others)
    texts = {each.path: each.new for each in taker.files if each.new is not None}

    @lru_cache(READ_FILES)
    def read(path: str) -> str | None:
        if path in texts:
            return texts[path]
        mode, name = listing.find(path)
        if mode not in REGULAR:
            return None
        try:
            data = blobs.read(name, READ_BYTES)
        except TooLargeError:
            return None
        source = None if data is None else decoded(data)
        return None if source is None else source.text

    return Snapshot(repository.root, kind, title, tuple(taker.files), read, tuple(taker.skipped))


def _names(pairs: Sequence[tuple[Entry, Sequence[Entry]]]) -> list[str]:
    """The names of all contents that may be read; a submodule's is of a commit that is elsewhere."""
    found = []
    for entry, others in pairs:
        sides = [(each.old_mode, each.old_id) for each in (entry, *others)]
        found += [name for mode, name in [*sides, (entry.new_mode, entry.new_id)] if name and mode != "160000"]
    return found
