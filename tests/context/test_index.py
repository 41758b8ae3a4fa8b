"""The index: what it knows of a repository, what it reads to know it, and what it survives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codeassist.context import telling
from codeassist.context.index import Index
from codeassist.session import open_index
from tests.context.trees import put, repository

SOURCE = '''"""Cars."""
import os
from shapes.wheel import Wheel, turn

SPEED = 3


class Car(Wheel):
    """A thing that drives."""

    colour = "red"

    def drive_fast(self, limit):
        """Drive as fast as the limit says."""
        return turn(self, limit)


def park(car):
    return car.drive_fast(0)
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {"cars.py": SOURCE, "shapes/wheel.py": "class Wheel:\n    pass\n"})


@pytest.fixture
def index(root: Path, tmp_path: Path) -> Index:
    return Index.open(root, tmp_path / "state")


def test_a_refresh_knows_files_definitions_imports_and_references(index: Index) -> None:
    with index:
        assert index.files() == []
        done = index.refresh()
        assert (done.files, done.read, done.parsed, done.complete) == (2, 2, 2, True)
        assert [(file.path, file.language, file.lines) for file in index.files()] == [
            ("cars.py", "python", 19),
            ("shapes/wheel.py", "python", 2),
        ]
        drive = next(each for each in index.definitions("cars.py") if each.name == "drive_fast")
        assert (drive.container, drive.start_line, drive.end_line) == ("Car", 13, 15)
        assert drive.signature.startswith("def drive_fast(self, limit)")
        assert index.named(["Wheel"])[0].path == "shapes/wheel.py"
        assert [each.name for each in index.containing("FAST")] == ["drive_fast"]
        assert [each.module for each in index.imports("cars.py")] == ["os", "shapes.wheel"]
        assert ("cars.py", "Wheel", 1) in list(index.references())
        assert {path for path, _import in index.all_imports()} == {"cars.py"}
        assert {each.path for each in index.all_definitions()} == {"cars.py", "shapes/wheel.py"}


def test_words_are_found_by_their_stem_in_the_definition_that_holds_them(index: Index) -> None:
    with index:
        index.refresh()
        best = index.match(["driving", "fastLimits"])[0]
        assert (best.path, best.symbol, best.start_line, best.end_line) == ("cars.py", "Car.drive_fast", 13, 15)
        assert index.match(["nowhere"]) == []
        assert index.match(['"', "*", "\udc80"]) == []
        assert index.match_paths(["wheels"])[0][0] == "shapes/wheel.py"


def test_a_value_is_kept_under_its_key(index: Index) -> None:
    with index:
        index.refresh()
        index.keep("rank", b"\0x")
        assert (index.cached("rank"), index.cached("other")) == (b"\0x", None)


def test_the_index_of_a_place_is_that_of_the_working_tree_around_it(root: Path, home: Path) -> None:
    environ = {"CODEASSIST_HOME": str(home)}
    found = open_index(environ, root / "shapes" / "wheel.py")
    assert found is not None
    with found:
        assert found.root == root.resolve()
    alone = root.parent / "alone"
    alone.mkdir()
    assert open_index(environ, alone) is None
    made = open_index(environ, alone, create=True)
    assert made is not None
    made.close()
    again = open_index(environ, alone / "below" / "file.py")
    assert again is not None
    with again:
        assert again.root == alone.resolve()


def test_in_a_big_repository_words_that_are_everywhere_are_not_looked_for(
    index: Index, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "_FEW", 0)
    put(root, {f"m{n}.py": f"def visit{n}(node):\n    return rare_{'xyz'[n % 3]}(node)\n" for n in range(60)})
    with index:
        index.refresh()
        assert {match.path for match in index.match(["node", "colour"], limit=200)} == {"cars.py"}
        assert len({match.path for match in index.match(["node", "visit"], limit=200)}) == 60  # nothing else is asked


def test_matches_are_found_behind_better_ones_of_another_working_tree(root: Path, tmp_path: Path) -> None:
    other = repository(tmp_path / "other", {f"m{n}.py": "def zebra():\n    zebra()\n" + f"# {n}\n" for n in range(30)})
    put(root, {"weak.py": "# a long comment in which among so many other words a zebra is named once\nx = 1\n"})
    with Index.open(other, tmp_path / "state") as first, Index.open(root, tmp_path / "state") as second:
        first.refresh()
        second.refresh()
        assert [match.path for match in second.match(["zebra"], limit=2)] == ["weak.py"]
        assert len(first.match(["zebra"], limit=2)) == 2


def test_a_home_directory_is_indexed_only_if_that_is_asked_for(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that is kept in git: what is in it is not all of one project."""
    environ = {"CODEASSIST_HOME": str(home)}
    user = repository(tmp_path / "user", {"notes.txt": "x\n"})
    inner = repository(user / "work", {"a.py": "x = 1\n"})
    monkeypatch.setenv("HOME", str(user))
    assert open_index(environ, user / "notes.txt") is None
    assert open_index(environ, user / "Documents") is None
    with open_index(environ, inner) as found:  # type: ignore[union-attr]
        assert found.root == inner.resolve()
    with open_index(environ, user, create=True) as asked:  # type: ignore[union-attr]
        assert asked.root == user.resolve()
    with open_index(environ, user / "Documents") as again:  # type: ignore[union-attr]
        assert again.root == user.resolve()


def test_a_file_that_cannot_be_read_is_left_out_and_tried_again_when_it_changed(
    index: Index, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, {"closed.py": "def closed():\n    pass\n"})
    really = os.open

    def refuse(path: Path, flags: int, *mode: int) -> int:
        if Path(path).name == "closed.py":  # root may read everything, so the refusal is ours
            raise PermissionError(13, "Permission denied")
        return really(path, flags, *mode)

    with index, monkeypatch.context() as patch:
        patch.setattr("codeassist.context.contents.os.open", refuse)
        assert index.refresh().skipped == {"unreadable": 1}
        patch.undo()
        assert index.refresh().skipped == {"unreadable": 1}
        (root / "closed.py").chmod(0o600)
        assert index.refresh().skipped == {}
        assert index.named(["closed"])[0].path == "closed.py"
