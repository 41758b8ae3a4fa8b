"""What an editor may set: section `codeassist` of its settings, also as initializationOptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Review = Literal["off", "checks", "all"]
_AUTO = "auto"
_MAX_LINES, _MAX_DEBOUNCE_MS = 1000, 10_000
_MODES = ("shared", "private")
_REVIEWS: dict[bool | str, Review] = {True: "all", False: "off", "checks": "checks"}


@dataclass(frozen=True)
class Options:
    """Settings of one editor. `model` and `mode` of None leave the choice to the user's config.toml.

    Attributes:
        languages: an editor's or our language id: whether suggestions are shown in it.
        max_lines: of one suggestion; 0 is as many as the syntax asks for.
        debounce_ms: None adapts to the person's typing.
        review: of a file that is opened or saved: by checks, and where "all" by the model while nobody waits for it.
        prompts: the editor asks for an instruction by itself, and shows an edit before it applies it.
    """

    enabled: bool = True
    model: str | None = None
    mode: str | None = None
    languages: Mapping[str, bool] = ()  # type: ignore[assignment]  # an empty mapping, immutable
    max_lines: int = 0
    debounce_ms: float | None = None
    context: bool = True
    review: Review = "all"
    prompts: bool = False

    def allows(self, names: tuple[str, ...]) -> bool:
        """Whether suggestions are wanted in a language of these names."""
        table = dict(self.languages)
        return self.enabled and all(table.get(name, True) for name in names)


def parse(given: Any) -> tuple[Options, list[str]]:
    """Options, and what is wrong with them; what is wrong keeps its default. Nothing given is no complaint."""
    if given is None:
        return Options(), []
    if not isinstance(given, dict):
        return Options(), ["the settings are not an object"]
    inner = given.get("codeassist")
    table = _nested(inner if len(given) == 1 and isinstance(inner, dict) else given)
    options, complaints = Options(), []
    for key, value in table.items():
        reader = _READERS.get(key)
        if reader is None:
            complaints.append(f"{key[:50]} is not a setting")
            continue
        if value is None:
            continue
        try:
            options = reader(options, value)
        except (ValueError, TypeError) as error:
            complaints.append(f"{key}: {error}")
    return options, complaints


def _nested(table: dict[Any, Any]) -> dict[str, Any]:
    """`{"engine.mode": "private"}` as `{"engine": {"mode": "private"}}`; both are in use."""
    nested: dict[str, Any] = {}
    for key, value in table.items():
        *outer, last = str(key).split(".")
        into = nested
        for name in outer:
            step = into.setdefault(name, {})
            if not isinstance(step, dict):
                step = into[name] = {}
            into = step
        if isinstance(value, dict) and isinstance(into.get(last), dict):
            into[last].update(_nested(value))
        else:
            into[last] = _nested(value) if isinstance(value, dict) else value
    return nested


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("expected true or false")
    return value


def _number(value: Any, largest: int) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= largest:
        raise ValueError(f"expected a number from 0 to {largest}")
    return value


def _model(options: Options, value: Any) -> Options:
    if not isinstance(value, str):
        raise TypeError("expected the id of a model")
    return replace(options, model=value or None)


def _languages(options: Options, value: Any) -> Options:
    if not isinstance(value, dict):
        raise TypeError("expected an object of language ids")
    table = {}
    for name, settings in value.items():
        if not isinstance(settings, dict) or set(settings) - {"enabled"}:
            raise ValueError(f'{str(name)[:30]}: expected {{"enabled": true or false}}')
        table[str(name)] = _boolean(settings.get("enabled", True))
    return replace(options, languages=table)


def _debounce(options: Options, value: Any) -> Options:
    if value == _AUTO:
        return replace(options, debounce_ms=None)
    try:
        return replace(options, debounce_ms=float(_number(value, _MAX_DEBOUNCE_MS)))
    except ValueError as error:
        raise ValueError(f'expected "auto" or a number from 0 to {_MAX_DEBOUNCE_MS}') from error


def _max_lines(options: Options, value: Any) -> Options:
    number = _number(value, _MAX_LINES)
    if number != int(number):
        raise ValueError("expected a whole number")
    return replace(options, max_lines=int(number))


def _engine(options: Options, value: Any) -> Options:
    if not isinstance(value, dict) or set(value) - {"mode"}:
        raise ValueError('expected {"mode": "shared" or "private"}')
    if value.get("mode") not in (*_MODES, None):
        raise ValueError('mode: expected "shared" or "private"')
    return replace(options, mode=value.get("mode"))


def _review(options: Options, value: Any) -> Options:
    if not isinstance(value, (bool, str)) or value not in _REVIEWS:
        raise ValueError('expected true, false or "checks"')
    return replace(options, review=_REVIEWS[value])


_READERS: dict[str, Callable[[Options, Any], Options]] = {
    "enabled": lambda options, value: replace(options, enabled=_boolean(value)),
    "context": lambda options, value: replace(options, context=_boolean(value)),
    "prompts": lambda options, value: replace(options, prompts=_boolean(value)),
    "model": _model,
    "languages": _languages,
    "maxLines": _max_lines,
    "debounceMs": _debounce,
    "engine": _engine,
    "review": _review,
}
