"""Once with a real model, and the shared engine of real use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codeassist.engine.launch import running_engine
from tests.lsp.client import Client
from tests.models.cache import cached_model

URI = "file:///project/sample.py"
TEXT = '''def add(a, b):
    """The sum of two numbers."""
    return a + b


def subtract(a, b):
    """The difference of two numbers."""
    '''


@pytest.mark.model
@pytest.mark.timeout(300)
def test_a_real_model_suggests_and_typing_on_is_nearly_free(start: Callable[..., Client], home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(cached_model("smollm2-135m"))
    client = start()
    client.initialize({"model": "smollm2-135m"}, window={"workDoneProgress": True})
    client.open(URI, TEXT)
    first = client.suggestion(URI, 7, 4)
    assert first
    assert first.startswith("return a")
    before = client.counters()["evaluated_tokens"]
    for number, char in enumerate("retu"):
        spot = {"line": 7, "character": 4 + number}
        client.change(URI, number + 1, {"range": {"start": spot, "end": spot}, "text": char})
        assert client.suggestion(URI, 7, 5 + number) == first[number + 1 :]
    client.change(
        URI, 9, {"range": {"start": {"line": 7, "character": 4}, "end": {"line": 7, "character": 8}}, "text": "x"}
    )
    client.suggestion(URI, 7, 5)
    assert client.counters()["evaluated_tokens"] - before < 64, "the anchor stands: only what was typed is evaluated"
    assert client.end() == 0
    engine = running_engine(home / "run")
    assert engine is not None, "a shared engine stays for the next client"
