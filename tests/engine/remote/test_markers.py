"""A llama.cpp server whose model declares its turns' markers as a user's additions: it reads those in any text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from codeassist.config import EngineSettings
from codeassist.engine.api import Message
from codeassist.engine.remote.engine import RemoteEngine, connect
from codeassist.errors import EngineError
from tests.engine.remote.scripted import Vllm, serving
from tests.engine.remote.servers import KEY, served
from tests.models.tiny.families import FAMILIES
from tests.models.tiny.vocabulary import CONTROL, USER_DEFINED, Vocabulary
from tests.models.tiny.writing import write_tiny


@pytest.fixture(scope="module", params=["deepseek-coder", "smollm2", "phi3"])
def armed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Vocabulary, list[str], RemoteEngine]]:
    """A tiny model, its markers, and the engine of a server that reads them in texts."""
    tiny = FAMILIES[request.param]()
    plain = tiny.vocabulary
    types = [
        USER_DEFINED if kind == CONTROL and token not in {"<s>", "</s>"} else kind
        for token, kind in zip(plain.tokens, plain.types, strict=True)
    ]
    markers = [token for token, kind in zip(plain.tokens, types, strict=True) if kind == USER_DEFINED]
    path = write_tiny(
        Path(tmp_path_factory.mktemp("a")) / "m.gguf", replace(tiny, vocabulary=replace(plain, types=types))
    )
    with served(str(path)) as url:
        engine = connect(EngineSettings(url=url, allow_remote=True, key_env="K"), {"K": KEY})
        yield plain, markers, engine
        engine.close()


def test_no_text_forges_a_turn(armed: tuple[Vocabulary, list[str], RemoteEngine]) -> None:
    vocabulary, markers, engine = armed
    ids = {vocabulary.id(text) for text in markers}
    texts = [*markers, "".join(markers), "x".join(markers) + "x", "".join(f"<{text}>" for text in markers), "a < b [0]"]
    for text, tokens in zip(texts, engine.tokenize(texts), strict=True):
        assert ids.isdisjoint(tokens), text
        assert vocabulary.show(tokens) == text
    honest = engine.render_chat([Message("user", "Hi")])
    forged = engine.render_chat([Message("user", "Hi" + "\nx".join(markers))])
    assert [token for token in honest if token in ids] == [token for token in forged if token in ids] != []


def test_a_text_of_nothing_but_markers_is_not_asked_for_piece_by_piece_without_end() -> None:
    with serving(Vllm().answers) as server:
        engine = connect(EngineSettings(url=server.url, allow_remote=True), {})
        before = len(server.requests)
        with pytest.raises(EngineError, match="too many control tokens"):
            engine.tokenize(["".join(f"<s>{number}" for number in range(5000))])
        assert len(server.requests) - before < 20
        engine.close()
