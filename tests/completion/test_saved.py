"""Anchors between commands: found again while their text stands, and none of it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.completion.anchor import Anchor
from codeassist.completion.saved import load, save

HEAD, AFTER = "import os\n\n\n", "\n\nsecret_below = 1\n"
ANCHOR = Anchor(4, HEAD, AFTER, (1, 2), 4096)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("xxx\n" + HEAD, AFTER, True),
        ("xxx\n" + HEAD + "def f():\n", AFTER + "more", True),
        ("xxy\n" + HEAD, AFTER, True),
        ("xxx\n" + HEAD[:-1], AFTER, False),
        ("xxx\n" + HEAD.replace("os", "re"), AFTER, False),
        ("xxx\n" + HEAD, AFTER.replace("1", "2"), False),
        ("", "", False),
    ],
)
def test_an_anchor_is_found_while_its_text_stands(tmp_path: Path, before: str, after: str, found: bool) -> None:
    save(tmp_path, "a name / with ✓", ANCHOR, 40)
    saved = load(tmp_path, "a name / with ✓", before, after)
    assert (saved is not None) is found
    if saved is not None:
        assert (saved.start, saved.head, saved.after) == (4, len(HEAD), len(AFTER))
    assert load(tmp_path, "another", before, after) is None


def test_no_text_is_kept(tmp_path: Path) -> None:
    save(tmp_path, "my_secret_name", ANCHOR, 40)
    kept = "".join(str(file) + file.read_text() for file in tmp_path.iterdir())
    assert "secret" not in kept.replace(str(tmp_path), "")
    assert "import" not in kept


def test_a_damaged_file_is_no_anchor(tmp_path: Path) -> None:
    save(tmp_path, "s", ANCHOR, 40)
    next(tmp_path.iterdir()).write_bytes(b"{\xff")
    assert load(tmp_path, "s", "xxx\n" + HEAD, AFTER) is None


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    for number in range(70):
        save(tmp_path, str(number), ANCHOR, 40)
    assert len(list(tmp_path.iterdir())) == 64
