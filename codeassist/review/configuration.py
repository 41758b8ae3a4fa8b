"""A repository's own settings of reviews: `.codeassist.toml`, or a table of pyproject.toml, over the user's.

They are read as they are on disk, at the top of the working tree, and are as hostile as everything there: they can
turn checks off and hide findings of this repository, and do nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from codeassist import toml
from codeassist.config import Loaded, ReviewSettings
from codeassist.errors import ConfigError
from codeassist.review.disk import look

OWN_FILE = ".codeassist.toml"
_PROJECT_FILE = "pyproject.toml"
_MOST_BYTES = 256 * 1024
_MOST_DOTS = 400  # of a line: TOML's reader takes the square of a key's parts
_EXTRA_RULES = ("unlikely-code",)  # of the model
_KEY_PATH = re.compile(r" - at `(?:key in )?\$\.?")


def configured(root: Path, loaded: Loaded) -> ReviewSettings:
    """The settings of a review of what is below `root`: the repository's, key by key, over the user's.

    Severities are joined rule by rule; every other key replaces the user's.

    Raises:
        ConfigError: a file, a key or a rule's name cannot be used; the message names it.
    """
    user = loaded.settings.review
    _check_rules(str(loaded.paths.config_file), user)
    name, table = _own(root)
    if not table:
        return user
    own = _converted(name, table)
    _check_rules(name, own)
    chosen: dict[str, Any] = {key: getattr(own, key) for key in table}
    chosen["severity"] = {**user.severity, **own.severity}
    return msgspec.structs.replace(user, **chosen)


def is_known(rule: str) -> bool:
    """Whether there is a rule of that name, or one that it is a part of ("ruff/F401")."""
    from codeassist.review.checks import RULES

    base = rule.partition("/")[0]
    return base in RULES or base in _EXTRA_RULES


def names(rule: str) -> tuple[str, ...]:
    """The names under which settings and comments may mean a finding's rule, the most exact first."""
    base = rule.partition("/")[0]
    return (rule,) if rule == base else (rule, base)


def means(named: Iterable[str], rule: str) -> bool:
    """Whether a finding's rule is among the named ones, or is a part of one."""
    return any(name in named for name in names(rule))


def _own(root: Path) -> tuple[str, Mapping[str, Any]]:
    """The file that speaks of reviews, and what it says; nothing if none does."""
    text = _text(root, OWN_FILE)
    if text is not None:
        document = _parsed(OWN_FILE, text)
        others = sorted(set(document) - {"review"})
        if others:
            raise ConfigError(f"{OWN_FILE}: there is no table `{others[0]}`", "it may hold the table [review]")
        if "review" in document:
            return OWN_FILE, _table(OWN_FILE, document["review"])
    text = _text(root, _PROJECT_FILE)
    if text is None or "codeassist" not in text:  # others own that file: it may be broken, and none of our business
        return "", {}
    tool = _parsed(_PROJECT_FILE, text).get("tool")
    own = tool.get("codeassist") if isinstance(tool, dict) else None
    if not isinstance(own, dict) or "review" not in own:
        return "", {}
    return _PROJECT_FILE, _table(_PROJECT_FILE, own["review"])


def _text(root: Path, name: str) -> str | None:
    found = look(root, name, _MOST_BYTES)
    if found is None:
        return None
    if found.data is None:
        if name == _PROJECT_FILE:
            return None
        why = (
            "is a link, or no file" if not found.mode.startswith("1006") and found.mode != "100755" else "is too large"
        )
        raise ConfigError(f"{name} {why}", f"make it a file of at most {_MOST_BYTES // 1024} KiB")
    try:
        return found.data.decode("utf-8")
    except UnicodeDecodeError as error:
        if name == _PROJECT_FILE:
            return None
        raise ConfigError(f"{name} is not UTF-8: {error.reason}", "correct the file") from error


def _parsed(name: str, text: str) -> dict[str, Any]:
    if any(line.count(".") > _MOST_DOTS for line in text.split("\n")):
        raise ConfigError(f"{name}: a line has over {_MOST_DOTS} dots", "break the line")
    try:
        return toml.loads(text)
    except (toml.TOMLDecodeError, RecursionError) as error:
        reason = str(error) if isinstance(error, toml.TOMLDecodeError) else "it is nested too deeply"
        raise ConfigError(f"{name} cannot be read: {reason}", "correct the file") from error


def _table(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{name}: `review` is not a table", "see docs/review.md for its keys")
    return value


def _converted(name: str, table: Mapping[str, Any]) -> ReviewSettings:
    try:
        return msgspec.convert(table, ReviewSettings)
    except msgspec.ValidationError as error:
        said = _KEY_PATH.sub(" - at `review.", str(error))
        raise ConfigError(f"{name}, table review: {said}", "correct that key, or remove it") from error


def _check_rules(name: str, settings: ReviewSettings) -> None:
    for key in ("disable", "enable", "severity"):
        for rule in getattr(settings, key):
            if not is_known(rule):
                raise ConfigError(f"{name}: review.{key} names `{rule}`, which is no rule", "docs/review.md lists them")
