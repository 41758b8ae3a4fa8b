"""The engine's Unix socket: its name, its lock, and an HTTP client that can reach nothing else."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import httpx

from codeassist.engine.peer import peer_of

SOCKET = "engine.sock"
LOCK = "engine.lock"  # held by the engine for as long as it lives
_CONNECT_SECONDS = 1.0


def http_client(path: Path, timeout: float) -> httpx.Client:
    """A client of this socket; `timeout` is the longest silence in seconds.

    There is no TLS on a Unix socket: with verification on, httpx would read the system's certificates
    (30 ms, and a file that the sandbox refuses).
    """
    transport = httpx.HTTPTransport(uds=str(path), verify=False)
    return httpx.Client(transport=transport, base_url="http://engine", timeout=timeout, trust_env=False)


def listener_of(path: Path) -> tuple[int, int] | None:
    """The (user id, process id) that listens at a socket, as the kernel says; None if nobody does.

    Asked before httpx connects, since httpcore leaves the socket open when a Unix connect fails.
    """
    with socket.socket(socket.AF_UNIX) as connection, contextlib.suppress(OSError):
        connection.settimeout(_CONNECT_SECONDS)
        connection.connect(str(path))
        return peer_of(connection)
    return None
