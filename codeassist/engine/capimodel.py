"""A model in llama.cpp's C interface: its vocabulary, and a KV cache with several sequences."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from codeassist.engine.capi import LOG, QUIET, Sizes, check, context_parameters
from codeassist.engine.logits import Logits
from codeassist.engine.pieces import Pieces
from codeassist.engine.sequences import Choice, Sequences
from codeassist.errors import EngineError

_PAD = 256  # tokens: llama.cpp rounds the size of a context up to this
_LOG_ERROR = 4  # GGML_LOG_LEVEL_ERROR
_PIECE_BYTES = 256
_NO_ROOM = 1  # what llama_decode returns where the cache is full


class CapiModel:
    """A loaded model, a `stepping.Stepper`. One call at a time, but `tokens`, which any thread may call."""

    def __init__(
        self, library: Any, path: Path, context_tokens: int, batch_tokens: int, threads: int, sequences: int = 1
    ) -> None:
        """Load the model.

        Raises:
            UnsupportedError: this build of the library is not one that is known here.
            EngineError: the model cannot be loaded; the message has the library's reason.
        """
        self._lib = library
        self.context_tokens = context_tokens
        self.batch_tokens = self.shown_tokens = batch_tokens
        library.llama_backend_init()
        self._model = _loaded(library, path)
        padded = -(-context_tokens // _PAD) * _PAD
        sizes = Sizes(padded, batch_tokens, batch_tokens, sequences, threads, threads)
        self._context = library.llama_init_from_model(self._model, context_parameters(library, sizes))
        check(library, self._context, sizes)
        self._memory = library.llama_get_memory(self._context)
        self._batch = library.llama_batch_init(batch_tokens, 0, 1)
        self._vocabulary = library.llama_model_get_vocab(self._model)
        self._words = library.llama_vocab_n_tokens(self._vocabulary)
        # Such a model's state is of one place: it cannot be taken back to an earlier one.
        self._whole = library.llama_model_is_recurrent(self._model) or library.llama_model_is_hybrid(self._model)
        self._sequences = Sequences.empty(sequences)
        self._slot = 0

    @cached_property
    def pieces(self) -> Pieces:
        """The bytes of each token."""
        return Pieces([self._piece(token, special=False) for token in range(self._words)])

    @cached_property
    def ends(self) -> frozenset[int]:
        """The tokens that end an output."""
        return frozenset(token for token in range(self._words) if self._lib.llama_vocab_is_eog(self._vocabulary, token))

    @property
    def markers(self) -> tuple[str, str]:
        """How the tokens that begin and end a text are written; "" where the model has none."""
        found = (self._lib.llama_vocab_bos(self._vocabulary), self._lib.llama_vocab_eos(self._vocabulary))
        first, last = (
            self._piece(token, special=True).decode("utf-8", "replace") if token >= 0 else "" for token in found
        )
        return first, last

    def tokens(self, text: str, *, special: bool = False) -> tuple[int, ...]:
        """Token ids of a text, nothing added. `special`: markers in it become control tokens."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 2  # SentencePiece may put a blank first
        found = (ctypes.c_int32 * room)()
        count = self._lib.llama_tokenize(self._vocabulary, raw, len(raw), found, room, False, special)
        if count < 0:
            raise EngineError("the model's tokenizer failed", "use another model")
        return tuple(found[:count])

    def _piece(self, token: int, *, special: bool) -> bytes:
        room = _PIECE_BYTES
        while True:
            buffer = ctypes.create_string_buffer(room)
            count = self._lib.llama_token_to_piece(self._vocabulary, token, buffer, room, 0, special)
            if count >= 0:
                return buffer.raw[:count]
            room = -count  # what it should have held

    def reuse(self, tokens: Sequence[int]) -> int:
        """Keep what a sequence holds of the beginning of `tokens`, forget what is behind; see `Sequences.choose`."""
        choice = self._sequences.choose(tokens)
        if self._whole and choice.shared < len(self._sequences.tokens[choice.source]):
            choice = Choice(choice.slot, choice.slot, 0)
        remove, kept = self._lib.llama_memory_seq_rm, choice.shared
        if choice.slot != choice.source:
            remove(self._memory, choice.slot, -1, -1)
            self._lib.llama_memory_seq_cp(self._memory, choice.source, choice.slot, 0, kept)
        elif not remove(self._memory, choice.slot, kept, -1):  # this model's cache cannot be cut
            remove(self._memory, choice.slot, -1, -1)
            choice = Choice(choice.slot, choice.slot, 0)
        self._sequences.take(choice)
        self._slot = choice.slot
        return choice.shared

    def feed(self, tokens: Sequence[int], shown: int) -> Logits:
        """Evaluate more; see `stepping.Stepper`. Where the cache is full the oldest other sequences are forgotten."""
        batch, known = self._batch, self._sequences.tokens[self._slot]
        batch.n_tokens = len(tokens)
        for at, token in enumerate(tokens):
            batch.token[at], batch.pos[at], batch.n_seq_id[at] = token, len(known) + at, 1
            batch.seq_id[at][0], batch.logits[at] = self._slot, at >= len(tokens) - shown
        while status := self._lib.llama_decode(self._context, batch):
            oldest = self._sequences.oldest(self._slot) if status == _NO_ROOM else None
            if oldest is None:
                self._forget(self._slot)
                raise EngineError("the model failed to evaluate", "codeassist doctor")
            self._forget(oldest)
        known += tokens
        if not shown:
            return np.empty((0, self._words), np.float32)
        return np.ctypeslib.as_array(self._lib.llama_get_logits(self._context), (shown, self._words))

    def _forget(self, slot: int) -> None:
        self._lib.llama_memory_seq_rm(self._memory, slot, -1, -1)
        self._sequences.tokens[slot] = []

    def close(self) -> None:
        """Free the model and its context."""
        self._lib.llama_batch_free(self._batch)
        self._lib.llama_free(self._context)
        self._lib.llama_model_free(self._model)


def _loaded(library: Any, path: Path) -> Any:
    """The model at `path`. What the library says meanwhile is printed nowhere; its first error is the reason."""
    errors: list[str] = []

    def heard(level: int, text: bytes, _data: object) -> None:
        if level == _LOG_ERROR:
            errors.append(text.decode("utf-8", "replace").strip()[:300])

    log = LOG(heard)
    library.llama_log_set(log, None)
    model = library.llama_model_load_from_file(str(path).encode(), library.llama_model_default_params())
    library.llama_log_set(QUIET, None)
    if not model:
        reason = errors[0] if errors else "the library tells no reason"
        raise EngineError(f"the model cannot be loaded: {reason}", "check it: codeassist model verify")
    return model
