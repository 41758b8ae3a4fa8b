"""The base protocol's frames, from bytes that may be anything.

A frame is a header (`Content-Length: N`, other fields, an empty line) and N bytes of JSON. What is no frame is
skipped up to the next plausible header, so one bad message costs one message.
Language Server Protocol 3.17, section "Base Protocol".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_BODY_BYTES = 64 * 1024 * 1024
_MAX_HEADER_BYTES = 4096
_FIELD = rb"(?:[a-z-]+:[^\r\n]*\r?\n)"
# Raw newlines cannot stand inside JSON strings, so this inside a body means that the body was cut short.
_TYPE = rb"(?:content-type:[^\r\n]*\r?\n)?"
_LENGTH = rb"content-length:[ \t]*([0-9]{1,20})[ \t]*\r?\n"
_HEADER = re.compile(_TYPE + _LENGTH + _FIELD + rb"{0,8}?\r?\n", re.IGNORECASE)
_BEGINNING = re.compile(rb"content-(?:length|type):", re.IGNORECASE)


@dataclass(frozen=True)
class Broken:
    """Bytes that were no frame, and why."""

    reason: str


class FrameParser:
    """Cuts a stream of bytes into bodies."""

    def __init__(self, max_body: int = MAX_BODY_BYTES) -> None:
        self._buffer = bytearray()
        self._max_body = max_body
        self._wanted = -1  # bytes of the body that is awaited; -1 while a header is
        self._searched = 0  # bytes of the buffer that hold no header
        self._skipping = False  # garbage has been reported

    def feed(self, data: bytes) -> list[bytes | Broken]:
        """Take bytes; give what they complete."""
        self._buffer += data
        found: list[bytes | Broken] = []
        while (each := self._next()) is not None:
            found.append(each)
        return found

    def _next(self) -> bytes | Broken | None:
        if self._wanted < 0:
            broken = self._header()
            if broken is not None or self._wanted < 0:
                return broken
        cut = _HEADER.search(self._buffer, max(0, self._searched - _MAX_HEADER_BYTES))
        if cut is not None and cut.start() < self._wanted:
            return self._cut_short(cut.start())
        self._searched = min(len(self._buffer), self._wanted)
        if len(self._buffer) < self._wanted:
            return None
        body = bytes(self._buffer[: self._wanted])
        if not body.rstrip().endswith((b"}", b"]")):  # a header may begin in it and go on in bytes yet to come
            return self._cut_short(body.rfind(b"}") + 1)
        del self._buffer[: self._wanted]
        self._wanted, self._searched = -1, 0
        return body

    def _cut_short(self, end: int) -> Broken:
        """The body ends early: what follows is looked at again."""
        del self._buffer[:end]
        self._wanted, self._searched, self._skipping = -1, 0, True
        return Broken("a message was cut short")

    def _header(self) -> Broken | None:
        """Go on to the body of the next header; what stands before it is garbage, reported once."""
        header = _HEADER.search(self._buffer, self._searched)
        if header is None:
            return self._garbage()
        skipped = bytes(self._buffer[: header.start()]).strip()
        length = int(header[1])
        del self._buffer[: header.end()]
        self._searched = 0
        if length > self._max_body:
            self._skipping = True
            return Broken(f"a message of {length} bytes is too long")
        self._wanted = length
        reported, self._skipping = self._skipping, False
        return Broken("bytes outside a message") if skipped and not reported else None

    def _garbage(self) -> Broken | None:
        """Drop what cannot become a header any more."""
        keep = len(self._buffer)
        for match in _BEGINNING.finditer(self._buffer, max(0, len(self._buffer) - _MAX_HEADER_BYTES)):
            keep = match.start()
            break
        else:
            keep = max(0, len(self._buffer) - len(b"content-length:"))
        over = bytes(self._buffer[:keep]).strip()
        del self._buffer[:keep]
        if len(over) and not self._skipping:
            self._skipping = True
            return Broken("bytes outside a message")
        return None
