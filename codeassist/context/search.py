"""Finds the places of a repository that a query speaks of: names, words, files, the graph of references."""

from __future__ import annotations

import msgspec

from codeassist.context.index import Index


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place that was found. Lines are 1-based, both ends included; `reason` says in a few words why it is here."""

    path: str
    start: int
    end: int
    symbol: str = ""
    score: float
    reason: str


def search(index: Index, query: str, limit: int = 20) -> list[Result]:
    """The best places for a query of names or of natural language, best first, no two that overlap."""
    raise NotImplementedError
