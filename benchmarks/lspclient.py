"""A language client over a server's standard input and output: framing, requests, and answers to the server's own."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from benchmarks.eventloop import EventLoop

Message = dict[str, Any]
Receive = Callable[[Message], None]


def frame(message: Mapping[str, Any]) -> bytes:
    """A message as it travels."""
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


class LanguageClient:
    """A server process. Its messages are handled on the event loop as they come."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], loop: EventLoop) -> None:
        self._loop = loop
        self._next = 0
        self._waiting: dict[int, Receive] = {}
        self.notices: list[Message] = []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(environ))
        self._reader = threading.Thread(target=self._read, name="lsp-reader", daemon=True)
        self._reader.start()

    def request(self, method: str, params: Any, receive: Receive) -> int:
        """Send a request; its answer (with "result" or "error") goes to `receive`. Returns its id."""
        self._next += 1
        self._waiting[self._next] = receive
        self._write({"id": self._next, "method": method, "params": params})
        return self._next

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._write({"method": method, "params": params})

    def wait(self, method: str, params: Any, seconds: float = 180.0) -> Any:
        """Send a request and run the loop until its result is there."""
        answers: list[Message] = []
        self.request(method, params, answers.append)
        self._loop.run_until(self._loop.now() + seconds, lambda: bool(answers))
        if not answers or "error" in answers[0]:
            raise SystemExit(f"{method}: {answers[0]['error'] if answers else f'no answer in {seconds:g} s'}")
        return answers[0].get("result")

    def close(self, seconds: float = 10.0) -> None:
        """Shut the server down as the protocol says; kill it if it stays."""
        try:
            self.wait("shutdown", None, seconds)
            self.notify("exit", None)
            self.process.wait(seconds)
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()

    def _write(self, message: Message) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(frame({"jsonrpc": "2.0", **message}))
        self.process.stdin.flush()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.partition(b":")[2])
            while stream.readline().strip():
                pass
            message = json.loads(stream.read(length))
            self._loop.post(partial(self._take, message))

    def _take(self, message: Message) -> None:
        if "method" not in message:
            self._waiting.pop(message["id"])(message)
        elif "id" in message:
            self._write({"id": message["id"], "result": _nothing(message)})
        else:
            self.notices.append(message)


def _nothing(message: Message) -> Any:
    """The emptiest valid result of a request of the server's: no settings, "done" for the rest."""
    if message["method"] == "workspace/configuration":
        return [None] * len(message["params"]["items"])
    return None
