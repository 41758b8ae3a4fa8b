"""Edits by a small model: the product against the same model asked for the whole file, or for search and replace.

    python -m benchmarks.edits editeval [--side ours --side whole --side blocks] [--drafts K] [--model ID]
    python -m benchmarks.edits bugs [--language python …] [--drafts K] [--model ID]
    python -m benchmarks.edits report READINGS…

Readings go to a file of JSON lines (`--out`), from which `report` prints the figures; a case that is in it is not
asked again. `bugs` mends a function with its failing tests as the check: whether a draft passed, and which one.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import msgspec

from benchmarks.editcases import RUN, Case, bugs, editeval
from benchmarks.editsides import SIDES, Reading
from benchmarks.fixing import fix
from benchmarks.infill import interval
from codeassist.context.languages import broken_places, language_for, parse
from codeassist.session import Session, open_session

Figures = dict[str, float]


def measure(session: Session, cases: Iterable[Case], sides: Sequence[str], count: int, out: Path) -> None:
    """Ask every side for every case that the file does not have yet."""
    known = {(each.id, each.side) for each in readings([out])} if out.exists() else set()
    model = session.engine.info().id
    for case in cases:
        for side in sides:
            if (case.id, named(side, count)) in known:
                continue
            reading = fix(session, case, count) if side == "fix" else SIDES[side](session, case, count)
            reading.side, reading.model = named(side, count), model
            reading.passed = reading.applied and case.passes(reading.text)
            with out.open("ab") as file:
                file.write(msgspec.json.encode(reading) + b"\n")


def named(side: str, count: int) -> str:
    """How a side is called in readings: with how often it may try, if that is its own choice."""
    return f"{side} k={count}" if side in ("ours", "fix") else side


def readings(files: Iterable[Path]) -> Iterator[Reading]:
    """All readings of files."""
    for file in files:
        for line in file.read_bytes().splitlines():
            yield msgspec.json.decode(line, type=Reading)


def figures(case: Case, reading: Reading) -> Figures:
    """The figures of one reading."""
    language = language_for(case.file)
    assert language is not None
    before, after = (broken_places(parse(language, text)) for text in (case.text, reading.text))
    touched = changed_lines(case.text, reading.text)
    first, last = reading.lines
    outside = [line for line in touched if first and not first <= line <= last]
    return {
        "applied": reading.applied,
        "tests pass": reading.passed,
        "adds a syntax error": reading.applied and after > before,
        "lines changed outside of the reference's": len(touched - changed_lines(case.text, case.reference)),
        "lines changed outside of the node": len(outside),
        "seconds": reading.seconds,
        "tokens written": reading.generated,
        "tokens evaluated": reading.evaluated,
    }


def changed_lines(old: str, new: str) -> set[int]:
    """The lines of a text (from 1) that another has not; blanks at their ends do not count.

    Where lines only come in, none are changed.
    """
    one, other = ([line.rstrip() for line in text.split("\n")] for text in (old, new))
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return {line + 1 for tag, start, end, _, _ in blocks if tag != "equal" for line in range(start, end)}


def report(cases: dict[str, Case], found: Iterable[Reading]) -> None:
    """Print the figures of each model and side."""
    groups: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in found:
        groups[reading.model, reading.side].append(reading)
    for (model, side), some in sorted(groups.items()):
        print(f"{model}, {side}, n={len(some)}")
        rows = [figures(cases[each.id], each) for each in some]
        for name in rows[0]:
            values = [float(row[name]) for row in rows]
            low, high = interval(values)
            print(f"  {name:42} {statistics.fmean(values):9.3f}  [{low:.3f}, {high:.3f}]")
        first = sum(each.passed_at == 1 for each in some)
        if any(each.passed_at for each in some):
            print(f"  {'passed with the first draft':42} {first / len(some):9.3f}")
        base = {each.id: each.passed for each in groups.get((model, "whole"), [])}
        both = [(each.passed, base[each.id]) for each in some if each.id in base]
        if both and side != "whole":
            ratio = sum(one for one, _ in both) / max(1, sum(other for _, other in both))
            print(f"  {'tests pass, ratio to the whole file':42} {ratio:9.3f}  n={len(both)}")


def _cases(data: Path, languages: Sequence[str]) -> Iterator[Case]:
    yield from editeval(data)
    for language in languages:
        yield from bugs(data, language)


def main() -> None:
    """Parse arguments, measure, print."""
    parser = argparse.ArgumentParser(description="Edits by a small model.")
    parser.add_argument("what", choices=["editeval", "bugs", "report"])
    parser.add_argument("files", nargs="*", type=Path, metavar="READINGS")
    parser.add_argument("--side", action="append", choices=list(SIDES), dest="sides")
    parser.add_argument("--language", action="append", choices=list(RUN), dest="languages")
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--model", default=None)
    parser.add_argument("--drafts", type=int, default=4)
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--out", type=Path, default=Path("edits.jsonl"))
    given = parser.parse_args()
    languages = given.languages or ["python"]
    files = given.files
    if given.what != "report":
        files = [given.out]
        chosen = list(editeval(given.data) if given.what == "editeval" else _bugs(given.data, languages))[: given.limit]
        sides = (given.sides or list(SIDES)) if given.what == "editeval" else ["fix"]
        with open_session(os.environ, model=given.model) as session:
            measure(session, chosen, sides, given.drafts, given.out)
    report({each.id: each for each in _cases(given.data, list(RUN))}, readings(files))


def _bugs(data: Path, languages: Sequence[str]) -> Iterator[Case]:
    return (each for language in languages for each in bugs(data, language) if each.passes(each.reference))


if __name__ == "__main__":
    main()
