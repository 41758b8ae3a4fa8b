"""Measures the machine again where an earlier `model tune` no longer holds, once, while nobody types."""

from __future__ import annotations

import contextlib

from codeassist.errors import CodeassistError
from codeassist.lsp.assistant import Assistant
from codeassist.lsp.transport import in_thread
from codeassist.session import Session


class Rechecking:
    """What is found holds from the next start on."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._looked = False

    def expected_seconds(self) -> float:
        """What a suggestion takes as far as `model tune` knows; 0 is not known."""
        session = self._assistant.session
        return session.settings.completion.expected_ms / 1000 if session is not None else 0.0

    async def idle(self) -> None:
        """Nobody types for now."""
        session = self._assistant.session
        if self._looked or session is None:
            return
        self._looked = True
        if session.tuning.stale and not session.settings.engine.url:
            await in_thread(lambda: self._assistant.with_session(_recheck))


def _recheck(session: Session) -> None:
    from codeassist.tuning.recheck import recheck

    with contextlib.suppress(CodeassistError, OSError):  # an extra: what was measured before stays
        recheck(session.engine, session.manifest.id, session.state)
