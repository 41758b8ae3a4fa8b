"""What editors send that cannot be used, and texts that no parser likes: each is answered, nothing dies."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.lsp.client import Client
from tests.lsp.editor import (
    WRITTEN,
    asked,
    at,
    opened,
)

Start = Callable[..., Client]


NOT_ONE: list[Any] = [None, [], [{}, {}], "x", 3]
MALFORMED: list[Any] = [
    None, 3, "x", [], {}, True, [[]],
    {"uri": "file:///a.py"}, {"uri": 3, "range": at(0)}, {"uri": None}, {"uri": "a", "range": None},
    {"uri": "a", "range": {"start": {"line": 1}}}, {"uri": "a", "range": [1, 2]},
    {"uri": "a", "range": at(-1)}, {"uri": "a", "range": at(2**40)}, {"uri": "a", "range": at(2**70)},
    {"uri": "a", "position": {"line": "1", "character": 0}}, {"uri": "a", "position": {"line": 1.5, "character": 0}},
    {"uri": "a", "range": at(0), "instruction": 5}, {"uri": "a", "range": at(0), "instruction": "x" * 5000},
    {"uri": "a", "range": at(0), "version": "1"}, {"uri": "a", "range": at(0), "apply": "no"},
    {"uri": "a", "range": at(0), "diagnostic": "x"}, {"uri": "a", "range": at(0), "diagnostic": {"message": None}},
]  # fmt: skip


def test_malformed_arguments_are_answered_with_an_error(serve: Start, file: Path) -> None:
    client = serve(WRITTEN)
    opened(client, file)
    for verb in ("edit", "doc", "test", "fix", "explain"):
        for odd in MALFORMED:
            params = {"command": f"codeassist.{verb}", "arguments": [odd]}
            answer = client.answer(client.begin("workspace/executeCommand", params))
            assert answer["error"]["code"] == -32602, (verb, odd)
            assert len(json.dumps(answer)) < 1000
        for arguments in NOT_ONE:
            params = {"command": f"codeassist.{verb}", "arguments": arguments}
            answer = client.answer(client.begin("workspace/executeCommand", params))
            assert answer["error"]["code"] == -32602, (verb, arguments)
    assert asked(client, "edit", file, at(9, 4), instruction="make it iterative")["applied"] is True
    assert client.end() == 0
    assert client.stderr == b""


def test_hostile_texts_and_places(serve: Start, file: Path) -> None:
    client = serve("```python\nx\n```")
    texts = [
        "",
        "\x00" * 50,
        "(" * 30_000,
        "def f():\n" * 3_000,
        "\ud800 = 1\n",
        "é\u2028\x0c\r" * 40,
        "# codeassist: a\n" * 300,
    ]
    for number, text in enumerate(texts):
        opened(client, file, text, number)
        for where in (at(0), at(0, 0, 999999, 9999), at(5, 5, 0, 0), at(2**31 - 1, 2**31 - 1)):
            for verb in ("edit", "doc", "explain"):
                answer = asked(client, verb, file, where, instruction="do it", show=False, apply=False)
                assert answer["schema"] == 1
                assert answer["message"].isprintable()
            params = {"textDocument": {"uri": file.as_uri()}, "range": where, "context": {"diagnostics": []}}
            client.request("textDocument/codeAction", params)
            client.request("textDocument/hover", {"textDocument": {"uri": file.as_uri()}, "position": where["start"]})
    assert client.end() == 0
    assert b"unexpected" not in client.stderr, client.stderr.decode()
