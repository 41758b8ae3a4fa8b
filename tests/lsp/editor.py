"""An editor of tests: a client that opens a file, has the server edit it, and applies edits as editors do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsprotocol import types

from codeassist.lsp.documents import Document
from tests.lsp.client import Client

ABLE: dict[str, Any] = {
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]}},
    "textDocument": {"publishDiagnostics": {}},
    "window": {"workDoneProgress": True},
}


TEXT = '''import os


def first():
    return os.name


def fact(n):
    """The factorial, '😀'."""
    if n < 2:
        return 1
    return n * fact(n - 1)


def last():
    return 3
'''
NEW = '''def fact(n):
    """The factorial, '😀'."""
    result = 1
    for each in range(2, n + 1):
        result *= each
    return result
'''
AFTER = TEXT[: TEXT.index("def fact")] + NEW + TEXT[TEXT.index("\n\ndef last") :]
WRITTEN = f"```python\n{NEW}```\n"


def at(line: int, character: int = 0, last: int | None = None, end: int = 0) -> dict[str, Any]:
    """A range; without an end a cursor."""
    start = {"line": line, "character": character}
    return {"start": start, "end": start if last is None else {"line": last, "character": end}}


def begin(client: Client, verb: str, file: Path, where: dict[str, Any], **more: Any) -> int:
    """Send a command."""
    argument = {"uri": file.as_uri(), "range": where} | more
    return client.begin("workspace/executeCommand", {"command": f"codeassist.{verb}", "arguments": [argument]})


def asked(client: Client, verb: str, file: Path, where: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A command's answer."""
    answer: dict[str, Any] = client.result(begin(client, verb, file, where, **more))
    return answer


def applications(client: Client) -> list[dict[str, Any]]:
    """The edits that the client was asked to apply."""
    return [each["params"]["edit"] for each in client.asked if each["method"] == "workspace/applyEdit"]


def applied(text: str, edit: dict[str, Any], file: Path, version: int | None, units: Any = "utf-16") -> str:
    """The text of a document with an edit, made for this version of it."""
    changes = edit.get("documentChanges", [])
    edits = edit.get("changes", {}).get(file.as_uri(), [])
    for change in changes:
        if change.get("textDocument", {}).get("uri") == file.as_uri():
            assert change["textDocument"].get("version") == version
            edits = change["edits"]
    document = Document(file.as_uri(), "python", 0, text, units)
    for each in sorted(edits, key=lambda it: (it["range"]["start"]["line"], it["range"]["start"]["character"]))[::-1]:
        start, end = (types.Position(**each["range"][side]) for side in ("start", "end"))
        document.change([types.TextDocumentContentChangePartial(types.Range(start, end), each["newText"])], 1)
    return document.text


def progress(client: Client, kind: str) -> list[dict[str, Any]]:
    """What was told of work that can be cancelled."""
    told = [each["params"] for each in client.notifications if each["method"] == "$/progress"]
    return [each for each in told if each["value"]["kind"] == kind and each["token"].startswith("codeassist-work")]


def opened(client: Client, file: Path, text: str = TEXT, version: int = 5) -> None:
    client.open(file.as_uri(), text, version=version)


def published(client: Client, file: Path) -> list[dict[str, Any]]:
    """The diagnostics of a file."""
    told = [each["params"] for each in client.notifications if each["method"] == "textDocument/publishDiagnostics"]
    return [each for found in told if found["uri"] == file.as_uri() for each in found["diagnostics"]]


def typed(client: Client, file: Path, version: int, line: int, character: int, text: str) -> None:
    client.change(file.as_uri(), version, {"range": at(line, character), "text": text})
