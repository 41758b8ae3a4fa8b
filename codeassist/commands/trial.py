"""`codeassist try`: the newcomer's first minute."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from codeassist import templates, text
from codeassist.chat.ask import ask
from codeassist.chat.documents import Document
from codeassist.commands import answers
from codeassist.commands.model import pull_entry
from codeassist.commands.output import Waiting, megabytes, milliseconds, say
from codeassist.completion.decoding import Place
from codeassist.completion.pipeline import complete
from codeassist.engine.timings import Timings
from codeassist.errors import MissingError
from codeassist.review.model import ModelReviewer
from codeassist.review.pipeline import review
from codeassist.review.rule import Around
from codeassist.review.snapshot import of_text
from codeassist.session import Session, open_session, open_workspace
from codeassist.templates import TrySample
from codeassist.terminal import interactive, write_text

_ANSWER_TOKENS = 160
_REVIEW_SECONDS = 60.0


def run(environ: Mapping[str, str], *, model: str | None = None) -> int:
    """Pull the model if it is missing, then complete in a small sample, answer a question and review a change of it."""
    if not _have_model(environ, model):
        return MissingError.exit_code
    sample = templates.try_sample()
    with (
        Waiting("starting the engine") as waiting,
        open_session(environ, model=model, notice=waiting.notice) as session,
    ):
        _complete(session, sample, waiting)
        _ask(session, sample, waiting)
        _review(session, sample, waiting)
        where = session.settings.engine.url
    write_text(
        f"\nAll of it ran on {'the server that you named' if where else 'this machine'}. Next:\n"
        "  codeassist complete FILE --at LINE:COL\n"
        '  codeassist ask "what does this do?" --file FILE\n'
        "  codeassist review          # what is staged, in a git repository\n"
        "  codeassist doctor\n"
    )
    return 0


def _have_model(environ: Mapping[str, str], model: str | None) -> bool:
    """Make sure that the model is installed: ask on a terminal, go on with a notice elsewhere."""
    workspace = open_workspace(environ, model)
    if workspace.loaded.fake_script is not None or workspace.loaded.settings.engine.url:
        return True
    name = workspace.loaded.settings.model
    entry = workspace.catalog.get(name)
    if entry is None or workspace.store.get(name) is not None:
        workspace.store.resolve(name, workspace.catalog)
        return True
    size = f", {megabytes(entry.bytes)}" if entry.bytes else ""
    what = f"the model {entry.id} ({entry.licence}{size})"
    if interactive():
        sys.stderr.write(f"Download {what} to {workspace.store.directory}? [Y/n] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"", "y", "yes"}:
            say(f"not downloaded; later: codeassist model pull {entry.id}")
            return False
    else:
        say(f"downloading {what} to {workspace.store.directory}")
    pull_entry(workspace, entry)
    return True


def _complete(session: Session, sample: TrySample, waiting: Waiting) -> None:
    line, column = text.parse_position(sample.at)
    offset = text.offset_of(sample.content, line, column)
    before, after = sample.content[:offset], sample.content[offset:]
    waiting.notice("completing")
    done = complete(session, Place(Path(sample.path), before, after))
    waiting.end()
    write_text(f"complete {sample.path} --at {sample.at}\n\n")
    first = max(0, line - 6)
    lines = (before + "⟦" + done.text + "⟧" + after).split("\n")
    shown = lines[first : line + done.text.count("\n") + 2]
    write_text("\n".join(f"  {number:3} {row}".rstrip() for number, row in enumerate(shown, first + 1)) + "\n\n")
    write_text(_cost(done.timings, done.model) + "\n\n")


def _ask(session: Session, sample: TrySample, waiting: Waiting) -> None:
    write_text(f'ask "{sample.question}" --file {sample.path}\n\n')
    document = Document(sample.path, sample.content)
    answer = answers.show(lambda told: ask(session, sample.question, [document], told, _ANSWER_TOKENS), waiting)
    write_text("\n" + _cost(answer.timings, answer.model) + "\n")


def _review(session: Session, sample: TrySample, waiting: Waiting) -> None:
    changed = sample.content.replace(sample.right, sample.wrong)
    write_text(f"\nreview, with a change of {sample.path}:\n\n  -{sample.right}\n  +{sample.wrong}\n\n")
    waiting.notice("reviewing")
    begin = time.monotonic()
    snapshot = of_text(Path.cwd(), sample.path, sample.content, changed)
    reviewer = ModelReviewer(session.engine, session.manifest, session.verdicts)
    around = Around(None, session.settings.review, lambda: False)
    report = review(snapshot, around, reviewer, _REVIEW_SECONDS)
    waiting.end()
    told = [f"  {each.path}:{each.line}: {each.severity}: {each.message}\n" for each in report.findings]
    write_text("".join(told) or "  nothing found\n")
    checks, seconds = report.stats.checks_ms / 1000, milliseconds(begin) / 1000
    write_text(f"\n  checks took {checks:.2f} s, all of it {seconds:.1f} s\n")


def _cost(timings: Timings, model: str) -> str:
    return (
        f"  {model}: first text after {timings.ttft_ms / 1000:.1f} s, done after {timings.total_ms / 1000:.1f} s; "
        f"{timings.evaluated_tokens} of {timings.prompt_tokens} prompt tokens evaluated, "
        f"{timings.generated_tokens} generated"
    )
