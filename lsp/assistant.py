"""The completer behind the server: made when it is first needed, made again when settings change."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from codeassist.completion.session import Completer
from codeassist.completion.suggestion import Counters
from codeassist.completion.surroundings import Surroundings
from codeassist.errors import CodeassistError
from codeassist.session import Session, open_index, open_session

_FIRST_BACKOFF, _LONGEST_BACKOFF = 1.0, 30.0  # seconds before a failing engine is tried again
_FREE_FAILURES = 1  # the first failure costs no wait
_SETTINGS_SECONDS = 2.0  # a client that is asked for its settings answers sooner, or not at all

Report = Callable[[CodeassistError], None]
Clock = Callable[[], float]
_T = TypeVar("_T")


class Assistant:
    """Gives worker threads a completer. A failure is reported once, and tried again in time, not at every keystroke.

    `notice` (a model is being loaded), `settled` (it is, or is not) and `report` are called from worker threads.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        notice: Callable[[str], None],
        settled: Callable[[], None],
        report: Report,
        clock: Clock = time.monotonic,
        opener: Callable[..., Session] = open_session,
    ) -> None:
        self._environ = environ
        self._notice = notice
        self._settled = settled
        self._loading = False
        self._report = report
        self._clock = clock
        self._opener = opener
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._configured = threading.Event()
        self._configured.set()
        self._chosen: tuple[str | None, str | None, bool] = (None, None, True)
        self._session: Session | None = None
        self._completer: Completer | None = None
        self._told: set[type[CodeassistError]] = set()
        self._failures = 0
        self._not_before = 0.0
        self._closed = False
        self.model = ""
        self.error = ""

    @property
    def ready(self) -> Completer | None:
        """The completer, if it is made."""
        return self._completer

    @property
    def session(self) -> Session | None:
        """The session of the completer there is."""
        return self._session

    @property
    def counters(self) -> Counters:
        """Of the completer there is; zeros where there is none."""
        completer = self._completer
        return completer.counters if completer is not None else Counters()

    def choose(self, model: str | None, mode: str | None, *, context: bool = True) -> bool:
        """What the editor's settings ask for; True if that is something else than before."""
        chosen = (model, mode, context)
        with self._lock:
            changed, self._chosen = chosen != self._chosen, chosen
        return changed

    def expect_settings(self) -> None:
        """The client is being asked which model it wants: none is loaded before, for a moment."""
        self._configured.clear()

    def settings_came(self) -> None:
        """It has answered."""
        self._configured.set()

    def use(self, work: Callable[[Completer], _T]) -> _T | None:
        """Do `work` with the completer; None where it failed, or failed a short while ago. Blocking."""
        if self._closed or self._clock() < self._not_before:
            return None
        completer = None
        try:
            completer = self._made()
            result = work(completer)
        except CodeassistError as error:
            if completer is None or completer is self._completer:
                self._failed(error)
            return None
        except Exception:
            if completer is not None and completer is not self._completer:  # it was closed meanwhile
                return None
            raise
        finally:
            if self._loading:
                self._loading = False
                self._settled()
        self._failures, self.error = 0, ""
        return result

    def with_session(self, work: Callable[[Session], _T]) -> _T | None:
        """Do `work` with the model and its engine, as `use` does. Blocking."""

        def inside(_completer: Completer) -> _T | None:
            session = self._session
            return work(session) if session is not None else None

        return self.use(inside)

    def forgive(self) -> None:
        """Try again at once, and report failures again."""
        self._told.clear()
        self._failures, self._not_before = 0, 0.0

    def close(self, *, for_good: bool = False) -> None:
        """Let go of the completer; a private engine ends. Blocking."""
        with self._lock:
            self._closed = self._closed or for_good
            completer, self._completer = self._completer, None
            session, self._session = self._session, None
        with contextlib.suppress(CodeassistError):
            if session is not None:
                session.engine.close()  # first: what still waits for a hung engine is let go
            if completer is not None:
                completer.close()

    def _says(self, text: str) -> None:
        self._loading = True
        self._notice(text)

    def _progress(self, text: str) -> None:
        if text:
            self._notice(text)
        else:
            self._settled()

    def _made(self) -> Completer:
        """The completer; its engine is started with it, so that it loads its model early."""
        self._configured.wait(_SETTINGS_SECONDS)
        with self._making:  # one thread opens, the others wait for it
            completer = self._completer
            if completer is not None:
                return completer
            model, mode, context = self._chosen
            session = self._opener(self._environ, model=model, mode=mode, resident=True, notice=self._says)
            try:
                session.engine.info()
            except CodeassistError:
                session.engine.close()
                raise
            completer = Completer(
                session, progress=self._progress, surroundings=self._surroundings(session) if context else None
            )
            self.model = session.manifest.id
            with self._lock:
                if not self._closed:
                    self._completer, self._session = completer, session
                    return completer
        completer.close()
        raise CodeassistError("the server is leaving")

    def _surroundings(self, session: Session) -> Surroundings:
        budget = session.settings.completion.context_tokens
        return Surroundings(lambda folder: open_index(self._environ, folder), session.engine, budget, self._progress)

    def _failed(self, error: CodeassistError) -> None:
        if self._closed:
            return
        self.error = error.message
        self._failures += 1
        if self._failures > _FREE_FAILURES:
            wait = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2.0 ** (self._failures - _FREE_FAILURES - 1))
            self._not_before = self._clock() + wait
        if type(error) not in self._told:
            self._told.add(type(error))
            self._report(error)
