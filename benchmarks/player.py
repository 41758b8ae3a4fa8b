"""Plays traces of typing through the sides, in real time, one side after the other."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.keystrokes import JUMP, Stroke, paced, synthesise, window
from benchmarks.sides import Buffer, Seen, Side

OPEN_SECONDS = 2.0  # from opening the file to the first place
MOVING_SECONDS = 1.0  # out of insert mode, on the way to the next place


@dataclass(frozen=True)
class Trace:
    """A file and what is typed into it."""

    index: int
    path: Path
    text: str
    strokes: list[Stroke]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What one trace cost one side, from opening the file until the side rested."""

    trace: int
    strokes: int
    evaluated: int
    generated: int
    engine_seconds: float
    server_seconds: float
    engine_mb: float


@dataclass(frozen=True)
class Typing:
    """How much is typed, and how."""

    traces: int
    keystrokes: int
    probe: float
    probe_seconds: float
    seed: int
    pace: float = 1.0


def load(data: Path, typing: Typing) -> list[Trace]:
    """A sample of the edit traces of the data directory, with its pauses: always the same for a seed."""
    with gzip.open(data / "fresh_edit_traces.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rng = random.Random(typing.seed)  # noqa: S311
    chosen = rng.sample(range(len(rows)), min(typing.traces, len(rows)))
    each = max(1, typing.keystrokes // len(chosen))
    traces = []
    for index in chosen:
        row = rows[index]
        text, strokes = window(row["pre"], synthesise(row["pre"], row["post"]), each, rng)
        path = Path("/replay", row["repo"], row["path"])
        traces.append(Trace(index, path, text, paced(strokes, rng, typing.probe, typing.probe_seconds)))
    return traces


def play(side: Side, trace: Trace, pace: float) -> tuple[list[Seen], Turn]:
    """One trace through one side."""
    cost, tokens = side.cost(), side.tokens()
    loop = side.loop
    side.buffer = Buffer(trace.path, trace.text)
    side.opened()
    loop.run_until(loop.now() + OPEN_SECONDS * pace)
    seen: list[Seen] = []
    for index, stroke in enumerate(trace.strokes):
        if stroke.kind == JUMP and seen:
            side.buffer.inserting, side.seen = False, None
            loop.run_until(loop.now() + MOVING_SECONDS * pace)
        before, spent = side.tokens(), side.cost().seconds
        if seen:
            _close(seen[-1], before, spent)
        side.seen = _seen(trace, index, stroke, loop.now(), before)
        side.seen.cpu = -spent
        seen.append(side.seen)
        side.press(stroke)
        loop.run_until(side.seen.pressed + stroke.pause * pace)
        side.seen.lasted = loop.now() - side.seen.pressed
    side.buffer.inserting, side.seen = False, None
    side.settle()
    side.closing()
    side.settle()
    after, total = side.cost(), side.tokens()
    _close(seen[-1], total, after.seconds)
    turn = Turn(
        trace=trace.index,
        strokes=len(seen),
        evaluated=total[0] - tokens[0],
        generated=total[1] - tokens[1],
        engine_seconds=after.engine_seconds - cost.engine_seconds,
        server_seconds=after.server_seconds - cost.server_seconds,
        engine_mb=after.engine_mb,
    )
    return seen, turn


def _seen(trace: Trace, index: int, stroke: Stroke, now: float, tokens: tuple[int, int]) -> Seen:
    return Seen(
        trace=trace.index,
        index=index,
        kind=stroke.kind,
        probe=stroke.probe,
        length=len(stroke.text),
        ahead=stroke.ahead,
        pressed=now,
        evaluated=-tokens[0],
        generated=-tokens[1],
    )


def _close(seen: Seen, tokens: tuple[int, int], seconds: float) -> None:
    """The next stroke begins: what the engine did in between belongs to this one."""
    seen.evaluated += tokens[0]
    seen.generated += tokens[1]
    seen.cpu += seconds
