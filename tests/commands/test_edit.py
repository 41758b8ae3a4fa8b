"""`codeassist edit`, from the command line to the files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from codeassist.engine.fake import Reply
from tests.commands.support import wait_until
from tests.conftest import FakeScript, Run
from tests.edit.processes import alive
from tests.repository import repository

WAIT_SECONDS = 60
CODE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
CRLF = "def first():\r\n    return 1\r\n\r\n\r\ndef last():\r\n    return 2\r\n"
ONE = ("--drafts", "1")  # which is asked for in the plainest way
OTHER = "from a import one\n\n\ndef three():\n    return one() + 2\n"


def code(text: str) -> str:
    """An answer of the model with a code block."""
    return f"```python\n{text}```"


def returning(name: str, value: object) -> str:
    return code(f"def {name}():\n    return {value}\n")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "repo", {"a.py": CODE, "lib/b.py": OTHER, "crlf.py": CRLF})
    monkeypatch.chdir(root)
    return root.resolve()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where copies for checks are made; nothing of them is there at the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    assert list(folder.glob("codeassist-check-*")) == []


def content(root: Path, path: str = "a.py") -> str:
    return (root / path).read_bytes().decode()


def test_a_definition(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(returning("two", 22))
    result = run("edit", "return 22", "a.py::two", *ONE)
    assert (result.code, result.stderr) == (0, "nothing was written; --apply writes it\n")
    assert "-    return 2\n+    return 22\n" in result.stdout
    assert content(root) == CODE
    subprocess.run(["git", "apply", "-"], cwd=root, input=result.raw, check=True)
    assert content(root) == CODE.replace("return 2", "return 22")


@pytest.mark.parametrize("place", ["a.py:6", "a.py:5-6", "a.py::two"])
def test_applied_and_undone(place: str, root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(code("return 22\n") if place == "a.py:6" else returning("two", 22))
    result = run("edit", "let two return 22", place, "--apply", *ONE)
    assert result.code == 0, result.stderr
    assert result.stderr.startswith("applied as ")
    assert content(root) == CODE.replace("return 2", "return 22")
    assert "let two return 22" in run("history").stdout
    assert run("undo", "--yes").code == 0
    assert content(root) == CODE


def test_from_another_folder(root: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "lib")
    fake_engine(returning("two", 22))
    result = run("edit", "return 22", "../a.py::two", "--apply")
    assert result.code == 0, result.stderr
    assert "b/a.py\n" in result.stdout
    assert content(root) == CODE.replace("return 2", "return 22")


def test_in_another_tree(root: Path, run: Run, fake_engine: FakeScript, tmp_path: Path) -> None:
    """It is a change of that tree: it is taken back there."""
    other = repository(tmp_path / "other", {"a.py": CODE})
    fake_engine(returning("two", 22))
    result = run("edit", "return 22", str(other / "a.py::two"), "--apply")
    assert result.code == 0, result.stderr
    assert result.stderr.endswith(f" takes it back, run in {other.resolve()}\n")
    assert content(other) == CODE.replace("return 2", "return 22")
    assert content(root) == CODE


def test_line_endings_stay(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(returning("last", 22))
    assert run("edit", "return 22", "crlf.py::last", "--apply").code == 0
    assert content(root, "crlf.py") == CRLF.replace("return 2", "return 22")


def test_a_new_file(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(code("VALUE = 1\n"))
    result = run("edit", "a module with a VALUE", "new/c.py", "--apply")
    assert result.code == 0, result.stderr
    assert content(root, "new/c.py") == "VALUE = 1\n"
    assert "new file mode 100644\n" in result.stdout


def test_the_whole_file(root: Path, run: Run, fake_engine: FakeScript) -> None:
    new = CODE.replace("1", "11").replace("2", "22")
    fake_engine(code(new))
    assert run("edit", "use larger numbers", "a.py", "--whole", "--apply").code == 0
    assert content(root) == new


def test_something_new(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(returning("new", 3))
    assert run("edit", "a function new", "a.py", "--insert", "--apply").code == 0
    assert content(root) == f"{CODE}\n\ndef new():\n    return 3\n"
    assert run("undo", "--yes").code == 0
    assert run("edit", "a function new", "a.py::one", "--insert", "--apply").code == 0
    assert content(root).index("def new") < content(root).index("def two")


def test_several_places_are_one_change(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(
        Reply(text=returning("one", 11), when="to be changed:\n```python\ndef one"),
        Reply(text=returning("three", 33), when="to be changed:\n```python\ndef three"),
    )
    result = run("edit", "use larger numbers", "a.py::one", "lib/b.py::three", "--apply", *ONE)
    assert result.code == 0, result.stderr
    assert "2 files, +2 −2" in result.stderr
    assert content(root) == CODE.replace("1", "11")
    assert content(root, "lib/b.py") == OTHER.replace("one() + 2", "33")
    assert run("undo", "--yes").code == 0
    assert (content(root), content(root, "lib/b.py")) == (CODE, OTHER)


@pytest.mark.parametrize(
    "arguments",
    [
        ["do", "a.py", "--apply", "--dry-run"],
        ["do", "a.py", "--insert", "--whole"],
        [" ", "a.py"],
        ["do", "gone.py::x"],
        ["do", "gone.py:3"],
        ["do", "a.py:99"],
        ["do", "a.py::nothing"],
        ["do", "a.py:1-2", "--insert"],
        ["do", "a.py:1-2", "--whole"],
        ["do", "a.py::one", "--whole"],
        ["do", "a.py::one", "a.py:2"],
        ["do", "a.py", "--whole", "a.py"],
        ["do", "a.py::one", "../outside.py"],
        ["do", ".git/config"],
        ["do", "lib"],
        ["do", ""],
        ["do", "a.py", "--drafts", "0"],
        ["do", "a.py", "--check-timeout", "0"],
    ],
    ids=" ".join,
)
def test_wrong_use(arguments: list[str], root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(fail="error"))
    result = run("edit", *arguments)
    assert (result.code, result.stdout) == (2, "")
    assert result.error
    assert run("edit", *arguments, "--json").document["error"]["exit_code"] == 2
    assert content(root) == CODE


def test_failures(root: Path, run: Run, fake_engine: FakeScript) -> None:
    assert run("edit", "do", "a.py::one").code == 3, "there is no model"
    fake_engine(Reply(fail="error"))
    assert run("edit", "do", "a.py::one", "--apply").code == 4
    fake_engine(returning("one", 1))
    result = run("edit", "do", "a.py::one", "--apply", "--json")
    assert (result.code, result.document["applied"], result.document["patch"]) == (4, False, "")
    assert result.document["error"]["exit_code"] == 4
    assert content(root) == CODE


def test_json(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(returning("two", 22))
    document = run("edit", "return 22", "a.py::two", "--json").document
    assert set(document) == {"schema", "patch", "applied", "files", "checks", "reasons", "model", "timings"}
    assert (document["schema"], document["applied"], document["model"]) == (1, False, "fake")
    assert document["files"] == [{"path": "a.py", "added": 1, "removed": 1, "created": False}]
    assert content(root) == CODE
    document = run("edit", "return 22", "a.py::two", "--json", "--apply", "--check", "true").document
    assert (document["applied"], bool(document["id"])) == (True, True)
    assert [(each["command"], each["passed"]) for each in document["checks"]] == [("true", True)]
    assert content(root) != CODE


def test_the_draft_that_passes_the_check(root: Path, run: Run, fake_engine: FakeScript, temporary: Path) -> None:
    """The first fails, the second passes, the third is not made."""
    fake_engine(*(Reply(text=returning("new", value), times=1) for value in (21, 22)), Reply(fail="error"))
    check = f"{sys.executable} -c 'import a; print(a.new()); assert a.new() == 22'"
    result = run("edit", "a function new", "a.py", "--insert", "--check", check, "--apply", "--json")
    assert result.code == 0, result.stderr
    assert [(each["passed"], each["exit_code"]) for each in result.document["checks"]] == [(False, 1), (True, 0)]
    assert result.document["checks"][0]["output"].startswith("21\n")
    assert result.document["reasons"] == ["the check fails with exit code 1"]
    assert content(root) == f"{CODE}\n\ndef new():\n    return 22\n"
    assert sorted(each.name for each in root.iterdir()) == [".git", "a.py", "crlf.py", "lib"]


def test_none_passes_the_check(root: Path, run: Run, fake_engine: FakeScript, temporary: Path) -> None:
    fake_engine(returning("two", 22))
    result = run("edit", "return 22", "a.py::two", "--check", "echo no luck; exit 3", "--apply", "--drafts", "2")
    assert (result.code, result.stdout) == (4, "")
    assert "+    return 22\n" in result.stderr
    assert "$ echo no luck; exit 3\nno luck\n" in result.stderr
    assert "not applied: the check fails with exit code 3\n" in result.stderr
    assert content(root) == CODE


def test_a_check_without_an_end(root: Path, run: Run, fake_engine: FakeScript, temporary: Path) -> None:
    fake_engine(returning("two", 22))
    result = run(
        "edit", "return 22", "a.py::two", "--check", "sleep 1000", "--check-timeout", "1", "--drafts", "1", "--apply"
    )
    assert result.code == 4
    assert "the check took over 1 s" in result.stderr
    assert content(root) == CODE


def test_the_place_is_found(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(returning("two", 22))
    result = run("edit", "let `two` return 22")
    assert result.code == 0, result.stderr
    assert result.stderr.splitlines()[:2] == ["codeassist would edit:", "  a.py::two (the instruction names two)"]
    assert "+    return 22\n" in result.stdout
    assert content(root) == CODE
    assert run("edit", "let `two` return 22", "--apply").code == 0
    assert content(root) == CODE.replace("return 2", "return 22")


def test_no_place_is_found(
    root: Path, run: Run, fake_engine: FakeScript, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_engine(Reply(fail="error"))
    assert run("edit", "qqqq zzzz").code == 2
    assert run("edit", "let `two` return 22", "--no-context").code == 2
    outside = tmp_path / "outside"
    outside.mkdir()
    monkeypatch.chdir(outside)
    assert run("edit", "let `two` return 22").code == 2


def test_outside_of_git(tmp_path: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(CODE)
    fake_engine(returning("two", 22))
    assert run("edit", "return 22", "a.py::two", "--apply", "--check", "grep 22 a.py").code == 0
    assert content(tmp_path) == CODE.replace("return 2", "return 22")
    assert run("undo", "--yes").code == 0
    assert content(tmp_path) == CODE


def test_an_index_of_another_folder_is_not_looked_at(
    tmp_path: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its paths would mean other files here."""
    inner = tmp_path / "plain/inner"
    inner.mkdir(parents=True)
    for folder in (inner, inner.parent):
        (folder / "a.py").write_text(CODE)
    monkeypatch.chdir(inner.parent)
    assert run("index").code == 0
    monkeypatch.chdir(inner)
    fake_engine(returning("two", 22))
    assert run("edit", "let `two` return 22", "--apply").code == 2
    assert run("edit", "let `two` return 22", "a.py::two", "--apply", *ONE).code == 0
    assert content(inner.parent) == CODE


def test_a_file_that_is_not_there_has_no_parts(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(fail="error"))
    for place in ("gone.py::x", "gone.py:3"):
        assert run("edit", "do", place).error[0].endswith("gone.py does not exist")


def terminal(*arguments: str) -> pexpect.spawn[str]:
    child: pexpect.spawn[str] = pexpect.spawn(
        sys.executable,
        ["-m", "codeassist", "edit", *arguments],
        env=os.environ | {"TERM": "xterm-256color"},
        dimensions=(40, 100),
        timeout=WAIT_SECONDS,
        encoding="utf-8",
    )
    child.delaybeforesend = None
    return child


def ended(child: pexpect.spawn[str]) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus)


def test_a_person_is_asked(root: Path, fake_engine: FakeScript) -> None:
    fake_engine(returning("two", 22))
    child = terminal("return 22", "a.py::two")
    child.expect_exact("apply this to a.py? [y,n,a,q,e,?] ")
    assert content(root) == CODE
    child.sendline("y")
    child.expect_exact("takes it back")
    assert ended(child) == 0
    assert content(root) == CODE.replace("return 2", "return 22")


def test_found_places_are_confirmed_before_the_model_runs(root: Path, fake_engine: FakeScript) -> None:
    fake_engine(Reply(fail="error"))
    for answer in ("n\n", "\x04"):
        child = terminal("let `two` return 22")
        child.expect_exact("a.py::two (the instruction names two)")
        child.expect_exact("go on? [Y/n] ")
        child.send(answer)
        child.expect_exact("nothing was changed")
        assert ended(child) == 0
    child = terminal("let `two` return 22")
    child.expect_exact("go on? [Y/n] ")
    child.send("\x03")
    assert ended(child) == 130
    fake_engine(returning("two", 22))
    child = terminal("let `two` return 22", *ONE)
    child.expect_exact("go on? [Y/n] ")
    child.send("\n")
    child.expect_exact("apply this to a.py?")
    child.send("y\n")
    assert ended(child) == 0
    assert content(root) == CODE.replace("return 2", "return 22")


def test_json_asks_nothing_on_a_terminal(root: Path, fake_engine: FakeScript) -> None:
    fake_engine(returning("two", 22))
    child = terminal("let `two` return 22", "--json", *ONE)
    child.expect_exact('"applied": false')
    assert ended(child) == 0


def test_ctrl_c_while_the_model_writes(root: Path, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text=returning("two", "2" * 1000), decode_ms=50))
    child = terminal("return 22", "a.py::two", "--apply")
    child.expect_exact("writing draft 1 of 4")
    child.send("\x03")
    child.expect_exact("interrupted")
    assert ended(child) == 130
    assert content(root) == CODE


def test_ctrl_c_while_it_is_checked(root: Path, fake_engine: FakeScript, temporary: Path, tmp_path: Path) -> None:
    fake_engine(returning("two", 22))
    child = terminal("return 22", "a.py::two", "--apply", "--check", f"echo $$ > {tmp_path}/pid; sleep 1000")
    child.expect_exact("checking: echo")
    wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().endswith("\n"))
    child.send("\x03")
    assert ended(child) == 130
    assert content(root) == CODE
    assert not alive(int((tmp_path / "pid").read_text()))


def test_a_hostile_answer_changes_nothing(root: Path, run: Run, fake_engine: FakeScript) -> None:
    for answer in (
        "",
        "no code",
        code("\x1b]0;x\x07"),
        code("x" * 1_000_000),
        code("def two():\n    return (\n"),
        "\0" * 9,
    ):
        fake_engine(answer)
        result = run("edit", "return 22", "a.py::two", "--apply", "--drafts", "2")
        assert (result.code, result.stdout) == (4, ""), answer[:40]
        assert len(result.stderr) < 100_000
        assert content(root) == CODE


@pytest.mark.parametrize("redirection", [">&-", "> /dev/full"])
def test_what_was_applied_is_told_though_nobody_can_read_the_document(
    redirection: str, root: Path, fake_engine: FakeScript
) -> None:
    fake_engine(returning("two", 22))
    command = f'{sys.executable} -m codeassist edit "return 22" a.py::two --apply --json --drafts 1 {redirection}'
    done = subprocess.run(
        ["sh", "-c", command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 2
    assert "applied as " in done.stderr
    assert content(root) == CODE.replace("return 2", "return 22")
