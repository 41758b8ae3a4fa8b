"""`codeassist explain`."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript, Run
from tests.repository import repository

from .support import TIMINGS, types_of, write

CODE = "from b import half\n\n\ndef quarter(number):\n    return half(half(number))\n\n\nclass Other:\n    pass\n"
HALF = 'def half(number):\n    """The half."""\n    return number / 2\n'


def test_a_file_and_lines_of_it(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    path = write(tmp_path / "a.py", CODE)
    fake_engine(Reply(text="lines", when="Explain line 5"), Reply(text="file", when="Explain the file"))
    assert run("explain", path).stdout.startswith("file\n")
    assert run("explain", f"{path}:5").stdout.startswith("lines\n")


def test_json_is_that_of_ask(
    tmp_path: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository(tmp_path / "repo", {"a.py": CODE, "lib/b.py": HALF}))
    fake_engine(Reply(text="`half` twice, a.py:1.", when="Lines of `lib/b.py`:\n```\n1 def half(number):"))
    document = run("explain", "a.py:5", "--json").document
    required = {"schema": int, "answer": str, "citations": list, "timings": dict, "model": str}
    assert required.items() <= types_of(document).items()
    assert set(document) == {*required, "context", "truncated"}
    assert types_of(document["timings"]) == TIMINGS
    assert document["citations"][0] == {"path": "a.py", "start": 1, "end": 1}
    assert [(each["path"], each["start"], each["end"]) for each in document["context"]] == [
        ("lib/b.py", 1, 3),
        ("a.py", 4, 5),
    ]


def test_the_repository_is_left_alone_where_it_is_not_wanted(
    tmp_path: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository(tmp_path / "repo", {"a.py": CODE, "lib/b.py": HALF}))
    fake_engine(Reply(text="seen", when="def half"), Reply(text="not seen"))
    assert run("explain", "a.py:5").stdout.startswith("seen\n")
    assert run("explain", "a.py:5", "--no-context").stdout.startswith("not seen\n")


@pytest.mark.parametrize(("place", "code"), [("gone.py", 2), ("a.py:99", 2), ("a.py:0", 2), ("binary", 2), (".", 2)])
def test_wrong_places(
    tmp_path: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch, place: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.py", CODE)
    write(tmp_path / "binary", b"\0\1\2")
    fake_engine("answer")
    result = run("explain", place)
    assert (result.code, result.stdout) == (code, "")
    assert result.error


def test_a_long_file_is_cut_with_a_notice(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("answer")
    path = write(tmp_path / "a.txt", "some words\n" * 3000)
    assert f"{path} was cut to fit the model's context\n" in run("explain", path).stderr
