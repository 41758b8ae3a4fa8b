"""What a refresh reads and parses: only what changed, only what was never seen."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from codeassist.context import build, contents, parsers
from codeassist.context.index import Index, Refreshed
from codeassist.context.parsed import Parsed, parse
from codeassist.session import open_index
from tests.context.trees import dump, git, put, repository

_opened: list[str] | None = None


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _opened is not None:
        _opened.append(str(arguments[0]))


sys.addaudithook(_listen)


@contextmanager
def opened(root: Path) -> Iterator[list[str]]:
    """The files below a directory that this process opens, by relative path."""
    global _opened  # noqa: PLW0603  an audit hook stays for the life of the process
    _opened = []
    found: list[str] = []
    try:
        yield found
    finally:
        found += [each.removeprefix(f"{root}/") for each in _opened if each.startswith(f"{root}/")]
        _opened = None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {f"m{n}.py": f"def f{n}():\n    return {n}\n" for n in range(5)})


@pytest.fixture
def index(root: Path, tmp_path: Path) -> Iterator[Index]:
    with Index.open(root, tmp_path / "state") as index:
        yield index


@pytest.fixture(autouse=True)
def a_second_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read a second after they were written, as if the test had waited."""
    monkeypatch.setattr(contents, "now", lambda: time.time_ns() + 1_000_000_000)


def did(done: Refreshed) -> tuple[int, int, int]:
    assert done.complete
    return done.read, done.parsed, done.removed


def test_an_unchanged_repository_is_not_read(index: Index, root: Path) -> None:
    index.refresh()
    generation = index.generation
    with opened(root) as files:
        assert did(index.refresh()) == (0, 0, 0)
    assert files == []
    assert index.generation == generation


def test_one_changed_file_is_read_and_parsed(index: Index, root: Path) -> None:
    index.refresh()
    generation = index.generation
    put(root, {"m3.py": "def other():\n    return 3\n"})
    with opened(root) as files:
        assert did(index.refresh()) == (1, 1, 0)
    assert files == ["m3.py"]
    assert index.generation > generation
    assert [each.name for each in index.definitions("m3.py")] == ["other"]
    assert index.named(["f3"]) == []


def test_a_touched_or_renamed_file_is_read_and_not_parsed(index: Index, root: Path) -> None:
    index.refresh()
    generation = index.generation
    (root / "m1.py").touch()
    assert did(index.refresh()) == (1, 0, 0)
    assert index.generation == generation
    (root / "m1.py").rename(root / "moved.py")
    assert did(index.refresh()) == (1, 0, 1)
    assert index.named(["f1"])[0].path == "moved.py"
    assert index.generation > generation


def test_a_file_written_in_the_tick_in_which_it_is_read_is_read_once_more(
    index: Index, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second change in that tick might leave size and times as they are (git calls it racy)."""
    index.refresh()
    put(root, {"m2.py": "x = 2\n"})
    with monkeypatch.context() as patch:
        patch.setattr(contents, "now", lambda: (root / "m2.py").stat().st_ctime_ns)
        assert did(index.refresh()) == (1, 1, 0)
    assert did(index.refresh()) == (1, 0, 0)
    assert did(index.refresh()) == (0, 0, 0)


def test_a_branch_switch_parses_only_what_was_never_seen(index: Index, root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    index.refresh()
    git(root, "switch", "-qc", "other")
    put(root, {"m0.py": "def changed():\n    pass\n", "new.py": "def new():\n    pass\n"})
    git(root, "add", "-A")
    git(root, "commit", "-qm", "two")
    assert did(index.refresh()) == (2, 2, 0)
    git(root, "switch", "-q", "main")
    assert did(index.refresh()) == (1, 0, 1)
    assert [each.name for each in index.definitions("m0.py")] == ["f0"]
    assert index.match(["new"]) == []
    git(root, "switch", "-q", "other")
    assert did(index.refresh()) == (2, 0, 0)
    assert index.match(["new"])[0].path == "new.py"


def test_worktrees_share_what_is_known_of_contents(root: Path, tmp_path: Path, home: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    git(root, "worktree", "add", "-q", str(tmp_path / "second"))
    put(tmp_path / "second", {"only.py": "def only():\n    pass\n"})
    environ = {"CODEASSIST_HOME": str(home)}
    first, second = open_index(environ, root), open_index(environ, tmp_path / "second")
    assert first is not None
    assert second is not None
    with first, second:
        assert first.database.path == second.database.path
        assert did(first.refresh()) == (5, 5, 0)
        assert did(second.refresh()) == (6, 1, 0)
        assert first.named(["only"]) == []
        assert first.match(["only"]) == []
        assert second.match(["only"])[0].path == "only.py"
        assert len(first.files()) == 5


def test_saved_files_are_looked_at_without_a_walk(
    index: Index, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"outside.py": "x = 1\n"})
    index.refresh()
    put(root, {"m0.py": "def saved():\n    pass\n", "m1.py": "def unsaved():\n    pass\n"})
    (root / "m2.py").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(build, "walk", lambda *_arguments: pytest.fail("the tree was walked"))
        assert did(index.refresh(only=["m0.py", "m2.py", "./m0.py"])) == (1, 1, 1)
    assert index.named(["saved"])[0].path == "m0.py"
    assert index.named(["unsaved"]) == []
    outside = ["../outside.py", str(tmp_path / "outside.py"), "", "sub/../../outside.py", "gone.py"]
    assert did(index.refresh(only=outside)) == (0, 0, 0)


def test_new_files_and_folders_are_looked_at_as_git_sees_them(index: Index, root: Path) -> None:
    put(root, {".gitignore": "*.tmp\n"})
    index.refresh()
    put(root, {"sub/a.py": "def a():\n    pass\n", "sub/b.tmp": "x", "n.tmp": "x", "m4.py": "def later(): pass\n"})
    assert did(index.refresh(only=["sub", "n.tmp"])) == (1, 1, 0)
    assert "sub/a.py" in {file.path for file in index.files()}
    (root / "sub" / "a.py").unlink()
    assert did(index.refresh(only=["sub"])) == (0, 0, 1)
    put(root, {".gitignore": "m0.py\n"})
    assert did(index.refresh(only=[".gitignore"])) == (4, 4, 1)  # the rules changed: everything was looked at
    assert {"sub/b.tmp", "n.tmp"} <= {file.path for file in index.files()}


def test_reasons_come_and_go(index: Index, root: Path) -> None:
    put(root, {"m0.py": b"\0", "key.txt": "-----BEGIN PRIVATE KEY-----\n", "big.txt": "x" * 2_000_000})
    done = index.refresh()
    assert done.skipped == {"binary": 1, "secret": 1, "large": 1}
    assert index.skipped() == [("big.txt", "large"), ("key.txt", "secret"), ("m0.py", "binary")]
    with opened(root) as files:
        assert did(index.refresh()) == (0, 0, 0)
    assert files == []
    put(root, {"m0.py": "def back():\n    pass\n", "big.txt": "small\n", ".codeassistignore": "m1.py\n"})
    assert index.refresh().skipped == {"secret": 1, "ignored": 1}
    assert [each.name for each in index.named(["back", "f1"])] == ["back"]
    (root / ".codeassistignore").unlink()
    assert index.refresh().skipped == {"secret": 1}
    assert index.named(["f1"])[0].path == "m1.py"


def test_workers_find_the_same_as_this_process(
    index: Index, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, {"text.md": "# Title\n\nwords\n", "bad.py": b"\xff\xfe\0", "latin.py": b"# caf\xe9\nx = 1\n"})
    index.refresh()
    monkeypatch.setattr(build, "_PROCESSES_FROM_BYTES", 0)
    monkeypatch.setattr(build, "_BATCH_BYTES", 50)
    with Index.open(root, tmp_path / "second") as other:
        assert other.refresh().parsed == 8
        assert dump(other.database.path) == dump(index.database.path)


class _Fragile(parsers._Worker):
    """A worker that dies of a content."""

    asked = 0

    def ask(self, batch: parsers.Batch) -> list[Parsed] | None:
        _Fragile.asked += 1
        if any(b"die" in job.data for job in batch):
            return None
        return super().ask(batch)


def test_a_content_that_kills_its_worker_is_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsers, "_Worker", _Fragile)
    jobs = [parsers.Job(n, "python", f"def {name}():\n    pass\n".encode()) for n, name in enumerate(["a", "die", "b"])]
    with parsers.Workers(1) as workers:
        (done,) = workers.parse([jobs])
    assert [[each.name for each in parsed.definitions] for _job, parsed in done] == [["a"], [], ["b"]]
    assert _Fragile.asked == 4
    assert done[1][1] == parse("", jobs[1].data)


def test_a_cancelled_refresh_keeps_what_it_did(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_BATCH_BYTES", 1)
    asked = iter([False, False, True])
    done = index.refresh(cancel=lambda: next(asked))
    assert (done.read, done.parsed, done.files, done.complete) == (2, 2, 2, False)
    assert did(index.refresh()) == (3, 3, 0)


def test_progress_counts_the_files_that_are_read(index: Index, root: Path) -> None:
    told: list[tuple[int, int]] = []
    index.refresh(progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (5, 5)
    put(root, {"m0.py": "x = 0\n"})
    index.refresh(progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (1, 1)


def test_contents_that_no_file_has_go_once_they_are_the_most(
    index: Index, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.refresh()
    before = dump(index.database.path)
    for version in range(6):
        put(root, {"m0.py": f"def version{version}():\n    return zebra{version}()\n"})
        index.refresh()
    assert len(dump(index.database.path)["blob"]) == 5 + 6
    monkeypatch.setattr(build, "_KEEP_RELEASED", 3)
    put(root, {"m0.py": "def f0():\n    return 0\n"})
    index.refresh()
    after = dump(index.database.path)
    assert after == before
    assert index.match(["version"]) == []
    assert index.database.rows("SELECT text FROM name WHERE text LIKE 'zebra%'") == []


def test_a_working_tree_that_is_gone_is_forgotten(root: Path, tmp_path: Path, home: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    git(root, "worktree", "add", "-q", str(tmp_path / "second"))
    environ = {"CODEASSIST_HOME": str(home)}
    with open_index(environ, tmp_path / "second") as second:  # type: ignore[union-attr]
        second.refresh()
        git(root, "worktree", "remove", str(tmp_path / "second"))
        assert second.refresh().complete is False
        assert len(second.files()) == 5  # it may be a disk that is not mounted
    with open_index(environ, root) as first:  # type: ignore[union-attr]
        first.refresh()
        assert first.database.rows("SELECT count(*) FROM worktree") == [(1,)]
        assert first.database.rows("SELECT count(*) FROM file") == [(5,)]
