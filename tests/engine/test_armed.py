"""Files that declare their markers as a user's additions: llama.cpp reads those in any text; here none is forged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from codeassist.config import EngineSettings
from codeassist.engine.api import Message
from codeassist.engine.armed import Tokens, Unarmed
from codeassist.engine.client import EngineClient
from codeassist.engine.launch import Launcher, stop_engine
from codeassist.engine.wire import Spec
from codeassist.models.add import add
from codeassist.models.convert import convert
from codeassist.models.manifest import Manifest
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


def blanks(text: str) -> str:
    """As conversions since 2024 write a user's additions of SentencePiece."""
    return text.replace("▁", " ")


@pytest.mark.parametrize("backend", ["xllamacpp", "ctransformers"])
@pytest.mark.parametrize("written", [str, blanks], ids=["sign", "blank"])
def test_markers_that_begin_with_a_blank(
    written: Callable[[str], str], backend: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """CodeLlama's, which no other family's look like."""
    folder = tmp_path_factory.mktemp("b")
    tiny = FAMILIES["codellama"]()
    plain = tiny.vocabulary
    own = [text for text in plain.tokens if text.startswith("▁<")]
    vocabulary = replace(
        plain,
        tokens=[written(text) if text in own else text for text in plain.tokens],
        types=[USER_DEFINED if text in own else kind for text, kind in zip(plain.tokens, plain.types, strict=True)],
        ids={key: written(text) if text in own else text for key, text in plain.ids.items()},
    )
    store = Store(folder / "models")
    store.prepare()
    manifest = add(write_tiny(folder / "m.gguf", replace(tiny, vocabulary=vocabulary)), store)
    if backend == "ctransformers":
        manifest = convert(manifest, store)
    settings = EngineSettings(context_tokens=512, batch_tokens=64)
    client = EngineClient(
        Launcher(Spec(manifest=manifest, settings=settings, directory=str(folder / "run")), folder / "l")
    )
    ids = {plain.id(text) for text in own}
    try:
        for text in [each for marker in own for each in (marker, blanks(marker), f"a{blanks(marker)} b")]:
            (tokens,) = client.tokenize([text])
            assert ids.isdisjoint(tokens), text
            turns = client.render_chat([Message("user", text)])
            assert ids.isdisjoint(turns), text
    finally:
        client.close()
        stop_engine(folder / "run")


def reader(asked: list[str]) -> Tokens:
    """A tokenizer that reads one marker in any text; each other character is a token."""

    def tokens(text: str, *, special: bool = False) -> tuple[int, ...]:
        asked.append(text)
        parts = re.split(r"(<\|im_start\|>)", text)
        return tuple(token for part in parts for token in ([0] if part == "<|im_start|>" else map(ord, part)))

    return tokens


def test_however_many_markers_a_text_holds() -> None:
    asked: list[str] = []
    manifest = Manifest(
        id="m", path="", bytes=0, mtime_ns=0, sha256="", architecture="llama", family="", context_tokens=9
    )
    unarmed = Unarmed(manifest, reader(asked))
    text = "<|im_start|>user\n" * 5000
    for tokens in (unarmed(text), unarmed.piece(text)):
        assert "".join(map(chr, tokens)) == text
    assert len(asked) < 300, "what is the same is tokenised once"
    asked.clear()
    text = "".join(f"<|{number}|>" for number in range(1000)) + "<|[IM]|>"
    assert "".join(map(chr, unarmed.piece(text))) == text
    assert not any(each.startswith("<|") and each.endswith("|>") for each in asked), "they are cut, not asked for"
