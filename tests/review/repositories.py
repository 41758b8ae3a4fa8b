"""Looks at changes in a repository that is indexed as it is after them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from codeassist.context.index import Index
from codeassist.review.finding import Finding
from codeassist.review.rule import Rule
from tests.context.trees import repository
from tests.review.changes import around, change, snapshot


def looked(
    rule: Rule, root: Path, *changes: tuple[str, str | None, str | None], others: Mapping[str, str] | None = None
) -> list[Finding]:
    """What a rule finds in changes (path, old, new); `others` are files that they leave alone."""
    texts = dict(others or {})
    files: dict[str, str | bytes] = {**texts, **{path: new for path, _, new in changes if new is not None}}
    with Index.open(repository(root / "r", files), root / "state") as index:
        index.refresh()
        made = [change(*each) for each in changes]
        return list(rule.look(snapshot(*made, others=texts), around(index)))
