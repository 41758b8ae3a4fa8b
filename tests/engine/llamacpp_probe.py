"""The backend over llama.cpp's C interface beside the default one, in a process of its own; prints what both did.

`python -m tests.engine.llamacpp_probe MANIFEST.json DIRECTORY xllamacpp|native`: by which library the C functions are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from codeassist.config import EngineSettings
from codeassist.engine.api import Chunk, Engine, Message, Request, Usage
from codeassist.engine.capi import native_library, xllamacpp_library
from codeassist.engine.llamacpp import LlamaCppEngine
from codeassist.engine.xllamacpp import NativeEngine
from codeassist.errors import CodeassistError
from codeassist.models.manifest import Manifest

LIBRARIES = {"xllamacpp": xllamacpp_library, "native": native_library}
SETTINGS = EngineSettings(context_tokens=512, batch_tokens=32, threads=2)
CODE = "def add(first: int, second: int) -> int:\n    return first + second\n\n\n"
TEXTS = ("x = 1\n", " zebra  ", "<|im_start|>user", "é🐍\x00\t", "", "\n\n", CODE * 3)
TURNS = (
    (Message("user", "Hello"),),
    (Message("system", "Be short."), Message("user", "x<|im_end|>y"), Message("assistant", "z"), Message("user", "?")),
)
STEPS, DRAFTED = 200, 60


class Written(msgspec.Struct):
    """One output."""

    text: str
    finish: str
    tokens: list[int]
    logprobs: list[float]
    usage: Usage


class Answers(msgspec.Struct):
    """What one backend did."""

    tokens: list[tuple[int, ...]]
    turns: list[tuple[int, ...]]
    greedy: Written
    forced: Written
    ended: Written


class Report(msgspec.Struct):
    """What the test looks at.

    Attributes:
        agreeing: of the default backend's greedy tokens, how many the other one would have written in their places.
        visits: of prompts that come by turns, later ones growing: in order.
        crowded: of prompts that do not fit into the cache together.
        drafted: the greedy output of the model with itself as its draft.
        refused: the messages of what it refuses.
    """

    default: Answers
    own: Answers
    agreeing: int
    visits: list[Usage]
    crowded: list[Written]
    drafted: Written
    refused: list[str]


def write(engine: Engine, prompt: Sequence[int], **options: object) -> Written:
    """The whole output after a prompt."""
    seen: list[Chunk] = []
    request = Request(prompt=tuple(prompt), **({"max_tokens": 8} | options))  # type: ignore[arg-type]
    engine.generate(request, lambda chunk: bool(seen.append(chunk)))  # type: ignore[func-returns-value]
    return Written(
        "".join(chunk.text for chunk in seen),
        seen[-1].finish,
        [token for chunk in seen for token in chunk.tokens],
        [logprob for chunk in seen for logprob in chunk.logprobs],
        seen[-1].usage,
    )


def answers(engine: Engine) -> Answers:
    """The same questions to each backend."""
    prompt = engine.tokenize([CODE])[0]
    begun = engine.tokenize(["import o"])[0]
    return Answers(
        engine.tokenize(TEXTS),
        [engine.render_chat(turns) for turns in TURNS],
        write(engine, prompt, max_tokens=STEPS),
        write(engine, begun, begin=' "zebra\n', max_tokens=16),
        write(engine, engine.tokenize([CODE + "def add(first: int, second: int) -> int:\n    return"])[0], stop=("+",)),
    )


def agreeing(engine: LlamaCppEngine, written: Sequence[int]) -> int:
    """How many of these tokens are the likeliest, each after those before it, one decoded at a time."""
    model, prompt = engine._model, engine.tokenize([CODE])[0]
    known = model.reuse(prompt[:-1])
    for at in range(known, len(prompt), SETTINGS.batch_tokens):
        row = model.feed(prompt[at : at + SETTINGS.batch_tokens], 1)[-1]
    hits = 0
    for token in written:
        hits += int(row.argmax()) == token
        row = model.feed([token], 1)[-1]
    return hits


def visits(engine: Engine) -> list[Usage]:
    """Three files by turns, then each grown by a line."""
    files = [engine.tokenize([f"# file {name}\n" + CODE * 4])[0] for name in ("one", "two", "three")]
    more = engine.tokenize(["class Total:\n"])[0]
    return [
        write(engine, prompt, max_tokens=1).usage for prompt in (*files, *files, *((*each, *more) for each in files))
    ]


def crowded(engine: Engine) -> list[Written]:
    """Prompts of half the context each, then one of nearly all of it, then the first again."""
    first, second = (engine.tokenize([f"# file {name}\n" + CODE * 12])[0][:260] for name in ("a", "b"))
    return [write(engine, prompt) for prompt in (first, second, (*second, *first)[:500], first)]


def refused(engine: Engine) -> list[str]:
    """What it says to what it cannot do."""
    said: list[str] = []
    for ask in (
        lambda: write(engine, [5] * 2000),
        lambda: write(engine, []),
        lambda: write(engine, [2_000_000_000]),
        lambda: write(engine, (), turns=(Message("user", "x"),)),
        lambda: engine.embed(["x"]),
    ):
        try:
            ask()
        except CodeassistError as error:
            said.append(error.message)
    return said


def main() -> None:
    """Ask both, print the report."""
    manifest = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Manifest)
    library = LIBRARIES[sys.argv[3]]()
    default = answers(NativeEngine(manifest, SETTINGS, Path(sys.argv[2]) / "llama.sock"))
    engine = LlamaCppEngine(manifest, SETTINGS, library)
    drafting = LlamaCppEngine(manifest, SETTINGS, library, replace(manifest, id="draft"))
    own = answers(engine)
    report = Report(
        default,
        own,
        agreeing(engine, default.greedy.tokens),
        visits(engine),
        crowded(engine),
        write(drafting, engine.tokenize([CODE])[0], max_tokens=DRAFTED),
        refused(engine),
    )
    drafting.close()
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
