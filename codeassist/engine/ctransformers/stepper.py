"""A model of ctransformers and its KV caches, fed with token ids (the Stepper of engine/stepping.py)."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from codeassist.engine.ctransformers.library import library
from codeassist.engine.logits import Logits
from codeassist.engine.prefix import common
from codeassist.engine.sequences import Choice, Sequences
from codeassist.errors import EngineError

_CACHES = 4  # prompts whose KV is kept at most
_FLOAT_BYTES, _HALF_BYTES = 4, 2


class Sizes(NamedTuple):
    """What a model is loaded with.

    Attributes:
        cache_bytes: for the KV caches beside the first one.
        row_bytes: of the keys and values of one token in all layers.
    """

    context_tokens: int
    batch_tokens: int
    threads: int
    cache_bytes: int
    row_bytes: int


class CtransformersStepper:
    """A loaded model. The KV of several prompts is kept, each in a context of its own, all on the same weights."""

    def __init__(self, path: Path, sizes: Sizes) -> None:
        """Load the model. The file must be one that may be opened: see files.py.

        Raises:
            MissingError: ctransformers is not installed, or has no library for this machine.
            EngineError: the model cannot be loaded.
        """
        self._lib = library()
        self._sizes = sizes
        self._parameters = self._asked()
        self._model = self._lib.llama_load_model_from_file(os.fsencode(path), self._parameters)
        if not self._model:
            raise EngineError(
                "ctransformers cannot load the model", "convert it again: codeassist model remove it first"
            )
        self._spare = self._context()  # for whichever prompt comes first
        self._words = int(self._lib.llama_n_vocab(self._spare))
        self.context_tokens, self.batch_tokens = sizes.context_tokens, sizes.batch_tokens
        self.shown_tokens = 1
        if self._fits():  # logits of a whole batch: the library reserves memory for those of a whole context
            self._lib.llama_free(self._spare)
            self._parameters.logits_all = True
            self._spare = self._context()
            self.shown_tokens = sizes.batch_tokens
        more = sizes.cache_bytes // max(1, sizes.row_bytes * sizes.context_tokens)
        self._kept = Sequences.empty(min(_CACHES, 1 + more))
        self._contexts: dict[int, Any] = {}  # by the number of the sequence
        self._slot = 0

    def _asked(self) -> Any:
        asked = self._lib.llama_context_default_params()
        asked.n_ctx, asked.n_batch = self._sizes.context_tokens, self._sizes.batch_tokens
        return asked

    def _context(self) -> Any:
        context = self._lib.llama_new_context_with_model(self._model, self._parameters)
        if not context or self._lib.llama_n_ctx(context) != self._sizes.context_tokens:
            raise EngineError("ctransformers gives the model no context", "lower engine.context_tokens")
        return context

    def _fits(self) -> bool:
        """Whether the memory that would be reserved (not used) is a small part of this machine's."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return self._sizes.context_tokens * self._words * _FLOAT_BYTES * _CACHES < memory

    @property
    def words(self) -> int:
        """How many tokens the vocabulary has."""
        return self._words

    def reuse(self, tokens: Sequence[int]) -> int:
        """Keep what the caches hold of the beginning of `tokens`; how many tokens that are.

        A place in a cache can be written again, so a prompt goes on wherever it leaves another. Nothing can be copied
        from cache to cache: one is cut where that keeps half of it, or saves half of the prompt.
        """
        held = self._kept.tokens
        choice = self._kept.choose(tokens)
        source = choice.source
        if 2 * choice.shared >= min(len(held[source]), len(tokens)):
            choice = Choice(source, source, choice.shared)
        elif choice.slot != source:
            choice = Choice(choice.slot, choice.slot, common(held[choice.slot], tokens))
        self._kept.take(choice)
        if choice.slot not in self._contexts:
            self._contexts[choice.slot], self._spare = self._spare or self._context(), None
        self._slot = choice.slot
        return choice.shared

    def feed(self, tokens: Sequence[int], shown: int) -> Logits:
        """Evaluate more tokens of the prompt that `reuse` was called for; see `Stepper.feed`.

        The library checks neither ids nor places: both are checked here.
        """
        known, count = self._kept.tokens[self._slot], len(tokens)
        if not 0 < count <= self.batch_tokens or len(known) + count > self.context_tokens:
            raise EngineError(
                "there are more tokens than the context holds", "give less, or raise engine.context_tokens"
            )
        if not all(0 <= token < self._words for token in tokens):
            raise EngineError("there is no such token in the model's vocabulary", "codeassist doctor")
        context = self._contexts[self._slot]
        ids = (ctypes.c_int32 * count)(*tokens)
        if self._lib.llama_eval(context, ids, count, len(known), self._sizes.threads):
            known.clear()
            raise EngineError("the model failed", "codeassist doctor")
        known.extend(tokens)
        rows = count if self.shown_tokens > 1 else 1
        logits = np.ctypeslib.as_array(self._lib.llama_get_logits(context), (rows, self._words))
        return logits[rows - shown :]

    def close(self) -> None:
        """Free the model and its caches."""
        for context in filter(None, [self._spare, *self._contexts.values()]):
            self._lib.llama_free(context)
        self._lib.llama_free_model(self._model)
