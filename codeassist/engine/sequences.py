"""Which of a KV cache's sequences goes on for a prompt: what several prompts have evaluated stays in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from codeassist.engine.prefix import common


@dataclass(frozen=True)
class Choice:
    """`shared` tokens of `source` are kept in `slot`, which is cut there, or (another one) emptied and copied to."""

    slot: int
    source: int
    shared: int


@dataclass
class Sequences:
    """The tokens of each sequence, and how recently each was used.

    Attributes:
        order: the least recently used first.
        cheap: so few tokens are evaluated again sooner than another sequence is given up for them.
    """

    tokens: list[list[int]]
    order: list[int] = field(default_factory=list)
    cheap: int = 64

    @classmethod
    def empty(cls, count: int) -> Sequences:
        """So many sequences without a token."""
        return cls([[] for _ in range(count)], list(range(count)))

    def choose(self, tokens: Sequence[int]) -> Choice:
        """The sequence with the longest beginning of `tokens`; the more recent one of equals.

        It is cut if most of it stays, or little goes. Otherwise it is kept, and what it shares goes into the one unused
        for longest.
        """
        source = max(self.order, key=lambda slot: (common(self.tokens[slot], tokens), self.order.index(slot)))
        shared = common(self.tokens[source], tokens)
        others = [slot for slot in self.order if slot != source]
        lost = len(self.tokens[source]) - shared
        slot = source if shared >= lost or (shared and lost <= self.cheap) or not others else others[0]
        return Choice(slot, source, shared)

    def take(self, choice: Choice) -> None:
        """Note that a choice was carried out."""
        self.tokens[choice.slot] = self.tokens[choice.source][: choice.shared]
        self.order.remove(choice.slot)
        self.order.append(choice.slot)

    def oldest(self, keep: int) -> int | None:
        """The one unused for longest that holds tokens, other than `keep`; None if there is none."""
        return next((slot for slot in self.order if slot != keep and self.tokens[slot]), None)
