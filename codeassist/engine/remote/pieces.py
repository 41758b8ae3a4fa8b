"""Token ids of texts that stand anywhere in a prompt, as a server's tokenizer gives them; what was asked is kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from codeassist.engine.remote.told import Flavour
from codeassist.errors import EngineError

_SIGN = "\x01"
_KEPT = 512  # texts
_LONGEST = 8192  # characters of one that is kept


class Pieces:
    """A tokenizer with specials off. `controls`: ids that no text may become. Thread-safe."""

    def __init__(self, flavour: Flavour, controls: Sequence[int] = ()) -> None:
        self._flavour = flavour
        self._controls = frozenset(controls)
        self._kept: OrderedDict[str, tuple[int, ...]] = OrderedDict()
        self._lead: tuple[int, ...] | None = None  # the tokens of the sign, once they were asked for
        self._lock = threading.Lock()

    def ids(self, text: str) -> tuple[int, ...]:
        """Token ids of a text, nothing added.

        Raises:
            EngineError: the server failed, or made a control token of a part of the text.
        """
        if not text:
            return ()
        with self._lock:
            known = self._kept.get(text)
            if known is not None:
                self._kept.move_to_end(text)
                return known
        ids = self._asked(text)
        if self._controls.intersection(ids):
            raise EngineError("the server reads markers in texts: a file could forge some", "use a newer llama-server")
        if len(text) <= _LONGEST:
            with self._lock:
                self._kept[text] = ids
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return ids

    def _asked(self, text: str) -> tuple[int, ...]:
        """SentencePiece puts a space before every text. A sign that no vocabulary joins with anything goes first there,
        and comes off again (as in engine/llama.py)."""
        if self._lead is None:
            self._lead = self._flavour.tokenize(_SIGN, special=False)
        if len(self._lead) >= 2:
            ids = self._flavour.tokenize(_SIGN + text, special=False)
            if ids[: len(self._lead)] == self._lead:
                return ids[len(self._lead) :]
        return self._flavour.tokenize(text, special=False)
