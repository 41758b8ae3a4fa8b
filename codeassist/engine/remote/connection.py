"""HTTP to the one server: JSON in, JSON or server-sent events out, every size and every silence bounded."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpcore
import msgspec

from codeassist import __version__
from codeassist.engine.remote.address import Address
from codeassist.engine.remote.keys import Key
from codeassist.engine.remote.network import OneOrigin, SilentError, Watch, Watches, trusted
from codeassist.engine.remote.refusals import refusal, shown
from codeassist.errors import EngineError, EngineGoneError

_REPLY_SECONDS = 30.0  # of a whole answer that is not a stream
_FIRST_SECONDS = 120.0  # until a stream begins: others' requests may go first
_NEXT_SECONDS = 30.0  # between two events
_MAX_REPLY = 32 * 1024 * 1024  # bytes
_MAX_LINE = 1024 * 1024
_CONNECTIONS = 8  # at a time: a completion, an answer, what is computed early …
_IDLE_SECONDS = 55.0  # a little less than servers and proxies keep an idle connection
_T = TypeVar("_T")


def never() -> bool:
    """Wanted until it is there."""
    return False


class UnreadableError(EngineError):
    """An answer of 200 that is not the document that was asked for."""


class Connection:
    """Connections to one server, kept open between requests. Thread-safe."""

    def __init__(self, address: Address, key: Key, ca_file: str = "") -> None:
        self.address = address
        self._key = key
        self._watches = Watches()
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusted(ca_file) if address.encrypted else None,
            max_connections=_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=OneOrigin(address, self._watches),
        )

    def close(self) -> None:
        """Close what is open and idle."""
        self._pool.close()

    def shown(self, said: str) -> str:
        """What the server says, as an error may show it: untrusted text, without the key."""
        return shown(said, self._key)

    def get(self, path: str, kind: type[_T], stop: Callable[[], bool] = never) -> _T:
        """A JSON document. Raises EngineError as `post` does."""
        return self._document("GET", path, b"", kind, stop)

    def post(self, path: str, body: object, kind: type[_T], stop: Callable[[], bool] = never) -> _T:
        """The answer to a JSON document. `stop` is asked several times a second.

        Raises:
            RefusedError: the server answered anything but 200.
            UnreadableError: it answered something else.
            EngineError: it cannot be reached or trusted, is silent, or says what it must not.
            StoppedError: `stop` said so.
        """
        return self._document("POST", path, msgspec.json.encode(body), kind, stop)

    def _document(self, method: str, path: str, body: bytes, kind: type[_T], stop: Callable[[], bool]) -> _T:
        def once() -> bytes:
            with self._answer(method, path, body, Watch(stop, _REPLY_SECONDS)) as reply:
                return self._whole(reply)

        content = _twice(once)
        try:
            return msgspec.json.decode(content, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise _malformed(path) from error

    def lines(self, path: str, body: object, stop: Callable[[], bool]) -> Generator[bytes, None, None]:
        """The lines of a stream of server-sent events, as they come, without their ends; whoever leaves closes it.

        Raises:
            EngineGoneError: the connection broke: worth one retry.
            EngineError, StoppedError: as `post`.
        """
        watch = Watch(stop, _FIRST_SECONDS)
        with self._answer("POST", path, msgspec.json.encode(body), watch) as reply:
            for line in _lines(reply.iter_stream()):
                if line.startswith(b"data:"):  # comments say that the server lives, not that it works
                    watch.alive(_NEXT_SECONDS)
                yield line

    @contextmanager
    def _answer(self, method: str, path: str, body: bytes, watch: Watch) -> Iterator[httpcore.Response]:
        """An answer of 200, for as long as it is read; httpcore's failures become ours."""
        headers = [(b"Host", self.address.authority.encode()), *_HEADERS, *self._key.header()]
        url = httpcore.URL(
            scheme=self.address.scheme.encode(),
            host=self.address.host.encode(),
            port=self.address.port,
            target=(self.address.path + path).encode(),
        )
        timeouts = {"timeout": {"pool": _REPLY_SECONDS, "write": _REPLY_SECONDS, "connect": 5.0}}
        with self._watches.watching(watch), self._failures():
            content = body if method == "POST" else None
            with self._pool.stream(method, url, headers=headers, content=content, extensions=timeouts) as reply:
                if reply.status != 200:
                    raise refusal(reply.status, self._whole(reply), path, self._key)
                yield reply

    @contextmanager
    def _failures(self) -> Iterator[None]:
        origin = self.address.origin
        try:
            yield
        except SilentError as error:
            raise EngineError(f"{origin} does not answer", "try again later, or ask whoever runs it") from error
        except httpcore.TimeoutException as error:
            raise EngineError(f"{origin} does not answer", "check engine.url and the network") from error
        except httpcore.ConnectError as error:
            raise _unreachable(origin, error) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise EngineGoneError(f"{origin} broke off its answer", "try again") from error

    @staticmethod
    def _whole(reply: httpcore.Response) -> bytes:
        content = bytearray()
        for piece in reply.iter_stream():
            content += piece
            if len(content) > _MAX_REPLY:
                raise EngineError(f"the server's answer exceeds {_MAX_REPLY // 2**20} MiB", _WHOSE)
        return bytes(content)


_WHOSE = "engine.url may not be a language model's server"
_HEADERS: list[tuple[bytes, bytes]] = [
    (b"Content-Type", b"application/json"),
    (b"Accept", b"application/json, text/event-stream"),
    (b"Accept-Encoding", b"identity"),  # nothing is unpacked: a small answer stays small
    (b"User-Agent", f"codeassist/{__version__}".encode()),
]


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    kept = bytearray()
    for piece in pieces:
        whole, newline, rest = piece.rpartition(b"\n")
        if newline:
            yield from (line.rstrip(b"\r") for line in bytes(kept + whole).split(b"\n"))
            kept.clear()
        kept += rest
        if len(kept) > _MAX_LINE:
            raise EngineError(f"a line of the server's answer exceeds {_MAX_LINE // 2**20} MiB", _WHOSE)
    if kept:
        yield bytes(kept)


def _twice(work: Callable[[], _T]) -> _T:
    """Once more if the connection broke: a server may have closed one that was idle."""
    try:
        return work()
    except EngineGoneError:
        return work()


def _malformed(path: str) -> UnreadableError:
    return UnreadableError(f"the server's answer to {path} is not what llama-server or vLLM would say", _WHOSE)


def _unreachable(origin: str, error: BaseException) -> EngineError:
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    for each in causes:
        if isinstance(each, ssl.SSLCertVerificationError):
            return EngineError(
                f"the certificate of {origin} is not trusted: {each.verify_message}",
                "a private authority goes into engine.ca_file or SSL_CERT_FILE; there is no way around the check",
            )
        if isinstance(each, ssl.SSLError):
            return EngineError(f"{origin} does not speak TLS as it should: {each.reason}", "check engine.url")
    return EngineError(f"{origin} cannot be reached: {error}", "check engine.url, the network and the server")
