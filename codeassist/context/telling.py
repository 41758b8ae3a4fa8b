"""Which of the words that are looked for are worth looking for: in a big repository some are everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from codeassist.context.database import Database
from codeassist.context.terms import terms

_MOST = 64  # words of one query
_FEW = 20_000  # stretches, among which no word costs much
_SHARE = 20  # a word in more than a twentieth of them says little, and to score all of these takes long
_STEP = 4096  # stretches; how common a word is stays what it was until so many have come


class Telling:
    """Remembers how common words are."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[int, str], bool] = {}

    def query(self, words: Sequence[str]) -> str:
        """An FTS5 expression that any of the words fulfils, without common ones unless all are; "" if there is none."""
        distinct = list(dict.fromkeys(each for word in words for each in terms(word)))[:_MOST]
        (stretches,) = (self._database.rows("SELECT max(id) FROM stretch") or [(0,)])[0]
        rare = [word for word in distinct if not self._common(word, stretches or 0)]
        return " OR ".join(f'"{word}"' for word in rare or distinct)

    def _common(self, word: str, stretches: int) -> bool:
        if stretches < _FEW:
            return False
        key = (stretches // _STEP, word)
        if key not in self._known:
            limit = stretches // _SHARE
            sql = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
            (count,) = (self._database.rows(sql, (f'"{word}"', limit)) or [(0,)])[0]
            self._known[key] = count >= limit
        return self._known[key]
