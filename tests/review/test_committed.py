"""A file as it was committed last, read without running anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.git.committed import committed
from tests.repository import git, repository

NAMES = ["a.py", "b/c d.py", "-x.py", "a:b.py", "é😀.py", "new\nline.py", "*.py", "HEAD"]


@pytest.mark.parametrize("name", NAMES)
def test_the_content_as_it_is_stored(tmp_path: Path, name: str) -> None:
    content = b"x = 1\r\n\xff\x00"
    root = repository(tmp_path / "project", {name: content, "other.py": "y"})
    (root / name).write_bytes(b"changed")
    git(root, "add", "-A")
    assert committed(root, name, 100) == content


def test_what_is_not_there(tmp_path: Path) -> None:
    root = repository(tmp_path / "project", {"a/b.py": "x = 1\n"})
    assert committed(root, "a", 1000) is None
    assert committed(root, "c.py", 1000) is None
    assert committed(root, "../project/a/b.py", 1000) is None
    assert committed(root, "a/b.py", 5) is None, "it is larger"
    assert committed(tmp_path, "a/b.py", 1000) is None
    git(tmp_path, "init", "-q", "empty")
    assert committed(tmp_path / "empty", "a/b.py", 1000) is None


def test_no_program_of_the_repository_is_run(tmp_path: Path) -> None:
    root = repository(tmp_path / "project", {"a.py": "x = 1\n", ".gitattributes": "*.py diff=evil filter=evil\n"})
    for key in ("diff.evil.textconv", "filter.evil.smudge", "filter.evil.process", "diff.evil.command"):
        git(root, "config", key, f"touch {tmp_path / 'ran'};")
    assert committed(root, "a.py", 100) == b"x = 1\n"
    assert not (tmp_path / "ran").exists()
