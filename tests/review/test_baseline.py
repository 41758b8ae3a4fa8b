"""The file of findings that are known."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest

from codeassist.errors import ConfigError
from codeassist.review import baseline
from codeassist.review.baseline import Known
from codeassist.review.finding import Finding

NAME = ".codeassist-baseline.json"


def known(path: str = "a.py", mark: str = "f1", message: str = "m") -> Known:
    return Known(path, "todo", message, mark)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    entries = sorted([known("b.py"), known(mark="f2"), known()])
    file = baseline.write(tmp_path, NAME, entries)
    assert baseline.read(tmp_path, NAME) == (entries, "")
    assert stat.S_IMODE(file.stat().st_mode) & 0o444 == 0o444
    assert [each.name for each in tmp_path.iterdir()] == [NAME]


def test_a_line_for_each_finding(tmp_path: Path) -> None:
    text = baseline.write(tmp_path, NAME, [known(), known("b\n.py", "f2", "two\nlines")]).read_text()
    lines = text.splitlines()
    assert len(lines) == 4
    assert msgspec.json.decode(lines[1].rstrip(","))["path"] == "a.py"
    assert baseline.write(tmp_path, NAME, []).read_text() == '{"schema":1,"findings":[\n]}\n'
    assert baseline.read(tmp_path, NAME) == ([], "")


def test_no_evidence_is_written() -> None:
    finding = Finding(
        rule="secret", severity="high", path="\udcff.py", line=1, end_line=1, message="m", evidence="canary"
    )
    assert b"canary" not in msgspec.json.encode(baseline.known([finding]))


def test_no_file_is_an_empty_one(tmp_path: Path) -> None:
    assert baseline.read(tmp_path, NAME) == ([], "")
    assert baseline.read(tmp_path, "") == ([], "")
    assert baseline.read(tmp_path, "../x") == ([], "")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"findings":3}', "\xff", "[" * 100_000], ids=range(6))
def test_a_broken_one_is_told_and_hides_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_bytes(text.encode("latin-1"))
    found, complaint = baseline.read(tmp_path, NAME)
    assert found == []
    assert NAME in complaint


def test_a_broken_line_does_not_cost_the_others(tmp_path: Path) -> None:
    lines = ['{"path":"a","rule":"r","message":"m","fingerprint":"f1"}', "{}", "3", '{"path":1}']
    (tmp_path / NAME).write_text(f'{{"findings":[{",".join(lines)}],"more":1}}')
    assert baseline.read(tmp_path, NAME) == ([Known("a", "r", "m", "f1")], "")


def test_no_link_is_read_or_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    baseline.write(tmp_path, "outside.json", [known()])
    before = outside.read_bytes()
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (root / NAME).symlink_to(outside)
    (root / "out").symlink_to(tmp_path)
    assert baseline.read(root, NAME)[0] == []
    assert baseline.read(root, "out/outside.json") == ([], "")
    for name in (NAME, "out/outside.json", "../outside.json", str(outside), "in/../../outside.json", "", "a\0b"):
        with pytest.raises(ConfigError, match=r"review\.baseline"):
            baseline.write(root, name, [])
    assert outside.read_bytes() == before
    with pytest.raises(ConfigError):
        baseline.write(root, ".git/config", [])
    assert not (root / ".git").exists()


def test_one_in_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert baseline.write(tmp_path, "ci/known.json", [known()]) == tmp_path / "ci/known.json"
    assert baseline.read(tmp_path, "ci/known.json") == ([known()], "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigError, match="cannot write"):
        baseline.write(tmp_path, NAME, [])


def test_what_takes_the_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(ConfigError, match="cannot write"):
        baseline.write(tmp_path, NAME, [])
    assert [each.name for each in tmp_path.iterdir()] == [NAME]


def test_a_new_one_keeps_what_was_not_looked_at_again(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).touch()
    before = [known("a.py", "f1"), known("b.py", "f2"), known("gone.py", "f3"), known("\ufffd.py", "f4")]
    now = [known("a.py", "f5"), known("b.py", "f2")]
    partly = baseline.merged(tmp_path, before, now, [])
    assert [each.fingerprint for each in partly] == ["f1", "f5", "f2", "f4"]
    wholly = baseline.merged(tmp_path, before, now, ["a.py"])
    assert [each.fingerprint for each in wholly] == ["f5", "f2", "f4"]
