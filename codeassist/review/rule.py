"""A check: its name, what it says of itself, and the function that looks at a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from codeassist.config import ReviewSettings
from codeassist.context.index import Index
from codeassist.review.change import Snapshot
from codeassist.review.finding import Finding, Severity


@dataclass(frozen=True)
class Around:
    """What a check may ask besides the change: the repository's index (of the working tree, maybe a little old), the
    settings, and whether to give up."""

    index: Index | None
    settings: ReviewSettings
    cancelled: Callable[[], bool]


Look = Callable[[Snapshot, Around], Iterable[Finding]]


@dataclass(frozen=True)
class Rule:
    """One check.

    Attributes:
        name: in the field's terms, such as "merge-marker"; what `ignore[…]` and the settings name.
        severity: what its findings usually have; settings may override it.
        about: one sentence for people, which SARIF carries.
        look: finds; it never runs or writes anything of the repository, and bounds its own work.
        default: False if it only runs when settings enable it.
        apart: True if it mostly waits for another program: it runs beside the others, in a thread of its own, and only
            looks at the texts of the change.
    """

    name: str
    severity: Severity
    about: str
    look: Look
    default: bool = True
    apart: bool = False
