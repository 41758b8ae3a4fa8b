"""Vectors: the route's shapes and refusals over a scripted engine, the client, prefixes, and a real model."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from codeassist.config import EngineSettings
from codeassist.engine.client import EngineClient
from codeassist.engine.embedder import BATCH_TEXTS, Embedder
from codeassist.engine.fake import MANIFEST, Reply
from codeassist.engine.launch import Launcher, running_engine, stop_engine
from codeassist.engine.uds import SOCKET, http_client
from codeassist.engine.wire import MAX_TEXTS, Spec
from codeassist.errors import EngineError, UnsupportedError
from codeassist.models.manifest import Manifest
from tests.engine.support import answer, client_of, fake, fake_spec, wait_until
from tests.models.minilm import minilm

DIMENSIONS = 64


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "run"
    stop_engine(tmp_path / "run")


@pytest.fixture
def http(directory: Path) -> Iterator[httpx.Client]:
    with client_of(fake_spec(directory, dimensions=DIMENSIONS)) as client:
        client.info()
        with http_client(directory / SOCKET, 30) as http:
            yield http


def cosine(left: list[float], right: list[float]) -> float:
    return sum(one * other for one, other in zip(left, right, strict=True))


def test_answers_have_openais_shape(http: httpx.Client) -> None:
    body = {"input": ["open a file", "file"], "model": "whatever", "encoding_format": "float"}
    reply = http.post("/v1/embeddings", json=body).json()
    vectors = [each.pop("embedding") for each in reply["data"]]
    assert reply == {
        "object": "list",
        "data": [{"object": "embedding", "index": 0}, {"object": "embedding", "index": 1}],
        "model": "fake",
        "usage": {"prompt_tokens": 15, "total_tokens": 15},
    }
    assert [len(vector) for vector in vectors] == [DIMENSIONS, DIMENSIONS]
    one = http.post("/v1/embeddings", json={"input": "file"}).json()
    assert [each["embedding"] for each in one["data"]] == vectors[1:]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{}",
        b'{"input": ""}',
        b'{"input": []}',
        b'{"input": ["a", ""]}',
        b'{"input": [1, 2]}',
        msgspec.json.encode({"input": ["a"] * (MAX_TEXTS + 1)}),
    ],
)
def test_malformed_requests_are_refused_and_the_server_lives(http: httpx.Client, body: bytes) -> None:
    reply = http.post("/v1/embeddings", content=body)
    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "invalid_request_error")
    assert http.post("/v1/embeddings", json={"input": "x"}).status_code == 200


def test_a_model_that_writes_answers_501(directory: Path) -> None:
    with client_of(fake_spec(directory, Reply(text="hello"))) as client:
        with pytest.raises(UnsupportedError, match="makes no embeddings"):
            client.embed(["x"])
        assert answer(client, "say").text == "hello"
        with http_client(directory / SOCKET, 30) as http:
            assert http.post("/v1/embeddings", json={"input": "x"}).status_code == 501


def test_vectors_are_counted_and_no_port_is_open(directory: Path) -> None:
    with client_of(fake_spec(directory, dimensions=8)) as client:
        assert [len(vector) for vector in client.embed(["ab", "c"]).vectors] == [8, 8]
    health = running_engine(directory)
    assert health is not None
    assert (health.counters.requests, health.counters.evaluated_tokens) == (1, 3)
    assert health.sandbox in {"enforced", "partial"}
    assert ports_of(health.pid) == []


def ports_of(process: int) -> list[str]:
    """The rows of the kernel's tables of network sockets that are this process's."""
    names = []
    for entry in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the connection that asked for its health has ended meanwhile
            names.append(os.readlink(entry))  # noqa: PTH115
    inodes = {name[8:-1] for name in names if name.startswith("socket:[")}
    assert inodes, "its own Unix socket is seen"
    tables = [Path(f"/proc/{process}/net/{name}").read_text() for name in ("tcp", "tcp6", "udp", "udp6", "raw")]
    return [row for table in tables for row in table.splitlines()[1:] if row.split()[9] in inodes]


def test_an_engine_that_dies_while_it_embeds_is_one_clear_error(directory: Path) -> None:
    spec = fake_spec(directory, Reply(when="poison", fail="die"), dimensions=8)
    with client_of(spec) as client:
        assert len(client.embed(["fine"]).vectors) == 1
        with pytest.raises(EngineError, match="also after a new start"):
            client.embed(["fine", "poison"])
        assert len(client.embed(["fine"]).vectors) == 1


def test_an_idle_engine_leaves_after_it_has_embedded(directory: Path) -> None:
    spec = fake_spec(directory, dimensions=8, settings=EngineSettings(idle_minutes=0.002, start_seconds=60))
    with client_of(spec) as client:
        assert len(client.embed(["x"]).vectors) == 1
    assert wait_until(lambda: not (directory / SOCKET).exists())


class Recorder:
    """Remembers what the engine is asked to embed."""

    def __init__(self, *, spoil: bool = False) -> None:
        self.engine = fake(dimensions=4)
        self.asked: list[list[str]] = []
        embed = self.engine.embed

        def recorded(texts: list[str]) -> object:
            self.asked.append(list(texts))
            made = embed(texts)
            if spoil:
                made.vectors[0][0] = math.nan
            return made

        self.engine.embed = recorded  # type: ignore[method-assign,assignment]


def embedder(recorder: Recorder, model: str, sha256: str = "a" * 64) -> Embedder:
    return Embedder(recorder.engine, msgspec.structs.replace(MANIFEST, id=model, sha256=sha256))


def test_texts_and_questions_get_what_the_model_wants_before_them() -> None:
    asked = Recorder()
    nomic = embedder(asked, "nomic-embed-text-v1.5")
    nomic.embed(["def a"])
    nomic.query("where?")
    plain = embedder(asked, "all-minilm")
    plain.embed(["def a"])
    plain.query("where?")
    assert asked.asked == [["search_document: def a"], ["search_query: where?"], ["def a"], ["where?"]]


def test_the_id_names_all_that_vectors_depend_on() -> None:
    asked = Recorder()
    ids = [
        embedder(asked, "nomic-embed-text-v1.5").id,
        embedder(asked, "nomic-embed-text-v1.5", "b" * 64).id,
        embedder(asked, "all-minilm").id,
    ]
    assert len(set(ids)) == 3
    assert embedder(asked, "all-minilm").id == ids[2]


def test_many_texts_go_in_batches_and_come_back_in_order() -> None:
    asked = Recorder()
    texts = [f"word{number}" for number in range(2 * BATCH_TEXTS + 1)]
    vectors = embedder(asked, "m").embed(texts)
    assert [len(batch) for batch in asked.asked] == [BATCH_TEXTS, BATCH_TEXTS, 1]
    assert vectors == [fake(dimensions=4).embed([text]).vectors[0] for text in texts]


def test_an_empty_text_has_a_vector_too_and_no_text_none() -> None:
    assert embedder(Recorder(), "m").embed([""]) == [[0.0] * 4]
    assert embedder(Recorder(), "m").embed([]) == []


def test_what_is_no_number_is_an_error() -> None:
    with pytest.raises(EngineError, match="no number"):
        embedder(Recorder(spoil=True), "m").embed(["x"])


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EngineClient, Manifest, Path]]:
    directory = tmp_path_factory.mktemp("encoder") / "run"
    manifest = minilm()
    spec = Spec(manifest=manifest, settings=EngineSettings(), directory=str(directory))
    client = EngineClient(Launcher(spec, directory / "engine.log"))
    yield client, manifest, directory
    client.close()
    stop_engine(directory)


Real = tuple[EngineClient, Manifest, Path]


@pytest.mark.model
def test_a_real_model_is_read_as_one_that_embeds(real: Real) -> None:
    assert real[1].capabilities == ("embed",)
    assert (real[1].architecture, real[1].context_tokens) == ("bert", 512)


@pytest.mark.model
def test_texts_of_one_meaning_are_near(real: Real) -> None:
    client, manifest, _ = real
    texts = Embedder(client, manifest)
    page, numbers = texts.embed(["def fetch_page(url): download a web page", "def sort_numbers(values): order a list"])
    question = texts.query("get a document over http")
    assert all(math.isclose(math.hypot(*vector), 1, abs_tol=1e-6) for vector in (page, numbers, question))
    assert cosine(page, question) > cosine(numbers, question) + 0.2


@pytest.mark.model
def test_the_models_own_ends_are_put_and_text_cannot_forge_them(real: Real) -> None:
    client, _, _ = real
    assert client.embed(["hello"]).tokens == 3, "[CLS] hello [SEP]"
    assert client.embed(["[SEP]"]).tokens > 3, "brackets and letters, not one control token"


@pytest.mark.model
def test_a_text_is_cut_to_the_context_by_tokens(real: Real) -> None:
    client, _, _ = real
    long = client.embed(["word " * 600, "word " * 510])
    assert long.tokens == 2 * 512
    assert long.vectors[0] == pytest.approx(long.vectors[1], abs=1e-4)
    assert client.embed(["x" * 1_000_000]).tokens <= 512


@pytest.mark.model
def test_one_and_many_give_the_same_vectors(real: Real) -> None:
    client, _, _ = real
    texts = [f"def number_{number}(): return {number}" + " and more" * number for number in range(9)]
    together = client.embed(texts).vectors
    for text, vector in zip(texts, together, strict=True):
        assert cosine(client.embed([text]).vectors[0], vector) > 0.998  # 8-bit sums depend a little on the batch


@pytest.mark.model
def test_a_model_that_embeds_writes_nothing(real: Real) -> None:
    client, _, directory = real
    with pytest.raises(EngineError, match="writes no text"):
        answer(client, "say")
    with http_client(directory / SOCKET, 30) as http:
        assert http.post("/v1/completions", json={"prompt": "say"}).status_code == 501
        chat = {"messages": [{"role": "user", "content": "say"}]}
        assert http.post("/v1/chat/completions", json=chat).status_code == 501


@pytest.mark.model
def test_a_real_model_runs_in_the_sandbox_and_its_log_holds_no_text(real: Real) -> None:
    client, _, directory = real
    client.embed(["canary_in_the_text"])
    health = running_engine(directory)
    assert health is not None
    assert health.sandbox in {"enforced", "partial"}
    assert "Seccomp:\t2" in Path(f"/proc/{health.pid}/status").read_text()
    assert ports_of(health.pid) == []
    assert "canary" not in (directory / "engine.log").read_text(errors="replace")
