"""What is computed from an index and kept in it until the index, or the history, has changed."""

from __future__ import annotations

import contextlib
from typing import TypeVar

import msgspec

from codeassist.context.index import Index

T = TypeVar("T")


def load(index: Index, key: str, kind: type[T]) -> T | None:
    """The value under a key; None if there is none, or it is of another version."""
    value = index.cached(key)
    if value is not None:
        with contextlib.suppress(msgspec.DecodeError):
            return msgspec.msgpack.decode(value, type=kind)
    return None


def store(index: Index, key: str, value: object) -> None:
    """Keep a value, if the index can be written and each text in it is one: the name of a file need not be."""
    with contextlib.suppress(UnicodeEncodeError):
        index.keep(key, msgspec.msgpack.encode(value))
