"""Readings of changes by the model, made once and kept: judgement.py fits on them, review.py counts on them.

  --source releases     clean hunks, hunks with a mutation in them, lone mutations, of packages that are for fitting
  --source evaluation   the same of the evaluation data, and functions of bugs_*

They lie in the user's cache directory, a line of JSON each; what is there is not made again.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path

import msgspec
import platformdirs

from benchmarks import changes
from benchmarks.changes import Case
from codeassist.engine.api import Message
from codeassist.engine.scoring import score
from codeassist.errors import CodeassistError
from codeassist.review.change import FileChange
from codeassist.review.lexemes import Lexeme
from codeassist.review.likelihood import Alternative, Reader, Reading
from codeassist.review.units import Unit
from codeassist.session import Session, open_session

_NAIVE = "Is there a bug in the lines of this code that are marked with +? Answer with yes or no only.\n\n{code}"


class Tried(msgspec.Struct):
    """An alternative that was scored as a whole."""

    lexeme: tuple[int, str, str, str]
    text: str
    local: float
    gain: float
    rest: float


class Row(msgspec.Struct):
    """One case and what the model found; see `changes.Case`, `units.Unit` and `likelihood.Reading`.

    `naive`: log-odds of "yes" when the model is asked whether there is a bug; None if it was not asked.
    """

    id: str
    wrong: int
    kind: str
    before: str
    after: str
    first: int
    last: int
    name: str
    changed: str
    old: str
    head: str
    after_text: str
    path: str
    start: int
    logprobs: tuple[float, ...]
    best: tuple[float, ...]
    aft: tuple[float, ...]
    tried: tuple[Tried, ...]
    places: int
    old_gain: float | None
    calls: int
    seconds: float
    naive: float | None = None

    @property
    def source(self) -> str:
        """What it is: "clean", "injected", "mutant" or "bugs"."""
        kind = self.id.partition(":")[0]
        return {"releases": "clean", "commits": "clean", "alone": "mutant", "fixed": "clean"}.get(kind, kind)

    @property
    def better(self) -> bool:
        """True if some word is better than what is there."""
        return bool(self.tried) and self.tried[0].gain > 0

    @property
    def line(self) -> int:
        """The line that the best alternative is in; 0 if there is none."""
        if not self.tried:
            return 0
        return self.first + self.changed.count("\n", 0, max(0, self.tried[0].lexeme[0] - self.start))

    def reading(self) -> Reading:
        """The reading that was kept."""
        change = FileChange(self.path, self.path, "modified", new=" " * self.start + self.changed)
        end = self.start + len(self.changed)
        unit = Unit(change, self.first, self.last, self.name, self.head, self.start, end, self.after_text, self.old)
        tried = [Alternative(Lexeme(*each.lexeme), each.text, each.local, each.gain, each.rest) for each in self.tried]
        return Reading(unit, self.logprobs, self.best, self.aft, tuple(tried), self.places, self.old_gain, self.calls)


def kept(name: str) -> Path:
    """The file of the readings of "releases" or "evaluation"."""
    return platformdirs.user_cache_path("codeassist-benchmarks") / "review" / f"{name}.jsonl"


def known(name: str) -> list[Row]:
    """The readings that are there."""
    file = kept(name)
    return [msgspec.json.decode(line, type=Row) for line in file.open("rb")] if file.exists() else []


def cases(name: str, data: Path, limit: int) -> Iterator[Case]:
    """At most `limit` cases of each kind, the kinds in turn."""
    if name == "releases":
        clean = changes.clean("releases", data)
        kinds = [clean, changes.injected(clean[limit:]), changes.alone(clean[2 * limit :])]
    else:
        clean = changes.clean("commits", data)
        kinds = [clean, changes.mutants(data), changes.injected(clean[::-1]), changes.bugs(data)]
    for row in zip_longest(*(islice(kind, limit) for kind in kinds)):
        yield from (case for case in row if case is not None)


def read(session: Session, case: Case, *, naive: bool) -> Row:
    """Read one case."""
    begin, unit = time.monotonic(), case.unit
    reading = Reader(session.engine, lambda: False, every_old=True).read(unit)
    row = Row(
        **{name: getattr(case, name) for name in ("id", "wrong", "kind", "before", "after")},
        **{name: getattr(unit, name) for name in ("first", "last", "name", "changed", "old", "head", "start")},
        **{name: getattr(reading, name) for name in ("logprobs", "places", "old_gain", "calls")},
        after_text=unit.after,
        path=unit.change.path,
        best=reading.best_logprobs,
        aft=reading.after,
        tried=tuple(Tried(tuple(each.lexeme), each.text, each.local, each.gain, each.rest) for each in reading.tried),  # type: ignore[arg-type]
        seconds=time.monotonic() - begin,
    )
    row.naive = _asked(session, unit) if naive else None
    return row


def _asked(session: Session, unit: Unit) -> float:
    """Log-odds of yes against no, asked as anybody would."""
    marked = "".join(f"- {line}\n" for line in unit.old.splitlines()) + "".join(
        f"+ {line}\n" for line in unit.changed.splitlines()
    )
    plain = ["".join(f"  {line}\n" for line in text.splitlines()) for text in (unit.head, unit.after)]
    prompt = session.engine.render_chat([Message("user", _NAIVE.format(code=f"{plain[0]}{marked}{plain[1]}"))])
    yes, no = (each[0] for each in session.engine.tokenize(["Yes", "No"]))
    told = score(session.engine, prompt, [yes], watched=[yes, no]).watched[0]
    return told[0] - told[1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Make readings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", choices=("releases", "evaluation"), required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--limit", type=int, default=100, help="of each kind")
    parser.add_argument("--clean", action="store_true", help="clean hunks only")
    parser.add_argument("--no-naive", action="store_true", help="do not ask the model whether there is a bug")
    options = parser.parse_args(arguments)
    file = kept(options.source)
    file.parent.mkdir(parents=True, exist_ok=True)
    done = {row.id for row in known(options.source)}
    naive = options.source == "evaluation" and not options.no_naive
    with open_session(os.environ) as session, file.open("ab") as out:
        for case in cases(options.source, options.data, options.limit):
            if case.id in done or (options.clean and (case.wrong or case.id.startswith("fixed:"))):
                continue
            try:
                out.write(msgspec.json.encode(read(session, case, naive=naive)) + b"\n")
            except CodeassistError as error:
                print(f"{case.id}: {error.message}")
            out.flush()


if __name__ == "__main__":
    main()
