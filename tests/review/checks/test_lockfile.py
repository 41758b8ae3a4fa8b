"""Manifests and lock files: only where dependencies differ, and the lock file does not say so."""

from __future__ import annotations

import json

import pytest

from codeassist.config import ReviewSettings
from codeassist.review.change import FileChange
from codeassist.review.checks.lockfile import RULE
from codeassist.review.finding import Finding
from codeassist.review.manifests import locks
from tests.review.changes import around, change, snapshot


def look(*changes: FileChange, others: dict[str, str] | None = None) -> list[Finding]:
    return list(RULE.look(snapshot(*changes, others=others), around()))


def npm(root: dict[str, str], **more: object) -> str:
    return json.dumps({"lockfileVersion": 3, "packages": {"": {"dependencies": root}, **more}})


PACKAGE = '{\n  "name": "a",\n  "version": "1.0.0",\n  "dependencies": {\n    "left-pad": "^1.0.0"\n  }\n}\n'
MORE = PACKAGE.replace('"^1.0.0"', '"^1.0.0",\n    "@scope/x": "2"')
PROJECT = '[project]\nname = "a"\nversion = "1"\ndependencies = [\n  "requests >= 2",\n]\n'
CRATE = '[package]\nname = "a"\nversion = "0.1.0"\n\n[dependencies]\nserde = "1.0"\n'
LOCKED = 'version = 4\n\n[[package]]\nname = "a"\nversion = "0.1.0"\ndependencies = [\n "serde",\n]\n'
MODULE = "module a\n\ngo 1.22\n\nrequire (\n\tb.org/b v1.0.0\n\tc.org/c v1.0.0 // indirect\n)\n"
SUM = "b.org/b v1.0.0 h1:x=\nb.org/b v1.0.0/go.mod h1:x=\nc.org/c v1.0.0/go.mod h1:x=\n"
GEMS = 'source "https://rubygems.org"\n\ngem "rails", "~> 7.0"\ngem "puma"\n'
PHP = '{"name": "a", "require": {"b/c": "^1.0"}}'


@pytest.mark.parametrize(
    ("manifest", "old", "new", "lock", "locked", "names"),
    [
        ("package.json", PACKAGE, MORE, "yarn.lock", "x", "@scope/x"),
        ("package.json", PACKAGE, MORE, "pnpm-lock.yaml", "x", "@scope/x"),
        ("package.json", PACKAGE, MORE, "package-lock.json", npm({"left-pad": "^1.0.0"}), "@scope/x"),
        ("package.json", PACKAGE, PACKAGE.replace("^1", "^2"), "package-lock.json", '{"dependencies": {}}', "left-pad"),
        ("pyproject.toml", PROJECT, PROJECT.replace("2", "3"), "uv.lock", "x", "requests"),
        ("pyproject.toml", PROJECT, PROJECT + "[dependency-groups]\ndev = ['ruff']\n", "uv.lock", "x", "ruff"),
        (
            "pyproject.toml",
            PROJECT,
            PROJECT + "[tool.poetry.dependencies]\nb = {version='1'}\n",
            "poetry.lock",
            "x",
            "b",
        ),
        ("pyproject.toml", PROJECT, PROJECT.replace("2", "3"), "pdm.lock", "x", "requests"),
        ("Cargo.toml", CRATE, CRATE + 'rand = "0.8"\n', "Cargo.lock", LOCKED, "rand"),
        ("Cargo.toml", CRATE, CRATE.replace('serde = "1.0"\n', ""), "Cargo.lock", LOCKED, "serde"),
        ("go.mod", MODULE, MODULE.replace("b v1.0.0", "b v1.1.0"), "go.sum", SUM, "b.org/b"),
        ("Gemfile", GEMS, GEMS.replace("7.0", "7.1"), "Gemfile.lock", "x", "rails"),
        ("composer.json", PHP, PHP.replace("^1", "^2"), "composer.lock", "x", "b/c"),
    ],
)
def test_the_lock_file_stayed_behind(manifest: str, old: str, new: str, lock: str, locked: str, names: str) -> None:
    (finding,) = look(change(f"d/{manifest}", old, new), others={f"d/{lock}": locked})
    assert finding.message == f"d/{lock} does not go with the dependencies in d/{manifest}: {names}"
    assert (finding.path, finding.severity) == (f"d/{manifest}", "medium")


@pytest.mark.parametrize(
    ("manifest", "old", "new", "lock", "locked"),
    [
        # the project's own version, a script, a comment, another layout
        ("package.json", PACKAGE, PACKAGE.replace('"1.0.0"', '"1.0.1"'), "yarn.lock", "x"),
        ("package.json", PACKAGE, json.dumps({**json.loads(PACKAGE), "scripts": {"a": "b"}}), "yarn.lock", "x"),
        ("package.json", PACKAGE, PACKAGE.replace('"^1.0.0"', '"^1.0.0", "own": "workspace:*"'), "yarn.lock", "x"),
        ("pyproject.toml", PROJECT, PROJECT.replace('"1"', '"2"') + "[tool.ruff]\nline-length = 9\n", "uv.lock", "x"),
        ("pyproject.toml", PROJECT, PROJECT.replace('"requests >= 2"', "'Requests>=2'  # why"), "uv.lock", "x"),
        ("pyproject.toml", PROJECT, PROJECT + "[tool.uv.sources]\nb = {path = 'b'}\n", "poetry.lock", "x"),
        ("Gemfile", GEMS, GEMS.replace('gem "puma"', "# for people\ngem 'puma'"), "Gemfile.lock", "x"),
        ("composer.json", PHP, PHP.replace('"a"', '"z"'), "composer.lock", "x"),
        ("go.mod", MODULE, MODULE.replace(" // indirect", "").replace("1.22", "1.23"), "go.sum", SUM),
        # a requirement that the lock file meets as it is
        ("Cargo.toml", CRATE, CRATE.replace("1.0", "1.1"), "Cargo.lock", LOCKED),
        ("go.mod", MODULE.replace("c v1.0.0", "c v0.9.0"), MODULE, "go.sum", SUM),
        ("go.mod", MODULE, MODULE + "exclude (\n\tb.org/b v0.1.0\n)\nretract v0.1.0\n", "go.sum", SUM),
        ("go.mod", MODULE, MODULE.replace("b v1.0.0", "b v2.0.0") + "replace b.org/b => ../b\n", "go.sum", SUM),
        # a manifest that was behind is brought up to its lock file
        ("package.json", MORE, PACKAGE, "package-lock.json", npm({"left-pad": "^1.0.0"})),
        # there is no lock file, or nothing can be read
        ("package.json", PACKAGE, MORE, "other.lock", "x"),
        ("package.json", PACKAGE, "{" + MORE, "yarn.lock", "x"),
        ("package.json", "[" * 100_000, MORE, "yarn.lock", "x"),
        ("pyproject.toml", PROJECT, "a" + ".a" * 200_000 + " = 1\n", "uv.lock", "x"),
        ("pyproject.toml", PROJECT, "a = " + "[" * 100_000 + "\n", "uv.lock", "x"),
    ],
)
def test_nothing_is_said(manifest: str, old: str, new: str, lock: str, locked: str) -> None:
    assert look(change(manifest, old, new), others={lock: locked}) == []


def test_both_in_the_change() -> None:
    """Where the lock file tells what it was made from, being touched is not enough."""
    assert look(change("package.json", PACKAGE, MORE), change("yarn.lock", "x", "y")) == []
    stale = change("package-lock.json", npm({"left-pad": "^1.0.0"}), npm({"left-pad": "^1.0.0"}, a={}))
    (finding,) = look(change("package.json", PACKAGE, MORE), stale)
    assert (finding.path, finding.line, finding.evidence) == ("package.json", 6, '"@scope/x": "2"')
    fresh = change("package-lock.json", npm({"left-pad": "^1.0.0"}), npm({"left-pad": "^1.0.0", "@scope/x": "2"}))
    assert look(change("package.json", PACKAGE, MORE), fresh) == []


def test_the_reverse() -> None:
    """The lock file alone: its own update is usual, other dependencies are not."""
    lock = npm({"left-pad": "^1.0.0"})
    other = {"package.json": PACKAGE}
    updated = change("package-lock.json", lock, npm({"left-pad": "^1.0.0"}, x={"version": "2"}))
    assert look(updated, others=other) == []
    more = change("package-lock.json", lock, npm({"left-pad": "^1.0.0", "b": "1"}))
    (finding,) = look(more, others=other)
    assert finding.path == "package-lock.json"
    assert finding.message == "package-lock.json does not go with the dependencies in package.json: b"
    repaired = change("package-lock.json", npm({}), lock)
    assert look(repaired, others=other) == []


def test_what_was_apart_before_is_not_told() -> None:
    new = PACKAGE.replace('"version": "1.0.0"', '"version": "2.0.0"')
    assert look(change("package.json", PACKAGE, new), others={"package-lock.json": npm({})}) == []


def test_members_of_a_workspace() -> None:
    """Their lock file is above them; the crates' real names are in the root's manifest."""
    root = '[workspace]\nmembers = ["*"]\n[workspace.dependencies]\nrnd = { package = "rand", version = "0.8" }\n'
    files = {"Cargo.toml": root, "Cargo.lock": LOCKED}
    new = CRATE + "rnd = { workspace = true }\n[target.'cfg(unix)'.dependencies]\nlibc = '1'\n"
    (finding,) = look(change("crates/a/Cargo.toml", CRATE, new), others=files)
    assert finding.message == "Cargo.lock does not go with the dependencies in crates/a/Cargo.toml: libc, rand"
    files["Cargo.lock"] = LOCKED.replace(' "serde"', ' "libc",\n "rand",\n "serde"')
    assert look(change("crates/a/Cargo.toml", CRATE, new), others=files) == []
    lock = npm({}, **{"packages/a": {"dependencies": {"left-pad": "^1.0.0"}}})
    one = change("packages/a/package.json", PACKAGE, MORE)
    assert len(look(one, others={"package-lock.json": lock})) == 1
    assert look(one, others={"package-lock.json": npm({})}) == []


def test_a_lock_file_that_goes_is_no_lock_file() -> None:
    assert look(change("package.json", PACKAGE, MORE), change("yarn.lock", "x", None)) == []
    assert look(change("package.json", PACKAGE, None), change("yarn.lock", "x", None)) == []


def test_manifests_that_come_or_go() -> None:
    assert look(change("pyproject.toml", None, PROJECT), others={"uv.lock": "x"}) == []
    assert look(change("pyproject.toml", PROJECT, None), others={"uv.lock": "x"}) == []


def test_a_go_workspace_has_hashes_elsewhere() -> None:
    one = change("go.mod", MODULE, MODULE.replace("b v1.0.0", "b v1.1.0"))
    assert look(one, others={"go.sum": SUM, "go.work": "x"}) == []


def test_what_is_left_out_may_have_changed() -> None:
    one = snapshot(change("package.json", PACKAGE, MORE), others={"yarn.lock": "x"})
    assert list(RULE.look(one, around(settings=ReviewSettings(exclude=("*.lock",))))) == []


def test_each_row() -> None:
    assert len({(lock.manifest, lock.file) for lock in locks()}) == len(locks())
