"""Sockets to one origin, which look around several times a second while they wait.

httpcore takes the place where sockets are made as an argument (`NetworkBackend`), so the rule that only one origin is
reached is kept where connections begin, whatever asks for them. It follows no redirects and reads no proxy variables.
"""

from __future__ import annotations

import math
import os
import selectors
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpcore

from codeassist.engine.remote.address import Address, is_loopback
from codeassist.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TICK_SECONDS = 0.1
_PIECE = 16 * 1024  # bytes written between two looks


class StoppedError(Exception):
    """The one who waits wants no more."""


class SilentError(Exception):
    """The server has said nothing for too long."""


class Watch:
    """Whether a request is still wanted, and how long it may take until the next sign of life."""

    def __init__(self, stop: Callable[[], bool], seconds: float) -> None:
        self._stop = stop
        self._looked = time.monotonic()
        self._until = self._looked + seconds

    def alive(self, seconds: float) -> None:
        """The server has said something that counts."""
        self._until = time.monotonic() + seconds

    def look(self) -> None:
        """Called whenever something is waited for.

        Raises:
            StoppedError: nobody wants it any more.
            SilentError: the time is up.
        """
        now = time.monotonic()
        if now > self._until:
            raise SilentError
        if now - self._looked >= _TICK_SECONDS:
            self._looked = now
            if self._stop():
                raise StoppedError


class Watches(threading.local):
    """The watch of the request that this thread makes."""

    current: Watch | None = None

    @contextmanager
    def watching(self, watch: Watch) -> Iterator[Watch]:
        """Let a watch look around for as long as the block runs."""
        before, self.current = self.current, watch
        try:
            yield watch
        finally:
            self.current = before

    def look(self) -> None:
        """Look around, if anybody watches."""
        if self.current is not None:
            self.current.look()


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, watches: Watches) -> None:
        self._inner = inner
        self._watches = watches

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        watched = self._watches.current is not None
        while True:
            self._watches.look()
            try:
                return self._inner.read(max_bytes, _TICK_SECONDS if watched else timeout)
            except httpcore.ReadTimeout:
                if not watched:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._until_writable(timeout)
            self._inner.write(buffer[start : start + _PIECE], timeout)

    def _until_writable(self, timeout: float | None) -> None:
        """Look around while the other end does not read."""
        until = time.monotonic() + (math.inf if timeout is None else timeout)
        self._watches.look()
        with selectors.DefaultSelector() as selector:
            selector.register(self.get_extra_info("socket"), selectors.EVENT_WRITE)
            while not selector.select(_TICK_SECONDS):
                self._watches.look()
                if time.monotonic() > until:
                    raise httpcore.WriteTimeout

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._watches)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class OneOrigin(httpcore.NetworkBackend):
    """Connects to one address, and to nothing else."""

    def __init__(self, address: Address, watches: Watches) -> None:
        self._address = address
        self._watches = watches
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect; without TLS only if the other end turns out to be this machine.

        Raises:
            ConfigError: another origin was asked for, or the name leads elsewhere.
        """
        if (host, port) != (self._address.host, self._address.port):
            raise ConfigError(f"{host}:{port} is not the server of engine.url", "this is a fault: report it")
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        if not self._address.encrypted and not is_loopback(str(stream.get_extra_info("server_addr")[0])):
            stream.close()
            raise ConfigError(f"{host} is not this machine", "use https, or http://127.0.0.1:PORT")
        return _Stream(stream, self._watches)


def trusted(ca_file: str) -> ssl.SSLContext:
    """TLS that verifies certificate and host, always: against `ca_file` alone, or else SSL_CERT_FILE and SSL_CERT_DIR,
    the system's authorities, or those that come with Python's packages (certifi) where a system has none.

    Raises:
        ConfigError: the file holds no certificates.
    """
    try:
        context = ssl.create_default_context(cafile=os.path.expanduser(ca_file) if ca_file else None)  # noqa: PTH111
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"engine.ca_file {ca_file} cannot be used: {error}", "give a file of PEM certificates"
        ) from error
    paths = ssl.get_default_verify_paths()  # a path is None where nothing is there
    if not ca_file and paths.cafile is None and paths.capath is None:
        import certifi

        context.load_verify_locations(certifi.where())
    return context
