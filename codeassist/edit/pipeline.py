"""One edit: from an instruction and its targets to drafts, made one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from codeassist.context.index import Index
from codeassist.edit.draft import Cancelled, Draft
from codeassist.edit.target import Target
from codeassist.engine.api import Usage
from codeassist.session import Session

DRAFTS = 4


@dataclass(frozen=True)
class Order:
    """What is to be done, and to what.

    Attributes:
        instruction: in the person's words.
        targets: of one file or several; they do not overlap.
        evidence: what else the model is shown: a finding, a traceback, the output of a check; untrusted, bounded.
        signature_free: whether signatures may change although the instruction does not speak of them.
    """

    instruction: str
    targets: Sequence[Target]
    evidence: str = ""
    signature_free: bool = False


@dataclass(frozen=True)
class Desk:
    """What an edit is made with. `index` is None where the repository is not looked at."""

    session: Session
    index: Index | None
    cancelled: Cancelled = lambda: False
    progress: Callable[[str, Usage], None] = lambda _what, _usage: None


def drafts(desk: Desk, order: Order, count: int = DRAFTS) -> Iterator[Draft]:
    """Drafts of an edit, at most so many, each made when it is pulled; equal ones are left out.

    Raises:
        UsageError: a target does not fit the model's context.
        EngineError: the engine failed.
        CancelledError: the person wants no more.
    """
    raise NotImplementedError
