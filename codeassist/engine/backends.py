"""What runs a model in the resident process: each backend by its name, imported when it is chosen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from codeassist.engine.api import Engine
from codeassist.engine.wire import Spec
from codeassist.errors import UnsupportedError

DEFAULT = "xllamacpp"


def _xllamacpp(spec: Spec, socket: Path) -> Engine:
    from codeassist.engine.xllamacpp import NativeEngine

    if spec.draft is not None:  # it tells no probabilities of drafted tokens, and was slower wherever it was measured
        raise UnsupportedError("this backend checks no drafts", "set engine.backend to llama-cpp-python, or no draft")
    return NativeEngine(spec.manifest, spec.settings, socket)


def _llama_cpp_python(spec: Spec, _socket: Path) -> Engine:
    from codeassist.engine.capi import native_library
    from codeassist.engine.llamacpp import LlamaCppEngine

    return LlamaCppEngine(spec.manifest, spec.settings, native_library(), spec.draft)


def _ctransformers(spec: Spec, _socket: Path) -> Engine:
    from codeassist.engine.ctransformers.engine import CtransformersEngine

    return CtransformersEngine(spec.manifest, spec.settings)


BACKENDS: dict[str, Callable[[Spec, Path], Engine]] = {
    "xllamacpp": _xllamacpp,
    "llama-cpp-python": _llama_cpp_python,
    "ctransformers": _ctransformers,
}


def backend_of(spec: Spec) -> str:
    """The backend that a spec asks for: what the file was made for, else the setting, else the default.

    A model with a projector runs on the default, which alone can show it images.
    """
    chosen = spec.manifest.backend or ("" if spec.manifest.projector else spec.settings.backend) or DEFAULT
    return DEFAULT if chosen == "auto" else chosen


def load(spec: Spec, socket: Path) -> Engine:
    """Load the model; `socket` is where a backend with a server of its own may listen.

    Raises:
        EngineError: it cannot be loaded.
    """
    if spec.manifest.embedding:
        from codeassist.engine.encoder import NativeEncoder

        return NativeEncoder(spec.manifest, spec.settings, socket)
    return BACKENDS[backend_of(spec)](spec, socket)
