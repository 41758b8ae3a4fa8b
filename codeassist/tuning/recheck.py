"""Measures again what an earlier tuning no longer says: on battery, or on a changed machine. Threads, batches, backend
and model stay; how much a completion is shown, and how long it is expected to take, follow the speed."""

from __future__ import annotations

import datetime
from pathlib import Path

from codeassist.engine.api import Engine, Priority
from codeassist.tuned import Power, Profile, Speeds, in_force, write
from codeassist.tuning import choice
from codeassist.tuning.speed import measure, summary

_ROUNDS = 2


def recheck(engine: Engine, model: str, state: Path) -> Profile:
    """Measure while nobody waits, and keep what follows; the rest of an older profile of this machine stays.

    Raises:
        EngineError: the engine failed.
        MissingError: the state directory cannot be written.
    """
    speed = summary([measure(engine, seed=number + 1000, priority=Priority.WARMUP) for number in range(_ROUNDS)])
    tuning = in_force(state)
    known = tuning.profile
    target = known.target_ms if known else choice.DEFAULT_TARGET_MS
    settings = {
        **(known.settings if known else {}),
        "completion": {
            "context_tokens": choice.context_tokens(speed, target),
            "expected_ms": round(speed.suggestion_ms()),
        },
    }
    power: Power = tuning.power
    profile = Profile(
        measured=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        target_ms=target,
        speeds=Speeds(model, round(speed.prefill, 1), round(speed.decode, 1)),
        settings=settings,
    )
    write(state, profile, power)
    return profile
