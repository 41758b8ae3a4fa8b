"""The shared library of ctransformers 0.2.27, called by ctypes; in the sandboxed engine process only.

The package itself is never imported: doing so imports a hub client. Its own C functions (`ctransformers_llm_…`) keep
one KV cache a model and tell the last token's logits only. Those of the llama.cpp in it, of September 2023, are
exported too: several caches share the weights, and the logits of a whole batch can be had. The struct that crosses by
value is written out below, as llama.h had it then; the defaults that the library gives are held against it. The package
has had no release since, and its version is pinned.
"""

from __future__ import annotations

import ctypes
import importlib.util
import platform
import sys
from pathlib import Path
from typing import Any

from codeassist.errors import EngineError, MissingError

INSTALL = "pip install ctransformers==0.2.27"
_Pointer, _Int, _Float, _Bool = ctypes.c_void_p, ctypes.c_int32, ctypes.c_float, ctypes.c_bool
_LOG = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
_QUIET = _LOG(lambda _level, _text, _data: None)  # lives as long as the process: the library keeps it


class Parameters(ctypes.Structure):
    """`llama_context_params`."""

    _fields_ = (
        ("seed", ctypes.c_uint32),
        ("n_ctx", _Int),
        ("n_batch", _Int),
        ("n_gpu_layers", _Int),
        ("main_gpu", _Int),
        ("tensor_split", _Pointer),
        ("rope_freq_base", _Float),
        ("rope_freq_scale", _Float),
        ("progress_callback", _Pointer),
        ("progress_callback_user_data", _Pointer),
        ("low_vram", _Bool),
        ("mul_mat_q", _Bool),
        ("f16_kv", _Bool),
        ("logits_all", _Bool),
        ("vocab_only", _Bool),
        ("use_mmap", _Bool),
        ("use_mlock", _Bool),
        ("embedding", _Bool),
    )


_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "llama_log_set": (None, (_LOG, _Pointer)),
    "llama_context_default_params": (Parameters, ()),
    "llama_load_model_from_file": (_Pointer, (ctypes.c_char_p, Parameters)),
    "llama_new_context_with_model": (_Pointer, (_Pointer, Parameters)),
    "llama_n_ctx": (_Int, (_Pointer,)),
    "llama_n_vocab": (_Int, (_Pointer,)),
    "llama_eval": (_Int, (_Pointer, ctypes.POINTER(_Int), _Int, _Int, _Int)),
    "llama_get_logits": (ctypes.POINTER(_Float), (_Pointer,)),
    "llama_free": (None, (_Pointer,)),
    "llama_free_model": (None, (_Pointer,)),
}
# What llama.cpp's defaults were: (n_ctx, n_batch, rope_freq_base, rope_freq_scale, f16_kv, use_mmap, embedding).
_DEFAULTS = (512, 512, 10000.0, 1.0, True, True, False)


def library() -> Any:
    """The library with its functions' types.

    Raises:
        MissingError: ctransformers is not installed, or has no library for this machine.
        EngineError: it is another library than the one that is known here.
    """
    path = library_path()
    try:
        loaded = ctypes.CDLL(str(path))
    except OSError as error:
        raise MissingError(f"the library of ctransformers cannot be loaded: {error}", _instead()) from error
    try:
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(loaded, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError as error:
        raise EngineError(f"this is not the ctransformers that is known: it has no {name}", INSTALL) from error
    loaded.llama_log_set(_QUIET, None)
    told: Parameters = loaded.llama_context_default_params()
    found = (told.n_ctx, told.n_batch, told.rope_freq_base, told.rope_freq_scale, told.f16_kv, told.use_mmap)
    if (*found, told.embedding) != _DEFAULTS:
        raise EngineError("this is not the ctransformers that is known: its parameters lie elsewhere", INSTALL)
    return loaded


def library_path() -> Path:
    """Where the library for this machine is.

    Raises:
        MissingError: ctransformers is not installed, or has no library for this machine.
    """
    package = importlib.util.find_spec("ctransformers")
    if package is None or not package.submodule_search_locations:
        raise MissingError("ctransformers is not installed", INSTALL)
    machine = platform.machine().lower()
    folder, name = "", ""
    if sys.platform == "linux" and machine in ("x86_64", "amd64"):
        folder, name = variant(Path("/proc/cpuinfo")), "libctransformers.so"
    elif sys.platform == "darwin":
        folder, name = "basic", "libctransformers.dylib"  # the one that both kinds of Mac can run
    path = Path(package.submodule_search_locations[0]) / "lib" / folder / name
    if not name or not path.is_file():
        raise MissingError(f"ctransformers has no library for {sys.platform} on {machine}", _instead())
    return path


def variant(cpuinfo: Path) -> str:
    """Which build this processor can run."""
    try:
        lines = cpuinfo.read_text(errors="replace").splitlines()
    except OSError:
        return "basic"
    flags = set(next((line for line in lines if line.startswith("flags")), "").split())
    if {"avx2", "fma", "f16c"} <= flags:
        return "avx2"
    return "avx" if {"avx", "f16c"} <= flags else "basic"


def _instead() -> str:
    return "use the model that this one was converted from: it needs no ctransformers"
