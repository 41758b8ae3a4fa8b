"""What manifests ask for, and what lock files say of it: read as data, bounded, None where it cannot be told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from codeassist import toml

_LONGEST = 500_000  # characters of a manifest
_MOST_DOTS = 200  # in one line of TOML: reading a dotted key takes the square of its parts
_LOCAL = (
    "workspace:",
    "file:",
    "link:",
    "portal:",
)  # packages of the repository itself, which some lock files leave out
_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]{0,100}")
_PAIR = 2
_GEM = re.compile(r"""^\s*gem[ (]\s*["']([^"']{1,100})["']((?:\s*,\s*["'][^"']{0,100}["']){0,10})""", re.MULTILINE)

Asked = Mapping[str, str]
"""What is asked for: a section and a name, or the name alone, with the rest in a form that formatting leaves alone."""


class Lock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of lockfiles.toml, which says what each field means."""

    manifest: str
    file: str
    format: Literal["json", "toml", "gomod", "gemfile"]
    proof: Literal["change", "npm", "cargo", "go"]
    sections: tuple[str, ...]


@cache
def locks() -> tuple[Lock, ...]:
    """The rows of lockfiles.toml."""
    text = (Path(__file__).parent / "checks" / "lockfiles.toml").read_text(encoding="utf-8")
    return msgspec.convert(toml.loads(text)["lock"], tuple[Lock, ...])


def asked(lock: Lock, text: str) -> Asked | None:
    """What a manifest asks for, as far as the lock file depends on it; None if it cannot be read."""
    if len(text) > _LONGEST:
        return None
    if lock.format == "gomod":
        return _required(text)
    if lock.format == "gemfile":
        return {name: "".join(versions.split()) for name, versions in _GEM.findall(text)}
    document = table(lock.format, text)
    if document is None:
        return None
    try:
        return _sections(lock, document)
    except RecursionError:
        return None


def _sections(lock: Lock, document: Mapping[str, Any]) -> Asked:
    found: dict[str, str] = {}
    for section in lock.sections:
        for place, value in _within({"": document}, ["", *section.split(".")]):
            for name, what in _requirements(place, value):
                if lock.proof == "npm" or not what.strip('"').startswith(_LOCAL):
                    key = f"{section}\0{name}"
                    found[key] = found.get(key, "") + what
    return found


def table(kind: str, text: str) -> dict[str, Any] | None:
    """A document of JSON or TOML; None if it is none, or one that is made to take long."""
    if kind == "toml" and any(line.count(".") > _MOST_DOTS for line in text.split("\n")):
        return None
    try:
        document = toml.loads(text) if kind == "toml" else msgspec.json.decode(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _within(value: object, path: Sequence[str]) -> list[tuple[str, object]]:
    """What a path of keys leads to, with the last key; "*" is every key."""
    found: list[tuple[str, object]] = [("", value)]
    for part in path:
        tables = [each for _, each in found if isinstance(each, dict)]
        found = [(key, each[key]) for each in tables for key in (each if part == "*" else {part} & each.keys())]
    return found


def _requirements(place: str, value: object) -> Iterator[tuple[str, str]]:
    """Name and rest of each requirement: of a table by its keys, of a list of requirements, or a single value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, msgspec.json.encode(inner, order="sorted").decode()
    elif isinstance(value, list):
        for each in sorted(each if isinstance(each, str) else str(each) for each in value):
            name = _REQUIREMENT.match(each)
            yield name[0].lower() if name else each, "".join(each.lower().replace("'", '"').split())
    else:
        yield place, str(value)


def differing(one: Asked, other: Asked) -> set[str]:
    """The names of what two manifests do not ask for in the same way."""
    return {key.split("\0")[-1] for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def _go_lines(text: str, directive: str) -> Iterator[str]:
    """What stands behind a directive of go.mod, or on the lines of its block."""
    block = ""
    for line in text.split("\n"):
        words = line.split("//", 1)[0].strip()
        if block:
            if words == ")":
                block = ""
            elif block == directive:
                yield words
        elif words.endswith("("):
            block = words[:-1].strip()
        elif words.startswith(directive + " "):
            yield words.removeprefix(directive).strip()


def _required(text: str) -> dict[str, str]:
    """The modules of a go.mod with their versions."""
    pairs = (line.split() for line in _go_lines(text, "require"))
    return {pair[0].strip('"'): pair[1] for pair in pairs if len(pair) == _PAIR}


def lacking_in_go_sum(manifest: str, lock: str) -> set[str]:
    """The modules of a go.mod whose version has no hash in go.sum; what is replaced needs none."""
    replaced = {line.split()[0] for line in _go_lines(manifest, "replace") if line}
    hashed = {tuple(line.split(" ", 2)[:_PAIR]) for line in lock.split("\n")}
    return {
        module
        for module, version in _required(manifest).items()
        if module not in replaced and not {(module, version), (module, f"{version}/go.mod")} & hashed
    }


def differing_from_npm(manifest: str, lock: str, folder: str) -> set[str] | None:
    """The packages of a package.json in a folder below the lock file that the lock file has otherwise, or not."""
    document, locked = table("json", manifest), table("json", lock)
    packages = (locked or {}).get("packages")
    record = packages.get(folder) if isinstance(packages, dict) else None
    if document is None or not isinstance(record, dict):
        return None
    here, there = _merged(document), _merged(record)
    return {name for name in here.keys() | there.keys() if here.get(name) != there.get(name)}


def _merged(document: Mapping[str, Any]) -> dict[str, object]:
    """Name and version of all sections: npm takes what is in two of them out of one."""
    found: dict[str, object] = {}
    for section in ("dependencies", "devDependencies", "optionalDependencies"):
        some = document.get(section)
        found |= some if isinstance(some, dict) else {}
    return found


def differing_from_cargo(manifest: str, lock: str, workspace: str) -> set[str] | None:
    """The crates that a Cargo.toml names and its package in Cargo.lock does not, or the other way round.

    `workspace`: the text of the Cargo.toml beside the lock file, where crates may have other names.
    """
    document, shared = table("toml", manifest), table("toml", workspace) or {}
    package = (document or {}).get("package")
    package = package.get("name") if isinstance(package, dict) else None
    if document is None or not isinstance(package, str):
        return None
    block = next((each for each in lock.split("[[package]]\n") if each.startswith(f'name = "{package}"\n')), None)
    if block is None or "\nsource = " in block:
        return None
    locked = {each.strip(' ",').split(" ")[0] for each in block.split("\n") if each.startswith(' "')}
    places = [document, *_tables(document.get("target"))]
    others = dict(_within(shared, ["workspace", "dependencies"])).get("dependencies")
    named = {name for place in places for name in _crates(place, others)}
    return {each for each in _alike(named) ^ _alike(locked) if each not in _alike([package])}


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value.values() if isinstance(each, dict)] if isinstance(value, dict) else []


def _crates(place: Mapping[str, Any], shared: object) -> Iterator[str]:
    for section in ("dependencies", "dev-dependencies", "build-dependencies"):
        some = place.get(section)
        for name, value in some.items() if isinstance(some, dict) else ():
            if isinstance(value, dict) and value.get("workspace") and isinstance(shared, dict):
                value = shared.get(name)  # noqa: PLW2901
            renamed = value.get("package") if isinstance(value, dict) else None
            yield renamed if isinstance(renamed, str) else name


def _alike(names: Iterable[str]) -> set[str]:
    return {name.replace("_", "-") for name in names}
