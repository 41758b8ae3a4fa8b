"""Real models for tests: pulled once by the product's own pull into a cache that all checkouts share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import platformdirs
from filelock import FileLock

from codeassist.config import ModelSettings
from codeassist.errors import ModelFileError
from codeassist.models.catalog import load_catalog
from codeassist.models.files import no_progress
from codeassist.models.pull import pull
from codeassist.models.store import Store, verify


@cache
def cached_model(model: str) -> Path:
    """The directory of a Store in which `model` is installed; its file was hashed in this session.

    No network fails the test that needs it: a skipped test proves nothing.
    """
    directory = platformdirs.user_cache_path("codeassist-tests") / "models"
    return install(model, directory)


def install(model: str, directory: Path) -> Path:
    """Pull `model` into the store at `directory`, or hash the one that is there; a damaged one is pulled again."""
    entry = load_catalog().get(model)
    assert entry is not None, model
    store = Store(directory)
    store.prepare()
    with FileLock(directory / f".{model}.session.lock"):
        manifest = pull(entry, store, ModelSettings())
        try:
            verify(manifest, store, no_progress)
        except ModelFileError:
            store.remove(model)
            manifest = pull(entry, store, ModelSettings())
        assert manifest.sha256 == entry.sha256
    return directory
