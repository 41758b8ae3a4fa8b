"""Servers of tests: each is a real process over pipes, and gone afterwards with its engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript
from tests.lsp.client import Client
from tests.lsp.editor import ABLE, TEXT
from tests.repository import repository


@pytest.fixture
def start() -> Iterator[Callable[..., Client]]:
    """Starts servers."""
    clients: list[Client] = []

    def begin(**environment: str) -> Client:
        clients.append(Client(**environment))
        return clients[-1]

    yield begin
    for client in clients:
        client.close()


@pytest.fixture
def client(start: Callable[..., Client]) -> Client:
    """One server, not initialised yet."""
    return start()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of a repository, in which another one uses it."""
    root = repository(tmp_path / "project", {"math_of.py": TEXT, "other.py": "import math_of\n\nmath_of.fact(3)\n"})
    return root / "math_of.py"


@pytest.fixture
def serve(start: Callable[..., Client], fake_engine: FakeScript) -> Callable[..., Client]:
    """Starts a server of an editor that applies edits, initialised."""

    def serving(*replies: str | Reply, options: Any = None, **able: Any) -> Client:
        fake_engine(*replies)
        client = start()
        client.initialize({"review": False} | (options or {}), **(ABLE | able))
        return client

    return serving
