"""From what was seen to figures: percentiles, shares, costs, and ratios with bootstrap intervals over traces."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.agreement import by_word, saved, whole
from benchmarks.keystrokes import JUMP
from benchmarks.player import Turn
from benchmarks.sides import Seen

LATE = math.inf  # no answer before the person typed on
_RESAMPLES = 1000
_WITHIN = (0.3, 1.0, 2.0)
SETTLED_SECONDS = 10.0


@dataclass(frozen=True)
class Play:
    """One trace through one side."""

    seen: list[Seen]
    turn: Turn


Plays = Sequence[Play]


def percentile(values: Iterable[float], share: float) -> float:
    """The value that a share of them does not exceed (nearest rank); not a number for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def keystrokes(plays: Plays) -> list[Seen]:
    """Strokes that changed the text."""
    return [seen for play in plays for seen in play.seen if seen.kind != JUMP]


def probes(plays: Plays) -> list[Seen]:
    """Strokes after which the person stopped and looked."""
    return [seen for play in plays for seen in play.seen if seen.probe]


def latencies(seen: Iterable[Seen]) -> list[float]:
    """Seconds to the first suggestion; LATE where none came in time.

    An answer with nothing to show has no latency, nor has a stroke at which the side asks nothing by its rules.
    """
    waited = (one for one in seen if one.shown is not None or not (one.answered or one.declined))
    return [LATE if one.shown is None else one.shown for one in waited]


def settled(plays: Plays) -> list[Seen]:
    """Stops when the person has been at the place for a while: what the place itself costs has been paid."""
    found: list[Seen] = []
    for play in plays:
        arrived = 0.0
        for seen in play.seen:
            arrived = seen.pressed if seen.kind == JUMP else arrived
            if seen.probe and seen.pressed - arrived >= SETTLED_SECONDS:
                found.append(seen)
    return found


def uncached(
    ours: Plays, peer: Plays, chosen: Callable[[Plays], list[Seen]] = probes
) -> tuple[list[float], list[float]]:
    """Latencies of both sides after the same strokes: those that neither answered from a cache."""
    neither: list[tuple[Seen, Seen]] = []
    for mine, theirs in zip(ours, peer, strict=True):
        others = {other.index: other for other in chosen([theirs])}
        pairs = [(one, others[one.index]) for one in chosen([mine]) if one.index in others]
        neither += [(one, other) for one, other in pairs if not _effortless(one) and not _effortless(other)]
    return latencies(one for one, _ in neither), latencies(other for _, other in neither)


def _effortless(seen: Seen) -> bool:
    return seen.cached or seen.declined


def describe(plays: Plays) -> dict[str, float]:
    """The figures of one side."""
    keys, looks = keystrokes(plays), probes(plays)
    every = [seen for play in plays for seen in play.seen]
    asked, done = [float(seen.asked_evaluated) for seen in keys], [float(seen.evaluated) for seen in keys]
    waits = latencies(looks)
    result = {
        "keystrokes, n": float(len(keys)),
        "tokens evaluated for the keystroke, median": percentile(asked, 0.5),
        "tokens evaluated for the keystroke, p95": percentile(asked, 0.95),
        "tokens evaluated until the next one, background too, median": percentile(done, 0.5),
        "tokens evaluated until the next one, background too, p95": percentile(done, 0.95),
        "tokens evaluated per stroke, all, mean": _total(plays, lambda turn: turn.evaluated) / len(every),
        "tokens generated per stroke, all, mean": _total(plays, lambda turn: turn.generated) / len(every),
        "tokens wasted per stroke, mean": wasted(plays) / len(every),
        "stops to look, n": float(len(looks)),
        "stop to first suggestion, p50 s": percentile(waits, 0.5),
        "stop to first suggestion, p95 s": percentile(waits, 0.95),
        "stops answered with nothing to show, %": _share(looks, lambda seen: seen.shown is None and seen.answered),
    }
    for seconds in _WITHIN:
        result[f"shown within {seconds:g} s of a stop, %"] = _share(looks, lambda seen: _within(seen, seconds))  # noqa: B023
    for seconds in _WITHIN:
        result[f"shown within {seconds:g} s and before the next stroke, all strokes, %"] = _share(
            every,
            lambda seen: _within(seen, seconds),  # noqa: B023
        )
    return result | {
        "strokes answered from a cache, %": _share(every, lambda seen: seen.cached),
        "strokes at which nothing is asked by the side's rules, %": _share(every, lambda seen: seen.declined),
        "characters saved, whole suggestions, %": agreed(plays, whole),
        "characters saved, word by word, %": agreed(plays, by_word),
        "CPU of the engine, s per 100 strokes": 100 * _total(plays, lambda turn: turn.engine_seconds) / len(every),
        "CPU of the language server, s per 100 strokes": 100
        * _total(plays, lambda turn: turn.server_seconds)
        / len(every),
        "memory of the engine, MB": max(play.turn.engine_mb for play in plays),
    }


def wasted(plays: Plays) -> float:
    """Tokens, read and written, of all but the requests whose own answer was shown: cancelled, empty, or done early.

    Early work (warm-up, the next suggestion) may pay later, as a cached answer.
    """
    used = sum(
        seen.asked_evaluated + seen.asked_generated
        for play in plays
        for seen in play.seen
        if seen.shown is not None and not seen.cached
    )
    return _total(plays, lambda turn: turn.evaluated + turn.generated) - used


def agreed(plays: Plays, rule: Callable[[str, str], int]) -> float:
    """Share of the typed characters that accepting would have saved, in per cent (see benchmarks.agreement)."""
    pairs = [saved(play.seen, rule) for play in plays]
    typed = sum(count for _, count in pairs)
    return 100 * sum(gain for gain, _ in pairs) / typed if typed else math.nan


Measure = Callable[[Plays, Plays], tuple[float, float]]


def _uncached_at(share: float, chosen: Callable[[Plays], list[Seen]] = probes) -> Measure:
    def measure(ours: Plays, peer: Plays) -> tuple[float, float]:
        one, other = uncached(ours, peer, chosen)
        return percentile(one, share), percentile(other, share)

    return measure


def _of(figure: Callable[[Plays], float]) -> Measure:
    return lambda ours, peer: (figure(ours), figure(peer))


def _where_both_ask(cost: Callable[[Seen], float]) -> Measure:
    """A cost over the strokes at which the peer asks too: it asks nothing in the middle of a line."""

    def measure(ours: Plays, peer: Plays) -> tuple[float, float]:
        pairs = [
            (one, other)
            for mine, theirs in zip(ours, peer, strict=True)
            for one, other in zip(mine.seen, theirs.seen, strict=True)
            if not other.declined
        ]
        return float(sum(cost(one) for one, _ in pairs)), float(sum(cost(other) for _, other in pairs))

    return measure


def _cpu(plays: Plays) -> float:
    return _total(plays, lambda turn: turn.engine_seconds + turn.server_seconds)


RATIOS: dict[str, Measure] = {
    "tokens evaluated, all": _of(lambda plays: _total(plays, lambda turn: turn.evaluated)),
    "tokens evaluated, where the peer asks": _where_both_ask(lambda seen: seen.evaluated),
    "CPU seconds, engine and language server": _of(_cpu),
    "CPU seconds, where the peer asks": _where_both_ask(lambda seen: seen.cpu),
    "stop to first suggestion, p50": _of(lambda plays: percentile(latencies(probes(plays)), 0.5)),
    "stop to first suggestion, p95": _of(lambda plays: percentile(latencies(probes(plays)), 0.95)),
    "the same, neither side cached, p50": _uncached_at(0.5),
    "the same, neither side cached, p95": _uncached_at(0.95),
    "the same, 10 s after a jump or later, p50": _uncached_at(0.5, settled),
    "the same, 10 s after a jump or later, p95": _uncached_at(0.95, settled),
}


@dataclass(frozen=True)
class Ratio:
    """How many times more the peer needs, with a 95 % interval; infinite where the peer was late."""

    ours: float
    peer: float
    ratio: float
    low: float
    high: float


def ratios(ours: Plays, peer: Plays, seed: int = 0) -> dict[str, Ratio]:
    """The ratio of each measure; intervals by resampling whole traces, since strokes of one trace are alike."""
    rng = random.Random(seed)  # noqa: S311
    drawn: dict[str, list[float]] = {name: [] for name in RATIOS}
    for _ in range(_RESAMPLES):
        chosen = [rng.randrange(len(ours)) for _ in ours]
        one, other = [ours[index] for index in chosen], [peer[index] for index in chosen]
        for name, measure in RATIOS.items():
            value = _ratio(*measure(one, other))
            if not math.isnan(value):
                drawn[name].append(value)
    result = {}
    for name, measure in RATIOS.items():
        mine, theirs = measure(ours, peer)
        low, high = percentile(drawn[name], 0.025), percentile(drawn[name], 0.975)
        result[name] = Ratio(mine, theirs, _ratio(mine, theirs), low, high)
    return result


def _ratio(ours: float, peer: float) -> float:
    if math.isinf(ours) or math.isnan(ours):
        return math.nan
    return peer / ours if ours else math.inf


def _total(plays: Plays, cost: Callable[[Turn], float]) -> float:
    return float(sum(cost(play.turn) for play in plays))


def _share(seen: Sequence[Seen], holds: Callable[[Seen], bool]) -> float:
    return 100 * sum(map(holds, seen)) / len(seen) if seen else math.nan


def _within(seen: Seen, seconds: float) -> bool:
    return seen.shown is not None and seen.shown <= seconds
