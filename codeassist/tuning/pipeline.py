"""`codeassist model tune`: measures what may matter here, one thing after another, and chooses."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from codeassist.engine.wire import Spec
from codeassist.errors import CodeassistError, EngineError
from codeassist.machine import Machine, machine, on_battery
from codeassist.models.catalog import Entry
from codeassist.models.manifest import Manifest
from codeassist.tuned import Power, Profile
from codeassist.tuning import candidates, choice
from codeassist.tuning.bandwidth import bandwidth
from codeassist.tuning.drafts import compare_drafts
from codeassist.tuning.speed import Progress, Speed, compare

_Key = TypeVar("_Key")
_DEFAULT_BATCH = 64


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """One candidate of a step: its speed, or why it has none."""

    candidate: str
    prefill: float = 0.0
    decode: float = 0.0
    suggestion_ms: float = 0.0
    problem: str = ""


class Step(msgspec.Struct, frozen=True):
    """One choice: what was compared, and what was taken."""

    name: str
    rows: list[Row]
    chosen: str


class Outcome(msgspec.Struct, frozen=True):
    """What was measured and chosen.

    Attributes:
        bandwidth: of the memory, in GB/s, read by one thread.
        larger: models of the family that are not installed, with the milliseconds that a suggestion would take, from
            the sizes of the files.
    """

    machine: Machine
    power: Power
    target_ms: int
    bandwidth: float
    steps: list[Step]
    profile: Profile
    larger: dict[str, float]


@dataclass
class Tuner:
    """One run. `base` is an engine with the default settings of the model in use."""

    base: Spec
    log: Path
    target_ms: int
    rounds: int
    progress: Progress
    steps: list[Step] = field(default_factory=list)

    def step(
        self, name: str, specs: Mapping[_Key, Spec], choose: Callable[[Mapping[_Key, Speed]], _Key]
    ) -> tuple[_Key, Speed]:
        """Measure the candidates and choose.

        Raises:
            EngineError: none of them runs.
            CancelledError: the person interrupted.
        """
        at_once = candidates.fits(list(specs.values()), machine())
        groups = [specs] if at_once else [{key: spec} for key, spec in specs.items()]
        found: dict[_Key, Speed | CodeassistError] = {}
        for group in groups:
            found |= compare(group, self.log, self.rounds, lambda text: self.progress(f"{name}: {text}"))
        speeds = {key: speed for key, speed in found.items() if isinstance(speed, Speed)}
        if not speeds:
            problem = next(error for error in found.values() if isinstance(error, CodeassistError))
            raise EngineError(f"nothing could be measured: {problem.message}", problem.hint)
        chosen = choose(speeds)
        self.steps.append(Step(name, [_row(str(key), value) for key, value in found.items()], str(chosen)))
        return chosen, speeds[chosen]


def tune(
    tuner: Tuner,
    installed: Sequence[Manifest],
    catalog: Sequence[Entry],
    *,
    choose_model: bool = True,
    now: datetime.datetime | None = None,
) -> Outcome:
    """Measure and choose: threads, backend, batches, model (where `choose_model` says so), drafts, context.

    Raises:
        EngineError: the model in use cannot be run.
        CancelledError: the person interrupted.
    """
    here, spec = machine(), tuner.base
    counts = candidates.threads(here)
    thread, _ = tuner.step(
        "threads",
        {count: candidates.changed(spec, threads=count) for count in counts},
        lambda speeds: choice.fastest(speeds, counts[0]),
    )
    spec = candidates.changed(spec, threads=thread)
    backends = candidates.backends(spec.manifest)
    backend = backends[0]
    if len(backends) > 1:
        named = {name: candidates.changed(spec, backend=name) for name in backends}
        backend, _ = tuner.step("backend", named, lambda speeds: choice.fastest(speeds, backends[0]))
        spec = named[backend]
    sized = {batch: candidates.changed(spec, batch_tokens=batch) for batch in candidates.BATCHES}
    batch, speed = tuner.step("batch tokens", sized, lambda speeds: choice.best_batch(speeds, _DEFAULT_BATCH))
    spec = sized[batch]
    spec, speed = _model(tuner, spec, speed, candidates.models(installed if choose_model else (), spec.manifest, here))
    settings = _settings(tuner, spec, speed, counts[0])
    if backend == "llama-cpp-python":
        settings["engine"] |= _drafts(tuner, spec, candidates.drafters(installed, spec.manifest))
    profile = Profile(
        measured=(now or datetime.datetime.now(datetime.timezone.utc)).isoformat(timespec="seconds"),
        target_ms=tuner.target_ms,
        speeds=choice.speeds_of(spec.manifest.id, speed),
        settings={name: value for name, value in settings.items() if value != {}},
    )
    power: Power = "battery" if on_battery() else "mains"
    larger = _larger(spec.manifest, speed, catalog, {each.id for each in installed})
    return Outcome(here, power, tuner.target_ms, bandwidth(), tuner.steps, profile, larger)


def _model(tuner: Tuner, spec: Spec, speed: Speed, models: Mapping[str, Manifest]) -> tuple[Spec, Speed]:
    if len(models) < 2:
        return spec, speed
    specs = {name: msgspec.structs.replace(spec, manifest=manifest) for name, manifest in models.items()}
    sizes = {name: manifest.bytes for name, manifest in models.items()}
    chosen, speed = tuner.step("model", specs, lambda speeds: choice.best_model(speeds, sizes, tuner.target_ms))
    return specs[chosen], speed


def _settings(tuner: Tuner, spec: Spec, speed: Speed, all_threads: int) -> dict[str, Any]:
    """What differs from the defaults."""
    engine: dict[str, Any] = {}
    if spec.settings.threads != all_threads:
        engine["threads"] = spec.settings.threads
    if spec.settings.batch_tokens != _DEFAULT_BATCH:
        engine["batch_tokens"] = spec.settings.batch_tokens
    if spec.settings.backend not in ("auto", "xllamacpp") and not spec.manifest.backend:
        engine["backend"] = spec.settings.backend
    completion = choice.completion(speed, tuner.target_ms)
    model = {} if spec.manifest.id == tuner.base.manifest.id else {"model": spec.manifest.id}
    return {**model, "engine": engine, "completion": completion}


def _drafts(tuner: Tuner, spec: Spec, drafters: Sequence[Manifest]) -> dict[str, Any]:
    """Whether drafts of a smaller model pay; measured on code, since it depends on how often they are right."""
    if not drafters:
        return {}
    smallest = min(drafters, key=lambda each: each.bytes)
    specs = {
        count: msgspec.structs.replace(
            candidates.changed(spec, draft_tokens=max(1, count)), draft=smallest if count else None
        )
        for count in candidates.DRAFTED
    }
    if not candidates.fits(list(specs.values()), machine()):
        tuner.steps.append(Step("drafts", [Row(smallest.id, problem="not measured: too little memory")], "0"))
        return {}
    try:
        times = compare_drafts(specs, tuner.log, tuner.rounds, tuner.progress)
    except EngineError as error:  # an extra: the rest holds without
        tuner.steps.append(Step("drafts", [Row(smallest.id, problem=error.message)], "0"))
        return {}
    best = min(times, key=times.__getitem__)
    kept = best if times[best] * choice.WORTH < times[0] else 0
    rows = [Row(f"{count} tokens of {smallest.id}", suggestion_ms=1000 * each) for count, each in times.items()]
    tuner.steps.append(Step("drafts", rows, str(kept)))
    return {"draft": smallest.id, "draft_tokens": kept} if kept else {}


def refit(profile: Profile, model: str, speed: Speed, target_ms: int) -> Profile:
    """The profile with a faster layout of the model."""
    completion = profile.settings.get("completion", {}) | choice.completion(speed, target_ms)
    speeds = choice.speeds_of(model, speed)
    return msgspec.structs.replace(
        profile, speeds=speeds, settings={**profile.settings, "model": model, "completion": completion}
    )


def _larger(chosen: Manifest, speed: Speed, catalog: Sequence[Entry], installed: set[str]) -> dict[str, float]:
    """Decoding reads every weight once for a token, so it takes time in proportion to the file."""
    others = [each for each in catalog if each.family == chosen.family and each.bytes and each.id not in installed]
    return {each.id: round(speed.suggestion_ms() * each.bytes / chosen.bytes) for each in others}


def _row(name: str, value: Speed | CodeassistError) -> Row:
    if isinstance(value, CodeassistError):
        return Row(name, problem=value.message)
    return Row(name, round(value.prefill, 1), round(value.decode, 1), round(value.suggestion_ms(), 1))
