"""Edits through the server, end to end: a process of its own, a real repository, the scripted engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript
from tests.lsp.client import Client
from tests.lsp.editor import ABLE, applications, applied, asked, at, begin, progress
from tests.repository import repository

Start = Callable[..., Client]
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
HANGS = Reply(text=WRITTEN, fail="hang")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    root = repository(tmp_path / "project", {"math_of.py": TEXT, "other.py": "import math_of\n\nmath_of.fact(3)\n"})
    return root / "math_of.py"


@pytest.fixture
def serve(start: Start, fake_engine: FakeScript) -> Start:
    """Starts a server, initialised."""

    def serving(*replies: str | Reply, options: Any = None, **able: Any) -> Client:
        fake_engine(*replies)
        client = start()
        client.initialize({"review": False} | (options or {}), **(ABLE | able))
        return client

    return serving


def opened(client: Client, file: Path, text: str = TEXT, version: int = 5) -> None:
    client.open(file.as_uri(), text, version=version)


def published(client: Client, file: Path) -> list[dict[str, Any]]:
    """The diagnostics of a file."""
    told = [each["params"] for each in client.notifications if each["method"] == "textDocument/publishDiagnostics"]
    return [each for found in told if found["uri"] == file.as_uri() for each in found["diagnostics"]]


def typed(client: Client, file: Path, version: int, line: int, character: int, text: str) -> None:
    client.change(file.as_uri(), version, {"range": at(line, character), "text": text})


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


def test_a_diagnostic_of_any_server_is_fixed(serve: Start, file: Path) -> None:
    message = "`n` may be a text"
    client = serve(Reply(text=WRITTEN, when=message))
    opened(client, file)
    told = {"range": at(11, 4, 11, 26), "message": message, "source": "ty", "severity": 1}
    params = {"textDocument": {"uri": file.as_uri()}, "range": at(11, 6)}
    actions = client.request(
        "textDocument/codeAction", params | {"context": {"diagnostics": [told], "only": ["quickfix"]}}
    )
    (action,) = actions
    assert action["diagnostics"] == [told]
    command = {key: action["command"][key] for key in ("command", "arguments")}
    answer = client.request("workspace/executeCommand", command)
    assert answer["applied"] is True, answer
    assert applied(TEXT, answer["edit"], file, 5) == AFTER


def test_a_finding_of_ours_is_fixed_only_by_what_mends_it(serve: Start, file: Path) -> None:
    wrong = TEXT.replace("return 3", "return thre")
    reply = "```python\ndef last():\n    return {}\n```"
    client = serve(
        Reply(text=reply.format("thre + 0"), when="Undefined", times=1),
        Reply(text=reply.format("3")),
        options={"review": "checks"},
    )
    file.write_text(wrong, encoding="utf-8")
    opened(client, file, wrong)
    client.wait(lambda: published(client, file), "diagnostics")
    (found,) = published(client, file)
    params = {"textDocument": {"uri": file.as_uri()}, "range": at(15, 4)}
    context = {"diagnostics": [found], "only": ["quickfix"]}
    actions = client.request("textDocument/codeAction", params | {"context": context})
    (action,) = [each for each in actions if each["title"].startswith("Fix with codeassist")]
    command = {key: action["command"][key] for key in ("command", "arguments")}
    answer = client.request("workspace/executeCommand", command)
    assert answer["applied"] is True, answer
    assert "check finds" in answer["reasons"][0]
    assert applied(wrong, answer["edit"], file, 5) == TEXT


def test_a_hover_says_why_a_finding_is_one_and_asks_no_model(serve: Start, file: Path) -> None:
    wrong = TEXT.replace("return 3", "return thre")
    client = serve(WRITTEN, options={"review": "checks", "enabled": False})
    file.write_text(wrong, encoding="utf-8")
    opened(client, file, wrong)
    client.wait(lambda: published(client, file), "diagnostics")

    def hover(line: int) -> Any:
        params = {"textDocument": {"uri": file.as_uri()}, "position": {"line": line, "character": 6}}
        return client.request("textDocument/hover", params)

    assert hover(14) is None
    shown = hover(15)["contents"]
    assert shown["kind"] == "markdown"
    assert shown["value"].startswith("**ruff/F821**: ")
    assert "NameError" in shown["value"]
    typed(client, file, 6, 15, 4, "x")
    assert hover(15) is None, "the line is another"
    assert client.engines() == []


def test_a_definition_is_documented(serve: Start, file: Path) -> None:
    client = serve(Reply(text="Give the last number of all."))
    opened(client, file)
    answer = asked(client, "doc", file, at(15, 4))
    assert answer["applied"] is True, answer
    documented = TEXT.replace("def last():\n", 'def last():\n    """Give the last number of all."""\n')
    assert applied(TEXT, answer["edit"], file, 5) == documented


TESTS = """```python
def test_fact_of_three():
    assert fact(3) == 6
```
"""


def test_tests_go_into_a_new_file(serve: Start, file: Path) -> None:
    (file.parent / "tests").mkdir()
    (file.parent / "tests" / "test_other.py").write_text("def test_other():\n    assert True\n", encoding="utf-8")
    client = serve(Reply(text=TESTS))
    opened(client, file)
    answer = asked(client, "test", file, at(9, 4))
    assert answer["applied"] is True, answer
    assert "not run" in answer["message"]
    made, filled = answer["edit"]["documentChanges"]
    assert (made["kind"], made["options"]) == ("create", {"overwrite": False, "ignoreIfExists": False})
    assert made["uri"] == filled["textDocument"]["uri"] == (file.parent / "tests" / "test_math_of.py").as_uri()
    (text,) = [each["newText"] for each in filled["edits"]]
    assert "import fact" in text
    assert "    assert fact(3) == 6" in text


def test_tests_are_added_to_a_file_that_is_there(serve: Start, file: Path) -> None:
    tests = file.with_name("test_math_of.py")
    old = "from math_of import last\n\n\ndef test_last():\n    assert last() == 3\n"
    tests.write_text(old, encoding="utf-8")
    client = serve(Reply(text=TESTS))
    opened(client, file)
    answer = asked(client, "test", file, at(9, 4), apply=False)
    after = applied(old, answer["edit"], tests, None)
    assert after.startswith("from math_of import")
    assert "def test_last():\n    assert last() == 3\n" in after
    assert "    assert fact(3) == 6" in after
    client.open(tests.as_uri(), old + "# not saved\n")
    answer = asked(client, "test", file, at(9, 4))
    assert (answer["edit"], applications(client)) == (None, [])
    assert "not saved" in answer["message"]


def test_a_client_that_makes_no_files_is_told(serve: Start, file: Path) -> None:
    able = {"applyEdit": True, "workspaceEdit": {"documentChanges": True}}
    client = serve(Reply(text=TESTS), workspace=able)
    opened(client, file)
    answer = asked(client, "test", file, at(9, 4))
    assert answer["edit"] is None
    assert "makes no files" in answer["message"]


def test_actions_are_resolved(serve: Start, file: Path) -> None:
    action = {"dataSupport": True, "resolveSupport": {"properties": ["edit", "command"]}}
    client = serve(WRITTEN, options={"prompts": True}, textDocument={"publishDiagnostics": {}, "codeAction": action})
    opened(client, file)
    params = {"textDocument": {"uri": file.as_uri()}, "range": at(8, 4), "context": {"diagnostics": []}}
    actions = client.request("textDocument/codeAction", params)
    assert [each["title"] for each in actions][:2] == ["Edit with codeassist…", "Document fact"]
    for each in actions:
        assert "command" not in each
        resolved = client.request("codeAction/resolve", each)
        assert resolved["title"] == each["title"]
        assert resolved["command"]["arguments"][0]["version"] == 5
    odd = {"title": "x", "data": {"command": ["codeassist.edit"]}}
    assert client.request("codeAction/resolve", odd) == odd


def test_an_explanation(serve: Start, file: Path) -> None:
    client = serve(Reply(text="It multiplies ![x](http://a) with `fact`.", when="fact"))
    opened(client, file)
    answer = asked(client, "explain", file, at(9, 4), show=False)
    assert answer["schema"] == 1
    assert answer["markdown"].startswith("It multiplies \\!\\[x\\](http://a) with `fact`.")
    assert {"path": "math_of.py", "start": 8, "end": 12} in answer["citations"]
    assert client.shown() == []
    asked(client, "explain", file, at(0, 0))
    client.wait(lambda: any("It multiplies" in each for each in client.shown()), "a message")
    assert applications(client) == []


def test_an_explanation_is_cancelled(serve: Start, file: Path) -> None:
    client = serve(Reply(fail="hang", when="fact(n - 1)\n", times=1), "It is three.")
    opened(client, file)
    number = begin(client, "explain", file, at(9, 4))
    client.wait(lambda: progress(client, "report"), "the work")
    client.notify("window/workDoneProgress/cancel", {"token": progress(client, "begin")[0]["token"]})
    assert client.result(number)["message"] == "cancelled"
    assert asked(client, "explain", file, at(15, 4))["markdown"] == "It is three."


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
