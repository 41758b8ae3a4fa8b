"""The gate on real weights: four bits for everything are refused, whatever they gain."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from codeassist.config import EngineSettings
from codeassist.engine.wire import Spec
from codeassist.models.catalog import load_catalog
from codeassist.models.files import no_progress
from codeassist.models.manifest import Manifest
from codeassist.models.mixing import mix
from codeassist.models.store import Store
from codeassist.paths import private_directory
from codeassist.tuning.gate import LOSS
from codeassist.tuning.passages import items
from codeassist.tuning.requantising import read_both
from tests.models.cache import cached_model

MODEL = "qwen2.5-coder-0.5b"


@pytest.fixture(scope="module")
def default() -> Manifest:
    return Store(cached_model(MODEL)).resolve(MODEL, load_catalog())


def spec_of(manifest: Manifest, directory: Path) -> Spec:
    settings = EngineSettings(mode="private", context_tokens=2048, batch_tokens=256)
    return Spec(manifest=manifest, settings=settings, directory=str(private_directory(directory)))


@pytest.mark.model
@pytest.mark.timeout(1500)
def test_uniform_four_bits_are_refused(default: Manifest, tmp_path: Path) -> None:
    """They are faster by half, and a fourth of the lines that came out right do not any more."""
    made = mix(default, "q4_0", Store(tmp_path / "models"), no_progress)
    assert made.bytes < default.bytes * 0.8
    with TemporaryDirectory(prefix="ca-") as run:  # short: a socket's path is
        specs = [spec_of(manifest, Path(run)) for manifest in (default, made)]
        verdict = read_both(*specs, tmp_path / "log", items())
    assert verdict.failed, msgspec.to_builtins(verdict)
    assert verdict.items == 8, "it is shown by the first functions: a person need not wait for the rest"


@pytest.mark.model
@pytest.mark.timeout(900)
def test_eight_bits_lose_nothing_that_shows(default: Manifest, tmp_path: Path) -> None:
    """With the first functions only: they do not prove it, but nothing speaks against it."""
    made = mix(default, "q8_0", Store(tmp_path / "models"), no_progress)
    with TemporaryDirectory(prefix="ca-") as run:
        specs = [spec_of(manifest, Path(run)) for manifest in (default, made)]
        verdict = read_both(*specs, tmp_path / "log", items()[:8])
    assert not verdict.failed
    assert abs(verdict.logprob.value) < LOSS, msgspec.to_builtins(verdict)
