"""What an index survives: being killed, broken files, other processes, directories that cannot be written."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import psutil
import pytest

from codeassist.context import storage
from codeassist.context.database import Database
from codeassist.context.index import Index
from codeassist.errors import MissingError
from tests.commands.support import wait_until
from tests.context.trees import dump, put, repository

KILLS = 30
NOBODY = 65534
BUILD = """
import sys
from pathlib import Path
from codeassist.context import build
from codeassist.context.index import Index
build._PROCESSES_FROM_BYTES, build._BATCH_BYTES = 0, 2000
with Index.open(Path(sys.argv[1]), Path(sys.argv[2])) as index:
    print("open", flush=True)
    done = index.refresh(patience=60)
    print(done.complete, done.files, done.read, done.parsed, flush=True)
"""


def source(number: int) -> str:
    functions = (f"def work_{number}_{n}(value):\n    return helper_{n}(value) + {number}\n\n\n" for n in range(6))
    return f"import os\nfrom m{number // 2} import work_{number // 2}_1\n\n\n" + "".join(functions)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {f"m{n}.py": source(n) for n in range(120)})


@pytest.fixture
def clean(root: Path, tmp_path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the index of the tree says when nothing went wrong."""
    with Index.open(root, tmp_path / "clean") as index:
        assert index.refresh().files == 120
        return dump(index.database.path)


def builder(root: Path, directory: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", BUILD, str(root), str(directory)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def assert_sound(path: Path) -> None:
    database = sqlite3.connect(path)
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        database.close()


def test_a_build_that_is_killed_leaves_a_usable_index_and_goes_on(
    root: Path, tmp_path: Path, clean: dict[str, list[tuple[object, ...]]]
) -> None:
    """Killed at random points of a cold build with workers, again and again, until it is done."""
    chance = random.Random(5)  # noqa: S311
    directory = tmp_path / "state"
    workers: list[psutil.Process] = []
    known, finished = 0, 0
    for _kill in range(KILLS):
        with builder(root, directory) as child:
            assert child.stdout is not None
            child.stdout.readline()
            threading.Event().wait(chance.random() * 0.4)
            workers += psutil.Process(child.pid).children() if child.poll() is None else []
            child.kill()
        assert_sound(storage.newest(directory))
        with Index.open(root, directory) as index:
            files = index.files()
            assert len(files) >= known
            known = len(files)
            assert len(index.named([f"work_{n}_1" for n in range(120)])) == known
            assert len({match.path for match in index.match(["work"], limit=2000)}) == known
        if known == 120:
            finished += 1
            shutil.rmtree(directory)
            known = 0
    with Index.open(root, directory) as index:
        assert index.refresh().complete
        assert dump(index.database.path) == clean
    assert finished < KILLS  # some were killed before they were done
    assert workers
    wait_until(lambda: not any(worker.is_running() for worker in workers))


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(50_000))  # noqa: S311


def damaged_pages(path: Path) -> None:
    data = bytearray(path.read_bytes())
    chance = random.Random(2)  # noqa: S311
    for start in range(4096 * 3, len(data), 4096):
        data[start : start + 200] = chance.randbytes(200)
    path.write_bytes(data)


def another_version(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 7")
    database.close()


def without_a_table(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE definition")
    database.close()


def without_words(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA writable_schema = 1")
        database.execute("DELETE FROM sqlite_master WHERE name = 'words_data'")
    database.close()


def deleted(path: Path) -> None:
    path.unlink()


FAULTS = [truncated, emptied, garbage, damaged_pages, another_version, without_a_table, without_words]


def ask_everything(index: Index) -> None:
    """Every question, of which none may raise."""
    index.files()
    index.skipped()
    index.definitions("m1.py")
    list(index.all_definitions())
    index.named(["work_1_1"])
    index.containing("work")
    index.imports("m1.py")
    list(index.all_imports())
    list(index.references())
    index.match(["work"])
    index.match_paths(["m1"])
    index.cached("key")
    index.keep("key", b"value")
    index.totals()
    assert index.generation >= 0


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.__name__))
def test_a_broken_database_is_made_anew(
    fault: Callable[[Path], None], root: Path, tmp_path: Path, clean: dict[str, list[tuple[object, ...]]]
) -> None:
    directory = tmp_path / "state"
    with Index.open(root, directory) as index:
        index.refresh()
    fault(storage.newest(directory))
    with Index.open(root, directory) as index:
        ask_everything(index)
        done = index.refresh()
        if not done.read:  # the damage is where a refresh of an unchanged tree does not look
            ask_everything(index)
            done = index.refresh()
        assert (done.complete, done.files) == (True, 120)
        assert dump(index.database.path) == clean


@pytest.mark.parametrize(
    "fault", [truncated, garbage, damaged_pages, Path.unlink], ids=lambda fault: str(fault.__name__)
)
def test_a_database_that_breaks_while_it_is_open_is_made_anew(
    fault: Callable[[Path], None], root: Path, tmp_path: Path, clean: dict[str, list[tuple[object, ...]]]
) -> None:
    with Index.open(root, tmp_path / "state") as index:
        index.refresh()
        fault(index.database.path)
        ask_everything(index)
        put(root, {"m0.py": source(0) + "\n"})
        index.refresh()
        put(root, {"m0.py": source(0)})
        ask_everything(index)
        index.refresh()
        ask_everything(index)
        assert index.refresh().files == 120
        assert dump(index.database.path)["file"] == clean["file"]


def test_two_processes_that_build_at_once_share_the_work(
    root: Path, tmp_path: Path, clean: dict[str, list[tuple[object, ...]]]
) -> None:
    children = [builder(root, tmp_path / "state") for _child in range(3)]
    reports = [child.communicate(timeout=120)[0].split() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0]
    assert [report[:3] for report in reports] == [["open", "True", "120"]] * 3
    assert sum(int(report[4]) for report in reports) == 120  # each content was parsed once
    assert dump(storage.newest(tmp_path / "state")) == clean


def test_while_another_process_writes_what_is_there_is_used(root: Path, tmp_path: Path) -> None:
    with Index.open(root, tmp_path / "state") as index:
        index.refresh()
        put(root, {"new.py": "def new():\n    pass\n"})
        with filelock.FileLock(index.database.path.with_name("write.lock")):
            done = index.refresh(patience=0)
            assert (done.complete, done.files, done.read) == (False, 120, 0)
            assert len(index.named(["work_3_1"])) == 1
        assert index.refresh().files == 121


def test_a_database_that_is_locked_for_long_is_read(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "BUSY_SECONDS", 0.01)
    with Index.open(root, tmp_path / "state") as index:
        index.refresh()
        put(root, {"new.py": "def new():\n    pass\n"})
        holder = sqlite3.connect(index.database.path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        assert index.refresh().complete is False
        ask_everything(index)
        with Index.open(root, tmp_path / "state") as second:
            assert len(second.named(["work_3_1"])) == 1
            assert second.refresh().complete is False
        holder.close()
        assert index.refresh().files == 121


def test_a_full_disk_ends_a_refresh_and_breaks_nothing(root: Path, tmp_path: Path) -> None:
    with Index.open(root, tmp_path / "state") as index:
        assert index.database._writer is not None
        (pages,) = index.database._writer.execute("PRAGMA page_count").fetchone()
        index.database._writer.execute(f"PRAGMA max_page_count = {pages + 5}")
        assert index.refresh().complete is False
        ask_everything(index)
        assert not index.database.damaged
    assert_sound(storage.newest(tmp_path / "state"))
    with Index.open(root, tmp_path / "state") as index:
        assert index.refresh().files == 120


READ_ONLY = """
import filelock, os, sys
from pathlib import Path
from codeassist.context.index import Index
if os.getuid() == 0:
    os.setuid(int(sys.argv[3]))
with Index.open(Path(sys.argv[1]), Path(sys.argv[2])) as index:
    done = index.refresh()
    index.keep("key", b"value")
    print(index.read_only, done.complete, done.files, len(index.named(["work_3_1"])), len(index.match(["work"])) > 0)
"""


@pytest.fixture
def unwritable(root: Path, tmp_path: Path) -> Iterator[Path]:
    """A directory with an index that its user may only read; the tests may run as root, who may write everywhere."""
    directory = tmp_path / "state"
    with Index.open(root, directory) as index:
        index.refresh()
    if os.getuid() == 0:
        for path in (directory, *directory.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        for path in tmp_path.parents:
            if path.name.startswith("pytest-"):
                path.chmod(0o755)
        tmp_path.chmod(0o755)
    directory.chmod(0o500)
    yield directory
    directory.chmod(0o700)


@pytest.mark.parametrize("leftovers", [True, False], ids=["with-a-database", "empty"])
def test_a_directory_that_cannot_be_written_is_read(unwritable: Path, root: Path, leftovers: bool) -> None:
    if not leftovers:
        unwritable.chmod(0o700)
        for path in unwritable.iterdir():
            path.unlink()
        unwritable.chmod(0o500)
    put(root, {"new.py": "def new():\n    pass\n"})
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(root), str(unwritable), str(NOBODY)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["True", "False", *(["120", "1", "True"] if leftovers else ["0", "0", "False"])]


def test_a_directory_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MissingError):
        Index.open(tmp_path, tmp_path / "file")


def test_questions_are_answered_while_another_thread_builds(root: Path, tmp_path: Path) -> None:
    with Index.open(root, tmp_path / "state") as index:
        failures: list[BaseException] = []
        stop = threading.Event()

        def ask() -> None:
            try:
                while not stop.is_set():
                    ask_everything(index)
            except BaseException as error:  # noqa: BLE001  told by the assertion below
                failures.append(error)

        threads = [threading.Thread(target=ask) for _thread in range(3)]
        for thread in threads:
            thread.start()
        for version in range(5):
            put(root, {f"m{n}.py": source(n) + f"# {version}\n" for n in range(20)})
            assert index.refresh().complete
        stop.set()
        for thread in threads:
            thread.join()
        assert failures == []


def test_the_database_is_of_this_version_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index.open(tmp_path, tmp_path / "state"):
        pass
    number = storage.version()
    monkeypatch.setattr(storage, "version", lambda: number + 1)
    database = Database(tmp_path / "state")
    assert database.rows("PRAGMA user_version") == [(number + 1,)]
    database.close()
