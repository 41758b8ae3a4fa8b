"""What `codeassist model tune` found for this machine: settings that stand between the defaults and config.toml.

A file of ours in the state directory, for mains and for battery. It is believed only on the machine that it was
measured on.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import msgspec

from codeassist import toml
from codeassist.errors import ConfigError, MissingError
from codeassist.machine import Machine, machine, on_battery

Power = Literal["mains", "battery"]


class Speeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one model with the settings chosen; tokens per second."""

    model: str
    prefill: float
    decode: float


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was measured with one source of power, and what was chosen.

    Attributes:
        target_ms: from a keystroke to a suggestion, what was aimed at.
        settings: as in config.toml.
    """

    measured: str
    target_ms: int
    speeds: Speeds
    settings: dict[str, Any]


class Tuned(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The file."""

    machine: Machine
    engine: str  # the engine's build
    mains: Profile | None = None
    battery: Profile | None = None

    def profile(self, power: Power) -> Profile | None:
        """What was measured with that source of power."""
        return self.battery if power == "battery" else self.mains


@dataclass(frozen=True)
class Tuning:
    """What is in force now.

    Attributes:
        state: "none" (never tuned), "current", "other power" (measured with the other source of power), "other build"
            of the engine), "other machine", "gone" (a model or a backend that it chose is not installed any more),
            "damaged" (the file cannot be used).
        profile: what is used; there is none in the states "none", "other machine", "gone" and "damaged".
    """

    state: Literal["none", "current", "other power", "other build", "other machine", "gone", "damaged"]
    power: Power
    profile: Profile | None = None

    @property
    def stale(self) -> bool:
        """Whether what was measured should be measured again."""
        return self.state in ("other power", "other build", "other machine")

    def holding(self, table: Mapping[str, Any], named: str, default: str) -> dict[str, Any]:
        """The settings that hold beside config.toml (`table`) and the model that a flag or the environment names.

        How much a model is shown, and which drafts it checks, was measured with one model; only the backend that was
        chosen with drafts checks them. Where a server runs the model nothing holds: this machine's speed is not its.
        """
        above = table.get("engine")
        above = above if isinstance(above, Mapping) else {}
        if self.profile is None or above.get("url"):
            return {}
        settings = dict(self.profile.settings)
        engine = dict(settings.get("engine", {}))
        other = self.profile.speeds.model != (named or table.get("model") or settings.get("model") or default)
        if other:
            settings.pop("completion", None)
        if other or above.get("backend", engine.get("backend")) != engine.get("backend"):
            engine.pop("draft", None)
            engine.pop("draft_tokens", None)
        return {**settings, "engine": engine}


NEVER = Tuning("none", "mains")


def gone(settings: Mapping[str, Any], models: Path) -> bool:
    """Whether a model or a backend that valid settings name is not installed any more; `models`: their directory."""
    engine = settings.get("engine", {})
    named = [name for name in (settings.get("model"), engine.get("draft")) if name]
    if any(not (models / f"{name}.json").is_file() for name in named):
        return True
    return engine.get("backend") == "llama-cpp-python" and find_spec("llama_cpp") is None


def tuned_file(state: Path) -> Path:
    """Where the file is."""
    return state / "tuned.toml"


def engine_build() -> str:
    """The installed engine's name and version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"xllamacpp {version('xllamacpp')}"
    except PackageNotFoundError:
        return ""


def read(state: Path) -> Tuned | None:
    """The file, or None where there is none.

    Raises:
        ConfigError: it cannot be used.
    """
    file = tuned_file(state)
    try:
        return msgspec.convert(toml.loads(file.read_text(encoding="utf-8")), Tuned)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, toml.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{file}: {error}", "codeassist model tune writes it anew; --reset removes it") from error


def in_force(state: Path) -> Tuning:
    """What of the file holds here and now. A file that cannot be used is as none: it is ours, and can be had again."""
    try:
        found = read(state)
    except ConfigError:
        return Tuning("damaged", "mains")
    if found is None:
        return NEVER
    power: Power = "battery" if on_battery() else "mains"
    if found.machine != machine():
        return Tuning("other machine", power)
    own = found.profile(power)
    if own is None:
        return Tuning("other power", power, found.mains or found.battery)
    return Tuning("current" if found.engine == engine_build() else "other build", power, own)


def write(state: Path, profile: Profile, power: Power) -> Path:
    """Keep a profile; that of the other source of power stays if it is of the same machine and build.

    Raises:
        MissingError: the state directory cannot be written.
    """
    import tomlkit

    try:
        known = read(state)
    except ConfigError:
        known = None
    fresh = Tuned(machine=machine(), engine=engine_build())
    if known is not None and (known.machine, known.engine) == (fresh.machine, fresh.engine):
        fresh = known
    fresh = msgspec.structs.replace(fresh, **{power: profile})
    document = tomlkit.document()
    document.add(tomlkit.comment("Written by `codeassist model tune`; what config.toml says goes first."))
    document.update({name: value for name, value in msgspec.to_builtins(fresh).items() if value is not None})
    file = tuned_file(state)
    temporary = file.with_suffix(f".{os.getpid()}.new")
    try:
        state.mkdir(parents=True, exist_ok=True)
        temporary.write_text(tomlkit.dumps(document), encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise MissingError(f"{file} cannot be written: {error.strerror}", "free some space, or check it") from error
    return file


def reset(state: Path) -> bool:
    """Forget what was measured; whether there was anything.

    Raises:
        MissingError: the file cannot be removed.
    """
    try:
        tuned_file(state).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise MissingError(f"{tuned_file(state)} stays: {error.strerror}", "check its permissions") from error
    return True
