"""The checks, one file each: a literal table, in which a new one is entered."""

from __future__ import annotations

from codeassist.review.checks import (
    invisible,
    large_file,
    leftover,
    lockfile,
    merge_marker,
    ruff,
    secret,
    stale_caller,
    suppression,
    syntax_introduced,
    todo,
    untested,
)
from codeassist.review.rule import Rule

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        invisible.RULE,
        large_file.RULE,
        leftover.RULE,
        lockfile.RULE,
        merge_marker.RULE,
        ruff.RULE,
        secret.RULE,
        stale_caller.RULE,
        suppression.RULE,
        syntax_introduced.RULE,
        todo.RULE,
        untested.RULE,
    )
}
