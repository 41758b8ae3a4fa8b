"""What the completion filters do to texts that are known to be right, and to texts that are broken on purpose.

    python -m benchmarks.filters --data DIR

Reads DIR/fresh_fim.jsonl.gz: prefix, groundtruth and suffix of places in Python files. No model is asked.
"""

from __future__ import annotations

import argparse
import gzip
import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.report import publish
from codeassist.completion.filters.compiles import compiles
from codeassist.completion.filters.region import Parsed, Region
from codeassist.completion.postprocess import clean, finished
from codeassist.context.languages import languages

_JUNK = (")", "))", "]", "}", '"', "'", " (", " [", " =", " +", "\n  )", "\n        x = 1", "\nelse:", " return")
_PYTHON = languages()["python"]


class Place(msgspec.Struct):
    """A hole in a file, and what stood there."""

    prefix: str
    suffix: str
    groundtruth: str


class Case(NamedTuple):
    """A text at a place; `right` is what stood there."""

    prefix: str
    suffix: str
    middle: str
    right: str


def read(data: Path) -> list[Place]:
    """The places of fresh_fim."""
    with gzip.open(data / "fresh_fim.jsonl.gz", "rb") as file:
        return [msgspec.json.decode(line, type=Place) for line in file]


def whole(places: list[Place], _random: random.Random) -> Iterator[Case]:
    """What stood there."""
    for place in places:
        yield Case(place.prefix, place.suffix, place.groundtruth, place.groundtruth)


def inside(places: list[Place], chance: random.Random) -> Iterator[Case]:
    """The rest of what stood there, with the cursor somewhere inside it; twice for each place."""
    for place in (*places, *places):
        if len(place.groundtruth) > 1:
            at = chance.randrange(1, len(place.groundtruth))
            rest = place.groundtruth[at:]
            yield Case(place.prefix + place.groundtruth[:at], place.suffix, rest, rest)


def with_junk(places: list[Place], chance: random.Random) -> Iterator[Case]:
    """What stood there and a closer, a quote or the like too many."""
    for case in (*whole(places, chance), *inside(places, chance)):
        yield case._replace(middle=case.middle + chance.choice(_JUNK))


def cut_off(places: list[Place], chance: random.Random) -> Iterator[Case]:
    """A beginning of what stood there."""
    for case in (*whole(places, chance), *inside(places, chance)):
        yield case._replace(middle=case.middle[: chance.randrange(1, len(case.middle) + 1)])


def from_elsewhere(places: list[Place], chance: random.Random) -> Iterator[Case]:
    """What stood in another place."""
    for case in (*whole(places, chance), *inside(places, chance)):
        yield case._replace(middle=chance.choice(places).groundtruth)


def errors(case: Case, middle: str) -> int:
    """Errors of the file with this text, by tree-sitter; one if only the interpreter refuses it."""
    return Parsed(_PYTHON, Region(case.prefix, case.suffix)).errors(middle)


def parses(case: Case, middle: str) -> bool:
    """Whether the interpreter parses the file with this text."""
    return compiles(f"{case.prefix}{middle}{case.suffix}")


Maker = Callable[[list[Place], random.Random], Iterator[Case]]


def unharmed(name: str, make: Maker, places: list[Place], samples: dict[str, list[float]]) -> None:
    """Texts that are right: how many are left whole."""
    kept, clocks, decoding = 0, [], []
    cases = list(make(places, random.Random(1)))  # noqa: S311
    for case in cases:
        began = time.thread_time()
        shown = clean(case.prefix, case.suffix, case.middle, _PYTHON)
        clocks.append((time.thread_time() - began) * 1000)
        began = time.thread_time()
        finished(case.prefix, case.suffix, f"{case.middle}\n", _PYTHON)
        decoding.append((time.thread_time() - began) * 1000)
        kept += shown.text.strip() == case.middle.strip()
    samples[f"{name}: clean, ms"], samples[f"{name}: finished, ms"] = clocks, decoding
    tail = statistics.quantiles(clocks, n=20)[-1]
    print(f"{name:32} n={len(cases):4}  left whole {kept / len(cases):7.2%}  clean p95 {tail:.1f} ms")


def harmful(name: str, make: Maker, places: list[Place], samples: dict[str, list[float]]) -> None:
    """Texts that are wrong: of those that add a syntax error to a file that has none, how many are still shown so."""
    broken = caught = nothing = refused = 0
    clocks = []
    cases = list(make(places, random.Random(1)))  # noqa: S311
    for case in cases:
        began = time.thread_time()
        shown = clean(case.prefix, case.suffix, case.middle, _PYTHON)
        clocks.append((time.thread_time() - began) * 1000)
        if errors(case, case.right) > 1 or errors(case, case.middle) <= 1:
            continue
        broken += 1
        nothing += not shown.text
        caught += errors(case, shown.text) <= 1 or not shown.text
        refused += bool(shown.text) and parses(case, case.right) and not parses(case, shown.text)
    samples[f"{name}: clean, ms"] = clocks
    print(
        f"{name:32} n={len(cases):4}  broken {broken:4}  caught {caught / max(1, broken):7.2%}"
        f"  nothing shown {nothing:4}  refused by the interpreter {refused}"
    )


def main() -> None:
    """Print the shares and the milliseconds (of this thread's processor time)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--output", type=Path, help="JSON document")
    arguments = parser.parse_args()
    places = read(arguments.data)
    samples: dict[str, list[float]] = {}
    unharmed("right, whole", whole, places, samples)
    unharmed("right, cursor inside", inside, places, samples)
    harmful("junk at the end", with_junk, places, samples)
    harmful("cut off", cut_off, places, samples)
    harmful("from another place", from_elsewhere, places, samples)
    publish("completion filters", samples, {"places": len(places)}, arguments.output)


if __name__ == "__main__":
    main()
