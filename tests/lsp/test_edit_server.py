"""Edits through the server, end to end: a process of its own, a real repository, the scripted engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codeassist.engine.fake import Reply
from tests.lsp.client import Client
from tests.lsp.editor import (
    AFTER,
    TEXT,
    WRITTEN,
    applications,
    applied,
    asked,
    at,
    begin,
    opened,
    progress,
    typed,
)

Start = Callable[..., Client]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_an_edit_is_applied_by_the_client(serve: Start, file: Path, newline: str, encoding: str) -> None:
    client = serve(WRITTEN, general={"positionEncodings": [encoding]})
    text = TEXT.replace("\n", newline)
    opened(client, file, text)
    answer = asked(client, "edit", file, at(9, 4), instruction="make it iterative")
    assert (answer["schema"], answer["applied"]) == (1, True), answer
    (edit,) = applications(client)
    assert edit == answer["edit"]
    assert applied(text, edit, file, 5, encoding) == AFTER.replace("\n", newline)
    assert client.end() == 0
    assert client.stderr == b""


def test_only_lines_that_differ_are_in_the_edit(serve: Start, file: Path) -> None:
    client = serve(WRITTEN)
    opened(client, file)
    edit = asked(client, "edit", file, at(9, 4), instruction="make it iterative")["edit"]
    (change,) = edit["documentChanges"]
    assert [each["range"]["start"]["line"] for each in change["edits"]] == [9]


def test_an_edit_may_only_be_answered_with(serve: Start, file: Path) -> None:
    client = serve(WRITTEN)
    opened(client, file)
    answer = asked(client, "edit", file, at(9, 4), instruction="make it iterative", apply=False)
    assert answer["applied"] is False
    assert applied(TEXT, answer["edit"], file, 5) == AFTER
    assert applications(client) == []
    assert client.shown() == []


def test_a_client_that_takes_no_versions(serve: Start, file: Path) -> None:
    client = serve(WRITTEN, workspace={"applyEdit": True})
    opened(client, file)
    answer = asked(client, "edit", file, at(9, 4), instruction="make it iterative")
    assert applied(TEXT, answer["edit"], file, None) == AFTER
    assert list(answer["edit"]) == ["changes"]


@pytest.mark.parametrize("refusal", [{"applied": False, "failureReason": "read\x1b only"}, {"applied": False}, None, 3])
def test_a_client_that_does_not_apply_it(serve: Start, file: Path, refusal: Any) -> None:
    client = serve(WRITTEN)
    client.applies = refusal
    opened(client, file)
    answer = asked(client, "edit", file, at(9, 4), instruction="make it iterative")
    assert answer["applied"] is False
    assert "did not apply" in answer["message"]
    assert answer["message"].isprintable()
    client.wait(lambda: any("did not apply" in each for each in client.shown()), "a message")


def test_an_instruction_in_a_comment_is_taken_and_taken_away(serve: Start, file: Path) -> None:
    client = serve(Reply(text=WRITTEN, when="make it iterative"))
    text = TEXT.replace("def fact", "# codeassist: make it iterative\ndef fact")
    opened(client, file, text)
    params = {"textDocument": {"uri": file.as_uri()}, "range": at(8, 4), "context": {"diagnostics": []}}
    actions = client.request("textDocument/codeAction", params)
    (action,) = [each for each in actions if "iterative" in each["title"]]
    command = {key: action["command"][key] for key in ("command", "arguments")}
    answer = client.request("workspace/executeCommand", command)
    assert answer["applied"] is True, answer
    assert applied(text, answer["edit"], file, 5) == AFTER
    assert "codeassist:" not in AFTER


def test_a_selection_of_statements(serve: Start, file: Path) -> None:
    client = serve(Reply(text="```python\n    return 4\n```", when="be four"))
    opened(client, file)
    answer = asked(client, "edit", file, at(15, 0, 16, 0), instruction="be four")
    assert applied(TEXT, answer["edit"], file, 5) == TEXT.replace("return 3", "return 4"), answer


def test_what_was_typed_elsewhere_meanwhile_stays(serve: Start, file: Path) -> None:
    client = serve(Reply(text=WRITTEN, decode_ms=5))
    opened(client, file)
    number = begin(client, "edit", file, at(9, 4), instruction="make it iterative", apply=False)
    client.wait(lambda: progress(client, "report"), "a draft")
    typed(client, file, 6, 0, 0, "# 😀\n# more\n")
    typed(client, file, 7, 18, 0, "# end")
    answer = client.result(number)
    now = "# 😀\n# more\n" + TEXT + "# end"
    assert applied(now, answer["edit"], file, 7) == "# 😀\n# more\n" + AFTER + "# end"


@pytest.mark.parametrize(("line", "text"), [(8, "x"), (9, "    pass\n"), (11, "    "), (7, "@cache\n")])
def test_a_target_that_was_changed_meanwhile_is_left_alone(serve: Start, file: Path, line: int, text: str) -> None:
    client = serve(Reply(text=WRITTEN, decode_ms=5))
    opened(client, file)
    number = begin(client, "edit", file, at(9, 4), instruction="make it iterative")
    client.wait(lambda: progress(client, "report"), "a draft")
    typed(client, file, 6, line, 4 if line != 7 else 0, text)
    answer = client.result(number)
    if line == 7:
        assert answer["applied"] is True, "what comes above it is not of it"
        return
    assert (answer["applied"], answer["edit"]) == (False, None)
    assert "changed while" in answer["message"]
    assert applications(client) == []


def test_a_document_that_was_closed_meanwhile(serve: Start, file: Path) -> None:
    client = serve(Reply(text=WRITTEN, decode_ms=5))
    opened(client, file)
    number = begin(client, "edit", file, at(9, 4), instruction="make it iterative")
    client.wait(lambda: progress(client, "report"), "a draft")
    client.notify("textDocument/didClose", {"textDocument": {"uri": file.as_uri()}})
    assert client.result(number)["edit"] is None


def test_a_version_that_is_gone_is_refused_at_once(serve: Start, file: Path) -> None:
    client = serve(WRITTEN)
    opened(client, file)
    typed(client, file, 6, 0, 0, "\n")
    answer = asked(client, "edit", file, at(9, 4), instruction="make it iterative", version=5)
    assert answer["edit"] is None
    assert "has changed" in answer["message"]
    assert asked(client, "edit", file, at(10, 4), instruction="make it iterative", version=6)["applied"] is True


def test_one_edit_at_a_time(serve: Start, file: Path) -> None:
    client = serve(Reply(text=WRITTEN, decode_ms=5))
    opened(client, file)
    number = begin(client, "edit", file, at(9, 4), instruction="make it iterative")
    client.wait(lambda: progress(client, "report"), "a draft")
    second = asked(client, "doc", file, at(15, 4))
    assert (second["applied"], second["message"]) == (False, "another edit of this file is being written")
    assert client.result(number)["applied"] is True
    assert asked(client, "edit", file, at(9, 4), instruction="make it iterative")["applied"] is True


def test_drafts_that_do_not_hold_change_nothing(serve: Start, file: Path) -> None:
    client = serve("```python\ndef fact(n:\n    return (\n```", "\x1b[2J" * 500)
    opened(client, file)
    answer = asked(client, "edit", file, at(9, 4), instruction="make it iterative")
    assert (answer["applied"], answer["edit"]) == (False, None)
    assert answer["reasons"]
    assert all(each.isprintable() for each in answer["reasons"])
    assert "holds" in answer["message"]
    client.wait(lambda: any("holds" in each for each in client.shown()), "a message")
    assert applications(client) == []


def test_the_second_draft_is_taken_where_the_first_does_not_hold(serve: Start, file: Path) -> None:
    client = serve(Reply(text="```python\ndef fact(n):\n    return (\n```", when="iterative", times=1), WRITTEN)
    opened(client, file)
    answer = asked(client, "edit", file, at(9, 4), instruction="make it iterative")
    assert answer["applied"] is True
    assert answer["reasons"]
    assert "draft 2 of 4" in [each["value"].get("message") for each in progress(client, "report")]
    ends = [each["token"] for each in progress(client, "end")]
    assert ends == [each["token"] for each in progress(client, "begin")]


@pytest.mark.parametrize("way", ["request", "progress"])
def test_a_cancelled_edit_ends_and_frees_the_engine(serve: Start, file: Path, way: str) -> None:
    client = serve(Reply(when="make it iterative", fail="hang"), WRITTEN)
    opened(client, file)
    number = begin(client, "edit", file, at(9, 4), instruction="make it iterative")
    client.wait(lambda: progress(client, "report"), "a draft")
    if way == "request":
        client.cancel(number)
        assert client.answer(number)["error"]["code"] == -32800
    else:
        client.notify("window/workDoneProgress/cancel", {"token": progress(client, "begin")[0]["token"]})
        assert client.result(number)["message"] == "cancelled"
    assert asked(client, "edit", file, at(9, 4), instruction="otherwise")["applied"] is True
    assert client.shown() == []
    assert client.end() == 0


def test_suggestions_come_while_an_edit_is_written(serve: Start, file: Path) -> None:
    client = serve(Reply(when="make it iterative", fail="hang"), "return 3")
    opened(client, file)
    number = begin(client, "edit", file, at(9, 4), instruction="make it iterative")
    client.wait(lambda: progress(client, "report"), "a draft")
    other = file.with_name("new.py")
    client.open(other.as_uri(), "def g():\n    ")
    assert client.suggestion(other.as_uri(), 1, 4) == "return 3"
    client.cancel(number)
    assert client.answer(number)["error"]["code"] == -32800


@pytest.mark.parametrize("fail", ["error", "die"])
def test_an_engine_that_fails(serve: Start, file: Path, fail: str) -> None:
    client = serve(Reply(when="make it iterative", fail=fail), WRITTEN)
    opened(client, file)
    answer = asked(client, "edit", file, at(9, 4), instruction="make it iterative")
    assert (answer["applied"], answer["edit"]) == (False, None)
    assert answer["message"]
    assert asked(client, "edit", file, at(9, 4), instruction="otherwise")["applied"] is True


@pytest.mark.parametrize(
    ("verb", "where", "more", "message"),
    [
        ("edit", at(9, 4), {}, "needs an instruction"),
        ("edit", at(9, 4), {"instruction": " \n"}, "needs an instruction"),
        ("doc", at(0, 0), {}, "no definition"),
        ("test", at(2, 0), {}, "no definition"),
        ("fix", at(9, 4), {}, "needs a diagnostic"),
    ],
)
def test_what_is_missing_is_told(
    serve: Start, file: Path, verb: str, where: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    client = serve(WRITTEN)
    opened(client, file)
    answer = asked(client, verb, file, where, **more)
    assert (answer["applied"], answer["edit"]) == (False, None)
    assert message in answer["message"]
    assert answer["needs"] == ("instruction" if verb == "edit" else None)
    assert len(client.shown()) == 1
    asked(client, verb, file, where, **more, show=False)
    assert len(client.shown()) == 1


def test_what_is_not_open(serve: Start, file: Path) -> None:
    answer = asked(serve(WRITTEN), "edit", file, at(9, 4), instruction="make it iterative")
    assert "not open" in answer["message"]
