"""Servers of tests: each is a real process over pipes, and gone afterwards with its engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.lsp.client import Client


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
