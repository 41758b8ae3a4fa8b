"""Drafts of commit messages against the subjects that were really written, on fresh_commits.

    python -m benchmarks.messages [--data DIR] [--model ID] [--limit N] [--json FILE]

Each commit's texts are rebuilt from its diff (hunks only, so definitions around them may be cut), its style is learned
from the other commits of its repository. Sides, on the same commits and engine:
  ours      the product's draft
  naive     "Write a git commit message for this diff", the diff's beginning, the first line that comes back
  program   what the product writes without a model
Figures: F1 of the subject's words (in lower case, the conventional prefix left out, as in ROUGE-1), the share that fits
into 72 characters, the share whose conventional type is right where there is one, characters; of ours also how often
it was the program's, and how many answers it took. 95 % intervals by bootstrap over commits; `ours - …` is paired.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.infill import interval, rows
from codeassist.engine.api import Chunk, Engine, Message, Request
from codeassist.message.facts import facts
from codeassist.message.fallback import fallback
from codeassist.message.masking import masked
from codeassist.message.pipeline import SUMMARY_TOKENS, draft
from codeassist.message.style import LONGEST, learn, split_prefix
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.hunks import Effort, compare
from codeassist.session import open_session

SIDES = ("ours", "naive", "program")
_NAIVE_TOKENS = 64
_LOOKED_AT = 3  # of the first rows, when the prompt was written
_WORD = re.compile(r"\w+")
_SAMPLES = 5


def changes(diff: str) -> Iterator[FileChange]:
    """The files of a diff, their texts made of what it shows of them."""
    for part in re.split(r"^diff --git ", diff, flags=re.MULTILINE)[1:]:
        head, *hunks = re.split(r"^@@ .*$", part, flags=re.MULTILINE)
        names = re.match(r"a/(.+?) b/(.+)$", head, re.MULTILINE)
        if names is None:
            continue
        lines = [line for hunk in hunks for line in hunk.strip("\n").split("\n")]
        old = "".join(f"{line[1:]}\n" for line in lines if line[:1] in (" ", "-"))
        new = "".join(f"{line[1:]}\n" for line in lines if line[:1] in (" ", "+"))
        added, deleted = "\nnew file mode" in head, "\ndeleted file mode" in head
        binary = "\nBinary files" in head
        yield FileChange(
            path=names[2],
            old_path="" if added else names[1],
            status="added" if added else "deleted" if deleted else "renamed" if names[1] != names[2] else "modified",
            old=None if added or binary else old,
            new=None if deleted or binary else new,
            omitted="binary" if binary else "deleted" if deleted else "",
            hunks=() if deleted or binary else compare("" if added else old, new, Effort()),
        )


def naive(engine: Engine, diff: str) -> str:
    """The first line of the model's answer to the plain question, the diff cut where ours is."""
    lines, used = [], 0
    for line, tokens in zip(diff.split("\n"), engine.tokenize(diff.split("\n")), strict=True):
        used += len(tokens) + 1
        if used > SUMMARY_TOKENS:
            break
        lines.append(line)
    question = "Write a git commit message for this diff. Answer with the message only.\n\n" + "\n".join(lines)
    pieces: list[str] = []

    def take(chunk: Chunk) -> bool:
        pieces.append(chunk.text)
        return bool("".join(pieces).strip()) and "\n" in "".join(pieces).lstrip()

    engine.generate(Request(prompt=engine.render_chat([Message("user", question)]), max_tokens=_NAIVE_TOKENS), take)
    return next((line.strip() for line in "".join(pieces).split("\n") if line.strip()), "")


def overlap(one: str, other: str) -> float:
    """F1 of the words of two subjects, without their conventional prefixes."""
    left, right = (Counter(_WORD.findall(split_prefix(each)[2].lower())) for each in (one, other))
    common = (left & right).total()
    return 2 * common / (left.total() + right.total()) if common else 0.0


def judged(subject: str, real: str) -> dict[str, float]:
    """The figures of one subject."""
    found = {
        "f1": overlap(subject, real),
        "fits": float(0 < len(subject) <= LONGEST),
        "characters": float(len(subject)),
    }
    if kind := split_prefix(real)[0]:
        found["type"] = float(split_prefix(subject)[0] == kind)
    return found


def run(engine: Engine, every: Sequence[dict[str, Any]], limit: int | None) -> dict[str, Any]:
    """All figures, with a few samples."""
    messages: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in every:
        messages[row["repo"]].append((row["commit"], row["message"]))
    figures: dict[str, dict[str, list[float]]] = {side: defaultdict(list) for side in SIDES}
    more: dict[str, list[float]] = defaultdict(list)
    samples = []
    held_out = every[_LOOKED_AT:]
    for row in random.Random(7).sample(held_out, min(limit or len(held_out), len(held_out))):  # noqa: S311
        snapshot = Snapshot(Path(), "staged", row["commit"], tuple(changes(row["diff"])))
        style = learn([message for commit, message in messages[row["repo"]] if commit != row["commit"]])
        began = time.monotonic()
        ours = draft(engine, snapshot, style, seconds=600.0)
        more["seconds"].append(time.monotonic() - began)
        more["by program"].append(float(ours.by_program))
        more["answers"].append(len(ours.rejected) + (not ours.by_program))
        subjects = {
            "ours": ours.subject,
            "naive": naive(engine, row["diff"]),
            "program": fallback(masked(facts(snapshot)), style),
        }
        for side, subject in subjects.items():
            for name, value in judged(subject, row["subject"]).items():
                figures[side][name].append(value)
        samples.append({"real": row["subject"], **subjects, "rejected": list(ours.rejected)})
    return {"figures": _summary(figures, more), "samples": samples}


def _summary(figures: dict[str, dict[str, list[float]]], more: dict[str, list[float]]) -> dict[str, Any]:
    told: dict[str, Any] = {side: {name: _mean(values) for name, values in of.items()} for side, of in figures.items()}
    told["ours"] |= {name: _mean(values) for name, values in more.items()}
    for side in SIDES[1:]:
        pairs = zip(figures["ours"]["f1"], figures[side]["f1"], strict=True)
        told[f"ours - {side}"] = {"f1": _mean([one - other for one, other in pairs])}
    return told


def _mean(values: list[float]) -> dict[str, float]:
    low, high = interval(values)
    return {"mean": round(statistics.fmean(values), 3), "low": round(low, 3), "high": round(high, 3), "n": len(values)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--model")
    parser.add_argument("--limit", type=int, help="a random sample of so many")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with open_session(os.environ, model=options.model) as session:
        result = run(session.engine, rows(options.data, "fresh_commits"), options.limit)
        result["model"] = session.engine.info().id
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")
    for side, of in result["figures"].items():
        for name, value in of.items():
            print(
                f"{side:16} {name:11} {value['mean']:8.3f}  [{value['low']:.3f}, {value['high']:.3f}]  n={value['n']}"
            )
    for sample in result["samples"][:_SAMPLES]:
        print("", *(f"{side:8} {text}" for side, text in sample.items()), sep="\n")


if __name__ == "__main__":
    main()
