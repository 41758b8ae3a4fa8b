"""The gate on real weights: four bits for everything are refused, whatever they gain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from codeassist.config import EngineSettings
from codeassist.engine.client import EngineClient
from codeassist.engine.launch import Launcher
from codeassist.engine.wire import Spec
from codeassist.models.catalog import load_catalog
from codeassist.models.files import no_progress
from codeassist.models.manifest import Manifest
from codeassist.models.mixing import mix
from codeassist.models.store import Store
from codeassist.paths import private_directory
from codeassist.tuning.gate import LOSS, Verdict
from codeassist.tuning.passages import Item, items
from codeassist.tuning.reading import Reader, Reading
from codeassist.tuning.requantising import read_in_turn
from tests.models.cache import cached_model

MODEL = "qwen2.5-coder-0.5b"


@pytest.fixture(scope="module")
def default() -> Manifest:
    return Store(cached_model(MODEL)).resolve(MODEL, load_catalog())


Read = Callable[[Item], Reading]


@contextmanager
def reader(manifest: Manifest, log: Path) -> Iterator[Read]:
    settings = EngineSettings(mode="private", context_tokens=2048, batch_tokens=256)
    with TemporaryDirectory(prefix="ca-") as run:  # short: a socket's path is
        spec = Spec(manifest=manifest, settings=settings, directory=str(private_directory(Path(run))))
        client = EngineClient(Launcher(spec, log, private=True))
        try:
            yield Reader(client, manifest).read
        finally:
            client.close()


@pytest.fixture(scope="module")
def published(default: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """The default model as it is: it reads each function once for both layouts."""
    with reader(default, tmp_path_factory.mktemp("published") / "log") as read:
        yield cache(read)


def judged(default: Manifest, layout: str, published: Read, texts: list[Item], folder: Path) -> Verdict:
    made = mix(default, layout, Store(folder / "models"), no_progress)
    assert (made.bytes < default.bytes * 0.8) == (layout == "q4_0")
    with reader(made, folder / "log") as read:
        return read_in_turn([published, read], texts, lambda _text: None)


@pytest.mark.model
@pytest.mark.timeout(1500)
def test_uniform_four_bits_are_refused(default: Manifest, published: Read, tmp_path: Path) -> None:
    """They are faster by half, and a fourth of the lines that came out right do not any more."""
    verdict = judged(default, "q4_0", published, items(), tmp_path)
    assert verdict.failed, msgspec.to_builtins(verdict)
    assert verdict.items == 8, "it is shown by the first functions: a person need not wait for the rest"


@pytest.mark.model
@pytest.mark.timeout(900)
def test_eight_bits_lose_nothing_that_shows(default: Manifest, published: Read, tmp_path: Path) -> None:
    """With the first functions only: they do not prove it, but nothing speaks against it."""
    verdict = judged(default, "q8_0", published, items()[:8], tmp_path)
    assert not verdict.failed
    assert abs(verdict.logprob.value) < LOSS, msgspec.to_builtins(verdict)
