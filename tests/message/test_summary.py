"""What the model is told of a change: within its budget, without secrets, the large by its definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.engine.fake import FakeEngine, Script
from codeassist.message.facts import FileFacts, Line, facts, sort_of
from codeassist.message.masking import MASK, masked
from codeassist.message.summary import head, summary
from tests.message.changes import change, snapshot

ENGINE = FakeEngine(Script())  # a token is a character
OLD = "class Store:\n    def load(self):\n        return 1\n\n    def drop(self):\n        return 2\n"
NEW = "class Store:\n    def load(self):\n        return 3\n\n    def save(self):\n        return 2\n"


def function(number: int, value: int) -> str:
    return f"def function_{number}():\n" + "".join(f"    x{line} = {value}\n" for line in range(20)) + "\n\n"


def test_a_small_file_is_shown_as_it_is() -> None:
    (one,) = facts(snapshot(change("lib/store.py", OLD, NEW)))
    assert (one.added, one.removed, one.changed) == (("Store.save",), ("Store.drop",), ("Store.load",))
    assert summary(ENGINE, [one], 1000) == (
        "lib/store.py (changed): adds Store.save; removes Store.drop; changes Store.load\n"
        " class Store:\n     def load(self):\n-        return 1\n+        return 3\n"
        " \n-    def drop(self):\n+    def save(self):"
    )


def test_a_large_file_is_told_by_its_definitions_and_first_lines() -> None:
    old = "".join(function(number, 1) for number in range(100))
    new = "".join(function(number, 2) for number in range(100))
    found = facts(snapshot(change("big.py", old, new), change("lib/store.py", OLD, NEW)))
    assert [each.path for each in found] == ["big.py", "lib/store.py"]
    assert found[0].size == 4000, "a diff of four thousand lines"
    told = summary(ENGINE, found, 2000)
    assert len(told) <= 2000
    assert "big.py (changed): changes function_0, function_1," in told
    assert "-    x0 = 1" in told
    assert "more changed lines)" in told
    assert "+    def save(self):" in told, "a small file beside it is shown as a whole"


def test_beside_source_little_is_shown_of_tests() -> None:
    tests = "".join(function(number, 1) for number in range(20))
    log = change("CHANGELOG.md", "# 1\n", "# 1\n- Stores can save.\n")
    found = facts(snapshot(change("tests/test_a.py", None, tests), change("lib/store.py", OLD, NEW), log))
    assert [each.path for each in found] == ["CHANGELOG.md", "lib/store.py", "tests/test_a.py"], "a log says it best"
    told = summary(ENGINE, found, 3000)
    assert told.count("+    x") < 10
    assert "+    def save(self):" in told
    assert summary(ENGINE, found[2:], 3000).count("+    x") > 100, "alone they are what is changed"


def test_what_is_not_read_is_named_only() -> None:
    found = facts(
        snapshot(
            change("package-lock.json", "{}\n", '{"canary": 1}\n'),
            change("logo.png", None, "", omitted="binary"),
            change(".env", None, "TOKEN=canary\n"),
            change("old.py", "canary = 1\n", None),
            change("app.min.js", None, "canary()\n"),
        )
    )
    told = summary(ENGINE, found, 1000)
    assert sorted(told.split("\n")) == [
        ".env (new, secret)",
        "app.min.js (new, minified)",
        "logo.png (new, binary)",
        "old.py (deleted)",
        "package-lock.json (changed, generated)",
    ]


SECRETS = {
    "assigned": 'password = "canary-hunter2"',
    "in a mapping": '"api_key": "canary-123456",',
    "in an address": "url = https://someone:canary@example.org/",
    "by its look": "x = wJa1rXUtnFEMI9K7MDENG8bPx2RfiCYcanary",
    "old": 'SECRET_TOKEN = "canary-old-one"',
    "without quotes": "ENV API_TOKEN canary93jdkslq0",
    "known to the check for secrets only": "curl -u admin:canaryPass https://example.com/x",
}


@pytest.mark.parametrize("line", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("side", ["new", "old", "above"])
def test_secrets_do_not_reach_the_prompt(line: str, side: str) -> None:
    old = {"new": "", "old": f"{line}\n", "above": f"{line}\n"}[side] + "a = 1\n"
    new = {"new": f"{line}\n", "old": "", "above": f"{line}\n"}[side] + "a = 2\n"
    told = summary(ENGINE, masked(facts(snapshot(change("settings.sh", old, new)))), 1000)
    assert "canary" not in told
    assert MASK in told
    assert "+a = 2" in told


def test_a_key_is_left_out_to_its_end() -> None:
    body = "\n".join(f"canary{number}" for number in range(20))
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n"
    lines = tuple(Line("+", line, not at) for at, line in enumerate(f"{key}after = 1".split("\n")))
    (one,) = masked([FileFacts("a.txt", "", "added", "docs", lines=lines)])
    assert [line.text for line in one.lines] == [MASK] * 22 + ["after = 1"]


def test_names_and_numbers_are_no_secrets() -> None:
    lines = ["def test_that_a_very_long_name_is_shown(self):", "MAXIMUM_NUMBER_OF_TOKENS = 128", "token = read_token()"]
    lines += ["token2 = tokens[1].text", "secret = vault.get(2)", "a password of at least 8 characters"]
    new = "".join(f"{line}\n" for line in lines)
    (one,) = masked(facts(snapshot(change("a.py", None, new))))
    assert [line.text for line in one.lines] == lines


PATHS = st.text(min_size=1, max_size=200).map(lambda path: path.strip("/") or "a")
FILES = st.builds(
    lambda path, names, lines: FileFacts(path, path, "modified", "source", "", tuple(names), lines=tuple(lines)),
    PATHS,
    st.lists(st.text(max_size=80), max_size=12),
    st.lists(st.builds(Line, st.sampled_from("+- "), st.text(max_size=200), st.booleans()), max_size=40),
)


@given(st.lists(FILES, min_size=1, max_size=60), st.integers(300, 2000))
def test_a_summary_keeps_to_its_budget(found: list[FileFacts], budget: int) -> None:
    heads = len(head(found[0])) + 50  # the first file is always named
    assert len(summary(ENGINE, found, budget)) <= max(budget, heads)


@pytest.mark.parametrize(
    ("path", "sort"),
    [
        ("lib/store.py", "source"),
        ("tests/test_store.py", "test"),
        ("src/store.test.ts", "test"),
        ("docs/index.md", "docs"),
        ("CHANGELOG.md", "docs"),
        ("README.rst", "docs"),
        (".github/workflows/ci.yml", "ci"),
        ("pyproject.toml", "build"),
        ("Cargo.lock", "build"),
        ("requirements-dev.txt", "build"),
        ("src/docstrings.py", "source"),
    ],
)
def test_what_a_file_is_for(path: str, sort: str) -> None:
    assert sort_of(path) == sort
