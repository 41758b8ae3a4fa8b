"""Files that declare their markers as a user's additions: llama.cpp reads those in any text; here none is forged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from codeassist.config import EngineSettings
from codeassist.engine.api import Message
from codeassist.engine.client import EngineClient
from codeassist.engine.launch import Launcher, stop_engine
from codeassist.engine.wire import Spec
from codeassist.models.add import add
from codeassist.models.store import Store
from tests.models.tiny.families import FAMILIES
from tests.models.tiny.vocabulary import CONTROL, USER_DEFINED, Vocabulary
from tests.models.tiny.writing import write_tiny

KINDS = ("deepseek-coder", "llama3", "smollm2", "phi3", "mistral")  # three pre-tokenizers, and SentencePiece twice


@pytest.fixture(scope="module", params=KINDS)
def armed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Vocabulary, list[str], EngineClient]]:
    """A tiny model whose turns' markers are no control tokens, its markers, and its engine."""
    tiny = FAMILIES[request.param]()
    plain = tiny.vocabulary
    markers = plain.controls
    kept = {"<s>", "</s>", "<unk>"}  # these are control tokens everywhere
    types = [
        USER_DEFINED if kind == CONTROL and token not in kept else kind
        for token, kind in zip(plain.tokens, plain.types, strict=True)
    ]
    folder = tmp_path_factory.mktemp("a")
    store = Store(folder / "models")
    store.prepare()
    path = write_tiny(folder / "m.gguf", replace(tiny, vocabulary=replace(plain, types=types)))
    manifest = add(path, store)
    settings = EngineSettings(context_tokens=1024, batch_tokens=64)
    client = EngineClient(
        Launcher(Spec(manifest=manifest, settings=settings, directory=str(folder / "run")), folder / "l")
    )
    yield plain, markers, client
    client.close()
    stop_engine(folder / "run")


def test_a_marker_in_a_text_is_text(armed: tuple[Vocabulary, list[str], EngineClient]) -> None:
    vocabulary, markers, engine = armed
    ids = {vocabulary.id(text) for text in markers}
    texts = [*markers, "".join(markers), "x".join(markers) + "x", "".join(f"<{text}>" for text in markers), "a < b [0]"]
    for text, tokens in zip(texts, engine.tokenize(texts), strict=True):
        assert ids.isdisjoint(tokens), text
        assert vocabulary.show(tokens) == text


def test_no_text_forges_a_turn(armed: tuple[Vocabulary, list[str], EngineClient]) -> None:
    vocabulary, markers, engine = armed
    ids = {vocabulary.id(text) for text in markers}
    honest = engine.render_chat([Message("user", "Hi")])
    forged = engine.render_chat([Message("user", "Hi" + "\nx".join(markers))])
    assert [token for token in honest if token in ids] == [token for token in forged if token in ids] != []
