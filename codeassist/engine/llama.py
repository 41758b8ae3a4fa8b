"""llama.cpp's server inside the resident process, as both native engines use it: parameters, tokens, its own socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec

from codeassist.config import EngineSettings
from codeassist.engine.armed import Unarmed
from codeassist.engine.uds import http_client
from codeassist.errors import EngineError
from codeassist.machine import processors
from codeassist.models.manifest import Manifest

_TOKENIZE_SECONDS = 60.0


def parameters(manifest: Manifest, settings: EngineSettings, socket: Path) -> Any:
    """What every model is loaded with; context and batch are the caller's to set."""
    import xllamacpp

    threads = settings.threads or processors()
    chosen = xllamacpp.CommonParams()
    chosen.model.path = manifest.path
    chosen.hostnames = [str(socket)]
    chosen.kv_unified = True
    chosen.cpuparams.n_threads = chosen.cpuparams_batch.n_threads = threads
    chosen.warmup = False
    chosen.ui = False
    chosen.verbosity = 1  # errors only: a higher level would log text of prompts
    return chosen


class Llama:
    """A loaded model. `server` is xllamacpp's; tokens travel over a Unix socket of ours."""

    def __init__(self, manifest: Manifest, chosen: Any, socket: Path) -> None:
        import xllamacpp

        try:
            self.server: Any = xllamacpp.Server(chosen)
        except Exception as error:
            raise EngineError(
                f"the model {manifest.id} cannot be loaded: {error}", f"check it: codeassist model verify {manifest.id}"
            ) from error
        self._http = http_client(socket, _TOKENIZE_SECONDS)
        self._text = Unarmed(manifest, self._read)

    def tokens(self, text: str, *, special: bool = False, ends: bool = False) -> tuple[int, ...]:
        """Token ids. `special`: markers in the text become control tokens; `ends`: the model's own first and last
        tokens are added."""
        return self._read(text, ends=True) if ends else self._text(text, special=special)

    def _read(self, text: str, *, special: bool = False, ends: bool = False) -> tuple[int, ...]:
        body = {"content": text, "add_special": ends, "parse_special": special}
        return tuple(self.post("/tokenize", body)["tokens"])

    def piece(self, text: str) -> tuple[int, ...]:
        """Token ids of a text that stands anywhere in a prompt, specials off; see `Leading`."""
        return self._text.piece(text)

    def pieces(self, text: str) -> list[tuple[int, str]]:
        """Token ids with markers read as control tokens, and the text of each; "" for half a character."""
        body = {"content": text, "add_special": False, "parse_special": True, "with_pieces": True}
        tokens = self.post("/tokenize", body)["tokens"]
        return [(each["id"], each["piece"] if isinstance(each["piece"], str) else "") for each in tokens]

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The answer of llama.cpp's own server.

        Raises:
            EngineError: it refused, or does not answer.
        """
        try:
            reply = self._http.post(path, content=msgspec.json.encode(body))
        except httpx.HTTPError as error:
            raise EngineError(f"the model does not answer: {error}", "run the command again") from error
        if reply.status_code != httpx.codes.OK:
            raise EngineError(f"the model refused {path}: {reply.text[:300]}", "use another model")
        return reply.json()

    def close(self) -> None:
        """Close the connection; the process's end frees the model."""
        self._http.close()


def begun_with(text: str) -> str:
    """The grammar of outputs that begin with a text, and go on as they like."""
    return f"root ::= {literal(text)} .*"


def literal(text: str) -> str:
    """A text as grammars of llama.cpp (GBNF) write it."""
    return '"' + "".join(char if char.isalnum() else f"\\U{ord(char):08X}" for char in text) + '"'
