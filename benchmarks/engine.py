"""The engine's speed and memory, and how long commands take to start.

    python -m benchmarks.engine [--model ID] [--repeats N] [--json FILE]

Every repeat starts a private engine and takes all measurements in turn, so that a noisy neighbour meets all rows
alike. Times are wall-clock. The installed model of the user is used (`codeassist model pull` first).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psutil

from benchmarks.report import publish
from codeassist.engine.api import Chunk, Priority, Request
from codeassist.engine.client import EngineClient
from codeassist.engine.launch import Launcher
from codeassist.engine.wire import Spec
from codeassist.models.manifest import Manifest
from codeassist.session import open_workspace

PREFIX_LINES, SUFFIX_LINES, TYPED_LINES = 60, 20, 5
DECODED = 32
Samples = dict[str, list[float]]


class Timed:
    """Times of one generation: seconds to the first text, tokens evaluated, tokens per second after the first."""

    def __init__(self, engine: EngineClient, prompt: tuple[int, ...], max_tokens: int) -> None:
        self.evaluated = 0
        self._texts: list[float] = []
        began = time.perf_counter()
        request = Request(prompt=prompt, max_tokens=max_tokens, priority=Priority.COMPLETION)
        engine.generate(request, self._take)
        self.first = (self._texts[0] if self._texts else time.perf_counter()) - began

    def _take(self, chunk: Chunk) -> bool:
        self.evaluated = chunk.usage.evaluated_tokens
        if chunk.text:
            self._texts.append(time.perf_counter())
        return False

    @property
    def decode_rate(self) -> float:
        """Tokens per second, the first left out."""
        return (len(self._texts) - 1) / (self._texts[-1] - self._texts[0]) if len(self._texts) > 2 else 0.0


def code(seed: int, lines: int) -> str:
    """Source text that no other repeat has seen."""
    return "".join(f"    total_{seed}_{line} = combine(first_{line}, second_{line}, {line})\n" for line in range(lines))


def layouts(engine: EngineClient, manifest: Manifest, seed: int, typed: str) -> dict[str, tuple[int, ...]]:
    """The same place in a file in the usual layout and anchored: what was typed comes before the suffix or last."""
    fim = manifest.fim
    if fim is None or fim.middle is None:
        raise SystemExit(f"{manifest.id} has no fill-in-the-middle of the usual layout: nothing can be compared")
    head, body, tail, text = engine.tokenize(
        [
            f"def work_{seed}():\n" + code(seed, PREFIX_LINES - TYPED_LINES),
            code(seed + 1, TYPED_LINES),
            "\n\n" + code(seed + 2, SUFFIX_LINES),
            typed,
        ]
    )
    return {
        "usual": (fim.prefix, *head, *body, *text, fim.suffix, *tail, fim.middle),
        "anchored": (fim.prefix, *head, fim.suffix, *tail, fim.middle, *body, *text),
    }


def measure_engine(manifest: Manifest, spec: Spec, seed: int, samples: Samples) -> None:
    """One repeat with an engine of its own."""
    launcher = Launcher(spec, Path(spec.directory) / "engine.log", private=True)
    engine = EngineClient(launcher)
    try:
        began = time.perf_counter()
        engine.info()
        samples["engine start and model load, s"].append(time.perf_counter() - began)
        child = psutil.Process(next(iter(psutil.Process().children())).pid)
        samples["memory after load, MB"].append(child.memory_info().rss / 1e6)
        for offset, name in enumerate(("usual", "anchored")):
            prompt = layouts(engine, manifest, seed + 10 * offset, "    x")[name]
            cold = Timed(engine, prompt, DECODED)
            samples[f"{name}: first text, cold, s"].append(cold.first)
            samples["prefill, tokens/s"].append(cold.evaluated / cold.first)
            samples["decode, tokens/s"].append(cold.decode_rate)
            warm = Timed(engine, prompt, DECODED - 1)  # another request: the KV cache knows it, the result cache not
            samples[f"{name}: first text, warm, s"].append(warm.first)
            samples[f"{name}: same request again, s"].append(Timed(engine, prompt, DECODED).first)
            edited = Timed(engine, layouts(engine, manifest, seed + 10 * offset, "    xy")[name], 4)
            samples[f"{name}: first text after one keystroke, s"].append(edited.first)
            samples[f"{name}: tokens evaluated after one keystroke"].append(edited.evaluated)
        samples["memory after use, MB"].append(child.memory_info().rss / 1e6)
    finally:
        engine.close()


def measure_start(samples: Samples) -> None:
    """`codeassist --help` against a bare interpreter, in turn."""
    took = {}
    for name, command in {"bare": ["-c", "pass"], "help": ["-m", "codeassist", "--help"]}.items():
        began = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
        took[name] = (time.perf_counter() - began) * 1000
    samples["python -c pass, ms"].append(took["bare"])
    samples["codeassist --help, ms"].append(took["help"])
    samples["codeassist --help over bare, ms"].append(took["help"] - took["bare"])


def main() -> None:
    """Parse arguments, measure, print."""
    parser = argparse.ArgumentParser(description="Engine speed and memory.")
    parser.add_argument("--model", default=None)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, default=None)
    arguments = parser.parse_args()
    workspace = open_workspace(os.environ, arguments.model)
    manifest = workspace.store.resolve(workspace.loaded.settings.model, workspace.catalog)
    samples: Samples = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="codeassist-benchmark-") as directory:
        spec = Spec(manifest=manifest, settings=workspace.loaded.settings.engine, directory=directory)
        for repeat in range(arguments.repeats):
            measure_engine(manifest, spec, 1000 * repeat, samples)
            for _ in range(3):
                measure_start(samples)
    facts = {"model": manifest.id, "batch_tokens": spec.settings.batch_tokens}
    publish("engine", samples, facts, arguments.json)


if __name__ == "__main__":
    main()
