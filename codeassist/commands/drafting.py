"""Where edits and presets are made: the session, the repository, progress, the check; Ctrl-C ends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from codeassist.commands.editing import Wish, consistent
from codeassist.commands.interruption import ending, interruptible
from codeassist.commands.output import Waiting
from codeassist.commands.repository import repository
from codeassist.context.index import Index
from codeassist.edit.change import ChangeSet
from codeassist.edit.checking import Bench
from codeassist.edit.draft import Checked, Draft, Outcome, choose
from codeassist.edit.original import root_of
from codeassist.edit.pipeline import Desk
from codeassist.engine.api import Usage
from codeassist.session import Session, open_session
from codeassist.terminal import one_line

_TITLE = 200  # characters


class Drafting:
    """What drafts are made with, and how one of them is chosen.

    Attributes:
        root: the top of the working tree.
        desk: what the pipelines are given.
    """

    def __init__(self, session: Session, index: Index | None, root: Path, wish: Wish) -> None:
        self.root = root
        self.desk = Desk(session, index, self._cancelled, self._progress)
        self._wish = wish
        self._pressed: Callable[[], bool] = lambda: False
        self._waiting: Waiting | None = None
        self._began = time.monotonic()

    def decide(self, title: str, drafts: Iterable[Draft], *, consensus: bool = False) -> Outcome:
        """Have drafts made until one holds and passes the check; `consensus`: or until two agree, without a check.

        Raises:
            EngineError: the engine failed.
            CancelledError: Ctrl-C was pressed.
            MissingError: the check cannot be run.
        """
        with interruptible() as self._pressed, Waiting("reading") as self._waiting, Bench(self.root) as bench:

            def check(change: ChangeSet) -> Checked:
                self.notice(f"checking: {self._wish.check}")
                return bench.check(change, self._wish.check, self._pressed, self._wish.check_seconds)

            checking = check if self._wish.check else None
            title = one_line(title, _TITLE)
            return choose(self.root, title, drafts, checking, self._pressed, consensus=consensus)

    def told(self) -> dict[str, object]:
        """What the JSON document says of how it was made."""
        spent = round((time.monotonic() - self._began) * 1000, 1)
        return {"model": self.desk.session.manifest.id, "timings": {"total_ms": spent}}

    def notice(self, text: str) -> None:
        """What is being waited for now."""
        if self._waiting is not None:
            self._waiting.notice(text)

    def _cancelled(self) -> bool:
        return self._pressed()

    def _progress(self, what: str, usage: Usage) -> None:
        done = usage.cached_tokens + usage.evaluated_tokens
        if usage.generated_tokens or not usage.prompt_tokens:
            self.notice(f"writing {what}: {usage.generated_tokens} tokens")
        else:
            self.notice(f"reading for {what}: {done} of {usage.prompt_tokens} tokens")


@contextmanager
def drafting(environ: Mapping[str, str], place: Path, wish: Wish) -> Iterator[Drafting]:
    """Open what an edit around a place needs.

    Raises:
        UsageError: the wish contradicts itself.
        MissingError: there is no model.
    """
    consistent(wish)
    root = root_of(place)
    with ending(), Waiting("reading") as waiting, open_session(environ, model=wish.model, chat=True) as session:
        searched: AbstractContextManager[Index | None] = (
            nullcontext() if wish.no_context else repository(environ, place, waiting.notice)
        )
        with searched as index:
            waiting.end()
            yield Drafting(session, index if index is not None and index.root == root else None, root, wish)
