"""llama.cpp's C functions, called by ctypes; in the engine process only.

Two libraries have them: xllamacpp's, and the one that `pip install 'codeassist[native]'` compiles for this machine.
Three structs cross by value. `llama_batch` is written out below. The parameter structs are opaque, since they grow from
release to release: the defaults are taken as bytes and a few numbers are set. Where those lie is told by the head of
the struct, which has not changed for long, and by the defaults' own pattern; a self-test compares what the library
then says of its context with what was asked for. Where anything differs the library is not used (UnsupportedError).
Source: include/llama.h of llama.cpp.
"""

from __future__ import annotations

import ctypes
import importlib.util
import struct
from pathlib import Path
from typing import Any, NamedTuple

from codeassist.errors import MissingError, UnsupportedError

INSTALL = "pip install 'codeassist[native]' (compiles llama.cpp: needs a C++ compiler and CMake, 5 to 30 minutes)"
_PARAMETER_BYTES = 1024  # more than either struct has: the rest is ignored where structs are passed in memory
_THREADS_AT = (
    28  # in llama_context_params: n_ctx, n_batch, n_ubatch, n_seq_max come first, the two counts of threads here
)
# Of the flags that end the struct the defaults are: embeddings off; offload_kqv, no_perf, op_offload, swa_full on;
# kv_unified off.
_FLAGS = bytes((0, 1, 1, 1, 1, 0))
LOG = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
QUIET = LOG(lambda _level, _text, _data: None)  # lives as long as the process: the library keeps it
_Pointer, _Int, _Bool = ctypes.c_void_p, ctypes.c_int32, ctypes.c_bool


class Parameters(ctypes.Structure):
    """`llama_model_params` or `llama_context_params`."""

    _fields_ = (("bytes", ctypes.c_char * _PARAMETER_BYTES),)


class Batch(ctypes.Structure):
    """`llama_batch`."""

    _fields_ = (
        ("n_tokens", _Int),
        ("token", ctypes.POINTER(_Int)),
        ("embd", ctypes.POINTER(ctypes.c_float)),
        ("pos", ctypes.POINTER(_Int)),
        ("n_seq_id", ctypes.POINTER(_Int)),
        ("seq_id", ctypes.POINTER(ctypes.POINTER(_Int))),
        ("logits", ctypes.POINTER(ctypes.c_int8)),
    )


_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "llama_backend_init": (None, ()),
    "llama_log_set": (None, (LOG, _Pointer)),
    "llama_model_default_params": (Parameters, ()),
    "llama_context_default_params": (Parameters, ()),
    "llama_model_load_from_file": (_Pointer, (ctypes.c_char_p, Parameters)),
    "llama_init_from_model": (_Pointer, (_Pointer, Parameters)),
    "llama_model_is_recurrent": (_Bool, (_Pointer,)),
    "llama_model_is_hybrid": (_Bool, (_Pointer,)),
    "llama_model_get_vocab": (_Pointer, (_Pointer,)),
    "llama_vocab_n_tokens": (_Int, (_Pointer,)),
    "llama_vocab_bos": (_Int, (_Pointer,)),
    "llama_vocab_eos": (_Int, (_Pointer,)),
    "llama_vocab_is_eog": (_Bool, (_Pointer, _Int)),
    "llama_tokenize": (_Int, (_Pointer, ctypes.c_char_p, _Int, ctypes.POINTER(_Int), _Int, _Bool, _Bool)),
    "llama_token_to_piece": (_Int, (_Pointer, _Int, ctypes.c_char_p, _Int, _Int, _Bool)),
    "llama_batch_init": (Batch, (_Int, _Int, _Int)),
    "llama_batch_free": (None, (Batch,)),
    "llama_decode": (_Int, (_Pointer, Batch)),
    "llama_get_logits": (ctypes.POINTER(ctypes.c_float), (_Pointer,)),
    "llama_get_memory": (_Pointer, (_Pointer,)),
    "llama_memory_seq_rm": (_Bool, (_Pointer, _Int, _Int, _Int)),
    "llama_memory_seq_cp": (None, (_Pointer, _Int, _Int, _Int, _Int)),
    "llama_free": (None, (_Pointer,)),
    "llama_model_free": (None, (_Pointer,)),
    **{f"llama_n_{name}": (ctypes.c_uint32, (_Pointer,)) for name in ("ctx", "ctx_seq", "batch", "ubatch", "seq_max")},
    **{f"llama_n_{name}": (_Int, (_Pointer,)) for name in ("threads", "threads_batch")},
}


class Sizes(NamedTuple):
    """What a context is asked for, in the order of the struct and of the functions that tell."""

    ctx: int
    batch: int
    ubatch: int
    seq_max: int
    threads: int
    threads_batch: int


def xllamacpp_library() -> Any:
    """The library that xllamacpp's wheel brings, prebuilt for any machine.

    Raises:
        UnsupportedError: this build lacks a function.
    """
    import xllamacpp.xllamacpp

    return _opened(Path(xllamacpp.xllamacpp.__file__))


def native_library() -> Any:
    """The library that llama-cpp-python's installation compiled on this machine. Its Python code is not run.

    Raises:
        MissingError: it is not installed.
        UnsupportedError: this build lacks a function.
    """
    found = importlib.util.find_spec("llama_cpp")
    for directory in found.submodule_search_locations or () if found else ():
        for name in ("libllama.so", "libllama.dylib", "llama.dll"):
            if (path := Path(directory, "lib", name)).exists():
                return _opened(path)
    raise MissingError("the native build of llama.cpp is not installed", INSTALL)


def context_parameters(library: Any, sizes: Sizes) -> Parameters:
    """The library's defaults with these sizes, its sequences sharing one KV cache.

    Raises:
        UnsupportedError: its parameters are laid out in another way.
    """
    raw = bytearray(bytes(library.llama_context_default_params()))
    flags = raw.find(_FLAGS, _THREADS_AT)
    if flags < 0:
        raise _other_layout()
    struct.pack_into("4I", raw, 0, *sizes[:4])
    struct.pack_into("2i", raw, _THREADS_AT, *sizes[4:])
    raw[flags + len(_FLAGS) - 1] = 1  # kv_unified
    return Parameters.from_buffer(raw)


def check(library: Any, context: Any, asked: Sizes) -> None:
    """The self-test: the library says of its context what was asked for.

    Raises:
        UnsupportedError: it does not.
    """
    told = context and Sizes(*(getattr(library, f"llama_n_{name}")(context) for name in asked._fields))
    if told != asked or library.llama_n_ctx_seq(context) != asked.ctx:
        raise _other_layout()


def _other_layout() -> UnsupportedError:
    return UnsupportedError("this build of llama.cpp lays its parameters out in another way", "")


def _opened(path: Path) -> Any:
    library = ctypes.CDLL(str(path))
    try:
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError as error:
        raise UnsupportedError(f"this build of llama.cpp exports no {error}", "") from error
    return library
