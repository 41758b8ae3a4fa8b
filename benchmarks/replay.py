"""Typing replayed through `codeassist lsp` and through llama.vim's protocol, in one run on the same weights and engine.

    python -m benchmarks.replay [--traces N] [--keystrokes N] [--pace X] [--model ID] [--json FILE] [--plots DIR]

Traces of real edits (`fresh_edit_traces.jsonl.gz` in `--data`) are typed in real time with human-like pauses, first
through one side, then through the other, in changing order, never at once. `--sides ours,untuned` compares what
`codeassist model tune` chose with the defaults. Each side keeps an engine process of its own
with the model loaded; the one whose turn it is not rests. After a share of the strokes, the same on all sides, the
person stops and looks for a fixed time: latencies are measured there, where no next stroke cuts them off. The person
never accepts a suggestion; what accepting would have saved is computed afterwards (offline agreement).
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import report
from benchmarks.figures import LATE, Play, describe, keystrokes, probes, ratios, settled, uncached
from benchmarks.llamavim import LlamaVim
from benchmarks.ourside import OurSide
from benchmarks.player import Typing, load, play
from benchmarks.plots import distribution
from benchmarks.sides import Side
from codeassist.session import open_workspace

OURS, PEER, RING = "codeassist", "llama.vim protocol", "llama.vim protocol, ring"
UNTUNED = "codeassist, not tuned"
RING_CHUNKS = 16
Results = dict[str, list[Play]]


def main() -> None:
    """Parse arguments, play, print, write."""
    arguments = _arguments()
    typing = Typing(
        traces=arguments.traces,
        keystrokes=arguments.keystrokes,
        probe=arguments.probe,
        probe_seconds=arguments.probe_seconds,
        seed=arguments.seed,
        pace=arguments.pace,
    )
    workspace = open_workspace(os.environ, arguments.model)
    manifest = workspace.store.resolve(workspace.loaded.settings.model, workspace.catalog)
    threads = workspace.loaded.settings.engine.threads or os.cpu_count() or 1
    available: dict[str, Side] = {
        "ours": OurSide(name=OURS, model=arguments.model or ""),
        "untuned": OurSide(name=UNTUNED, model=arguments.model or "", tuned=False),
        "llama": LlamaVim(name=PEER, model=Path(manifest.path), threads=threads),
        "ring": LlamaVim(name=RING, model=Path(manifest.path), threads=threads, chunks=RING_CHUNKS),
    }
    sides = [available[name] for name in arguments.sides.split(",")]
    results = run(sides, typing, arguments.data)
    facts = {"model": manifest.id, "threads": threads, **asdict(typing)}
    rows = {name: describe(plays) for name, plays in results.items()}
    compared = {name: ratios(results[OURS], results[name]) for name in results if name != OURS and OURS in results}
    print_tables(facts, rows, compared, results)
    if arguments.json:
        raw = {name: msgspec.to_builtins([(one.turn, one.seen) for one in plays]) for name, plays in results.items()}
        found = {
            name: {label: _finite(asdict(ratio)) for label, ratio in each.items()} for name, each in compared.items()
        }
        figures = {name: _finite(row) for name, row in rows.items()}
        report.write(arguments.json, "replay", {**facts, "ratios": found, "strokes": raw}, figures)
    if arguments.plots:
        write_plots(results, arguments.plots)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Replay typing through codeassist lsp and llama.vim's protocol.")
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--model", default=None)
    parser.add_argument("--traces", type=int, default=20)
    parser.add_argument("--keystrokes", type=int, default=1000, help="in all, an equal part from each trace")
    parser.add_argument("--pace", type=float, default=1.0, help="of the pauses: 1.0 is real time")
    parser.add_argument("--probe", type=float, default=0.15, help="share of strokes after which the person looks")
    parser.add_argument("--probe-seconds", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sides", default="ours,llama,ring")
    parser.add_argument("--json", type=Path, default=None)
    parser.add_argument("--plots", type=Path, default=None, help="directory for the SVG files")
    return parser.parse_args()


def run(sides: Sequence[Side], typing: Typing, data: Path) -> Results:
    """Every trace through every side, the first one changing from trace to trace."""
    results: Results = {side.name: [] for side in sides}
    traces = load(data, typing)
    try:
        for side in sides:
            side.start()
            side.settle()
        for number, trace in enumerate(traces):
            began = time.monotonic()
            for offset in range(len(sides)):
                side = sides[(number + offset) % len(sides)]
                results[side.name].append(Play(*play(side, trace, typing.pace)))
            took = time.monotonic() - began
            print(f"trace {number + 1}/{len(traces)}: {len(trace.strokes)} strokes, {took:.0f} s", flush=True)
    finally:
        for side in sides:
            side.close()
    return results


def print_tables(
    facts: Mapping[str, Any],
    rows: Mapping[str, Mapping[str, float]],
    compared: Mapping[str, Mapping[str, Any]],
    results: Results,
) -> None:
    """The figures of each side beside each other, then the ratios with their intervals."""
    print(f"\nreplay   {', '.join(f'{key} {value}' for key, value in {**facts, **report.machine()}.items())}\n")
    names = list(rows)
    labels = list(next(iter(rows.values())))
    width = max(map(len, labels))
    print(f"{'':{width}} " + " ".join(f"{name:>26}" for name in names))
    for label in labels:
        print(f"{label:{width}} " + " ".join(f"{_number(rows[name][label]):>26}" for name in names))
    for peer, found in compared.items():
        n, later = (
            " and ".join(str(len(values)) for values in uncached(results[OURS], results[peer], chosen))
            for chosen in (probes, settled)
        )
        print(f"\n{peer} against {OURS} (95 % intervals over traces; neither side cached: n {n}, later: n {later})\n")
        for label, ratio in found.items():
            interval = f"{_number(ratio.low)} to {_number(ratio.high)}"
            print(
                f"{label:{width}} {_number(ratio.peer)} / {_number(ratio.ours)} = {_number(ratio.ratio)} ({interval})"
            )
    print("\nA stop without an answer before the next stroke counts as later than all others (inf).")


def _finite(row: Mapping[str, float]) -> dict[str, float | None]:
    """JSON knows no infinity: null is later than all, or unknown."""
    return {label: value if math.isfinite(value) else None for label, value in row.items()}


def _number(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 10000 else f"{value:.0f}"


def write_plots(results: Results, directory: Path) -> None:
    """The two curves that the README shows."""
    directory.mkdir(parents=True, exist_ok=True)
    # What is cut off or has nothing to show never reaches the top of the curve.
    waits = {
        name: [LATE if seen.shown is None else seen.shown for seen in probes(plays)] for name, plays in results.items()
    }
    tokens = {name: [float(seen.evaluated) for seen in keystrokes(plays)] for name, plays in results.items()}
    (directory / "replay-latency.svg").write_text(
        distribution("From the keystroke to the first suggestion", "seconds", waits, most=4.0)
    )
    if OURS in results and PEER in results:
        one, other = uncached(results[OURS], results[PEER])
        (directory / "replay-latency-uncached.svg").write_text(
            distribution("The same, answered from no cache", "seconds", {OURS: one, PEER: other}, most=4.0)
        )
    (directory / "replay-tokens.svg").write_text(
        distribution("Tokens evaluated from one keystroke to the next", "tokens", tokens, most=3000.0, logarithmic=True)
    )


if __name__ == "__main__":
    main()
