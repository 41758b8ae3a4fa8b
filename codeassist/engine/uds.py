"""The engine's Unix socket: its name, its lock, and an HTTP client that can reach nothing else."""

from __future__ import annotations

from pathlib import Path

import httpx

SOCKET = "engine.sock"
LOCK = "engine.lock"  # held by the engine for as long as it lives


def http_client(path: Path, timeout: float) -> httpx.Client:
    """A client of this socket; `timeout` is the longest silence in seconds.

    There is no TLS on a Unix socket: with verification on, httpx would read the system's certificates
    (30 ms, and a file that the sandbox refuses).
    """
    transport = httpx.HTTPTransport(uds=str(path), verify=False)
    return httpx.Client(transport=transport, base_url="http://engine", timeout=timeout, trust_env=False)
