"""docs/review.md names every rule and every setting."""

from __future__ import annotations

from pathlib import Path

import msgspec

from codeassist.config import ReviewSettings
from codeassist.review import model
from codeassist.review.checks import RULES

TEXT = (Path(__file__).parents[2] / "docs" / "review.md").read_text(encoding="utf-8")


def test_every_rule_is_told() -> None:
    assert [name for name in (*RULES, model.RULE) if f"| `{name}` |" not in TEXT] == []


def test_every_setting_is_told() -> None:
    names = [each.encode_name for each in msgspec.structs.fields(ReviewSettings)]
    assert [name for name in names if f"\n{name} = " not in TEXT] == []
