"""`codeassist.restart`: ends the engine, also a shared one; the next request starts another."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from codeassist import config
from codeassist.engine.launch import stop_engine
from codeassist.errors import CodeassistError
from codeassist.lsp.assistant import Assistant
from codeassist.session import engine_directory


def stop(assistant: Assistant, environ: Mapping[str, str], mode: str | None) -> None:
    """Let go of the completer, and stop the engine that it used. Blocking."""
    assistant.close()
    with contextlib.suppress(CodeassistError):  # settings that cannot be read: the next request reports it
        loaded = config.load(environ)
        if (mode or loaded.settings.engine.mode) == "shared":
            stop_engine(engine_directory(loaded))
