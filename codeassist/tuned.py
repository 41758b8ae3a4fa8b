"""What `codeassist model tune` found for this machine: settings that stand between the defaults and config.toml.

A file of ours in the state directory, for mains and for battery. It is believed only on the machine that it was
measured on.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
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
            (of the engine), "other machine", "damaged" (the file cannot be used).
        profile: what is used; there is none in the states "none", "other machine" and "damaged".
    """

    state: Literal["none", "current", "other power", "other build", "other machine", "damaged"]
    power: Power
    profile: Profile | None = None

    @property
    def stale(self) -> bool:
        """Whether what was measured should be measured again."""
        return self.state in ("other power", "other build", "other machine")


NEVER = Tuning("none", "mains")


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
    try:
        state.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(f".{os.getpid()}.new")
        temporary.write_text(tomlkit.dumps(document), encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
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
