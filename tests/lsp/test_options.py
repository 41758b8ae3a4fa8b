from __future__ import annotations

from typing import Any

import pytest

from codeassist.lsp.options import Options, parse


@pytest.mark.parametrize("given", [None, {}, {"codeassist": {}}])
def test_nothing_given_is_the_default(given: Any) -> None:
    assert parse(given) == (Options(), [])


def test_every_setting() -> None:
    given = {
        "model": "qwen2.5-coder-1.5b",
        "enabled": False,
        "languages": {"python": {"enabled": False}, "go": {}},
        "maxLines": 5,
        "debounceMs": 40,
        "context": False,
        "engine": {"mode": "private"},
        "review": "checks",
        "prompts": True,
    }
    languages = {"python": False, "go": True}
    expected = Options(False, "qwen2.5-coder-1.5b", "private", languages, 5, 40.0, False, "checks", True)
    assert parse(given) == (expected, [])
    assert parse({"codeassist": given}) == (expected, [])


def test_dotted_keys_are_nested() -> None:
    options, complaints = parse({"engine.mode": "private", "languages.go.enabled": False, "languages": {"c": {}}})
    assert complaints == []
    assert options.mode == "private"
    assert options.languages == {"go": False, "c": True}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model", 5),
        ("enabled", 1),
        ("enabled", "true"),
        ("languages", []),
        ("languages", {"python": True}),
        ("languages", {"python": {"enabled": "no"}}),
        ("languages", {"python": {"on": False}}),
        ("maxLines", -1),
        ("maxLines", 2.5),
        ("maxLines", True),
        ("maxLines", 10**9),
        ("debounceMs", "fast"),
        ("debounceMs", -1),
        ("debounceMs", float("nan")),
        ("debounceMs", []),
        ("context", "yes"),
        ("review", "model"),
        ("review", 1),
        ("review", ["checks"]),
        ("prompts", "yes"),
        ("engine", "private"),
        ("engine", {"mode": "loud"}),
        ("engine", {"port": 1}),
        ("nonsense", 1),
        ("", 1),
    ],
)
def test_a_wrong_setting_keeps_its_default(key: str, value: Any) -> None:
    options, complaints = parse({key: value, "maxLines" if key != "maxLines" else "context": 1})
    assert len(complaints) == (2 if key == "maxLines" else 1), complaints
    assert options == (Options() if key == "maxLines" else Options(max_lines=1))


def test_auto_is_the_default_debounce() -> None:
    assert parse({"debounceMs": "auto"})[0].debounce_ms is None


def test_a_null_is_not_set() -> None:
    assert parse({"model": None, "engine": {"mode": None}, "debounceMs": None}) == (Options(), [])


def test_a_language_is_off_by_either_name() -> None:
    options = Options(languages={"javascript": False})
    assert not options.allows(("javascriptreact", "javascript"))
    assert options.allows(("python", "python"))
    assert not Options(enabled=False).allows(("python",))


@pytest.mark.parametrize(("value", "review"), [(True, "all"), (False, "off"), ("checks", "checks"), (None, "all")])
def test_review(value: Any, review: str) -> None:
    options, complaints = parse({"review": value})
    assert (options.review, complaints) == (review, [])
