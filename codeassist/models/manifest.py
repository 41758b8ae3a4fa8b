"""What is known of an installed model: one JSON file beside it, read from the GGUF when it was added."""

from __future__ import annotations

import msgspec


class FimTokens(msgspec.Struct, frozen=True, kw_only=True):
    """Fill-in-the-middle token ids of a model. `end` holds ids that end the middle."""

    prefix: int
    suffix: int
    middle: int
    end: tuple[int, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """An installed model.

    Attributes:
        path: absolute path of the GGUF; for `model add` the user's own file, where it is.
        bytes, mtime_ns: of the file when it was hashed; a difference means it must be verified again.
        sha256: of the whole file, lower-case hexadecimal.
        bos: the id to put first, or None if the model wants none.
        source: where the bytes came from, for people to read.
        backend: the engine that the file was made for (`model convert`); "" is any.
    """

    id: str
    path: str
    bytes: int
    mtime_ns: int
    sha256: str
    architecture: str
    family: str
    context_tokens: int
    licence: str = ""
    source: str = ""
    bos: int | None = None
    fim: FimTokens | None = None
    chat_template: str = ""  # the GGUF's own; empty: prompts/chat by family
    embedding: bool = False
    backend: str = ""

    @property
    def capabilities(self) -> tuple[str, ...]:
        """Among "complete", "chat", "fim", "embed", in that order."""
        if self.embedding:
            return ("embed",)
        chat = ("chat",) if self.chat_template else ()
        return ("complete", *chat, *(("fim",) if self.fim else ()))
