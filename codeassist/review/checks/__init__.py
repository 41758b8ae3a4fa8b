"""The checks, one file each: a literal table, in which a new one is entered."""

from __future__ import annotations

from codeassist.review.checks import ruff, todo
from codeassist.review.rule import Rule

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        ruff.RULE,
        todo.RULE,
    )
}
