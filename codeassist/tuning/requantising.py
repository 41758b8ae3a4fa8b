"""Tries another layout of a model's weights: kept only if it is faster here and passes the quality gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from codeassist.engine.wire import Spec
from codeassist.errors import CodeassistError
from codeassist.models.files import Progress as ByteProgress
from codeassist.models.manifest import Manifest
from codeassist.models.mixing import mix
from codeassist.models.store import Store
from codeassist.tuning.choice import cost_ms
from codeassist.tuning.gate import Verdict, judge
from codeassist.tuning.passages import Item, items
from codeassist.tuning.reading import Reader, Reading
from codeassist.tuning.speed import Progress, Speed, compare, private_engine

_FASTER = 1.1  # a layout that gains less is not worth a second file
_EVERY = 4  # items: how often the verdict is looked at


class Trial(msgspec.Struct, frozen=True):
    """What became of one layout.

    Attributes:
        faster: how many times as fast the new one is.
        kept: the id under which it was installed; "" if it was not.
        why: what decided.
    """

    layout: str
    faster: float
    before: Speed
    after: Speed
    verdict: Verdict | None
    kept: str
    why: str


def try_layout(
    spec: Spec,
    layout: str,
    store: Store,
    log: Path,
    rounds: int,
    progress: Progress,
    shown: ByteProgress,
    *,
    install: bool = True,
) -> Trial:
    """Write the layout, measure both in turn, let both read the items; what is not kept, or not installed, is deleted.

    Raises:
        UsageError: the layout is unknown, or would change nothing.
        EngineError: one of them cannot be run, or cannot score.
        CancelledError: the person interrupted.
    """
    made = mix(spec.manifest, layout, store, shown)
    kept = False
    try:
        trial = _trial(spec, made, layout, log, rounds, progress)
        if trial.kept and install:
            store.put(made)
            kept = True
        return trial
    finally:
        if not kept:
            Path(made.path).unlink(missing_ok=True)


def _trial(spec: Spec, made: Manifest, layout: str, log: Path, rounds: int, progress: Progress) -> Trial:
    specs = {"before": spec, "after": msgspec.structs.replace(spec, manifest=made)}
    speeds = compare(specs, log, rounds, lambda text: progress(f"{layout}: {text}"))
    before, after = (_speed(speeds[name]) for name in ("before", "after"))
    faster = cost_ms(before) / cost_ms(after)
    if faster < _FASTER:
        return Trial(layout, faster, before, after, None, "", f"only {faster:.2f} times as fast")
    verdict = read_both(specs["before"], specs["after"], log, items(), progress)
    why = "no loss" if verdict.passed else "it writes worse code" if verdict.failed else "a loss cannot be ruled out"
    return Trial(layout, faster, before, after, verdict, made.id if verdict.passed else "", why)


def read_both(
    before: Spec, after: Spec, log: Path, texts: Sequence[Item], progress: Progress = lambda _text: None
) -> Verdict:
    """The verdict of the gate; it ends as soon as a loss is shown.

    Raises:
        EngineError: an engine cannot be run, or cannot score.
    """
    with ExitStack() as stack:
        readers = [Reader(private_engine(stack, spec, log), spec.manifest) for spec in (before, after)]
        return read_in_turn([each.read for each in readers], texts, progress)


def read_in_turn(read: Sequence[Callable[[Item], Reading]], texts: Sequence[Item], progress: Progress) -> Verdict:
    """Two readers, item by item."""
    found: tuple[list[Reading], list[Reading]] = ([], [])
    for number, text in enumerate(texts, start=1):
        progress(f"quality: item {number} of {len(texts)}")
        for readings, one in zip(found, read, strict=True):
            readings.append(one(text))
        if number % _EVERY == 0 and judge(*found).failed:
            break
    return judge(*found)


def _speed(found: Speed | CodeassistError) -> Speed:
    if isinstance(found, CodeassistError):
        raise found
    return found
