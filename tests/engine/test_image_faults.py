"""Faults around images: pictures that cannot be decoded, damaged projectors, requests given up, engines that die."""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.engine.api import Chunk, Message, Priority, Request
from codeassist.engine.client import EngineClient
from codeassist.engine.fake import Reply
from codeassist.engine.launch import health_of
from codeassist.errors import EngineError
from codeassist.models.add import add
from codeassist.models.store import Store
from tests.models.tiny.vision import LLAVA, MINICPM_V, WIDTHS, write_eyed, write_projector
from tests.pictures import BLUE, RED, png

from .eyes import asked, manifest_of, spec_of, undecodable
from .support import Collector, answer, client_of, fake_spec


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def llava(folder: Path) -> Iterator[EngineClient]:
    here = folder / "llava"
    here.mkdir()
    with client_of(spec_of(manifest_of(LLAVA, here), here), private=True) as client:
        yield client


def test_a_picture_that_cannot_be_decoded(llava: EngineClient) -> None:
    """Well-formed as far as a header tells: the decoder in the engine refuses it, and the engine lives."""
    with pytest.raises(EngineError, match="cannot be decoded"):
        asked(llava, "what?", [undecodable()])
    assert asked(llava, "what now?", [png(RED)]).text


def test_a_projector_of_another_width(folder: Path) -> None:
    """llama.cpp refuses the pair: the client gets an error that names the model, not a crash."""
    here = folder / "wide"
    here.mkdir()
    model, _ = write_eyed(LLAVA, here)
    wide = write_projector(MINICPM_V, here / "other.gguf")
    manifest = add(model, Store(here / "models"), projector=wide)
    assert WIDTHS[LLAVA] != WIDTHS[MINICPM_V]
    with client_of(spec_of(manifest, here)) as client, pytest.raises(EngineError, match=r"load|start"):
        client.info()


def test_a_damaged_projector(folder: Path) -> None:
    """Its structure is whole, the type of a key is another: llama.cpp aborts, and the client is told."""
    here = folder / "damaged"
    here.mkdir()
    model, projector = write_eyed(LLAVA, here)
    key = b"clip.vision.patch_size"
    data = bytearray(projector.read_bytes())
    at = data.index(key) + len(key)
    data[at : at + 4] = struct.pack("<I", 6)  # a float
    projector.write_bytes(bytes(data))
    manifest = add(model, Store(here / "models"), projector=projector)
    with client_of(spec_of(manifest, here)) as client, pytest.raises(EngineError, match="died at start"):
        client.info()


def test_a_request_that_is_given_up(llava: EngineClient) -> None:
    """After the first sign of life: the engine takes the next one."""
    turns = (Message("user", "what is this?", (png(BLUE),)),)
    chunks: list[Chunk] = []

    def enough(chunk: Chunk) -> bool:
        chunks.append(chunk)
        return True

    llava.generate(Request(prompt=(), turns=turns, max_tokens=900), enough)
    assert len(chunks) == 1
    assert asked(llava, "and now?", [png(RED)]).text


def test_a_preempted_answer_goes_on(llava: EngineClient) -> None:
    """A completion comes in between; the answer about the image is what it would have been."""
    before = asked(llava, "tell all", [png(RED)], max_tokens=60)
    collector = Collector()
    turns = (Message("system", "Look."), Message("user", "tell all", (png(RED),)))
    request = Request(prompt=(), turns=turns, max_tokens=61, priority=Priority.REVIEW)
    thread = threading.Thread(target=lambda: llava.generate(request, collector.emit))
    thread.start()
    assert collector.reached(3)
    (tokens,) = llava.tokenize(["def add"])
    llava.generate(Request(prompt=tokens, max_tokens=4, priority=Priority.COMPLETION), Collector().emit)
    thread.join(60)
    assert collector.last.finish
    assert collector.text.startswith(before.text)
    assert collector.last.usage.prompt_tokens == before.last.usage.prompt_tokens


def test_an_engine_that_dies_of_an_image(tmp_path: Path) -> None:
    """As a decoder's fault would do it: tried once more, then told; the next request has an engine again."""
    turns = (Message("user", "what?", (png(RED),)),)
    spec = fake_spec(tmp_path / "run", Reply(when="[image", fail="die"), Reply(text="fine"))
    with client_of(spec) as client:
        with pytest.raises(EngineError, match="also after a new start") as caught:
            client.generate(Request(prompt=(), turns=turns, max_tokens=9), Collector().emit)
        assert caught.value.exit_code == 4
        assert answer(client, "text").text == "fine"


def test_no_program_is_started_for_what_cannot_be_decoded(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """llama.cpp takes it for a video and looks for ffprobe: the sandbox refuses to start it."""
    here = tmp_path / "v"
    here.mkdir()
    spec = spec_of(manifest_of(LLAVA, here), here)
    probe = here / "bin" / "ffprobe"
    probe.parent.mkdir()
    probe.write_text(f"#!/bin/sh\necho ran > {spec.directory}/ran\n")
    probe.chmod(0o755)
    monkeypatch.setenv("PATH", f"{probe.parent}:{os.environ['PATH']}")
    with client_of(spec) as client:
        with pytest.raises(EngineError, match="cannot be decoded"):
            asked(client, "what?", [undecodable()])
        found = health_of(Path(spec.directory) / "engine.sock")
    assert found is not None
    if found.sandbox == "enforced":
        assert not (Path(spec.directory) / "ran").exists()
