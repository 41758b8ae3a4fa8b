"""Mends a function of the benchmark as `fix` does, with its failing tests as the check."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.editcases import RUN, TEST_SECONDS, Case
from benchmarks.editsides import Reading, Spent
from codeassist import templates
from codeassist.edit.change import ChangeSet
from codeassist.edit.checking import check
from codeassist.edit.draft import Checked, choose
from codeassist.edit.original import read
from codeassist.edit.pipeline import Desk, Order
from codeassist.edit.presets.fix import tried
from codeassist.edit.target import targets
from codeassist.session import Session


def fix(session: Session, case: Case, count: int) -> Reading:
    """Mend the case's one function; what its check says of it as it is, is the evidence."""
    suffix, command = RUN[case.language]
    spent = Spent()
    with TemporaryDirectory() as name:
        root = Path(name).resolve()
        (root / case.file).write_text(case.text, encoding="utf-8")
        (root / f"test.{suffix}").write_text(case.tests, encoding="utf-8")

        def checking(change: ChangeSet) -> Checked:
            return check(change, command, lambda: False, TEST_SECONDS)

        began = time.monotonic()
        failing = checking(ChangeSet(root, "", ()))
        original = read(root, case.file)
        chosen = targets(original, case.place)
        instruction = templates.fix_prompt().fails.format(what=chosen[0].kind or "code")
        order = Order(instruction, chosen, failing.output)
        made = tried(Desk(session, None, progress=spent.take), order, count, checked=True)
        outcome = choose(root, "", made, checking, lambda: False)
    after = outcome.change.files[0].after if outcome.holds and outcome.change is not None else None
    return Reading(
        id=case.id,
        side="fix",
        model="",
        applied=outcome.holds,
        text=after.decode("utf-8") if after is not None else case.text,
        lines=chosen[0].lines if chosen[0].form == "node" else (0, 0),
        reasons=outcome.reasons,
        passed_at=len(outcome.reasons) + 1 if outcome.holds else 0,
        seconds=time.monotonic() - began,
        evaluated=spent.evaluated,
        generated=spent.generated,
    )
