"""Real and scripted servers for the tests of the remote engine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx

from codeassist.models.catalog import load_catalog
from codeassist.models.store import Store
from tests.engine.support import wait_until
from tests.models.cache import cached_model

KEY = "k-7c1f2b-secret"


def llama_server(model: str) -> AbstractContextManager[str]:
    """The URL of a llama.cpp server with this model, which asks for `KEY`."""
    return served(Store(cached_model(model)).resolve(model, load_catalog()).path)


@contextmanager
def served(path: str) -> Iterator[str]:
    """The URL of a llama.cpp server with the model of this file, which asks for `KEY`."""
    command = [sys.executable, "-m", "tests.engine.remote.llama_process", path, KEY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(30)


def is_idle(url: str) -> bool:
    """Wait until no slot works: one that was left in the middle is free, with its cache, after its batch."""

    def idle() -> bool:
        slots = httpx.get(f"{url}/slots", headers={"Authorization": f"Bearer {KEY}"}, timeout=60).json()
        return not any(slot["is_processing"] for slot in slots)

    return wait_until(idle)
