"""One edit: from an instruction and its targets to drafts, made one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from codeassist.context.index import Index
from codeassist.edit.draft import Cancelled, Draft
from codeassist.edit.intent import Intent, intent
from codeassist.edit.judging import NOTHING, Judged, judge, speaks_of_signature
from codeassist.edit.original import Splice
from codeassist.edit.prompt import ask, code_of, ways_of
from codeassist.edit.surroundings import around
from codeassist.edit.target import Target
from codeassist.edit.writing import write
from codeassist.engine.api import Usage
from codeassist.errors import UsageError
from codeassist.session import Session
from codeassist.terminal import one_line

DRAFTS = 4
_WORD = re.compile(r"[A-Za-z_]\w*")
_MORE_TOKENS = 256  # than the target and half of it
_CHANGED = 600  # characters of another target, as it is now
_FRAME_TOKENS = 400  # of the template, the instruction and what is known


@dataclass(frozen=True)
class Order:
    """What is to be done, and to what.

    Attributes:
        instruction: in the person's words.
        targets: of one file or several; they do not overlap.
        evidence: what else the model is shown: a finding, a traceback, the output of a check; untrusted, bounded.
    """

    instruction: str
    targets: Sequence[Target]
    evidence: str = ""

    @cached_property
    def intent(self) -> Intent:
        """What the words of the instruction tell."""
        return intent(self.instruction)


@dataclass(frozen=True)
class Desk:
    """What an edit is made with. `index` is None where the repository is not looked at."""

    session: Session
    index: Index | None
    cancelled: Cancelled = lambda: False
    progress: Callable[[str, Usage], None] = lambda _what, _usage: None


def drafts(desk: Desk, order: Order, count: int = DRAFTS) -> Iterator[Draft]:
    """Drafts of an edit, so many, each made when it is pulled.

    The first ones are the likeliest answers to several ways of asking, the others are less likely ones. A target that
    holds is not written again until all hold and the draft is still not taken.

    Raises:
        UsageError: a target does not fit the model's context.
        EngineError: the engine failed.
        CancelledError: the person wants no more.
    """
    pens = [_Pen(desk, order, target) for target in order.targets]
    written: dict[int, Judged] = {}
    for attempt in range(count):
        if all(not judged.reason for judged in written.values()):
            written.clear()
        for number, pen in enumerate(pens):
            if number not in written or written[number].reason:
                done = [written[before] for before in range(number)]
                written[number] = pen.write(attempt, f"draft {attempt + 1} of {count}", _changed(order, done))
        yield _joined(order, [written[number] for number in range(len(pens))])


def _changed(order: Order, done: Sequence[Judged]) -> str:
    """What is written already of the same order, for those that follow: they may call it."""
    told: list[str] = []
    for target, judged in zip(order.targets, done, strict=False):
        new = max((each.text for each in judged.splices), key=len, default="")
        if new.strip() and not judged.reason:
            told.append(f"{one_line(target.original.path)} has now:\n{new.strip()[:_CHANGED]}")
    return "\n\n".join(told)


def _joined(order: Order, written: Sequence[Judged]) -> Draft:
    """The files of a draft. One that cannot be written as it is, or lacks what was asked for, does not hold."""
    targets = order.targets
    reasons = [judged.reason for judged in written if judged.reason]
    if len(reasons) < len(written):  # one of several may need no change
        reasons = [each for each in reasons if each != NOTHING]
    reason = next(iter(reasons), "") or _lacking(order, written)
    splices: dict[str, dict[Splice, None]] = {}
    for target, judged in zip(targets, written, strict=True):
        splices.setdefault(target.original.path, {}).update(dict.fromkeys(judged.splices))
    originals = {target.original.path: target.original for target in targets}
    try:
        files = [originals[path].spliced(list(some)) for path, some in splices.items() if some]
    except UsageError as error:
        return Draft((), reason or error.message)
    changed = tuple(each for each in files if each.before != each.after)
    return Draft(changed, reason or ("" if changed else NOTHING))


def _lacking(order: Order, written: Sequence[Judged]) -> str:
    """What is wrong with a draft in which a name does not occur that the instruction wants."""
    texts = [target.original.text for target in order.targets]
    texts += (each.text for judged in written for each in judged.splices)
    there = set().union(*(_WORD.findall(text) for text in texts))
    missing = [name for name in order.intent.names if name not in there]
    return f"has no {missing[0]}, which was asked for" if missing else ""


class _Pen:
    """Writes one target, again and again; what it is shown of the repository stays the same."""

    def __init__(self, desk: Desk, order: Order, target: Target) -> None:
        self._desk = desk
        self._order = order
        self._target = target
        anew = target.form == "file" and order.intent.adds  # what is there may become part of what is new
        self._free = anew or speaks_of_signature(order.instruction)
        session = desk.session
        limits, size = session.settings.edit, session.engine.info().context_tokens
        own = len(session.engine.tokenize([target.text])[0])
        self._most = most = min(limits.max_tokens, own + own // 2 + _MORE_TOKENS)
        room = size - most - 2 * own - _FRAME_TOKENS
        if room < 0:
            raise UsageError(
                f"{target.name or target.original.path} does not fit the model's context of {size} tokens",
                f"name a part of it: {target.original.path}:L1-L2",
            )
        file_tokens = max(own, min(limits.file_tokens, room // 2) + own)
        self._shown = around(session.engine, desk.index, target, file_tokens, min(limits.context_tokens, room // 4))

    def write(self, attempt: int, what: str, changed: str) -> Judged:
        """What the model writes at that attempt, held against the target. `changed`: what is written already."""
        desk, evidence = self._desk, "\n\n".join(filter(None, (self._order.evidence, changed)))
        ways = ways_of(self._target)
        way, level = ways[attempt % len(ways)], attempt // len(ways)
        asked = ask(self._target, self._order.instruction, evidence, self._shown, self._most, way)
        said = write(desk.session.engine, asked, level, desk.cancelled, lambda usage: desk.progress(what, usage))
        if not said.whole:
            return Judged((), "did not come to an end")
        names = self._order.intent.names
        return judge(self._target, code_of(said.text), signature_free=self._free, new_names=names)
