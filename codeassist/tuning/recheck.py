"""Measures again what an earlier tuning no longer says: on battery, or on a changed machine. Threads, batches, backend
and model stay; how much a completion is shown, and how long it is expected to take, follow the speed."""

from __future__ import annotations

import datetime
import secrets
from pathlib import Path

from codeassist.engine.api import Engine, Priority
from codeassist.tuned import Power, Profile, in_force, write
from codeassist.tuning import choice
from codeassist.tuning.speed import measure, summary

_ROUNDS = 3


def recheck(engine: Engine, model: str, state: Path) -> Profile | None:
    """Measure while nobody waits, and keep what follows; the rest of an older profile of this machine stays.

    None: nothing was measured, because another process has done so meanwhile, or the older profile is of another model.
    The fastest round counts: a person who types meanwhile goes first, and makes the others slower than they are. The
    code is new each time: what an earlier measurement left in the engine's caches would be read in no time.

    Raises:
        EngineError: the engine failed.
        MissingError: the state directory cannot be written.
    """
    tuning = in_force(state)
    known = tuning.profile
    if not tuning.stale or (known and known.speeds.model != model):
        return None
    seed = secrets.randbelow(10**9)
    speed = summary([measure(engine, seed=seed + number, priority=Priority.WARMUP) for number in range(_ROUNDS)])
    target = known.target_ms if known else choice.DEFAULT_TARGET_MS
    settings = {
        **(known.settings if known else {}),
        "completion": choice.completion(speed, target),
    }
    power: Power = tuning.power
    profile = Profile(
        measured=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        target_ms=target,
        speeds=choice.speeds_of(model, speed),
        settings=settings,
    )
    write(state, profile, power)
    return profile
