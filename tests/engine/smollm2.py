"""SmolLM2-135M as the tests of engines use it: the pulled file, and what `model convert` makes of it."""

from __future__ import annotations

from pathlib import Path

from codeassist.models.catalog import load_catalog
from codeassist.models.convert import convert
from codeassist.models.manifest import Manifest
from codeassist.models.store import Store
from tests.models.cache import cached_model


def original() -> Manifest:
    """The model as it was pulled."""
    return Store(cached_model("smollm2-135m")).resolve("smollm2-135m", load_catalog())


def converted(directory: Path) -> Manifest:
    """Its copy for ctransformers (129 MB), made in a store of its own below `directory`."""
    store = Store(directory / "models")
    store.prepare()
    store.put(original())
    return convert(original(), store)
