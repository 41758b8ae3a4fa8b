from __future__ import annotations

import random

import pytest

from codeassist.lsp.frames import Broken, FrameParser
from tests.lsp.client import frame

A, B = b'{"jsonrpc":"2.0","id":1}', b'{"jsonrpc":"2.0","id":2}'


def bodies(data: bytes, size: int = 10**6) -> list[bytes]:
    """What is understood of bytes that come in pieces."""
    parser = FrameParser()
    found = [each for at in range(0, len(data), size) for each in parser.feed(data[at : at + size])]
    return [each for each in found if isinstance(each, bytes)]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\r\n\r\n",
        b"hello\n",
        b"\0\xff" * 3000,
        b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
        b"Content-Length: \r\n\r\n",
        b"Content-Length: abc\r\n\r\n{}",
        b"Content-Length: -5\r\n\r\n{}",
        b"Content-Length: 1.5\r\n\r\n{}",
        b"Content-Length: 99999999999999999999\r\n\r\n{}",
        b"Content-Length: 70000000\r\n\r\n" + b"x" * 70000,
        b"Content-Length",
        b"Content-Length: 12",
        b"Content-Length: 500\r\n\r\n" + A[:-3],
        b"Content-Length: 500\r\n\r\n",
        b"Content-Length: %d\r\n\r\n%s" % (len(A) + 10, A),  # ends inside the next header
        b"Content-Length: 10\r\n\r\n" + A,
        b"X" * 10000,
    ],
)
def test_frames_after_garbage_are_understood(garbage: bytes, size: int) -> None:
    assert bodies(garbage + frame(B) + frame(A), size)[-2:] == [B, A]


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: %d\r\n\r\n",
        b"content-length:%d\r\n\r\n",
        b"Content-Length: %d \r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
        b"Content-Type: application/vscode-jsonrpc\r\nContent-Length: %d\r\n\r\n",
        b"Content-Length: %d\n\n",
    ],
)
def test_headers_of_real_clients(header: bytes) -> None:
    data = header % len(A) + A
    assert FrameParser().feed(data + data) == [A, A]


def test_one_piece_of_garbage_is_reported_once() -> None:
    parser = FrameParser()
    found = [each for byte in b"x" * 500 for each in parser.feed(bytes([byte]))] + parser.feed(frame(A))
    assert found == [Broken("bytes outside a message"), A]


def test_a_message_that_is_cut_short_does_not_wait_for_its_rest() -> None:
    parser = FrameParser()
    assert parser.feed(b"Content-Length: 4000\r\n\r\n" + A) == []
    assert parser.feed(frame(B)) == [Broken("a message was cut short"), B]


def test_random_bytes_keep_no_memory() -> None:
    rng, parser = random.Random("noise"), FrameParser()  # noqa: S311
    for _ in range(200):
        parser.feed(rng.randbytes(5000))
    assert len(parser._buffer) < 10_000
    assert parser.feed(frame(A))[-1] == A


def test_a_long_body_is_searched_once() -> None:
    body = b"[" + b"1," * 2_000_000 + b"1]"
    parser = FrameParser()
    data = frame(body)
    found = [each for at in range(0, len(data), 65536) for each in parser.feed(data[at : at + 65536])]
    assert found == [body]
