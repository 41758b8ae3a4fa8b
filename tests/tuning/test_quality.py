"""The gate on real weights: four bits for everything are refused, whatever they gain."""

from __future__ import annotations

from pathlib import Path

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
    """They read twice as fast, and of single missing lines half as many come out right (shared measurements)."""
    made = mix(default, "q4_0", Store(tmp_path / "models"), no_progress)
    assert made.bytes < default.bytes * 0.8
    run = tmp_path / "r"
    verdict = read_both(spec_of(default, run), spec_of(made, run), tmp_path / "log", items())
    assert not verdict.passed, msgspec.to_builtins(verdict)
