"""What presets are tested with: the scripted engine, without a command around it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from codeassist.config import Settings
from codeassist.context.index import Index
from codeassist.edit.pipeline import Desk
from codeassist.engine.api import Emit, Engine, Request
from codeassist.engine.fake import FakeEngine, Reply, Script
from codeassist.session import Session


class Recorder(FakeEngine):
    """The scripted engine, which remembers what it was asked."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.prompts: list[str] = []

    def generate(self, request: Request, emit: Emit) -> None:
        """Follow the script."""
        self.prompts.append("".join(chr(token - 1000) if token >= 1000 else "\n" for token in request.prompt))
        super().generate(request, emit)


@dataclass(frozen=True)
class _Session:
    engine: Engine
    settings: Settings


def desk(*replies: str | Reply, index: Index | None = None, context_tokens: int = 20_000) -> tuple[Desk, Recorder]:
    """A desk whose engine gives these replies; a text is given once, in its turn."""
    scripted = [Reply(text=each, times=1) if isinstance(each, str) else each for each in replies]
    engine = Recorder(Script(replies=scripted, context_tokens=context_tokens))
    return Desk(cast(Session, _Session(engine, Settings())), index), engine


def indexed(root: Path, home: Path) -> Index:
    """The index of a repository."""
    index = Index.open(root, home / "index")
    index.refresh()
    return index
