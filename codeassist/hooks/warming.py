"""Has the engine load its model while other things are done."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping

from codeassist.errors import CodeassistError
from codeassist.session import open_session


def warm(environ: Mapping[str, str]) -> threading.Thread:
    """Start the shared engine in the background, if there is a model to run. Returns at once; nothing fails here: who
    needs the engine next waits for it, or says what is wrong."""
    thread = threading.Thread(target=_start, args=(environ,), name="engine-warming", daemon=True)
    thread.start()
    return thread


def _start(environ: Mapping[str, str]) -> None:
    with contextlib.suppress(CodeassistError, OSError), open_session(environ) as session:
        if session.settings.engine.mode == "shared":  # a private one would be that of this session alone
            session.engine.info()
