"""Scores one text in both ways, in a process of its own (llama.cpp never runs in that of the tests): prints both."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from codeassist.config import EngineSettings
from codeassist.engine.forcing import Forcing
from codeassist.engine.llama import Llama, parameters
from codeassist.engine.scorer import Scorer
from codeassist.models.manifest import Manifest

CONTEXT, BATCH = 1024, 64


def main() -> None:
    """`python -m tests.engine.both_scorers MANIFEST.json DIRECTORY`."""
    manifest = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Manifest)
    socket = Path(sys.argv[2]) / "llama.sock"
    chosen = parameters(manifest, EngineSettings(), socket)
    chosen.n_ctx, chosen.n_batch, chosen.n_ubatch = CONTEXT, BATCH, BATCH
    llama = Llama(manifest, chosen, socket)
    prompt = llama.tokens("def add(first: int, second: int) -> int:\n    return first")
    text, watched = llama.tokens(" + second\n"), llama.tokens(" -")[:1]
    ways: tuple[Scorer | Forcing, ...] = (Scorer(Path(manifest.path), CONTEXT, BATCH, 2), Forcing(llama, CONTEXT))
    scores = [way.score(prompt, text, watched, lambda _cached, _evaluated: False) for way in ways]
    sys.stdout.write(msgspec.json.encode(scores).decode() + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
