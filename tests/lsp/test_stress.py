"""L1 and L2 through the protocol: edits that never mismatch, requests that are each answered once, never stale."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from typing import Any

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript
from tests.lsp.client import Client
from tests.lsp.reference import Reference, random_edit, random_text

URI = "file:///project/sample.py"
EDITS = 3334  # in each of three encodings: 10,002
CHECKED_EVERY = 12
REQUESTS = 2000
CANCELLED = 0.3
DOCUMENTS = 3
Start = Callable[..., Client]


def lsp_edit(start: tuple[int, int], end: tuple[int, int], text: str) -> dict[str, Any]:
    first, last = ({"line": line, "character": character} for line, character in (start, end))
    return {"range": {"start": first, "end": last}, "text": text}


@pytest.mark.parametrize("units", ["utf-8", "utf-16", "utf-32"])
def test_random_edits_through_the_protocol(start: Start, fake_engine: FakeScript, units: str) -> None:
    fake_engine("x")
    client = start()
    able = client.initialize({"enabled": False}, general={"positionEncodings": [units]})["capabilities"]
    assert able["positionEncoding"] == units
    rng = random.Random(f"protocol {units}")  # noqa: S311
    reference = Reference(random_text(rng, 60), units)
    client.open(URI, reference.text)
    checks: list[tuple[int, int, str]] = []
    for number in range(1, EDITS + 1):
        edit = random_edit(rng, reference)
        reference.edit(*edit)
        client.change(URI, number, lsp_edit(*edit))
        if len(reference.text) > 600:
            reference = Reference(random_text(rng, 30), units)
            client.change(URI, number, {"text": reference.text})
        if number % CHECKED_EVERY == 0 or number == EDITS:
            asked = client.begin("workspace/executeCommand", {"command": "codeassist.status"})
            checks.append((number, asked, hashlib.sha256(reference.text.encode("utf-8", "surrogatepass")).hexdigest()))
    for number, asked, digest in checks:
        assert client.result(asked)["documents"][URI] == {"version": number, "sha256": digest}, number


class _Sent:
    """A request: what its document said, and what was done after it."""

    def __init__(self, number: int, marker: int) -> None:
        self.number = number
        self.marker = marker
        self.cancelled = False
        self.changed_at_once = False


def _text(marker: int) -> str:
    return f"def f_{marker:04}(a):\n    "


def test_each_request_is_answered_once_and_never_stale(start: Start, fake_engine: FakeScript) -> None:
    rng = random.Random("requests")  # noqa: S311
    fake_engine(*(Reply(when=f"f_{each:04}", text=f"return g_{each:04}\n") for each in range(REQUESTS)))
    client = start()
    client.initialize({"debounceMs": 0})
    uris = [f"file:///project/{name}.py" for name in "abc"[:DOCUMENTS]]
    markers = dict.fromkeys(uris, 0)
    for uri in uris:
        client.open(uri, _text(0))
    sent: list[_Sent] = []

    def change(uri: str) -> None:
        markers[uri] = len(sent) % REQUESTS
        client.change(uri, len(sent), {"text": _text(markers[uri])})

    while len(sent) < REQUESTS:
        uri = rng.choice(uris)
        if rng.random() < 0.6:
            change(uri)
        each = _Sent(client.inline(uri, 1, 4), markers[uri])
        sent.append(each)
        if rng.random() < CANCELLED:
            each.cancelled = True
            client.cancel(each.number)
        elif rng.random() < 0.2:
            change(uri)
        elif rng.random() < 0.5:
            client.answer(each.number)
    client.wait(lambda: all(each.number in client.answers for each in sent), "the last answer")
    client.command("status")
    shown = _check(client, sent)
    assert client.end() == 0
    assert sum(each.cancelled for each in sent) > 0.25 * REQUESTS
    assert shown > 0.25 * REQUESTS  # the rest was cancelled or superseded


def _check(client: Client, sent: list[_Sent]) -> int:
    shown = 0
    for each in sent:
        assert len(client.answers[each.number]) == 1, each.number
        (answer,) = client.answers[each.number]
        if "error" in answer:
            assert each.cancelled, answer
            assert answer["error"]["code"] == -32800
            continue
        texts = [item["insertText"] for item in answer["result"]["items"]]
        expected = [f"return g_{each.marker:04}"]
        assert texts in ([], expected), each.marker
        shown += len(texts)
    return shown
