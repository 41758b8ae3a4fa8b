"""`codeassist model tune`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from codeassist.commands.output import ByteProgress, Waiting, say, write_json
from codeassist.config import DEFAULT_MODEL
from codeassist.engine.wire import Spec
from codeassist.errors import MissingError, UsageError
from codeassist.machine import busy
from codeassist.models.files import storage_errors
from codeassist.models.manifest import Manifest
from codeassist.models.mixing import LAYOUTS
from codeassist.models.store import check
from codeassist.session import Workspace, engine_directory, engine_log, open_workspace
from codeassist.terminal import one_line
from codeassist.tuned import Power, Profile, reset, write
from codeassist.tuning import candidates
from codeassist.tuning.choice import DEFAULT_TARGET_MS
from codeassist.tuning.pipeline import Outcome, Row, Tuner, refit, tune
from codeassist.tuning.requantising import Trial, try_layout

_BUSY = 0.25  # of the processors


@dataclass(frozen=True)
class Wish:
    """What the person asked for."""

    target_ms: int = DEFAULT_TARGET_MS
    rounds: int = 3
    layout: str = ""
    dry_run: bool = False
    force: bool = False


def run(environ: Mapping[str, str], wish: Wish, *, model: str | None = None, as_json: bool = False) -> int:
    """Measure, choose, and write what was chosen."""
    if wish.layout and wish.layout not in LAYOUTS:
        raise UsageError(f"no layout is called {wish.layout[:40]!r}", f"there are {', '.join(LAYOUTS)}")
    workspace = open_workspace(environ, model)
    manifest = _model(workspace)
    installed = workspace.store.installed().manifests
    spec = Spec(
        manifest=manifest,
        settings=candidates.plain(workspace.loaded.settings.engine),
        directory=str(engine_directory(workspace.loaded)),
    )
    state = workspace.loaded.paths.state
    with _alone(state):
        _quiet(workspace, wish)
        with Waiting("measuring") as waiting:
            tuner = Tuner(spec, engine_log(workspace.loaded), wish.target_ms, wish.rounds, waiting.notice)
            outcome = tune(tuner, installed, workspace.catalog.entries, choose_model=not _named(workspace))
        outcome = _of_model(workspace, outcome)
        if not as_json:
            _show(outcome)
        _keep(workspace, outcome.profile, outcome.power, wish)
        trial = _requantised(workspace, outcome, tuner, wish) if wish.layout else None
        profile = outcome.profile
        if trial and trial.kept:
            profile = refit(profile, trial.kept, trial.after, wish.target_ms)
        if trial and not as_json:
            _show_trial(trial, profile)
        if profile is not outcome.profile:
            _keep(workspace, profile, outcome.power, wish)
    if as_json:
        write_json({"schema": 1, **msgspec.to_builtins(outcome), "settings": profile.settings, "requantised": trial})
    return 0


def forget(environ: Mapping[str, str], *, as_json: bool = False) -> int:
    """Go back to the defaults."""
    removed = reset(open_workspace(environ).loaded.paths.state)
    if as_json:
        write_json({"schema": 1, "reset": removed})
    say("what was measured is forgotten: the defaults hold" if removed else "this machine was not tuned")
    return 0


def _model(workspace: Workspace) -> Manifest:
    loaded = workspace.loaded
    if loaded.fake_script is not None:
        raise UsageError("a scripted engine cannot be measured", "unset CODEASSIST_ENGINE")
    if loaded.settings.engine.url:
        raise UsageError("another machine runs the model (engine.url)", "tune that one, or remove engine.url")
    name = loaded.settings.model
    if loaded.origins.get("model") == "tuned" and workspace.store.record(DEFAULT_MODEL).is_file():
        name = DEFAULT_MODEL  # what an earlier tuning chose is compared with it
    manifest = workspace.store.resolve(name, workspace.catalog)
    if "complete" not in manifest.capabilities:
        raise MissingError(f"model {manifest.id} writes no text", "codeassist model list shows those that do")
    check(manifest)
    return manifest


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Nothing else measures meanwhile: two would measure each other, and write the same files."""
    with storage_errors(state):
        state.mkdir(parents=True, exist_ok=True)
        lock = FileLock(state / "tune.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise UsageError("this machine is being measured already", "wait until it is done") from error
    try:
        yield
    finally:
        lock.release()


def _named(workspace: Workspace) -> bool:
    """Whether the person chose the model: then there is no other to choose, and the rest is measured with it."""
    return workspace.loaded.origins.get("model") not in ("default", "tuned")


def _of_model(workspace: Workspace, outcome: Outcome) -> Outcome:
    """The outcome with the name of its model, where nothing else says it: that of `--model` is used from now on."""
    profile = outcome.profile
    if workspace.loaded.origins.get("model") in ("file", "environment") or profile.speeds.model == DEFAULT_MODEL:
        return outcome
    settings = {"model": profile.speeds.model, **profile.settings}
    return msgspec.structs.replace(outcome, profile=msgspec.structs.replace(profile, settings=settings))


def _quiet(workspace: Workspace, wish: Wish) -> None:
    """Stop the shared engine: two that work at once would measure each other.

    Raises:
        MissingError: others use the processors: what is measured then would make every completion worse from now on.
    """
    from codeassist.engine.launch import stop_engine

    if stop_engine(engine_directory(workspace.loaded)):
        say("the running engine was stopped; it starts again when it is needed")
    share = busy()
    if share > _BUSY and not (wish.force or wish.dry_run):
        raise MissingError(
            f"the machine is busy: others use {share:.0%} of its processors, and settings for that would be kept",
            "wait until it is idle, or add --force",
        )


def _requantised(workspace: Workspace, outcome: Outcome, tuner: Tuner, wish: Wish) -> Trial:
    chosen = workspace.store.resolve(outcome.profile.speeds.model, workspace.catalog)
    settings = msgspec.structs.replace(tuner.base.settings, **_engine(outcome.profile))
    spec = msgspec.structs.replace(tuner.base, manifest=chosen, settings=settings)
    with ByteProgress().shown() as shown, Waiting("requantising") as waiting:
        log = engine_log(workspace.loaded)
        return try_layout(
            spec,
            wish.layout,
            workspace.store,
            log,
            wish.rounds,
            waiting.notice,
            shown,
            install=not wish.dry_run,
        )


def _engine(profile: Profile) -> dict[str, object]:
    return {name: value for name, value in profile.settings.get("engine", {}).items() if not name.startswith("draft")}


def _show(outcome: Outcome) -> None:
    here = outcome.machine
    out = sys.stdout.write
    out(f"{one_line(here.processor, 60)}, {here.processors} processors, {here.memory_gib} GiB, ")
    out(f"memory is read at {outcome.bandwidth:g} GB/s, on {outcome.power}\n")
    for step in outcome.steps:
        out(f"\n{step.name}\n")
        for row in step.rows:
            out(f"  {_line(row)}{'  <- taken' if row.candidate == step.chosen else ''}\n")
    for name, milliseconds in outcome.larger.items():
        out(f"\n{name} is not installed; by its size a suggestion would take about {milliseconds:.0f} ms\n")
    _show_settings(outcome.profile)


def _show_settings(profile: Profile) -> None:
    sys.stdout.write("\nsettings\n")
    for name, value in _flat(profile.settings):
        sys.stdout.write(f"  {name} = {value}\n")
    if profile.settings.get("completion", {}).get("context_tokens") == 0:
        sys.stdout.write("  so completions are shown nothing of other files: reading that would take too long here\n")
    sys.stdout.flush()


def _line(row: Row) -> str:
    if row.problem:
        return f"{row.candidate:24} {one_line(row.problem, 120)}"
    speeds = f"prefill {row.prefill:6.0f} tokens/s, decode {row.decode:5.1f}, " if row.prefill else ""
    return f"{row.candidate:24} {speeds}a suggestion {row.suggestion_ms:5.0f} ms"


def _show_trial(trial: Trial, profile: Profile) -> None:
    out = sys.stdout.write
    out(f"\nlayout {trial.layout}: {trial.faster:.2f} times as fast")
    if trial.verdict:
        seen = trial.verdict
        out(
            f"; lines exactly right {seen.before:.3f} -> {seen.after:.3f} "
            f"({seen.lines.low:+.3f} to {seen.lines.high:+.3f}), log-probability of a token {seen.logprob.value:+.3f} "
            f"({seen.logprob.low:+.3f} to {seen.logprob.high:+.3f}), {seen.items} functions"
        )
    out(f"\n  {'kept as ' + trial.kept if trial.kept else 'refused'}: {trial.why}\n")
    if trial.kept:
        _show_settings(profile)


def _flat(settings: Mapping[str, object], before: str = "") -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name, value in settings.items():
        rows += _flat(value, f"{before}{name}.") if isinstance(value, Mapping) else [(before + name, value)]
    return rows


def _keep(workspace: Workspace, profile: Profile, power: Power, wish: Wish) -> None:
    """Write it, and say where, and what of it does not count."""
    file = None if wish.dry_run else write(workspace.loaded.paths.state, profile, power)
    origins = workspace.loaded.origins
    over = [name for name, _ in _flat(profile.settings) if origins.get(name) in ("file", "environment")]
    if over:
        say(f"config.toml or the environment says otherwise and goes first: {', '.join(over)}")
    say(f"written to {file}; codeassist model tune --reset forgets it" if file else "nothing was written (--dry-run)")
