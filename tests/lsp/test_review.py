"""Review in an editor, end to end: the server in a process of its own, a real repository, the scripted engine."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript
from tests.lsp.client import Client
from tests.repository import git, repository

Start = Callable[..., Client]
OLD = "def area(width, height):\n    return width * height\n"
NEW = "def area(width, height):\n    text = '😀é'; result = width * heigth\n    return result, text\n"
FIXED = "text = '😀é'; result = width * height\n```"
PEOPLE = """def oldest(people, limit):
    found = people[0]
    for person in people:
        if person.age > found.age:
            found = person
    return found if found.age < limit else None
"""
ABLE = {"workspace": {"workspaceEdit": {"documentChanges": True}}, "textDocument": {"publishDiagnostics": {}}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "project", {"area.py": OLD, ".gitignore": "ignored.py\n"})


@pytest.fixture
def serve(start: Start, fake_engine: FakeScript) -> Start:
    """Starts a server whose model does not join reviews, initialised."""

    def begin(
        *replies: str | Reply, review: Any = "checks", surprises: dict[str, str] | None = None, **able: Any
    ) -> Client:
        script = fake_engine(*(replies or ("x",)))
        written = json.loads(script.read_bytes()) | {"surprises": surprises or {}}
        script.write_text(json.dumps(written), encoding="utf-8")
        client = start()
        client.initialize({"review": review}, **(ABLE | able))
        return client

    return begin


def published(client: Client, uri: str) -> list[dict[str, Any]]:
    """What was published of a document, in order."""
    told = [each["params"] for each in client.notifications if each["method"] == "textDocument/publishDiagnostics"]
    return [each for each in told if each["uri"] == uri]


def after(client: Client, uri: str, action: Callable[[], object]) -> list[dict[str, Any]]:
    """The diagnostics that are published after something."""
    before = len(published(client, uri))
    action()
    client.wait(lambda: len(published(client, uri)) > before, "diagnostics")
    return list(published(client, uri)[-1]["diagnostics"])


def opened(client: Client, file: Path, text: str | None = None, version: int = 1) -> list[dict[str, Any]]:
    """Write a file and open it; its diagnostics."""
    if text is not None:
        file.write_bytes(text.encode())
    return after(client, file.as_uri(), lambda: client.open(file.as_uri(), file.read_bytes().decode(), version=version))


def save(client: Client, file: Path) -> None:
    client.notify("textDocument/didSave", {"textDocument": {"uri": file.as_uri()}})


def actions(client: Client, file: Path, diagnostic: dict[str, Any]) -> list[dict[str, Any]]:
    context = {"diagnostics": [diagnostic], "only": ["quickfix"], "triggerKind": 1}
    params = {"textDocument": {"uri": file.as_uri()}, "range": diagnostic["range"], "context": context}
    found: list[dict[str, Any]] = client.request("textDocument/codeAction", params)
    return found


def apply(client: Client, file: Path, action: dict[str, Any], version: int) -> None:
    """Do as an editor does that is asked to apply an action."""
    (change,) = action["edit"]["documentChanges"]
    assert change["textDocument"]["uri"] == file.as_uri()
    assert change["textDocument"]["version"] == version - 1
    edits = [{"range": each["range"], "text": each["newText"]} for each in change["edits"]]
    client.change(file.as_uri(), version, *edits)


def explain(client: Client, action: dict[str, Any], *more: Any) -> int:
    command = copy.deepcopy(action["command"])
    command["arguments"] += more
    return client.begin("workspace/executeCommand", {key: command[key] for key in ("command", "arguments")})


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("encoding", "end"), [("utf-8", 44), ("utf-16", 41), ("utf-32", 40)])
def test_found_explained_fixed_and_cleared(serve: Start, root: Path, encoding: str, end: int, newline: str) -> None:
    file = root / "area.py"
    file.write_bytes(OLD.replace("\n", newline).encode())
    git(root, "commit", "-qam", "Newlines", "--allow-empty")
    client = serve(
        Reply(when="again, corrected", text=FIXED),
        Reply(when="tell the author", text="write `height`."),
        general={"positionEncodings": [encoding]},
    )
    assert opened(client, file) == []
    client.change(file.as_uri(), 2, {"text": NEW.replace("\n", newline)})
    (found,) = after(client, file.as_uri(), lambda: save(client, file))
    assert published(client, file.as_uri())[-1]["version"] == 2
    assert found["source"] == "codeassist"
    assert found["code"] == "ruff/F821"
    assert found["severity"] == 1
    assert found["range"] == {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": end}}
    _suppress, ask = actions(client, file, found)
    told = client.result(explain(client, ask))
    assert told["schema"] == 1
    assert "In this line, write `height`." in told["explanation"]
    assert "+    text = '😀é'; result = width * height" in told["explanation"]
    assert client.shown()[-1].startswith("codeassist: Undefined name")
    fix, _suppress, ask = actions(client, file, found)
    assert fix["edit"] == told["edit"]
    assert fix["isPreferred"] is False
    apply(client, file, fix, 3)
    assert after(client, file.as_uri(), lambda: save(client, file)) == []
    assert client.end() == 0


def test_suppressed(serve: Start, root: Path) -> None:
    client = serve()
    file = root / "area.py"
    (found,) = opened(client, file, NEW)
    suppress = next(each for each in actions(client, file, found) if each["title"].startswith("Suppress"))
    apply(client, file, suppress, 2)
    (found,) = after(client, file.as_uri(), lambda: save(client, file))
    assert found["code"] == "suppression/no-reason", "the person is to say why"


def test_a_fix_of_a_check_is_preferred(serve: Start, root: Path) -> None:
    client = serve()
    file = root / "area.py"
    found = opened(client, file, OLD.replace("    return", "    breakpoint()\n    return"))
    (fix,) = [each for each in actions(client, file, found[0]) if each.get("isPreferred")]
    apply(client, file, fix, 2)
    assert after(client, file.as_uri(), lambda: save(client, file)) == []


def test_closed_files_and_the_setting_have_findings_cleared(serve: Start, root: Path) -> None:
    client = serve()
    file = root / "area.py"
    assert opened(client, file, NEW)
    uri = file.as_uri()
    assert after(client, uri, lambda: client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})) == []
    assert opened(client, file)

    def settings(review: Any) -> None:
        client.notify("workspace/didChangeConfiguration", {"settings": {"codeassist": {"review": review}}})

    assert after(client, uri, lambda: settings(False)) == []
    assert after(client, uri, lambda: settings(True))


def test_only_what_is_new_since_the_last_commit(serve: Start, root: Path) -> None:
    client = serve()
    file = root / "area.py"
    file.write_text(NEW, encoding="utf-8")
    git(root, "add", ".")  # what is staged is not committed
    assert len(opened(client, file)) == 1
    client.notify("textDocument/didClose", {"textDocument": {"uri": file.as_uri()}})
    git(root, "commit", "-qm", "Known")
    assert opened(client, file) == []


def test_files_that_git_ignores_or_does_not_know(serve: Start, root: Path) -> None:
    client = serve()
    assert opened(client, root / "ignored.py", NEW) == []
    (found,) = opened(client, root / "new file é.py", NEW)
    assert found["code"] == "ruff/F821"


def test_outside_of_a_repository_only_what_is_wrong_everywhere(serve: Start, tmp_path: Path) -> None:
    client = serve()
    assert opened(client, tmp_path / "alone.py", NEW) == []
    (found, *_) = opened(client, tmp_path / "broken.py", "def f(:\n    pass\n")
    assert found["code"] == "syntax-introduced"


def test_the_repository_s_own_settings(serve: Start, root: Path) -> None:
    client = serve()
    settings = root / ".codeassist.toml"
    settings.write_text("[review]\ndisable = ['ruff/F821']\n", encoding="utf-8")
    file = root / "area.py"
    assert opened(client, file, NEW) == []
    settings.write_text("[review]\ndisable = 3\n", encoding="utf-8")
    save(client, file)
    client.wait(lambda: any(".codeassist.toml" in each for each in client.shown()), "a complaint")
    settings.unlink()
    assert len(after(client, file.as_uri(), lambda: save(client, file))) == 1


@pytest.mark.parametrize("fail", ["error", "die"])
def test_an_engine_that_fails_leaves_the_rule_s_own_words(serve: Start, root: Path, fail: str) -> None:
    client = serve(Reply(fail=fail))
    file = root / "area.py"
    (found,) = opened(client, file, NEW)
    told = client.result(explain(client, actions(client, file, found)[-1], True))
    assert "NameError" in told["explanation"]
    assert told["edit"] is None
    assert not any("Undefined name" in each for each in client.shown()), "the client shows it by itself"
    assert after(client, file.as_uri(), lambda: save(client, file)) == [found]
    assert client.end() == 0


def test_an_explanation_is_cancelled_by_its_request(serve: Start, root: Path) -> None:
    client = serve(Reply(when="heigth", fail="hang"), "```")
    file, other = root / "area.py", root / "other.py"
    (found,) = opened(client, file, NEW)
    (another,) = opened(client, other, "def f():\n    return wdith\n")
    number = explain(client, actions(client, file, found)[-1])
    waiting = explain(client, actions(client, other, another)[-1])
    client.wait(client.engines, "an engine")
    client.cancel(number)
    assert client.answer(number)["error"]["code"] == -32800
    assert "NameError" in client.result(waiting)["explanation"], "the engine is free again"


def test_an_explanation_is_cancelled_by_its_progress(serve: Start, root: Path) -> None:
    client = serve(Reply(when="again, corrected", fail="hang"), window={"workDoneProgress": True})
    file = root / "area.py"
    (found,) = opened(client, file, NEW)

    def begun() -> list[Any]:
        told = [each["params"] for each in client.notifications if each["method"] == "$/progress"]
        return [each["token"] for each in told if each["value"].get("cancellable")]

    number = explain(client, actions(client, file, found)[-1])
    client.wait(begun, "progress")
    client.notify("window/workDoneProgress/cancel", {"token": begun()[0]})
    assert "NameError" in client.result(number)["explanation"]
    assert not any("Undefined name" in each for each in client.shown()), "nobody wants it any more"
    client.wait(
        lambda: (
            {"token": begun()[0], "value": {"kind": "end"}}
            in [each["params"] for each in client.notifications if each["method"] == "$/progress"]
        ),
        "its end",
    )


def test_the_model_joins_while_nobody_types(serve: Start, root: Path) -> None:
    file = root / "people.py"
    file.write_text(PEOPLE, encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "-qm", "People")
    client = serve(review=True, surprises={"< found.age": "> found.age"})
    assert opened(client, file, PEOPLE.replace("> found", "< found")) == []
    client.wait(lambda: len(published(client, file.as_uri())) > 1, "what the model finds")
    (found,) = published(client, file.as_uri())[-1]["diagnostics"]
    assert (found["code"], found["severity"]) == ("unlikely-code", 2)
    fix = actions(client, file, found)[0]
    apply(client, file, fix, 2)
    assert after(client, file.as_uri(), lambda: save(client, file)) == []


def test_hostile_texts(serve: Start, root: Path) -> None:
    client = serve()
    file = root / "area.py"
    hostile = [
        "\x00\x01\x1b]52;c;AAAA\x07\n" * 3,
        "def f(:\n" + "(" * 20_000,
        "x = '" + "😀" * 50_000 + "'\nundefined_thing\n",
        "undefined_\u202e_thing\u2028\x0c\x85\n" * 50,
        "\ud800 = undefined\n",
        "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n",
        "",
    ]
    version = 1
    assert opened(client, file, NEW)
    for text in hostile:
        version += 1
        client.change(file.as_uri(), version, {"text": text})
        for each in after(client, file.as_uri(), lambda: save(client, file)):
            assert all(char.isprintable() for char in each["message"]), each
            assert len(json.dumps(each)) < 10_000
            actions(client, file, each)
    strange: list[list[Any]] = [["x"], [file.as_uri(), "x"], [], [None, 7, {}], [file.as_uri(), ["x"], True]]
    for odd in strange:
        request = {"command": "codeassist.explainFinding", "arguments": odd}
        assert client.request("workspace/executeCommand", request) is None
    client.change(file.as_uri(), version + 1, {"text": NEW})
    assert len(after(client, file.as_uri(), lambda: save(client, file))) == 1
    assert client.end() == 0
    assert b"unexpected" not in client.stderr, client.stderr.decode()


def test_links_and_names_that_lead_out(serve: Start, root: Path, tmp_path: Path) -> None:
    client = serve()
    (tmp_path / "outside.py").write_text(NEW, encoding="utf-8")
    link = root / "link.py"
    link.symlink_to(tmp_path / "outside.py")
    assert opened(client, link) == [], "the file that it leads to is in no repository"
    assert opened(client, root / "area.py", NEW)
    assert client.end() == 0
