"""What is known of the documents that are worked at: their anchors, and the chunks that prompts begin with."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from codeassist.completion.anchor import Anchor
from codeassist.completion.decoding import Place
from codeassist.context.chunk import Chunk

_DOCUMENTS = 32
_CHANGED = 0.5  # of the chunks must be others, or the ones that are evaluated already go on to serve
_ANCHORS = 4  # of a document: cursors that are gone back to


@dataclass
class Document:
    """One document.

    Attributes:
        session: its name at the engine.
        turn: grows with every call: an older call sees that it is superseded.
        anchors: the one used last first.
        context: chunks of the repository that new anchors begin with.
        used: the anchor that was used once, `considered`: the one whose surroundings were looked at.
    """

    session: str
    turn: int = 0
    anchors: list[Anchor] = field(default_factory=list)
    context: tuple[Chunk, ...] = ()
    used: Anchor | None = None
    considered: Anchor | None = None

    def fitting(self, place: Place, stale_lines: int) -> Anchor | None:
        """An anchor that stands for the place, with at most so many lines typed since; it becomes the first."""
        for anchor in self.anchors:
            typed = anchor.typed(place.before, place.after)
            if typed is not None and typed.count("\n") <= stale_lines:
                self.anchors.remove(anchor)
                self.anchors.insert(0, anchor)
                return anchor
        return None

    def keep(self, anchor: Anchor) -> None:
        """A new anchor, from now on the first one."""
        self.anchors[_ANCHORS - 1 :] = []
        self.anchors.insert(0, anchor)

    def due(self) -> bool:
        """True once for each anchor: when it is used a second time, so that passing by costs nothing."""
        anchor = self.anchors[0] if self.anchors else None
        if anchor is None or anchor is self.considered:
            return False
        if anchor is not self.used:
            self.used = anchor
            return False
        self.considered = anchor
        return True

    def outdated(self) -> bool:
        """True if the anchor in use does not begin with the chunks that new anchors begin with."""
        return bool(self.anchors) and self.anchors[0].context != tuple(each.text for each in self.context)

    def take(self, context: tuple[Chunk, ...]) -> None:
        """Let new anchors begin with these chunks, if many are others or say something else of the same lines."""
        known = {(each.path, each.start, each.end): each.text for each in self.context}
        same = sum(known.get((each.path, each.start, each.end)) == each.text for each in context)
        stale = any(known.get((each.path, each.start, each.end), each.text) != each.text for each in context)
        if context and (stale or same <= _CHANGED * len(context)):
            self.context = context


class Documents:
    """Documents by name; the least recently used ones are let go."""

    def __init__(self) -> None:
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._known: OrderedDict[str, Document] = OrderedDict()

    def get(self, name: str) -> Document:
        """The document's state, new if there is none."""
        here = self._known.get(name)
        if here is None:
            digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
            here = self._known[name] = Document(f"{self._name}-{digest}")
        self._known.move_to_end(name)
        while len(self._known) > _DOCUMENTS:
            self._known.popitem(last=False)
        return here

    def look_again(self) -> None:
        """Something was written: what was gathered may be old."""
        for here in self._known.values():
            here.considered = None

    def forget(self, name: str) -> None:
        """The document was closed."""
        self._known.pop(name, None)

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
