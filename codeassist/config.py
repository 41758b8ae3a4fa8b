"""Settings: defaults, what `model tune` found, config.toml, the environment, flags, the later ones first; each value
knows its origin."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from codeassist import toml, tuned
from codeassist.errors import ConfigError
from codeassist.paths import Paths, user_paths

DEFAULT_MODEL = "qwen2.5-coder-0.5b"

Positive = Annotated[int, msgspec.Meta(ge=1)]
Natural = Annotated[int, msgspec.Meta(ge=0)]


class EngineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The resident engine process."""

    mode: Annotated[str, msgspec.Meta(pattern="^(shared|private)$")] = "shared"
    idle_minutes: Annotated[float, msgspec.Meta(gt=0)] = 15.0
    context_tokens: Annotated[int, msgspec.Meta(ge=512)] = 8192
    batch_tokens: Annotated[int, msgspec.Meta(ge=8, le=2048)] = 64  # prefill chunk: bounds a cancel's wait
    threads: Natural = 0  # 0: as many as there are processors
    cache_mib: Natural = 512  # RAM for the KV state of prompts that left the slots
    start_seconds: Annotated[float, msgspec.Meta(gt=0)] = 120.0  # how long a model may take to load
    backend: Annotated[str, msgspec.Meta(pattern="^(auto|xllamacpp|llama-cpp-python|ctransformers)$")] = "auto"
    draft: str = ""  # id of an installed model whose drafts the one in use checks; "" is none
    draft_tokens: Annotated[int, msgspec.Meta(ge=1, le=16)] = 4  # of one draft
    url: Annotated[str, msgspec.Meta(pattern="^(https?://[^@?#]+)?$")] = ""  # of a server that runs the model instead
    allow_remote: bool = False  # without it no URL is used: text leaves this machine
    allowed_hosts: tuple[str, ...] = ()  # the URL's host must be one of them; empty: whichever it names
    ca_file: str = ""  # of the one authority that signs the server's certificate; "" is those that the system trusts
    key_env: str = ""  # the environment variable that holds the server's key
    key_keyring: str = ""  # or the keyring's service that does; the user is the URL's host
    remote_model: str = ""  # its name there; "" is the only one, or the first
    remote_family: str = ""  # of prompts/fim, or "none"; "" is told by the name


class CompletionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One completion: how much of the file is shown, how much may be written."""

    max_tokens: Positive = 160
    prefix_tokens: Positive = 240
    suffix_tokens: Natural = 48
    anchor_lines: Natural = 40  # the anchor is at most so many lines above the cursor
    context_tokens: Natural = 256  # of other places in the repository
    expected_ms: Natural = 0  # from a keystroke to a suggestion, as measured by `model tune`; 0: not known


class ContextSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is found in the repository, and how.

    `embeddings`: "off", the id of an installed embedding model, or "auto": the first one that is installed.
    """

    embeddings: Annotated[str, msgspec.Meta(min_length=1)] = "auto"


class AskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer."""

    max_tokens: Positive = 512
    context_tokens: Natural = 1000  # of the repository's excerpts for one question


class EditSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edit: how much the model is shown beside the code that it writes again, and how much it may write."""

    max_tokens: Positive = 2048
    file_tokens: Natural = 1000  # of the file around it
    context_tokens: Natural = 256  # of other places in the repository


class ReviewSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A review. A repository's own `.codeassist.toml` or pyproject.toml may say otherwise (see review/configuration).

    `disable`, `enable`: names of rules; `severity`: by the name of a rule; `exclude`: paths as in .gitignore.
    `baseline`: a file of findings that are known, relative to the repository; "" is none.
    """

    fail_on: Annotated[str, msgspec.Meta(pattern="^(none|low|medium|high)$")] = "high"
    model: bool = True
    budget_seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 10.0  # in all; the model has what checks leave
    disable: tuple[str, ...] = ()
    enable: tuple[str, ...] = ()
    severity: dict[str, Annotated[str, msgspec.Meta(pattern="^(low|medium|high)$")]] = {}
    exclude: tuple[str, ...] = ()
    baseline: str = ".codeassist-baseline.json"
    max_file_kb: Positive = 500  # of a file that is added


class ModelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where models are downloaded from."""

    hub_url: Annotated[str, msgspec.Meta(pattern="^https?://")] = "https://huggingface.co"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a user can set in config.toml. Frozen: made once, passed down."""

    model: str = DEFAULT_MODEL
    engine: EngineSettings = EngineSettings()
    completion: CompletionSettings = CompletionSettings()
    context: ContextSettings = ContextSettings()
    ask: AskSettings = AskSettings()
    edit: EditSettings = EditSettings()
    review: ReviewSettings = ReviewSettings()
    models: ModelSettings = ModelSettings()


@dataclass(frozen=True)
class Loaded:
    """Settings with the directories, the scripted engine if one is named, and where each value came from."""

    settings: Settings
    paths: Paths
    fake_script: Path | None
    origins: Mapping[str, str]  # dotted name -> "default", "tuned", "file", "environment" or "flag"
    tuning: tuned.Tuning = tuned.NEVER


def load(environ: Mapping[str, str], *, model: str | None = None) -> Loaded:
    """Read the settings of this user.

    Raises:
        ConfigError: config.toml or a CODEASSIST_ variable cannot be used; the hint names the file and the key.
    """
    paths = user_paths(environ)
    table = _read_toml(paths.config_file)
    tuning = _tuning(paths)
    named = model or environ.get("CODEASSIST_MODEL") or ""
    measured = tuning.holding(table, named, DEFAULT_MODEL)
    origins = dict.fromkeys(_leaves(msgspec.to_builtins(Settings())), "default")
    origins |= dict.fromkeys(_leaves(measured), "tuned")
    origins |= dict.fromkeys((_setting(name, origins) for name in _leaves(table)), "file")
    table = _merged(measured, table)
    for origin, name in (("environment", environ.get("CODEASSIST_MODEL")), ("flag", model)):
        if name:
            table["model"] = name
            origins["model"] = origin
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{paths.config_file}: {error}", "correct that key, or remove it") from error
    return Loaded(settings, paths, _fake_script(environ.get("CODEASSIST_ENGINE", "")), origins, tuning)


def _tuning(paths: Paths) -> tuned.Tuning:
    """What `model tune` found; settings that this version does not know are not believed."""
    found = tuned.in_force(paths.state)
    measured = found.profile.settings if found.profile else {}
    try:
        msgspec.convert(measured, Settings)
    except msgspec.ValidationError:
        return tuned.Tuning("damaged", found.power)
    if tuned.gone(measured, paths.models):
        return tuned.Tuning("gone", found.power)
    return found


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two nested tables; what the second says goes first."""
    both = {**below, **above}
    for name in below.keys() & above.keys():
        if isinstance(below[name], Mapping) and isinstance(above[name], Mapping):
            both[name] = _merged(below[name], above[name])
    return both


def _fake_script(value: str) -> Path | None:
    if not value:
        return None
    kind, _, script = value.partition(":")
    if kind != "fake" or not script:
        raise ConfigError(f"CODEASSIST_ENGINE={value!r} is not understood", "unset it, or give fake:SCRIPT.json")
    return Path(script)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return toml.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, toml.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}", "correct the file, or move it away") from error


def _leaves(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for key, value in table.items():
        inner = isinstance(value, Mapping) and len(value) > 0
        names += _leaves(value, f"{prefix}{key}.") if inner else [f"{prefix}{key}"]
    return names


def _setting(name: str, known: Mapping[str, str]) -> str:
    """The setting that a name in a file is of: itself, or a table whose keys people choose."""
    found = name
    while found not in known and "." in found:
        found = found.rpartition(".")[0]
    return found if found in known else name


def rows(loaded: Loaded) -> list[tuple[str, object, str]]:
    """Every setting as (dotted name, value, origin), in the order of the file."""
    flat: list[tuple[str, object, str]] = []
    for name in _leaves(msgspec.to_builtins(Settings())):
        value: Any = loaded.settings
        for part in name.split("."):
            value = getattr(value, part)
        flat.append((name, value, loaded.origins.get(name, "default")))
    return flat


def set_model(paths: Paths, model: str) -> None:
    """Make `model` the default in config.toml; the file's comments and other keys stay as they are.

    Raises:
        ConfigError: the file cannot be read or written.
    """
    import tomlkit

    _read_toml(paths.config_file)
    try:
        text = paths.config_file.read_text(encoding="utf-8") if paths.config_file.exists() else ""
        document = tomlkit.parse(text)
        document["model"] = model
        paths.config.mkdir(parents=True, exist_ok=True)
        file = paths.config_file.resolve()  # it may be a link into the user's dotfiles
        temporary = file.with_suffix(".toml.new")
        temporary.write_text(tomlkit.dumps(document), encoding="utf-8")
        if file.exists():
            shutil.copymode(file, temporary)
        temporary.replace(file)
    except OSError as error:
        raise ConfigError(f"cannot write {paths.config_file}: {error.strerror}", "check its permissions") from error
