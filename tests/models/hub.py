"""A hub on 127.0.0.1 that misbehaves as it is told, one reply a request."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Hub:
    """What the hub holds, what it was asked, and how it answers: `replies` in turn, then ranges as they should be."""

    content: bytes
    replies: list[Callable[[Request], None]] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, Range
    url: str = ""


class Request(BaseHTTPRequestHandler):
    """One request; the reply functions below write to it."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.hub.asked.append((self.command, self.path, self.headers.get("Range", "")))
        reply = self.hub.replies.pop(0) if self.hub.replies else ranged
        with contextlib.suppress(ConnectionError):
            reply(self)

    def head(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    @property
    def offset(self) -> int:
        return int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def ranged(request: Request) -> None:
    """As RFC 9110 says."""
    content, offset = request.hub.content, request.offset
    if offset >= len(content) > 0:
        request.head(416, 0, Content_Range=f"bytes */{len(content)}")
    elif "Range" in request.headers:
        span = f"bytes {offset}-{len(content) - 1}/{len(content)}"
        request.head(206, len(content) - offset, Content_Range=span)
        request.wfile.write(content[offset:])
    else:
        request.head(200, len(content))
        request.wfile.write(content)


def whole(request: Request) -> None:
    """Ignores Range."""
    request.head(200, len(request.hub.content))
    request.wfile.write(request.hub.content)


def cut_after(count: int) -> Callable[[Request], None]:
    """Promises everything, gives `count` bytes, and hangs up."""

    def reply(request: Request) -> None:
        content, offset = request.hub.content, request.offset
        length = len(content) - offset
        span = {"Content_Range": f"bytes {offset}-{len(content) - 1}/{len(content)}"} if offset else {}
        request.head(206 if offset else 200, length, **span)
        request.wfile.write(content[offset : offset + count])
        request.close_connection = True

    return reply


def status(code: int, **headers: str) -> Callable[[Request], None]:
    """That status, without a body."""
    return lambda request: request.head(code, 0, **headers)


def gives(content: bytes, code: int = 200, **headers: str) -> Callable[[Request], None]:
    """Other bytes."""

    def reply(request: Request) -> None:
        request.head(code, len(content), **headers)
        request.wfile.write(content)

    return reply


def chunked(content: bytes) -> Callable[[Request], None]:
    """Other bytes, of a length that is not said beforehand."""

    def reply(request: Request) -> None:
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for start in range(0, len(content), 4096):
            piece = content[start : start + 4096]
            request.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        request.wfile.write(b"0\r\n\r\n")

    return reply


def linked(request: Request) -> None:
    """What the hub answers to HEAD: a redirect to its storage, with the LFS object's id and size."""
    content = request.hub.content
    oid = f'"{hashlib.sha256(content).hexdigest()}"'
    request.head(302, 0, Location="http://127.0.0.1:9/never", X_Linked_Etag=oid, X_Linked_Size=str(len(content)))


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is what the tests are about."""


@contextlib.contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub, while the block runs."""
    handler = type("Handler", (Request,), {"hub": hub})
    server = _Server(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
