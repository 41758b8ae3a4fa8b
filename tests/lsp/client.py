"""A raw JSON-RPC client of our own: it can send what no library would."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import psutil

SECONDS = 30.0


class Client:
    """`codeassist lsp` in a process of its own, over pipes."""

    def __init__(self, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "codeassist", "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | environment,
        )
        self.answers: dict[Any, list[dict[str, Any]]] = {}
        self.notifications: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.settings: Any = None
        self.applies: Any = {"applied": True}  # the answer to workspace/applyEdit
        self.stderr = b""
        self.junk = b""
        self.closed = False
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._read, self._read_errors)]
        for thread in self._threads:
            thread.start()

    # --- sending

    def send_bytes(self, data: bytes) -> None:
        assert self.process.stdin is not None
        with self._sending:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def send(self, message: dict[str, Any]) -> None:
        self.send_bytes(frame(json.dumps({"jsonrpc": "2.0"} | message).encode()))

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"method": method, "params": params})

    def begin(self, method: str, params: Any = None) -> int:
        number = next(self._numbers)
        self.send({"id": number, "method": method, "params": params})
        return number

    def request(self, method: str, params: Any = None) -> Any:
        return self.result(self.begin(method, params))

    def cancel(self, number: int) -> None:
        self.notify("$/cancelRequest", {"id": number})

    # --- receiving

    def result(self, number: Any) -> Any:
        """The result of a request; an error fails the test."""
        answer = self.answer(number)
        assert "error" not in answer, answer
        return answer["result"]

    def answer(self, number: Any) -> dict[str, Any]:
        self.wait(lambda: number in self.answers, f"an answer to {number}")
        return self.answers[number][0]

    def wait(self, condition: Callable[[], object], what: str = "something", seconds: float = SECONDS) -> None:
        with self._changed:
            held = self._changed.wait_for(lambda: condition() or self.closed, timeout=seconds)
        assert held, f"{what} did not come; {self.stderr.decode()}"
        assert condition(), f"the server ended before {what} came; {self.stderr.decode()}"

    def shown(self) -> list[str]:
        """The messages that a person saw."""
        return [each["params"]["message"] for each in self.notifications if each["method"] == "window/showMessage"]

    def _read(self) -> None:
        buffer = b""
        while data := self._some():
            buffer += data
            while match := re.match(rb"Content-Length: (\d+)\r\n\r\n", buffer):
                end = match.end() + int(match[1])
                if len(buffer) < end:
                    break
                self._take(json.loads(buffer[match.end() : end]))
                buffer = buffer[end:]
        with self._changed:
            self.junk, self.closed = buffer, True
            self._changed.notify_all()

    def _some(self) -> bytes:
        assert self.process.stdout is not None
        try:
            return os.read(self.process.stdout.fileno(), 65536)
        except (OSError, ValueError):  # a test has closed it
            return b""

    def _take(self, message: dict[str, Any]) -> None:
        if "method" in message and "id" in message:
            results = {"workspace/configuration": [self.settings], "workspace/applyEdit": self.applies}
            self.send({"id": message["id"], "result": results.get(message["method"])})
        with self._changed:
            if "method" not in message:
                self.answers.setdefault(message["id"], []).append(message)
            elif "id" in message:
                self.asked.append(message)
            else:
                self.notifications.append(message)
            self._changed.notify_all()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        while data := os.read(self.process.stderr.fileno(), 65536):
            self.stderr += data

    # --- a session

    def initialize(self, options: Any = None, **capabilities: Any) -> Any:
        result = self.request(
            "initialize",
            {"processId": os.getpid(), "capabilities": capabilities, "initializationOptions": options},
        )
        self.notify("initialized", {})
        return result

    def open(self, uri: str, text: str, language: str = "python", version: int = 0) -> None:
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    def inline(self, uri: str, line: int, character: int, kind: int = 2, **context: Any) -> int:
        params = {
            "textDocument": {"uri": uri},
            "position": {"line": line, "character": character},
            "context": {"triggerKind": kind} | context,
        }
        return self.begin("textDocument/inlineCompletion", params)

    def suggestion(self, uri: str, line: int, character: int, kind: int = 2, **context: Any) -> str | None:
        items = self.result(self.inline(uri, line, character, kind, **context))["items"]
        return items[0]["insertText"] if items else None

    def command(self, name: str, *arguments: Any) -> Any:
        return self.request("workspace/executeCommand", {"command": f"codeassist.{name}", "arguments": list(arguments)})

    def counters(self) -> dict[str, int]:
        counters: dict[str, int] = self.command("status")["counters"]
        return counters

    def engines(self) -> list[psutil.Process]:
        """The engine processes that the server has started and that live."""
        children = psutil.Process(self.process.pid).children()
        return [each for each in children if each.status() != psutil.STATUS_ZOMBIE]

    def end(self) -> int:
        """Shutdown and exit; the exit code."""
        self.request("shutdown")
        self.notify("exit")
        return self.process.wait(SECONDS)

    def close(self) -> None:
        """Make sure that nothing is left."""
        engines = self.engines() if self.process.poll() is None else []
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(SECONDS)
        for engine in engines:
            if engine.is_running():
                engine.send_signal(signal.SIGKILL)
                engine.wait(SECONDS)
        for thread in self._threads:
            thread.join(SECONDS)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def frame(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def until(condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    """Poll for what no event tells."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.01)
