"""What an editor gets: capabilities, suggestions with ranges, settings, commands, messages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript, Run
from tests.lsp.client import Client

URI = "file:///project/sample.py"
TEXT = "def add(a, b):\n    "
Start = Callable[..., Client]


def menu(client: Client, line: int, character: int, uri: str = URI) -> Any:
    position = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
    return client.request("textDocument/completion", position)


def at(line: int, start: int, end: int) -> dict[str, Any]:
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}


def begin(start: Start, fake_engine: FakeScript, *replies: str | Reply, options: Any = None, **able: Any) -> Client:
    fake_engine(*replies)
    client = start()
    client.initialize(options, **able)
    return client


def test_capabilities(start: Start, fake_engine: FakeScript) -> None:
    fake_engine("x")
    answer = start().initialize(None, general={"positionEncodings": ["utf-16", "utf-8"]})
    able = answer["capabilities"]
    assert able["positionEncoding"] == "utf-16"
    assert able["textDocumentSync"]["change"] == 2
    assert able["textDocumentSync"]["openClose"] is True
    assert able["inlineCompletionProvider"] == {}
    assert able["completionProvider"] == {"resolveProvider": True}
    names = {"status", "restart", "toggle", "accepted", "explainFinding", "edit", "doc", "test", "fix", "explain"}
    assert set(able["executeCommandProvider"]["commands"]) == {f"codeassist.{name}" for name in names}
    assert able["codeActionProvider"]["resolveProvider"] is True
    assert able["codeActionProvider"]["codeActionKinds"] == ["quickfix", "refactor", "refactor.rewrite"]
    assert able["hoverProvider"]
    assert able["textDocumentSync"]["save"] is True
    assert answer["serverInfo"]["name"] == "codeassist"


def test_inline_completion(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, "return a + b\n")
    client.open(URI, TEXT)
    (item,) = client.result(client.inline(URI, 1, 4))["items"]
    assert item["insertText"] == "return a + b"
    assert item["range"] == at(1, 4, 4)
    assert item["command"]["command"] == "codeassist.accepted"


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 13), ("utf-16", 11), ("utf-32", 10)])
def test_columns_count_units_of_the_encoding(start: Start, fake_engine: FakeScript, encoding: str, column: int) -> None:
    client = begin(start, fake_engine, Reply(when='"😀" + ', text="name\n"), general={"positionEncodings": [encoding]})
    client.open(URI, 'x = "😀" + \ny = 1\n')
    (item,) = client.result(client.inline(URI, 0, column))["items"]
    assert item["insertText"] == "name"
    assert item["range"] == at(0, column, column)


def test_suggestions_have_the_document_s_newline(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, "if a:\n        return b\n    return a\n")
    client.open(URI, "import os\r\n\r\ndef add(a, b):\r\n    ")
    text = client.suggestion(URI, 3, 4)
    assert text is not None
    assert text.startswith("if a:\r\n        return b")
    assert "\n" not in text.replace("\r\n", "")


def test_nothing_in_a_document_that_is_not_open(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, "x = 1\n")
    assert client.result(client.inline("file:///elsewhere.py", 0, 0)) == {"items": []}
    assert menu(client, 0, 0)["items"] == []
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)
    client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert client.suggestion(URI, 1, 4) is None


def test_a_suggestion_begins_with_the_selected_item(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, Reply(when="os.path", text=".join(a, b)\n"))
    client.open(URI, "x = os.p\n")
    chosen = {"range": at(0, 7, 8), "text": "path"}
    (item,) = client.result(client.inline(URI, 0, 8, selectedCompletionInfo=chosen))["items"]
    assert item["insertText"] == "path.join(a, b)"
    assert item["range"] == at(0, 7, 8)
    assert client.suggestion(URI, 0, 8, selectedCompletionInfo={"range": at(0, 7, 8), "text": "name"}) is None


def test_typing_what_was_suggested_costs_nothing(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, "return a + b\n")
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4) == "return a + b"
    for number, char in enumerate("retu"):
        client.change(URI, number + 1, {"range": at(1, 4 + number, 4 + number), "text": char})
        assert client.suggestion(URI, 1, 5 + number) == "return a + b"[number + 1 :]
    counters = client.counters()
    assert counters["typed_through"] == 4
    assert counters["requests"] == 1


def test_menu(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, "turn a + b\n")
    client.open(URI, TEXT + "re")
    assert client.suggestion(URI, 1, 6) == "turn a + b"  # a menu finds it, however slow this machine is
    answer = menu(client, 1, 6)
    assert answer["isIncomplete"] is True
    (item,) = answer["items"]
    assert item["label"] == "return a + b"
    assert item["filterText"] == "return a + b"
    assert item["textEdit"] == {"range": at(1, 4, 6), "newText": "return a + b"}
    assert "documentation" not in item
    resolved = client.request("completionItem/resolve", item)
    assert resolved["documentation"]["value"] == "```\nreturn a + b\n```"


def test_a_menu_does_not_wait_for_a_slow_engine(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, Reply(when="slow", fail="hang"), "x\n")
    client.open(URI, "slow = \n")
    assert menu(client, 0, 7) == {"isIncomplete": True, "items": []}


def test_clients_with_inline_completion_get_no_menu(start: Start, fake_engine: FakeScript) -> None:
    fake_engine("x")
    able = start().initialize(None, textDocument={"inlineCompletion": {"dynamicRegistration": False}})["capabilities"]
    assert "completionProvider" not in able
    assert able["inlineCompletionProvider"] == {}


def test_a_menu_and_inline_completion_at_one_place_share_the_work(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, Reply(when="slow", fail="hang"), Reply(text="1\n", decode_ms=50))
    client.open(URI, "x = \n")
    position = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 4}}
    for cancelled in (True, False):
        first = client.begin("textDocument/completion", position)
        second = client.inline(URI, 0, 4)
        third = client.begin("textDocument/completion", position)
        if cancelled:
            client.cancel(first)
        (item,) = client.result(second)["items"]
        assert item["insertText"] == "1"
        assert client.answer(third)["result"]["isIncomplete"] is True
        client.change(URI, 1, {"text": "y = \n"})
    assert client.counters()["requests"] == 2


def test_the_model_of_the_settings_is_waited_for(start: Start, home: Path) -> None:
    client = start()
    client.settings = {"model": "no-such-model"}
    client.initialize(None, workspace={"configuration": True})
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4) is None
    (message,) = client.shown()
    assert "no-such-model" in message


def test_a_newer_request_has_the_older_answered_at_once(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, Reply(when="slow", fail="hang"), "1\n")
    client.open(URI, "slow = \n")
    first = client.inline(URI, 0, 7)
    second = client.inline(URI, 0, 4)
    assert client.result(first) == {"items": []}
    client.cancel(second)
    assert client.answer(second)["error"]["code"] == -32800


def test_a_change_has_the_waiting_request_answered_with_nothing(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, Reply(when="slow", text="2\n", prefill_ms=30), "1\n")
    client.open(URI, "slow = \n")
    waiting = client.inline(URI, 0, 7)
    client.change(URI, 1, {"text": "fast = "})
    assert client.result(waiting) == {"items": []}
    assert client.suggestion(URI, 0, 7) == "1"


@pytest.mark.parametrize("push", [True, False])
def test_settings_take_effect_at_once(start: Start, fake_engine: FakeScript, push: bool) -> None:
    client = begin(start, fake_engine, "return a + b\n", workspace={"configuration": not push})
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)

    def settings(value: Any) -> None:
        asked = len(client.asked)
        client.settings = value
        client.notify("workspace/didChangeConfiguration", {"settings": {"codeassist": value} if push else None})
        if not push:
            client.wait(lambda: len(client.asked) > asked, "a question for the settings")

    settings({"languages": {"python": {"enabled": False}}})
    assert client.suggestion(URI, 1, 4) is None
    settings({"languages": {"go": {"enabled": False}}})
    assert client.suggestion(URI, 1, 4)
    settings({"enabled": False})
    assert client.suggestion(URI, 1, 4) is None
    assert client.command("status")["enabled"] is False


def test_settings_are_asked_for_at_the_start(start: Start, fake_engine: FakeScript) -> None:
    fake_engine("return a + b\n")
    client = start()
    client.settings = {"enabled": False}
    client.initialize(None, workspace={"configuration": True})
    client.wait(lambda: client.asked, "a question for the settings")
    assert client.asked[0]["params"]["items"] == [{"section": "codeassist"}]
    assert client.command("status")["enabled"] is False


def test_wrong_settings_are_told_once_and_keep_their_defaults(start: Start, fake_engine: FakeScript) -> None:
    wrong = {"maxLines": -1, "colour": "red", "debounceMs": "fast", "engine": {"mode": "loud"}, "enabled": "yes"}
    client = begin(start, fake_engine, "return a + b\n", options=wrong)
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)
    client.notify("workspace/didChangeConfiguration", {"settings": {"codeassist": wrong}})
    assert client.command("status")["enabled"] is True
    (message,) = client.shown()
    for name in ("maxLines", "colour", "debounceMs", "mode", "enabled"):
        assert name in message


@pytest.mark.parametrize("options", [[], 7, "on", {"codeassist": 3}, {"languages": {"python": False}}])
def test_no_options_keep_the_server_from_starting(start: Start, fake_engine: FakeScript, options: Any) -> None:
    client = begin(start, fake_engine, "return a + b\n", options=options)
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)
    assert len(client.shown()) == 1


def test_a_client_that_says_strange_things_is_served(start: Start, fake_engine: FakeScript) -> None:
    fake_engine("return a + b\n")
    client = start()
    able = {"textDocument": {"completion": 5}, "general": {"positionEncodings": [1, "utf-8"]}, "window": [], "x": None}
    result = client.request("initialize", {"processId": "me", "capabilities": able, "workspaceFolders": 9})
    assert result["capabilities"]["positionEncoding"] == "utf-8"
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)


def test_toggle(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, "return a + b\n")
    client.open(URI, TEXT)
    assert client.command("toggle")["enabled"] is False
    assert client.suggestion(URI, 1, 4) is None
    assert client.command("toggle")["enabled"] is True
    assert client.suggestion(URI, 1, 4)
    assert client.command("toggle", True)["enabled"] is True
    assert client.command("toggle", False)["enabled"] is False


def test_restart_ends_the_engine(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, "return a + b\n")
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)
    (before,) = client.engines()
    assert client.command("restart")["running"] is False
    assert not before.is_running()
    assert client.suggestion(URI, 1, 4)
    assert client.engines() != [before]


def test_a_missing_model_is_told_once(start: Start) -> None:
    client = start()
    client.initialize()
    client.open(URI, TEXT)
    for column in range(4):
        assert client.suggestion(URI, 1, column) is None
    assert len(client.shown()) == 1
    assert "codeassist model pull" in client.shown()[0]
    status = client.command("status")
    assert (status["running"], bool(status["error"])) == (False, True)
    client.command("restart")
    assert client.suggestion(URI, 1, 4) is None
    assert len(client.shown()) == 2


def test_a_broken_configuration_is_told(start: Start, home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text("engine = 3\n")
    client = start()
    client.initialize()
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4) is None
    assert "config.toml" in client.shown()[0]


def test_progress_while_a_model_loads(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, "return a + b\n", window={"workDoneProgress": True})
    client.open(URI, TEXT)
    client.wait(lambda: len([each for each in client.notifications if each["method"] == "$/progress"]) >= 2, "progress")
    assert [each["method"] for each in client.asked] == ["window/workDoneProgress/create"]
    kinds = [each["params"]["value"] for each in client.notifications if each["method"] == "$/progress"]
    assert [each["kind"] for each in kinds] == ["begin", "end"]
    assert "loading fake" in kinds[0]["message"]


def test_no_progress_for_clients_that_do_not_show_it(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, "return a + b\n")
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)
    assert client.asked == []
    assert client.notifications == []


def test_the_text_a_client_has_can_be_compared(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, "x")
    client.open(URI, "a\r\nb", version=7)
    known = client.command("status")["documents"][URI]
    assert known == {"version": 7, "sha256": hashlib.sha256(b"a\r\nb").hexdigest()}


def test_nothing_of_a_document_reaches_a_log(start: Start, fake_engine: FakeScript, home: Path) -> None:
    client = begin(start, fake_engine, "return CANARY_reply\n", Reply(when="x", fail="error"))
    client.open(URI, "CANARY_text = 1\ndef add(a, b):\n    ")
    client.suggestion(URI, 2, 4)
    client.change(URI, 1, {"range": "CANARY_range"})
    client.begin("textDocument/inlineCompletion", {"CANARY_params": 1})
    client.begin("workspace/executeCommand", {"command": "CANARY_command"})
    client.command("accepted", "CANARY_id", "CANARY_count")
    client.send_bytes(b"Content-Length: 14\r\n\r\nCANARY_garbage")
    client.command("status")
    assert client.end() == 0
    assert b"CANARY" not in client.stderr
    for file in (each for each in home.rglob("*") if each.is_file()):
        assert b"CANARY" not in file.read_bytes(), file


def test_standard_output_carries_the_protocol_only(start: Start, fake_engine: FakeScript) -> None:
    client = begin(start, fake_engine, "return a + b\n")
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)
    assert client.end() == 0
    client.wait(lambda: client.closed, "the end of standard output")
    assert client.junk == b""


def test_what_became_of_suggestions_is_counted(start: Start, fake_engine: FakeScript, run: Run) -> None:
    client = begin(start, fake_engine, Reply(when="def sub", text="return a - b\n"), "return a + b\n")
    client.open(URI, TEXT)
    (item,) = client.result(client.inline(URI, 1, 4))["items"]
    assert client.request("workspace/executeCommand", item["command"]) is True
    other = "file:///project/other.py"
    client.open(other, "def sub(a, b):\n    ")
    (item,) = client.result(client.inline(other, 1, 4))["items"]
    assert client.command("accepted", *item["command"]["arguments"], 6) is True
    client.notify("textDocument/didClose", {"textDocument": {"uri": other}})
    assert client.command("accepted", "nonsense") is False
    assert client.end() == 0
    counts = run("stats", "--json").document["languages"]["python"]
    assert counts == {
        "shown": 2, "accepted": 1, "partly_accepted": 1, "typed": 0, "rejected": 0, "accepted_characters": 18
    }  # fmt: skip


def test_statistics_hold_no_text(start: Start, fake_engine: FakeScript, home: Path) -> None:
    client = begin(start, fake_engine, "return a + b\n")
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)
    assert client.end() == 0
    document = json.loads((home / "state" / "statistics.json").read_bytes())
    assert set(document) == {"schema", "since", "languages"}
    assert set(document["languages"]) == {"python"}
