"""The user's own check."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.edit import running
from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.checking import Bench, check
from codeassist.edit.draft import Draft, choose
from codeassist.errors import MissingError
from tests.commands.support import wait_until
from tests.edit.processes import alive
from tests.repository import git, repository

LONG = 60.0


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where copies are made; nothing of them is there at the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "tree", {"a.txt": "old\n"}).resolve()


def never() -> bool:
    return False


def change(root: Path, text: str = "new\n") -> ChangeSet:
    return ChangeSet(root, "do", (FileEdit("a.txt", b"old\n", text.encode()),))


def test_it_passes_or_fails(root: Path) -> None:
    done = check(change(root), "cat a.txt; echo oops >&2", never)
    assert (done.command, done.passed, done.exit_code) == ("cat a.txt; echo oops >&2", True, 0)
    assert done.output == "new\noops\n"
    done = check(change(root), "exit 3", never)
    assert (done.passed, done.exit_code, done.output) == (False, 3, "")
    assert check(change(root), "kill -9 $$", never).exit_code == 137
    assert check(change(root), "no-such-program", never).exit_code == 127
    assert (root / "a.txt").read_text() == "old\n"


def test_where_and_how_it_runs(root: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(temporary, "init", "-q")  # around the copy
    monkeypatch.setenv("GIT_DIR", str(root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(root / ".git/index"))
    monkeypatch.setenv("OLDPWD", str(root))
    monkeypatch.setenv("MINE", "kept")
    done = check(
        change(root),
        "pwd; echo $PWD $OLDPWD $MINE; cat; ps -o sid= -p $$; echo $$; git status; mkdir d; cd d; git status",
        never,
    )
    shutil.rmtree(temporary / ".git")
    lines = done.output.split("\n")
    assert lines[0].startswith(f"{temporary}/codeassist-check-")
    assert lines[0].endswith("/tree")
    assert lines[1] == f"{lines[0]} kept"
    assert lines[2].strip() == lines[3], "a session of its own"
    assert done.output.count("not a git repository") == 2


def test_it_may_write_into_the_copy_only(root: Path) -> None:
    command = "echo x > a.txt && echo x > b.txt && rm -rf .git && ls -A"
    assert check(change(root), command, never).output == "a.txt\nb.txt\n"
    assert sorted(each.name for each in root.iterdir()) == [".git", "a.txt"]
    assert (root / "a.txt").read_text() == "old\n"


def test_only_the_end_of_much_output_is_kept(root: Path) -> None:
    done = check(change(root), "yes 'a long line of output' | head -c 10000000; echo; echo end", never, LONG)
    assert done.passed
    assert len(done.output) <= 8192
    assert done.output.startswith("a long line of output\n")
    assert done.output.endswith("\nend\n")


def test_memory_is_bounded() -> None:
    reading, writing = os.pipe()
    end = running._End(reading)
    for _ in range(50):
        os.write(writing, b"x" * 60_000)
        end.read(1.0)
    assert len(end._kept) <= 20_000
    os.close(writing)
    end.drain(1.0)
    os.close(reading)
    assert end.text() == b"x" * 8192


def test_output_that_is_no_text(root: Path) -> None:
    assert check(change(root), r"printf '\377\033[31m'", never).output == "\ufffd\x1b[31m"


def test_it_is_stopped_when_its_time_is_over(root: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    done = check(change(root), f"echo $$ > {tmp_path}/pid; echo begun; trap '' TERM INT; sleep 1000", never, 0.3)
    assert (done.passed, done.exit_code, done.output) == (False, None, "begun\n")
    assert 0.3 <= done.seconds <= time.monotonic() - began
    assert not alive(int((tmp_path / "pid").read_text()))


def test_it_is_stopped_when_nobody_wants_it(root: Path) -> None:
    wanted = iter([False] * 9)
    done = check(change(root), "sleep 1000", lambda: next(wanted, True), LONG)
    assert (done.passed, done.exit_code) == (False, None)
    assert done.seconds < LONG, "it was not its time that stopped it"


def test_it_cannot_read_what_a_person_types(root: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"typed\n")
    os.close(writing)
    before = os.dup(0)
    os.dup2(reading, 0)
    try:
        assert check(change(root), "cat", never).output == ""
        assert os.read(0, 100) == b"typed\n"
    finally:
        os.dup2(before, 0)
        os.close(before)
        os.close(reading)


@pytest.mark.parametrize(
    "start",
    [
        "sleep 1000 & echo $!",  # holds the pipe
        "sleep 1000 >/dev/null 2>&1 & echo $!",
        pytest.param(
            "setsid sleep 1000 >/dev/null 2>&1 & echo $!",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="found through /proc"),
        ),
        pytest.param(
            "mkdir d; cd d; setsid sh -c 'cd /; cd /; exec sleep 1000' & echo $!",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="found through /proc"),
        ),
    ],
)
@pytest.mark.parametrize("end", ["exit 0", "sleep 1000"])
def test_nothing_it_started_survives(start: str, end: str, root: Path) -> None:
    done = check(change(root), f"{start}; {end}", never, 0.5 if "sleep" in end else LONG)
    assert done.exit_code == (0 if end == "exit 0" else None)
    wait_until(lambda: not alive(int(done.output.split()[0])))


def test_others_are_left_alone(root: Path) -> None:
    other = subprocess.Popen(["sleep", "1000"], cwd=root)
    check(change(root), "true", never)
    assert other.poll() is None
    other.kill()
    other.wait()


def test_drafts_share_a_copy_that_is_as_new_for_each(root: Path, temporary: Path) -> None:
    command = "ls; echo left > left; test $(cat a.txt) = 2"
    with Bench(root) as bench:
        drafts = [Draft(change(root, text).files) for text in ("1", "2", "3")]
        outcome = choose(root, "do", drafts, lambda each: bench.check(each, command, never), never)
        assert [each.output for each in outcome.checks] == ["a.txt\n", "a.txt\n"]
        assert len(list(temporary.iterdir())) == 1
    assert outcome.holds
    assert outcome.change == change(root, "2")


@pytest.mark.parametrize("layout", ["", "src/"])
def test_a_python_project_finds_itself_in_the_copy(
    layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installed in editable mode, it would find the tree: the check would pass whatever the change is."""
    root = repository(tmp_path / "p", {"pyproject.toml": "", f"{layout}own/__init__.py": "where = 'tree'\n"}).resolve()
    site = tmp_path / "site"
    site.mkdir()
    (site / "own.pth").write_text(f"{root / layout}\n")
    edit = FileEdit(f"{layout}own/__init__.py", b"where = 'tree'\n", b"where = 'copy'\n")
    editable = f"import site; site.addsitedir({str(site)!r})"
    monkeypatch.setenv("PYTHONPATH", f"{root}/lib:/elsewhere")
    (tmp_path / "t.py").write_text(f"import sys; {editable}; import own; print(own.where, *sys.path[1:4])")
    done = check(ChangeSet(root, "do", (edit,)), f"{sys.executable} {tmp_path}/t.py; pwd", never)
    told, top = done.output.split("\n")[:2]
    own = f"{top}/{layout}".rstrip("/")
    assert told.split() == ["copy", own, f"{top}/lib", "/elsewhere"]


def test_a_caller_that_ends_takes_it_along(root: Path, tmp_path: Path, temporary: Path) -> None:
    """A signal that raises in the caller: the check is killed, its copy is gone."""
    program = f"""
import signal, sys, tempfile
from pathlib import Path
from codeassist.edit.change import ChangeSet
from codeassist.edit.checking import check
tempfile.tempdir = {str(temporary)!r}
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
check(ChangeSet(Path({str(root)!r}), "do", ()), "echo $$ > {tmp_path}/pid; sleep 1000", lambda: False)
"""
    child = subprocess.Popen([sys.executable, "-c", program])
    wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().endswith("\n"))
    child.send_signal(signal.SIGTERM)
    assert child.wait(LONG) == 7
    assert not alive(int((tmp_path / "pid").read_text()))


def test_a_check_in_another_thread(root: Path) -> None:
    """As the language server runs it."""
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(check(change(root), "cat a.txt", never).output))
    thread.start()
    thread.join(LONG)
    assert found == ["new\n"]


def test_a_command_that_cannot_be_one(root: Path) -> None:
    with pytest.raises(MissingError, match="cannot be run"):
        check(change(root), "a\0b", never)


def test_a_signal_as_it_is_begun(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = tmp_path / "pid"

    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: object, **named: object) -> None:
            super().__init__(*arguments, **named)  # type: ignore[call-overload]
            wait_until(lambda: number.exists() and number.read_text().endswith("\n"))
            self.returncode = 0  # nobody is told of it
            raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        running.run(f"echo $$ > {number}; sleep 1000", root, os.environ, 60, lambda: False)
    assert not alive(int(number.read_text()))
