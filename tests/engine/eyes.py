"""What the tests of images share: tiny models that see, questions about pictures, one that cannot be decoded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from codeassist.config import EngineSettings
from codeassist.engine.api import Message, Request
from codeassist.engine.client import EngineClient
from codeassist.engine.wire import Spec
from codeassist.models.add import add
from codeassist.models.manifest import Manifest
from codeassist.models.store import Store
from tests.models.tiny.vision import write_eyed
from tests.pictures import jpeg

from .support import Collector

SETTINGS = EngineSettings(start_seconds=60, context_tokens=2048)


def manifest_of(kind: str, folder: Path) -> Manifest:
    model, projector = write_eyed(kind, folder)
    return add(model, Store(folder / "models"), projector=projector)


def spec_of(manifest: Manifest, folder: Path) -> Spec:
    directory = folder / f"run-{manifest.id}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return Spec(manifest=manifest, settings=SETTINGS, directory=str(directory))


def asked(engine: EngineClient, text: str, images: Sequence[bytes], max_tokens: int = 2) -> Collector:
    """What a question about images gets."""
    turns = (Message("system", "Look."), Message("user", text, tuple(images)))
    collector = Collector()
    engine.generate(Request(prompt=(), turns=turns, max_tokens=max_tokens), collector.emit)
    return collector


def undecodable() -> bytes:
    """A JPEG that is whole, with a scan of a component that is not there: the decoder alone can tell."""
    whole = jpeg()
    broken = whole.replace(b"\x01\x01\0\0\x3f\0", b"\x01\x09\0\0\x3f\0", 1)
    assert broken != whole
    return broken


def first(collector: Collector) -> float:
    """The log-probability of the first token."""
    return next(chunk.logprobs[0] for chunk in collector.chunks if chunk.logprobs)
