"""What became of each suggestion, as far as an editor tells: counted, never kept as text."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from codeassist.completion.statistics import Counts, add
from codeassist.lsp.completion import Shown
from codeassist.lsp.documents import language_names

_PLAIN = "plaintext"
_LONGEST_NAME = 40


@dataclass
class _Last:
    """The suggestion that a document shows."""

    number: str
    language: str
    length: int
    text: str
    revision: int
    settled: bool = False
    typed: bool = False
    partly: bool = False


class Feedback:
    """Counts until they are saved. Used from the event loop; `save` from any thread."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._last: dict[str, _Last] = {}
        self._numbers = itertools.count(1)
        self._pending: dict[str, Counts] = {}

    def shown(self, shown: Shown) -> str:
        """A suggestion was sent; its id. One that goes on, or is sent again, keeps its id and counts once."""
        uri, text = shown.document.uri, shown.suggestion.text
        last = self._last.get(uri)
        if last is not None and not last.settled:
            if shown.suggestion.origin == "typed" and last.text.endswith(text):
                last.typed, last.length, last.text = True, len(text), text
                return last.number
            if last.text == text and last.revision == shown.document.revision:
                return last.number
        self.gone(uri)
        language = (language_names(shown.document)[-1] or _PLAIN)[:_LONGEST_NAME]
        number = str(next(self._numbers))
        self._last[uri] = _Last(number, language, len(text), text, shown.document.revision)
        self._counts(language).shown += 1
        return number

    def accepted(self, number: str, characters: int | None = None) -> bool:
        """The person took a suggestion, or `characters` of it; False if it is not known."""
        last = next((each for each in self._last.values() if each.number == number and not each.settled), None)
        if last is None:
            return False
        counts = self._counts(last.language)
        taken = last.length if characters is None else max(0, min(characters, last.length))
        counts.accepted_characters += taken
        last.length -= taken
        if last.length:
            last.partly = True
        else:
            counts.accepted += 1
            last.settled = True
        return True

    def gone(self, uri: str) -> None:
        """A document shows its suggestion no more."""
        last = self._last.pop(uri, None)
        if last is not None and not last.settled:
            counts = self._counts(last.language)
            counts.partly_accepted += last.partly
            counts.typed += last.typed and not last.partly
            counts.rejected += not (last.typed or last.partly)

    def save(self) -> None:
        """Add the counts to the file. Blocking."""
        pending, self._pending = self._pending, {}
        if pending and not add(self._file, pending):
            for language, counts in pending.items():
                self._counts(language).add(counts)

    def _counts(self, language: str) -> Counts:
        return self._pending.setdefault(language, Counts())
