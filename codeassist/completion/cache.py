"""Suggestions that are known: at the same place again, or while the person types what was suggested.

A key is made of the text near the cursor only. So a suggestion is found again after an edit elsewhere in the file,
wherever the lines around it have moved to.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

_ENTRIES = 512
_BEFORE, _AFTER = 1500, 300  # characters of the surroundings that a suggestion depends on
_TYPED = 400  # characters of a suggestion that may have been typed already


@dataclass(frozen=True)
class Known:
    """A suggestion as it was computed; `text` may be empty: nothing is worth showing there."""

    text: str
    finish: str
    confidence: float


class SuggestionCache:
    """The most recent suggestions. Used by one thread at a time."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Known] = OrderedDict()
        self._lengths: OrderedDict[str, int] = OrderedDict()  # document: the longest suggestion it has had lately

    def put(self, document: str, before: str, after: str, known: Known) -> None:
        """Remember what was suggested at a place."""
        key = _key(document, before, after)
        self._known[key] = known
        self._known.move_to_end(key)
        while len(self._known) > _ENTRIES:
            self._known.popitem(last=False)
        self._lengths[document] = max(self._lengths.get(document, 0), min(len(known.text), _TYPED))

    def exact(self, document: str, before: str, after: str) -> Known | None:
        """What was computed for this very place."""
        return self._known.get(_key(document, before, after))

    def typed_through(self, document: str, before: str, after: str) -> Known | None:
        """What is left of a suggestion whose beginning has been typed since; the least typed first."""
        for typed in range(1, min(self._lengths.get(document, 0), len(before)) + 1):
            known = self._known.get(_key(document, before[:-typed], after))
            if known is not None and len(known.text) > typed and known.text.startswith(before[-typed:]):
                rest = known.text[typed:]
                if rest.strip():
                    return Known(rest, known.finish, known.confidence)
        return None

    def forget(self, document: str) -> None:
        """The document was closed; its entries age out."""
        self._lengths.pop(document, None)


def _key(document: str, before: str, after: str) -> bytes:
    near = (document, before[-_BEFORE:], after[:_AFTER])
    digest = hashlib.blake2b(digest_size=16)
    for part in near:
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.digest()
