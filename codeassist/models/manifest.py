"""What is known of an installed model: one JSON file beside it, read from the GGUF when it was added."""

from __future__ import annotations

from typing import Literal

import msgspec


class FimTokens(msgspec.Struct, frozen=True, kw_only=True):
    """Fill-in-the-middle token ids of a model; `codeassist.templates.FimTemplate` says what the orders are.

    Attributes:
        middle: None where nothing marks it (suffix first).
        end: ids that end the middle.
        lead: text that stands before the text above the cursor.
    """

    prefix: int
    suffix: int
    middle: int | None
    end: tuple[int, ...] = ()
    order: Literal["prefix-first", "suffix-first"] = "prefix-first"
    lead: str = ""


class Projector(msgspec.Struct, frozen=True, kw_only=True):
    """The vision part of a model, a GGUF of its own (llama.cpp's "mmproj"); the fields are as the manifest's.

    `kind`: what it says it is ("resampler", "mlp", "qwen2vl_merger" …), for people to read.
    """

    path: str
    bytes: int
    mtime_ns: int
    sha256: str
    kind: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """An installed model.

    Attributes:
        path: absolute path of the GGUF; for `model add` the user's own file, where it is.
        bytes, mtime_ns: of the file when it was hashed; a difference means it must be verified again.
        sha256: of the whole file, lower-case hexadecimal.
        bos: the id to put first, or None if the model wants none.
        source: where the bytes came from, for people to read.
        projector: what turns images into embeddings, where the model can see.
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
    instruct: bool = False  # the file says that it was trained to follow instructions
    chat_template: str = ""  # the GGUF's own; empty: prompts/chat by family
    embedding: bool = False
    backend: str = ""
    projector: Projector | None = None

    @property
    def chats(self) -> bool:
        """Whether it answers: it has a template of its own, or its family's will do."""
        return not self.embedding and bool(self.chat_template or self.instruct)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """Among "complete", "chat", "fim", "embed", "image", in that order."""
        if self.embedding:
            return ("embed",)
        chat = ("chat",) if self.chats else ()
        return ("complete", *chat, *(("fim",) if self.fim else ()), *(("image",) if self.projector else ()))
