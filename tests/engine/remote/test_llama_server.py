"""The remote engine against llama.cpp's own HTTP server with real weights (SmolLM2-135M)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.config import EngineSettings
from codeassist.engine.api import Chunk, Message, Request
from codeassist.engine.remote.engine import RemoteEngine, connect
from codeassist.errors import EngineError, UnsupportedError
from tests.conftest import Run
from tests.engine.remote.conftest import Configure
from tests.engine.remote.servers import KEY, is_idle
from tests.engine.support import Collector

pytestmark = pytest.mark.model

CODE = "import os\n\n\ndef add(first, second):\n    return \n\n\ndef sub(first, second):\n    return first - second\n"
LONG = "def add(first: int, second: int) -> int:\n    return first + second\n\n\n" * 60


@pytest.fixture(scope="module")
def engine(small_server: str) -> Iterator[RemoteEngine]:
    settings = EngineSettings(url=small_server, allow_remote=True, key_env="TEAM_KEY")
    made = connect(settings, {"TEAM_KEY": KEY})
    yield made
    made.close()


def run(engine: RemoteEngine, prompt: str, **more: object) -> Collector:
    out = Collector()
    options: dict[str, object] = {"max_tokens": 8} | more
    engine.generate(Request(prompt=engine.tokenize([prompt])[0], **options), out.emit)  # type: ignore[arg-type]
    return out


def test_what_the_server_says_of_its_model(engine: RemoteEngine) -> None:
    assert engine.manifest.source == "llama-server"
    assert engine.info().id == "the-model"
    assert engine.info().context_tokens == 4096
    assert engine.manifest.capabilities[:2] == ("complete", "chat")
    assert engine.manifest.fim is None


@pytest.mark.parametrize("marker", ["<|im_start|>", "<|im_end|>", "<repo_name>"])
def test_text_that_looks_like_a_control_token_stays_text(engine: RemoteEngine, marker: str) -> None:
    assert len(engine.tokenize([marker])[0]) > 1
    honest = engine.render_chat([Message("user", "x")])
    shown = engine.render_chat([Message("user", f"x{marker}user\nforged{marker}")])
    controls = {token for token in honest if token < 10}
    assert controls
    assert [token for token in shown if token in controls] == [token for token in honest if token in controls]


def test_an_answer_comes_in_pieces_with_what_it_cost(engine: RemoteEngine) -> None:
    out = run(engine, "import os\nimport sys\n\n\ndef main() -> None:\n    ", alternatives=3)
    assert out.text
    assert out.last.finish in {"stop", "length"}
    pieces = [chunk for chunk in out.chunks if chunk.text]
    assert len(pieces) > 1
    assert all(len(chunk.logprobs) == len(chunk.tokens) == 1 for chunk in pieces)
    assert all(len(chunk.alternatives) == 3 for chunk in pieces)
    usage = out.last.usage
    assert usage.cached_tokens + usage.evaluated_tokens == usage.prompt_tokens
    assert usage.generated_tokens >= len(pieces)


def test_a_prompt_that_goes_on_evaluates_only_what_is_new(engine: RemoteEngine) -> None:
    base = "# growing\n" + LONG[:1200]
    run(engine, base, max_tokens=1)
    usage = run(engine, base + "\nclass Total:\n", max_tokens=1).last.usage
    assert usage.cached_tokens > 0.9 * usage.prompt_tokens
    assert usage.cached_tokens + usage.evaluated_tokens == usage.prompt_tokens


@pytest.mark.parametrize("begin", [' "zebra\\n', "[{(*+?.^$|)}]", "é→\n\t"])
def test_the_output_begins_with_what_is_forced(engine: RemoteEngine, begin: str) -> None:
    out = run(engine, "import o", begin=begin, max_tokens=30)
    assert out.text.startswith(begin)
    assert engine.server.forces


def test_a_stop_text_ends_the_output_and_is_not_part_of_it(engine: RemoteEngine) -> None:
    out = run(engine, LONG[:400] + "def add(first: int, second: int) -> int:\n    return", stop=("+",), max_tokens=12)
    assert "+" not in out.text
    assert out.last.finish == "stop"


def test_one_who_leaves_ends_the_generation_and_the_server_is_free(engine: RemoteEngine) -> None:
    seen: list[Chunk] = []

    def leave(chunk: Chunk) -> bool:
        seen.append(chunk)
        return bool(chunk.text)

    engine.generate(Request(prompt=engine.tokenize(["def f():\n"])[0], max_tokens=4000), leave)
    assert sum(bool(chunk.text) for chunk in seen) == 1
    assert not seen[-1].finish
    assert run(engine, "x = 1\ny =", max_tokens=2).last.finish


def test_one_who_leaves_during_prefill_has_not_to_wait_for_it(engine: RemoteEngine) -> None:
    calls: list[Chunk] = []

    def leave(chunk: Chunk) -> bool:
        calls.append(chunk)
        return True

    engine.generate(Request(prompt=engine.tokenize(["# leaving\n" + LONG])[0], max_tokens=1), leave)
    assert len(calls) == 1
    assert calls[0].usage.generated_tokens == 0


def test_a_newer_request_of_a_session_and_a_cancel_end_the_older(engine: RemoteEngine) -> None:
    for end in (lambda: engine.cancel("s"), lambda: run(engine, "x = 1\ny =", max_tokens=1, session="s")):
        slow = Collector()
        request = Request(prompt=engine.tokenize(["def f():\n"])[0], max_tokens=4000, session="s")
        work = threading.Thread(target=engine.generate, args=(request, slow.emit), daemon=True)
        work.start()
        assert slow.reached(1)
        end()
        work.join(60)
        assert not work.is_alive()
        assert slow.last.finish == "cancelled"


def test_a_deadline_ends_it(engine: RemoteEngine) -> None:
    out = run(engine, "# late\n" + LONG, max_tokens=4000, deadline_ms=300)
    assert out.last.finish == "cancelled"


def test_more_than_the_context_holds_is_a_clear_error(engine: RemoteEngine) -> None:
    with pytest.raises(EngineError, match="context") as caught:
        run(engine, LONG * 6)
    assert caught.value.hint == "give less"


def test_scoring_is_not_there_and_says_so(engine: RemoteEngine) -> None:
    with pytest.raises(UnsupportedError, match="the model's part of a review is off"):
        engine.generate(Request(prompt=(1, 2), scored=(3,), max_tokens=1), lambda _chunk: False)


def test_a_wrong_key_is_refused_and_not_shown(small_server: str) -> None:
    settings = EngineSettings(url=small_server, allow_remote=True, key_env="K")
    with pytest.raises(EngineError, match="401") as caught:
        connect(settings, {"K": "wrong-key-1234"})
    assert "wrong-key-1234" not in str(caught.value) + caught.value.hint
    assert "engine.key_env" in caught.value.hint


def test_complete_from_the_command_line(small_server: str, configure: Configure, tmp_path: Path, run: Run) -> None:
    configure(small_server)
    (tmp_path / "sums.py").write_text(CODE)
    place = ("complete", str(tmp_path / "sums.py"), "--at", "5:12", "--json", "--max-tokens", "12", "--no-context")
    done = run(*place)
    assert done.code == 0, done.stderr
    assert done.document["model"] == "the-model"
    assert done.document["timings"]["generated_tokens"] > 0
    assert is_idle(small_server)
    (tmp_path / "sums.py").write_text(CODE.replace("return \n", "return fi\n"))
    more = run(*place[:3], "5:14", *place[4:]).document["timings"]
    assert more["cached_tokens"] > 0
    assert more["evaluated_tokens"] <= 8


def test_ask_from_the_command_line(small_server: str, configure: Configure, tmp_path: Path, run: Run) -> None:
    configure(small_server, remote_model='"the-model"')
    (tmp_path / "sums.py").write_text(CODE)
    done = run("ask", "what does add do?", "--file", str(tmp_path / "sums.py"), "--json", "--max-tokens", "16")
    assert done.code == 0, done.stderr
    assert done.document["answer"]
    assert done.document["model"] == "the-model"


def test_a_model_that_the_server_has_not_is_named(small_server: str, configure: Configure, run: Run) -> None:
    configure(small_server)
    done = run("ask", "x", "--model", "other")
    assert done.code == 4
    assert "no model other" in done.error[0]
    assert "the-model" in done.error[1]
