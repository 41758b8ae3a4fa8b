from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from typing import Any, cast

import pytest

from codeassist.completion.session import Completer
from codeassist.errors import CodeassistError, EngineError, MissingError
from codeassist.lsp.assistant import Assistant
from codeassist.session import Session, open_session
from tests.conftest import FakeScript


class Watched:
    """An assistant over the scripted engine, its clock, and what it reported."""

    def __init__(self, opener: Callable[..., Session]) -> None:
        self.now = 0.0
        self.reports: list[str] = []
        self.settled = 0
        self.notices: list[str] = []
        self.opened = 0

        def opening(*arguments: Any, **options: Any) -> Session:
            self.opened += 1
            return opener(*arguments, **options)

        self.assistant = Assistant(
            {}, notice=self.notices.append, settled=self._settle, report=self._report,
            clock=lambda: self.now, opener=opening,
        )  # fmt: skip

    def _settle(self) -> None:
        self.settled += 1

    def _report(self, error: CodeassistError) -> None:
        self.reports.append(error.message)

    def use(self, error: CodeassistError | None = None) -> str | None:
        def work(_completer: Completer) -> str:
            if error is not None:
                raise error
            return "done"

        return self.assistant.use(work)


@pytest.fixture
def watched(fake_engine: FakeScript) -> Watched:
    fake_engine("x")
    environ = dict(os.environ)
    return Watched(lambda *_, **__: open_session(environ))  # in this process


def test_the_completer_is_made_once(watched: Watched) -> None:
    assert watched.assistant.ready is None
    assert [watched.use(), watched.use()] == ["done", "done"]
    assert watched.opened == 1
    assert watched.assistant.ready is not None
    assert watched.assistant.model == "fake"


def test_a_kind_of_failure_is_reported_once(watched: Watched) -> None:
    for _ in range(5):
        assert watched.use(EngineError("no")) is None
        watched.now += 100
    assert watched.use(MissingError("gone")) is None
    assert watched.reports == ["no", "gone"]
    assert watched.assistant.error == "gone"
    watched.now += 100
    watched.use()
    assert watched.assistant.error == ""
    watched.assistant.forgive()
    watched.use(EngineError("no"))
    assert watched.reports == ["no", "gone", "no"]


def test_an_engine_that_keeps_failing_is_tried_less_and_less(watched: Watched) -> None:
    tried: list[float] = []

    def work(_completer: Completer) -> None:
        tried.append(watched.now)
        raise EngineError("no")

    for _ in range(1000):
        watched.assistant.use(work)
        watched.now += 0.1
    gaps = [round(later - earlier) for earlier, later in itertools.pairwise(tried)]
    assert gaps == [0, 1, 2, 4, 8, 16, 30, 30]
    watched.assistant.forgive()
    assert watched.use() == "done"
    assert watched.use(EngineError("no")) is None
    assert watched.use() == "done", "one failure costs no wait"


def test_closing_for_good_ends_it(watched: Watched) -> None:
    watched.use()
    watched.assistant.close(for_good=True)
    assert watched.use() is None
    assert watched.opened == 1
    assert watched.reports == []


def test_closing_makes_another_one(watched: Watched) -> None:
    watched.use()
    watched.assistant.close()
    assert watched.use() == "done"
    assert watched.opened == 2


def test_what_fails_because_it_was_closed_is_no_failure(watched: Watched) -> None:
    def work(_completer: Completer) -> str:
        watched.assistant.close()
        raise RuntimeError("the client is closed")

    assert watched.assistant.use(work) is None
    assert watched.reports == []


def test_a_fault_is_not_hidden(watched: Watched) -> None:
    def work(_completer: Completer) -> str:
        raise RuntimeError("a fault")

    with pytest.raises(RuntimeError, match="a fault"):
        watched.assistant.use(work)


def test_a_change_of_model_is_noticed(watched: Watched) -> None:
    assert watched.assistant.choose("a", None)
    assert not watched.assistant.choose("a", None)
    assert watched.assistant.choose("a", "private")


def test_an_engine_that_does_not_start_is_let_go(fake_engine: FakeScript) -> None:
    closed: list[bool] = []

    class Engine:
        def info(self) -> None:
            raise EngineError("it does not start")

        def close(self) -> None:
            closed.append(True)

    class Broken:
        engine = Engine()

    watched = Watched(lambda *_, **__: cast("Session", Broken()))
    assert watched.use() is None
    assert closed == [True]
    assert watched.reports == ["it does not start"]
