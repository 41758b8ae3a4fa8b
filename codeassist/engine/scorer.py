"""How likely the model finds a text: log-probabilities of given tokens, at the speed of prefill.

xllamacpp's server returns no log-probabilities of a prompt. Its shared library also exports llama.cpp's C functions,
which do; they are called here, in the engine process only. Two structs cross by value. `llama_batch` is written out
below. The parameter structs are opaque: the defaults are taken as bytes, and the few numbers at their head are set; a
self-test compares what the library then says of its context with what was asked for. Where anything differs, as with
another wheel, there is no scorer (UnsupportedError): forcing.py is the slow way, through the server's own interface.

The weights are mapped a second time: most pages are shared with the first load, about 100 MB are not (0.5B, repacked).
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from msgspec.structs import replace

from codeassist.engine.api import Scores
from codeassist.engine.prefix import common
from codeassist.errors import EngineError, UnsupportedError

_PARAMETER_BYTES = 1024  # more than either struct has: the rest is ignored where structs are passed in memory
_THREADS_AT = (
    28  # in llama_context_params: n_ctx, n_batch, n_ubatch, n_seq_max come first, the two counts of threads here
)
_QUIET = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)


class _Parameters(ctypes.Structure):
    _fields_ = (("bytes", ctypes.c_char * _PARAMETER_BYTES),)


class _Batch(ctypes.Structure):
    _fields_ = (
        ("n_tokens", ctypes.c_int32),
        ("token", ctypes.POINTER(ctypes.c_int32)),
        ("embd", ctypes.POINTER(ctypes.c_float)),
        ("pos", ctypes.POINTER(ctypes.c_int32)),
        ("n_seq_id", ctypes.POINTER(ctypes.c_int32)),
        ("seq_id", ctypes.POINTER(ctypes.POINTER(ctypes.c_int32))),
        ("logits", ctypes.POINTER(ctypes.c_int8)),
    )


_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "llama_log_set": (None, (_QUIET, ctypes.c_void_p)),
    "llama_model_default_params": (_Parameters, ()),
    "llama_context_default_params": (_Parameters, ()),
    "llama_model_load_from_file": (ctypes.c_void_p, (ctypes.c_char_p, _Parameters)),
    "llama_init_from_model": (ctypes.c_void_p, (ctypes.c_void_p, _Parameters)),
    "llama_model_get_vocab": (ctypes.c_void_p, (ctypes.c_void_p,)),
    "llama_vocab_n_tokens": (ctypes.c_int32, (ctypes.c_void_p,)),
    "llama_token_to_piece": (
        ctypes.c_int32,
        (ctypes.c_void_p, ctypes.c_int32, ctypes.c_char_p, ctypes.c_int32, ctypes.c_int32, ctypes.c_bool),
    ),
    "llama_batch_init": (_Batch, (ctypes.c_int32, ctypes.c_int32, ctypes.c_int32)),
    "llama_batch_free": (None, (_Batch,)),
    "llama_decode": (ctypes.c_int32, (ctypes.c_void_p, _Batch)),
    "llama_get_logits": (ctypes.POINTER(ctypes.c_float), (ctypes.c_void_p,)),
    "llama_get_memory": (ctypes.c_void_p, (ctypes.c_void_p,)),
    "llama_memory_seq_rm": (ctypes.c_bool, (ctypes.c_void_p, ctypes.c_int32, ctypes.c_int32, ctypes.c_int32)),
    "llama_free": (None, (ctypes.c_void_p,)),
    "llama_model_free": (None, (ctypes.c_void_p,)),
    **{f"llama_n_{name}": (ctypes.c_uint32, (ctypes.c_void_p,)) for name in ("ctx", "batch", "ubatch", "seq_max")},
    **{f"llama_n_{name}": (ctypes.c_int32, (ctypes.c_void_p,)) for name in ("threads", "threads_batch")},
}


class _Sizes(NamedTuple):
    """What a context is asked for, in the order of the struct and of the functions that tell."""

    ctx: int
    batch: int
    ubatch: int
    seq_max: int
    threads: int
    threads_batch: int


class Scorer:
    """A model of its own for scoring. One call at a time: whoever owns it sees to that."""

    def __init__(self, path: Path, context_tokens: int, batch_tokens: int, threads: int) -> None:
        """Load the model.

        Raises:
            UnsupportedError: this build of the library is not the one that is known here.
            EngineError: the model cannot be loaded.
        """
        self._lib = _library()
        self._log = _QUIET(lambda _level, _text, _data: None)  # kept: the library calls it
        self._lib.llama_log_set(self._log, None)
        sizes = _Sizes(context_tokens, batch_tokens, batch_tokens, 1, threads, threads)
        self._model = self._lib.llama_model_load_from_file(str(path).encode(), self._lib.llama_model_default_params())
        if not self._model:
            raise EngineError("the model cannot be loaded a second time, for review", "free some memory")
        self._context = self._lib.llama_init_from_model(self._model, _asked(self._lib, sizes))
        self._check(sizes)
        self._sizes = sizes
        self._memory = self._lib.llama_get_memory(self._context)
        self._batch = self._lib.llama_batch_init(batch_tokens, 0, 1)
        self._vocabulary = self._lib.llama_model_get_vocab(self._model)
        self._words = self._lib.llama_vocab_n_tokens(self._vocabulary)
        self._known: tuple[int, ...] = ()  # what the KV cache holds

    def _check(self, asked: _Sizes) -> None:
        """The self-test: the library says of its context what was asked for."""
        told = self._context and _Sizes(
            *(getattr(self._lib, f"llama_n_{name}")(self._context) for name in asked._fields)
        )
        if told != asked:
            raise UnsupportedError("this build of llama.cpp lays its parameters out in another way", "")

    def score(
        self, prompt: Sequence[int], text: Sequence[int], watched: Sequence[int], stop: Callable[[int, int], bool]
    ) -> Scores | None:
        """Log-probabilities of `text` after `prompt`.

        `stop` is asked between batches, with how many tokens were known and how many evaluated; True ends it (None).

        What earlier calls evaluated and this one begins with is not evaluated again.

        Raises:
            EngineError: it does not fit into the context, or the model failed.
        """
        tokens, first = (*prompt, *text), len(prompt) - 1
        if len(tokens) > self._sizes.ctx or not prompt or max(tokens) >= self._words:
            raise EngineError("what is to be scored exceeds the context", "raise engine.context_tokens")
        start = min(common(self._known, tokens), first)
        self._lib.llama_memory_seq_rm(self._memory, 0, start, -1)
        self._known = tokens[:start]
        rows: list[_Rows] = []
        for begin in range(start, len(tokens) - 1, self._sizes.batch):
            if stop(start, begin - start):
                return None
            end = min(begin + self._sizes.batch, len(tokens) - 1)
            rows += self._evaluate(tokens, begin, end, first, watched)
        lengths = tuple(self._length(token) for token in text)
        return replace(
            _joined(rows),
            tokens=tuple(text),
            lengths=lengths,
            evaluated_tokens=len(tokens) - 1 - start,
            cached_tokens=start,
        )

    def _evaluate(
        self, tokens: tuple[int, ...], begin: int, end: int, first: int, watched: Sequence[int]
    ) -> list[_Rows]:
        batch, shown = self._batch, max(first, begin)
        batch.n_tokens = end - begin
        for at in range(end - begin):
            batch.token[at], batch.pos[at], batch.n_seq_id[at] = tokens[begin + at], begin + at, 1
            batch.seq_id[at][0], batch.logits[at] = 0, begin + at >= first
        if self._lib.llama_decode(self._context, batch):
            self._known = ()
            raise EngineError("the model failed to score", "codeassist doctor")
        self._known = tokens[:end]
        if shown >= end:
            return []
        logits = np.ctypeslib.as_array(self._lib.llama_get_logits(self._context), (end - shown, self._words))
        return [_rows(logits, tokens[shown + 1 : end + 1], watched)]

    def _length(self, token: int) -> int:
        """Bytes of a token."""
        piece = self._lib.llama_token_to_piece(self._vocabulary, token, None, 0, 0, True)
        return abs(int(piece))  # negative: what the buffer should have held

    def close(self) -> None:
        """Free the model and its context."""
        self._lib.llama_batch_free(self._batch)
        self._lib.llama_free(self._context)
        self._lib.llama_model_free(self._model)


class _Rows(NamedTuple):
    actual: Any
    best: Any
    best_logprob: Any
    watched: Any


def _rows(logits: Any, actual: Sequence[int], watched: Sequence[int]) -> _Rows:
    """What is kept of logits (positions x vocabulary): natural logarithms of probabilities."""
    peak = logits.max(axis=1)
    norm = peak + np.log(np.exp(logits - peak[:, None]).sum(axis=1))
    each = np.arange(len(actual))
    return _Rows(
        logits[each, list(actual)] - norm,
        logits.argmax(axis=1),
        peak - norm,
        logits[:, list(watched)] - norm[:, None],
    )


def _joined(rows: Sequence[_Rows]) -> Scores:
    return Scores(
        tokens=(),
        lengths=(),
        logprobs=tuple(float(each) for row in rows for each in row.actual),
        best=tuple(int(each) for row in rows for each in row.best),
        best_logprobs=tuple(float(each) for row in rows for each in row.best_logprob),
        watched=tuple(tuple(float(one) for one in each) for row in rows for each in row.watched),
    )


def _library() -> Any:
    """xllamacpp's shared library with the functions' types."""
    import xllamacpp.xllamacpp

    library = ctypes.CDLL(xllamacpp.xllamacpp.__file__)
    try:
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError as error:
        raise UnsupportedError(f"this build of llama.cpp exports no {error}", "") from error
    return library


def _asked(library: Any, sizes: _Sizes) -> _Parameters:
    raw = bytearray(bytes(library.llama_context_default_params()))
    struct.pack_into("4I", raw, 0, *sizes[:4])
    struct.pack_into("2i", raw, _THREADS_AT, *sizes[4:])
    return _Parameters.from_buffer(raw)
