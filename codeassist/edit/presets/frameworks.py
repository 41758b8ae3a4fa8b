"""The test frameworks that tests are written for (frameworks.toml), and which one a project uses."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from codeassist import toml
from codeassist.context.contents import lines_of
from codeassist.context.languages import Language
from codeassist.context.related import is_test
from codeassist.errors import UsageError
from codeassist.terminal import one_line

_MOST_TESTS, _MOST_LINES = 12, 400  # existing tests that are looked at
_MOST_MANIFEST = 256 * 1024  # bytes
_SETTINGS = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
_OF_PYTEST = re.compile(r"(?m)^\[(?:tool\.pytest|pytest|tool:pytest)\b|[\"'\s]pytest\b")
_PYTEST_TEST = re.compile(r"(?m)^(?:async )?def test_|^\s*(?:import|from) pytest\b|^@pytest\.")
_UNITTEST_TEST = re.compile(r"(?m)^\s*(?:import|from) unittest\b(?!\.mock)|\(unittest\.TestCase\)")
_PYTHONS = (".venv/bin/python", "venv/bin/python", "env/bin/python")


class Framework(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table of frameworks.toml, which says what each field means."""

    languages: tuple[str, ...]
    program: str = ""
    run: str
    select: str
    joint: str = "|"
    each: bool = False
    passed: str
    failed: str
    file: str
    folder: str = ""
    writes: tuple[str, ...] = ()


@cache
def frameworks() -> Mapping[str, Framework]:
    """Every framework by its name.

    Raises:
        ConfigError: a field is missing, unknown or of the wrong type.
    """
    return toml.load_data(Path(__file__).with_suffix(".toml"), dict[str, Framework], "edit/presets/frameworks.toml")


def framework_of(root: Path, path: str, language: Language | None, known: Sequence[str]) -> str:
    """The name of the framework for the tests of a file. `known`: the paths of the repository's files.

    Raises:
        UsageError: there is none for it.
    """
    name = _RULES[language.id](root, path, known) if language is not None and language.id in _RULES else ""
    if not name:
        listed = ", ".join(frameworks())
        raise UsageError(f"it cannot be told how {one_line(path)} is tested", f"tests are written for these: {listed}")
    return name


def command(name: str, root: Path, file: str, names: Sequence[str], container: str = "") -> str:
    """A shell command, for the top of the tree, that runs some tests of a file.

    `container`: the class that holds them, where a framework has one.
    """
    row = frameworks()[name]
    of_file = {"{file}": file, "{class}": container}

    def quoted(words: str, names_in_it: str) -> str:
        for key, value in {**of_file, "{name}": names_in_it, "{names}": names_in_it}.items():
            words = words.replace(key, value)
        return shlex.quote(words)

    if row.each:
        select = " ".join(quoted(word, each) for each in names for word in row.select.split(" "))
    else:
        select = quoted(row.select, row.joint.join(re.escape(each) if row.joint == "|" else each for each in names))
    folder = (_crate(root, file) if name == "cargo" else posixpath.dirname(file)) or "."
    return row.run.format(
        program=program(name, root, file),
        file=shlex.quote(file),
        folder=shlex.quote(folder),
        base=shlex.quote(posixpath.basename(file)),
        top="-t ." if (root / folder / "__init__.py").is_file() else "",
        select=select,
    )


def program(name: str, root: Path, file: str) -> str:
    """What runs the tests: the one of the tree's environment that is nearest to the file, else one of PATH, quoted."""
    row = frameworks()[name]
    wanted = _PYTHONS if row.languages == ("python",) else (row.program,)
    folder = posixpath.dirname(file)
    while True:
        for each in wanted:
            place = root / folder / each
            if "/" in each and place.exists():
                return shlex.quote(str(place))
        if not folder:
            break
        folder = posixpath.dirname(folder)
    if row.languages == ("python",):
        return "python3"
    return shlex.quote(row.program if "/" not in row.program else posixpath.basename(row.program))


def is_installed(name: str, root: Path, file: str) -> bool:
    """Whether the program that runs the tests is there."""
    (word,) = shlex.split(program(name, root, file))
    return Path(word).exists() if "/" in word else shutil.which(word) is not None


def verdicts(name: str, output: str, names: Sequence[str]) -> tuple[set[str], set[str]]:
    """The names of those that passed and of those that failed, as far as the output tells."""
    row, wanted = frameworks()[name], set(names)
    lines = output.split("\n")
    found = []
    for expression in (row.passed, row.failed):
        compiled = re.compile(expression)
        matches = (
            compiled.match(f"{line}\n{after}"[:1_000] if "\\n" in expression else line[:1_000])
            for line, after in zip(lines, [*lines[1:], ""], strict=True)
        )
        found.append({match["name"] for match in matches if match is not None} & wanted)
    passed, failed = found
    return passed - failed, failed


def _python(root: Path, _path: str, known: Sequence[str]) -> str:
    tests = [each for each in known if is_test(each) and each.endswith(".py")][:_MOST_TESTS]
    texts = ["\n".join(lines_of(root, each)[:_MOST_LINES]) for each in tests]
    of_pytest = sum(_PYTEST_TEST.search(text) is not None for text in texts)
    of_unittest = sum(_UNITTEST_TEST.search(text) is not None for text in texts)
    if of_pytest or of_unittest:
        return "pytest" if of_pytest >= of_unittest else "unittest"
    settings = ("\n".join(lines_of(root, name)) for name in _SETTINGS)
    if any(posixpath.basename(each) == "conftest.py" for each in known) or any(map(_OF_PYTEST.search, settings)):
        return "pytest"
    for folder in (".venv", "venv", "env"):
        if next((root / folder).glob("lib/python3*/site-packages/pytest"), None) is not None:
            return "pytest"
    return "unittest"


def _ecmascript(root: Path, path: str, _known: Sequence[str]) -> str:
    """By the nearest package.json: what it depends on, or what its script `test` runs."""
    folder = posixpath.dirname(path)
    while True:
        manifest = _json(root, posixpath.join(folder, "package.json"))
        wanted: set[str] = set()
        for key in ("dependencies", "devDependencies", "scripts"):
            part = manifest.get(key)
            part = part if isinstance(part, dict) else {}
            wanted |= set(re.findall(r"[\w-]+", str(part.get("test", "")))) if key == "scripts" else set(part)
        wanted |= {"jest"} if "jest" in manifest or "ts-jest" in wanted else set()
        for name in ("vitest", "jest", "mocha"):
            if name in wanted:
                return name
        if manifest or not folder:
            break
        folder = posixpath.dirname(folder)
    return "node" if path.endswith((".js", ".mjs", ".cjs")) else ""


def _json(root: Path, path: str) -> dict[str, object]:
    try:
        found = json.loads("\n".join(lines_of(root, path))[:_MOST_MANIFEST] or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _go(_root: Path, _path: str, _known: Sequence[str]) -> str:
    return "go"


def _rust(root: Path, path: str, _known: Sequence[str]) -> str:
    return "cargo" if (root / _crate(root, path) / "Cargo.toml").is_file() else ""


def _java(root: Path, _path: str, _known: Sequence[str]) -> str:
    return "junit" if (root / "pom.xml").is_file() else ""


def _crate(root: Path, path: str) -> str:
    """The folder of the Cargo.toml that a file belongs to."""
    folder = posixpath.dirname(path)
    while folder and not (root / folder / "Cargo.toml").is_file():
        folder = posixpath.dirname(folder)
    return folder


_RULES = {
    "python": _python,
    "javascript": _ecmascript,
    "typescript": _ecmascript,
    "tsx": _ecmascript,
    "go": _go,
    "rust": _rust,
    "java": _java,
}
