"""Fixes, documentation, tests, explanations and hovers through the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    published,
    typed,
)

Start = Callable[..., Client]


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
