"""When documents are reviewed, and what of it is published."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from codeassist.lsp import diagnostics
from codeassist.lsp.diagnostics import Diagnostics, diagnostic
from codeassist.lsp.documents import Document
from codeassist.lsp.findings import Reviewed
from codeassist.lsp.options import Review
from codeassist.review.finding import Finding, Fix, Severity
from codeassist.review.snapshot import of_text
from codeassist.text import Units

SECONDS = 20.0
URI = "file:///project/sample.py"


def finding(line: int = 1, end_line: int = 0, message: str = "wrong", severity: Severity = "high") -> Finding:
    return Finding(
        rule="rule",
        severity=severity,
        path="sample.py",
        line=line,
        end_line=end_line or line,
        message=message,
        fingerprint=message,
    )


def document(text: str = "x = 1\n", units: Units = "utf-16", uri: str = URI) -> Document:
    return Document(uri, "python", 7, text, units)


class Looks:
    """A review that a test lets go on: each look is told when it begins, and ends when it is let, or cancelled."""

    def __init__(self) -> None:
        self.began: list[tuple[Document, bool]] = []
        self.cancelled = 0
        self.running = 0
        self.most = 0
        self.let = threading.Event()
        self.let.set()
        self.text = "x = 1\n"
        self.of_model: tuple[Finding, ...] = ()
        self.fail: Exception | None = None
        self.stubborn = False  # a look goes on although it is cancelled

    def __call__(self, document: Document, text: str, cancelled: Callable[[], bool], *, model: bool) -> Reviewed | None:
        assert text == document.sound()
        self.running += 1
        self.most = max(self.most, self.running)
        self.began.append((document, model))
        revision = document.revision
        while not self.let.wait(0.001):
            if cancelled() and not self.stubborn:
                self.cancelled += 1
                break
        self.running -= 1
        if self.fail is not None:
            raise self.fail
        findings = (finding(), *self.of_model) if model else (finding(),)
        return Reviewed(revision, of_text(Path("/project"), "sample.py", None, self.text), findings)


async def until(condition: Callable[[], object]) -> None:
    deadline = asyncio.get_running_loop().time() + SECONDS
    while not condition():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.001)


class Scene:
    def __init__(self, review: Review = "checks") -> None:
        self.looks = Looks()
        self.published: list[dict[str, Any]] = []
        self.faults: list[Exception] = []
        self.diagnostics = Diagnostics(self.looks, self.published.append, self.faults.append)
        self.diagnostics.choose(review, [])

    async def reviewed(self, document: Document) -> None:
        count = len(self.published)
        self.diagnostics.begin(document)
        await until(lambda: len(self.published) > count)


def run(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(scene(), 60))


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics, "_DEBOUNCE_SECONDS", 0.01)
    monkeypatch.setattr(diagnostics, "_IDLE_SECONDS", 0.05)


def test_findings_are_published_with_the_version() -> None:
    async def scene() -> None:
        it = Scene()
        await it.reviewed(document())
        (sent,) = it.published
        assert sent["uri"] == URI
        assert sent["version"] == 7
        assert [each["message"] for each in sent["diagnostics"]] == ["wrong"]
        reviewed = it.diagnostics.reviewed(URI)
        assert reviewed is not None
        assert reviewed.finding("wrong") == finding()

    run(scene)


def test_several_saves_in_a_row_are_one_review() -> None:
    async def scene() -> None:
        it = Scene()
        one = document()
        for _ in range(5):
            it.diagnostics.begin(one)
        await until(lambda: it.published)
        await asyncio.sleep(0.1)
        assert len(it.looks.began) == len(it.published) == 1

    run(scene)


def test_a_save_is_not_reviewed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics, "_DEBOUNCE_SECONDS", 3600)

    async def scene() -> None:
        it = Scene()
        it.diagnostics.begin(document())
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert it.looks.began == []

    run(scene)


def test_a_newer_save_ends_a_review_and_waits_for_its_end() -> None:
    async def scene() -> None:
        it = Scene()
        it.looks.let.clear()
        one, other = document(), document(uri="file:///project/other.py")
        it.diagnostics.begin(one)
        await until(lambda: len(it.looks.began) == 1)
        it.looks.stubborn = True
        it.diagnostics.begin(one)
        it.diagnostics.begin(other)
        await until(lambda: len(it.looks.began) == 2)
        assert it.looks.began[1][0] is other, "the older one of the first has not ended"
        it.looks.stubborn = False
        await until(lambda: len(it.looks.began) == 3)
        assert it.looks.cancelled == 1
        it.diagnostics.closed(other.uri)
        it.looks.let.set()
        await until(lambda: it.published)
        assert len(it.published) == 1, "only the newer one is told"

    run(scene)


@pytest.mark.parametrize("event", ["changed", "closed"])
def test_a_change_and_closing_end_a_review(event: str) -> None:
    async def scene() -> None:
        it = Scene()
        it.looks.let.clear()
        it.diagnostics.begin(document())
        await until(lambda: it.looks.began)
        getattr(it.diagnostics, event)(URI)
        await until(lambda: it.looks.cancelled)
        other = document(uri="file:///project/other.py")
        it.looks.let.set()
        await it.reviewed(other)
        assert [each["uri"] for each in it.published] == [other.uri]

    run(scene)


def test_an_answer_for_a_text_that_has_changed_is_not_published() -> None:
    async def scene() -> None:
        it = Scene()
        it.looks.let.clear()
        one = document()
        it.diagnostics.begin(one)
        await until(lambda: it.looks.began)
        one.change([types.TextDocumentContentChangeWholeDocument("y\n")], 8)  # and nobody says so
        it.looks.let.set()
        await it.reviewed(document(uri="file:///project/other.py"))
        assert URI not in [each["uri"] for each in it.published]

    run(scene)


def test_closing_clears_what_was_published_and_only_that() -> None:
    async def scene() -> None:
        it = Scene()
        await it.reviewed(document())
        it.diagnostics.closed("file:///project/other.py")
        it.diagnostics.closed(URI)
        assert it.published[1:] == [{"uri": URI, "diagnostics": []}]
        assert it.diagnostics.reviewed(URI) is None

    run(scene)


def test_the_setting() -> None:
    async def scene() -> None:
        it = Scene("off")
        one = document()
        it.diagnostics.begin(one)
        it.diagnostics.choose("checks", [one])
        await until(lambda: it.published)
        it.diagnostics.choose("checks", [one])
        it.diagnostics.choose("off", [one])
        assert it.published[1:] == [{"uri": URI, "diagnostics": []}]
        it.diagnostics.begin(one)
        await asyncio.sleep(0.05)
        assert len(it.looks.began) == 1
        assert [model for _, model in it.looks.began] == [False]

    run(scene)


def test_nothing_is_reviewed_for_a_client_that_shows_none() -> None:
    async def scene() -> None:
        it = Scene("off")
        it.diagnostics.shown = False
        it.diagnostics.choose("all", [document()])
        it.diagnostics.begin(document())
        await asyncio.sleep(0.05)
        assert it.looks.began == []

    run(scene)


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "git:/project/a.py", "http://example.org/a.py", "", "file:a"])
def test_what_is_no_file_is_not_reviewed(uri: str) -> None:
    async def scene() -> None:
        it = Scene()
        it.diagnostics.begin(document(uri=uri))
        await it.reviewed(document())
        assert [each.uri for each, _ in it.looks.began] == [URI]

    run(scene)


def test_the_model_looks_when_nobody_types() -> None:
    async def scene() -> None:
        it = Scene("all")
        it.looks.of_model = (finding(message="unlikely", severity="low"),)
        await it.reviewed(document())
        await until(lambda: len(it.published) == 2)
        assert [model for _, model in it.looks.began] == [False, True]
        assert [each["severity"] for each in it.published[1]["diagnostics"]] == [1, 3]

    run(scene)


def test_checks_alone() -> None:
    async def scene() -> None:
        it = Scene("checks")
        await it.reviewed(document())
        await until(lambda: it.diagnostics._changed + 4 * diagnostics._IDLE_SECONDS < time.monotonic())
        assert [model for _, model in it.looks.began] == [False]

    run(scene)


def test_what_the_model_proposed_stays_while_the_text_is_the_same() -> None:
    async def scene() -> None:
        it = Scene()
        one = document()
        await it.reviewed(one)
        first = it.diagnostics.reviewed(URI)
        assert first is not None
        await it.reviewed(one)
        second = it.diagnostics.reviewed(URI)
        assert second is not None
        assert second is not first
        first.proposals["wrong"] = Fix(description="", line=1, end_line=1, text="")
        assert second.fix(finding()) is not None
        it.looks.text = "y = 1\n"
        await it.reviewed(one)
        third = it.diagnostics.reviewed(URI)
        assert third is not None
        assert third.fix(finding()) is None

    run(scene)


def test_typing_elsewhere_interrupts_the_model_which_looks_again() -> None:
    async def scene() -> None:
        it = Scene("all")
        await it.reviewed(document())
        it.looks.let.clear()
        await until(lambda: len(it.looks.began) == 2)
        it.diagnostics.changed("file:///project/other.py")
        await until(lambda: it.looks.cancelled == 1)
        await until(lambda: len(it.looks.began) == 3)
        it.looks.let.set()
        await until(lambda: len(it.published) == 2)
        await asyncio.sleep(0.2)
        assert [model for _, model in it.looks.began] == [False, True, True]

    run(scene)


def test_checks_do_not_wait_for_the_model() -> None:
    async def scene() -> None:
        it = Scene("all")
        documents = [document(uri=f"file:///project/{number}.py") for number in range(3)]
        for each in documents:
            await it.reviewed(each)
        it.looks.let.clear()
        it.looks.stubborn = True
        await until(lambda: any(model for _, model in it.looks.began))
        other = document(uri="file:///project/other.py")
        it.diagnostics.begin(other)
        await until(lambda: (other, False) in it.looks.began)
        it.looks.let.set()
        it.diagnostics.close()
        await until(lambda: not it.looks.running)

    run(scene)


def test_who_leaves_can_wait_for_reviews_that_still_run() -> None:
    async def scene() -> None:
        it = Scene()
        assert it.diagnostics.close() == []
        it.looks.let.clear()
        it.diagnostics.begin(document())
        await until(lambda: it.looks.began)
        looking = it.diagnostics.close()
        assert len(looking) == 1
        await asyncio.wait(looking)
        assert it.looks.cancelled == 1
        assert it.published == []

    run(scene)


def test_a_fault_is_told_and_the_next_review_is_made() -> None:
    async def scene() -> None:
        it = Scene()
        it.looks.fail = ValueError("a fault")
        it.diagnostics.begin(document())
        await until(lambda: it.faults)
        it.looks.fail = None
        await it.reviewed(document())
        assert it.faults[0].args == ("a fault",)

    run(scene)


@pytest.mark.parametrize(("units", "end"), [("utf-8", 16), ("utf-16", 13), ("utf-32", 12)])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_ranges_cover_the_text_of_the_lines(units: Units, end: int, newline: str) -> None:
    text = newline.join(["def f():", "    x = '😀é'  \t", "    return", ""])
    told = diagnostic(document(text, units), finding(2))
    assert told["range"] == {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": end}}
    both = diagnostic(document(text, units), finding(2, 3))
    assert both["range"] == {"start": {"line": 1, "character": 4}, "end": {"line": 2, "character": 10}}


def test_lines_that_are_not_there_are_at_the_end() -> None:
    told = diagnostic(document("a\nb"), finding(9, 12))
    assert told["range"] == {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 1}}
    told = diagnostic(document("   \n"), finding(1))
    assert told["range"]["start"] == told["range"]["end"] == {"line": 0, "character": 3}


def test_hostile_messages_are_inert_and_short() -> None:
    told = diagnostic(document(), finding(message="\x1b]0;title\x07\n\u202e" + "x" * 10_000))
    assert told["message"].startswith("\\x1b]0;title\\x07 \\u202e")
    assert len(told["message"]) <= 500


def test_severities() -> None:
    severities: tuple[Severity, ...] = ("high", "medium", "low")
    assert [diagnostic(document(), finding(severity=each))["severity"] for each in severities] == [1, 2, 3]
