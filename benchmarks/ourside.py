"""`codeassist lsp` as an editor uses it: incremental changes, an inline completion at each stroke, cancels."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from benchmarks.keystrokes import DELETE, JUMP, Stroke
from benchmarks.lspclient import LanguageClient, Message
from benchmarks.sides import Buffer, Seen, Side, position
from codeassist.engine.launch import health_of
from codeassist.engine.uds import SOCKET
from codeassist.paths import user_paths

_ENGINE = "codeassist.engine.server"
_START_SECONDS = 180.0
_AUTOMATIC = 2  # InlineCompletionTriggerKind
_CAPABILITIES = {
    "general": {"positionEncodings": ["utf-32", "utf-16"]},
    "textDocument": {"inlineCompletion": {}, "synchronization": {"didSave": True}},
    "workspace": {"configuration": False},
    "window": {"workDoneProgress": True},
}


@dataclass
class OurSide(Side):
    """The language server with a private engine, so that nobody else uses it."""

    model: str = ""
    tuned: bool = True  # what `model tune` found is used, if it was run

    def __post_init__(self) -> None:
        self._client: LanguageClient | None = None
        self._home = ExitStack()  # what is made for a server without tuning
        self._uri = ""
        self._version = 0
        self._pending = 0
        self._reading = 0
        self._counters: dict[str, int] = {}
        self._hits = 0
        self._engine: psutil.Process | None = None
        self._socket = Path()
        self._utf16 = False

    @property
    def client(self) -> LanguageClient:
        """The server."""
        assert self._client is not None
        return self._client

    def start(self) -> None:
        """Start the server and its engine; both have answered once."""
        environ = os.environ | ({"CODEASSIST_MODEL": self.model} if self.model else {})
        if not self.tuned:
            environ |= {"CODEASSIST_HOME": untuned_home(self._home.enter_context(tempfile.TemporaryDirectory()))}
        self._client = LanguageClient([sys.executable, "-m", "codeassist", "lsp"], environ, self.loop)
        options = {"engine": {"mode": "private"}}
        params = {
            "processId": os.getpid(),
            "rootUri": None,
            "capabilities": _CAPABILITIES,
            "initializationOptions": options,
        }
        told = self.client.wait("initialize", params)["capabilities"]
        self._utf16 = told.get("positionEncoding", "utf-16") == "utf-16"
        self.client.notify("initialized", {})
        self._wake()

    def _wake(self) -> None:
        """Ask until the engine runs and has answered."""
        self.buffer = Buffer(Path("/warm/up.py"), "def first(values):\n    return values[", 37)
        self.opened()
        deadline = self.loop.now() + _START_SECONDS
        while self.loop.now() < deadline:
            self.client.wait("textDocument/inlineCompletion", self._at_cursor())
            self._engine = self._find_engine()
            if self._engine and (health := health_of(self._socket)) and health.counters.generated_tokens:
                break
            self.loop.run_until(self.loop.now() + 0.2)
        else:
            raise SystemExit("the engine of codeassist lsp did not come up")
        self.closing()
        self._counters = self._status(self.client.wait("workspace/executeCommand", _STATUS))

    def _find_engine(self) -> psutil.Process | None:
        for child in psutil.Process(self.client.process.pid).children(recursive=True):
            if _ENGINE in child.cmdline():
                self._socket = Path(child.cwd()) / SOCKET
                return child
        return None

    def opened(self) -> None:
        """didOpen."""
        self._uri = self.buffer.path.as_uri()
        self._version = 1
        document = {"uri": self._uri, "languageId": "python", "version": 1, "text": self.buffer.text}
        self.client.notify("textDocument/didOpen", {"textDocument": document})

    def pressed(self, stroke: Stroke, before: str) -> None:
        """The request that was waiting is cancelled, the change told, the next one asked."""
        if self._pending:
            self.client.notify("$/cancelRequest", {"id": self._pending})
        if stroke.kind != JUMP:
            self._change(stroke, before)
        seen, text, cursor = self.seen, self.buffer.text, self.buffer.cursor
        self._pending = self.client.request(
            "textDocument/inlineCompletion",
            self._at_cursor(),
            lambda answer: self._on_answer(answer, seen, text, cursor),
        )

    def closing(self) -> None:
        """didSave and didClose."""
        document = {"textDocument": {"uri": self._uri}}
        self.client.notify("textDocument/didSave", document)
        self.client.notify("textDocument/didClose", document)

    def tokens(self) -> tuple[int, int]:
        """The engine's own counters: background work too."""
        health = health_of(self._socket)
        if health is None:
            raise SystemExit("the engine of codeassist lsp has gone")
        return health.counters.evaluated_tokens, health.counters.generated_tokens

    def busy(self) -> bool:
        """A request waits for its answer."""
        return bool(self._pending or self._reading)

    def processes(self) -> dict[str, psutil.Process]:
        """The engine and the language server."""
        assert self._engine is not None
        return {"engine": self._engine, "server": psutil.Process(self.client.process.pid)}

    def close(self) -> None:
        """Shut down."""
        if self._client:
            self._client.close()
        self._home.close()

    def _change(self, stroke: Stroke, before: str) -> None:
        self._version += 1
        span = {
            "start": self._position(before, stroke.at),
            "end": self._position(before, stroke.at + stroke.removed),
        }
        text = "" if stroke.kind == DELETE else stroke.text
        document = {"uri": self._uri, "version": self._version}
        change = {"textDocument": document, "contentChanges": [{"range": span, "text": text}]}
        self.client.notify("textDocument/didChange", change)

    def _at_cursor(self) -> dict[str, Any]:
        return {
            "textDocument": {"uri": self._uri},
            "position": self._position(self.buffer.text, self.buffer.cursor),
            "context": {"triggerKind": _AUTOMATIC},
        }

    def _position(self, text: str, offset: int) -> dict[str, int]:
        line, column = position(text, offset)
        if self._utf16:
            column = len(text[offset - column : offset].encode("utf-16-le")) // 2
        return {"line": line, "character": column}

    def _on_answer(self, answer: Message, seen: Seen | None, text: str, cursor: int) -> None:
        if answer["id"] == self._pending:
            self._pending = 0
        current = "error" not in answer and seen is self.seen
        if current:
            self.show(insertion(answer.get("result"), text, cursor, utf16=self._utf16))
        self._reading += 1
        read = partial(self._on_status, seen, current)
        self.client.request("workspace/executeCommand", _STATUS, read)

    def _on_status(self, seen: Seen | None, current: bool, answer: Message) -> None:
        """What the request has cost: how far the server's counters have moved since the last reading.

        A superseded request is answered when the next one is already there: a cache hit is never its own.
        """
        self._reading -= 1
        last, self._counters = self._counters, self._status(answer["result"])
        moved = {name: count - last.get(name, 0) for name, count in self._counters.items()}
        self._hits += moved["cache_hits"] + moved["typed_through"]
        if seen is None:
            return
        seen.asked_evaluated += moved["evaluated_tokens"]
        seen.asked_generated += moved["generated_tokens"]
        if current:
            seen.cached, self._hits = self._hits > 0, 0

    @staticmethod
    def _status(result: dict[str, Any]) -> dict[str, int]:
        return dict(result["counters"])


def untuned_home(directory: str) -> str:
    """A CODEASSIST_HOME with the user's settings and models, and without what `model tune` found."""
    paths = user_paths(os.environ)
    home = Path(directory)
    (home / "config").mkdir()
    if paths.config_file.exists():
        shutil.copy(paths.config_file, home / "config")
    (home / "models").symlink_to(paths.models, target_is_directory=True)
    return directory


_STATUS = {"command": "codeassist.status", "arguments": []}


def insertion(result: Any, text: str, cursor: int, *, utf16: bool = False) -> str:
    """What accepting the first item would put after the cursor."""
    items = result.get("items", []) if isinstance(result, dict) else result or []
    if not items:
        return ""
    inserted = items[0]["insertText"]
    inserted = inserted["value"] if isinstance(inserted, dict) else str(inserted)
    if span := items[0].get("range"):
        start = _offset(text, span["start"], utf16=utf16)
        typed = text[start:cursor]
        if not inserted.startswith(typed):
            return ""
        inserted = inserted[len(typed) :]
    return str(inserted).replace("\r\n", "\n")


def _offset(text: str, place: dict[str, int], *, utf16: bool) -> int:
    start = 0
    for _ in range(place["line"]):
        start = text.index("\n", start) + 1
    if not utf16:
        return start + place["character"]
    line = text[start:].partition("\n")[0].encode("utf-16-le")[: 2 * place["character"]]
    return start + len(line.decode("utf-16-le", "replace"))
