"""A repository whose function is to be tested, for tests of `codeassist test`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repository import repository

CALC = '''"""Sums."""


def middle(low: int, high: int) -> int:
    if low > high:
        raise ValueError("low is above high")
    return (low + high) // 2
'''


def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str | bytes]) -> Path:
    root = repository(tmp_path / "calc", {**files, ".gitignore": ".venv\n"})
    (root / ".venv").symlink_to(Path(pytest.__file__).parents[4])
    monkeypatch.chdir(root)
    return root
