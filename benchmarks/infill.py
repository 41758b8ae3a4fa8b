"""Quality of completions: the product's pipeline against the usual layout, on the same cases, engine and weights.

    python -m benchmarks.infill [--set NAME …] [--data DIR] [--model ID] [--limit N] [--json FILE]

Sets: infill_single, infill_multi, infill_span (unit tests pass), fresh_line (fresh_fim as it is: the rest of the line)
and fresh_place (fresh_fim with the cursor at a random place inside the line, half of them inside a word, seed fixed).
"Usual" is PRE prefix SUF suffix MID with 512 and 128 tokens, ended at the newline (fresh_*, infill_single) or where the
model ends, cut at the first line that stands left of the body.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from codeassist.completion.decoding import Place
from codeassist.completion.pipeline import complete
from codeassist.context.languages import languages, parse
from codeassist.engine.api import Chunk, Request
from codeassist.session import Session, open_session

TEST_SECONDS = 10.0
LINE_TOKENS, BLOCK_TOKENS = 64, 160
USUAL_PREFIX, USUAL_SUFFIX = 512, 128  # tokens; more than ours
_LEAVES = re.compile(r"\n(?=[^\s)\]}])")
Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One place to complete: the rest of the line that is expected there, and all of what really stood there."""

    place: Place
    expected: str
    truth: str
    row: Row


def rows(data: Path, name: str) -> list[Row]:
    """The rows of a data file."""
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def cases(data: Path, name: str) -> Iterator[Case]:
    """The cases of a set."""
    if name.startswith("infill_"):
        for row in rows(data, name):
            place = Place(Path("solution.py"), row["prompt"], row["suffix"])
            yield Case(place, row["canonical_solution"], row["canonical_solution"], row)
        return
    chance = random.Random(20261124)  # noqa: S311  places, not secrets
    for row in rows(data, "fresh_fim"):
        line = row["groundtruth"].partition("\n")[0]
        if name == "fresh_line":
            place = Place(Path(row["path"]), row["prefix"], row["suffix"])
            yield Case(place, line, row["groundtruth"], row)
            continue
        at = inside(line, chance)
        if at is not None:
            before, after = row["prefix"] + line[:at], row["groundtruth"][len(line) :] + row["suffix"]
            yield Case(Place(Path(row["path"]), before, after), line[at:], line[at:], row)


def inside(line: str, chance: random.Random) -> int | None:
    """A random place inside a line, half of them inside a word; None if it has none."""
    inside = [at for at in range(1, len(line)) if line[at - 1].isalnum() and line[at].isalnum()]
    others = [at for at in range(1, len(line)) if at not in inside and line[at:].strip()]
    chosen = inside if chance.random() < 0.5 else others
    chosen = chosen or inside or others
    return chance.choice(chosen) if chosen else None


def usual(session: Session, case: Case, *, one_line: bool) -> str:
    """The usual layout: everything before the cursor, everything after it, greedy, nothing filtered."""
    fim = session.manifest.fim
    if fim is None or fim.middle is None:
        raise SystemExit("the model has no fill-in-the-middle of the usual layout")
    before, after = session.engine.tokenize([case.place.before[-40_000:], case.place.after[:20_000]])
    text: list[str] = []

    def take(chunk: Chunk) -> bool:
        if not set(fim.end).isdisjoint(chunk.tokens):
            return True
        text.append(chunk.text)
        return not one_line and _LEAVES.search("".join(text).lstrip("\n")) is not None

    prompt = (
        fim.prefix, *before[-USUAL_PREFIX:], fim.suffix, *after[:USUAL_SUFFIX], fim.middle
    )  # fmt: skip
    stop = ("\n",) if one_line else ()
    session.engine.generate(
        Request(prompt=prompt, max_tokens=LINE_TOKENS if one_line else BLOCK_TOKENS, stop=stop), take
    )
    written = "".join(text)
    if one_line:
        return written + ("\n" if case.place.before.endswith("\n") else "")
    left = _LEAVES.search(written, 1)
    return written[: left.start() + 1] if left else written


def passes(case: Case, middle: str) -> bool:
    """True if the unit tests of the case pass with this middle."""
    row = case.row
    source = f"{row['prompt']}{middle}{row['suffix']}\n{row['test']}\ncheck({row['entry_point']})\n"
    try:
        done = subprocess.run([sys.executable, "-c", source], capture_output=True, timeout=TEST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def errors(text: str) -> int:
    """ERROR and MISSING nodes of a Python text."""
    count, stack = 0, [parse(languages()["python"], text).root_node]
    while stack:
        node = stack.pop()
        count += node.is_error or node.is_missing
        stack += node.children if node.has_error else []
    return count


def score(case: Case, text: str, name: str) -> dict[str, float]:
    """The figures of one output."""
    if name.startswith("infill_"):
        return {"pass@1": passes(case, text)}
    shown = text.partition("\n")[0].rstrip()
    expected = case.expected.rstrip()
    broken = errors(case.place.before + text + case.place.after) > errors(
        case.place.before + case.truth + case.place.after
    )
    return {
        "exact": shown == expected,
        "similarity": SequenceMatcher(None, shown, expected, autojunk=False).ratio(),
        "adds a syntax error": bool(text.strip()) and broken,
        "nothing shown": not text.strip(),
    }


def interval(values: list[float], seed: int = 1) -> tuple[float, float]:
    """A 95 % bootstrap interval of the mean."""
    chance = random.Random(seed)  # noqa: S311
    means = sorted(statistics.fmean(chance.choices(values, k=len(values))) for _ in range(1000))
    return means[25], means[974]


def run(session: Session, name: str, data: Path, limit: int | None, report: Callable[[str], None]) -> Row:
    """Complete every case of a set in both ways, in turn."""
    figures: dict[str, dict[str, list[float]]] = {"product": defaultdict(list), "usual": defaultdict(list)}
    chosen = list(cases(data, name))
    if limit is not None and limit < len(chosen):
        chosen = random.Random(7).sample(chosen, limit)  # noqa: S311
    outputs = []
    for case in chosen:
        done = complete(session, case.place)
        plain = usual(session, case, one_line=name not in ("infill_multi", "infill_span"))
        outputs.append({"product": done.text, "usual": plain, "expected": case.expected, "id": _id(case)})
        for side, text in (("product", done.text), ("usual", plain)):
            for figure, value in score(case, text, name).items():
                figures[side][figure].append(float(value))
        figures["product"]["generated tokens"].append(done.timings.generated_tokens)
        figures["product"]["milliseconds"].append(done.timings.total_ms)
    table: Row = {"n": len(chosen)}
    for side, values in figures.items():
        for figure, series in values.items():
            low, high = interval(series)
            table[key := f"{side}: {figure}"] = [round(statistics.fmean(series), 3), round(low, 3), round(high, 3)]
            report(f"{name:14} {side:8} {figure:20} {table[key][0]:8.3f}  [{low:.3f}, {high:.3f}]  n={len(series)}")
    return {"figures": table, "outputs": outputs}


def _id(case: Case) -> str:
    return str(case.row.get("task_id") or case.row.get("id"))


def main() -> None:
    """Parse arguments, measure, print."""
    parser = argparse.ArgumentParser(description="Quality of completions.")
    names = ["infill_single", "infill_multi", "infill_span", "fresh_line", "fresh_place"]
    parser.add_argument("--set", action="append", choices=names, dest="sets")
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--model", default=None)
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--json", type=Path, default=None)
    arguments = parser.parse_args()
    with open_session(os.environ, model=arguments.model) as session:
        done = {name: run(session, name, arguments.data, arguments.limit, print) for name in arguments.sets or names}
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
