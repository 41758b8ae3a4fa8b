"""Changes for the benchmark of review: real clean ones, and ones with a seeded mutation.

releases   hunks between source releases of packages that are not in the evaluation data: for fitting
commits    hunks of fresh_commits, in the newest release before them where their lines are found there
mutants    one mutated token in a file of fresh_fim; the change is that line
injected   a clean hunk, one of whose new lines is mutated: the change is the hunk, and wrong
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

from benchmarks.infill import rows
from benchmarks.mutations import Mutant, mutant
from benchmarks.trees import tree
from codeassist.review.change import FileChange
from codeassist.review.hunks import Effort, compare
from codeassist.review.units import Unit, units

PACKAGES = (
    *("click", "flask", "starlette", "uvicorn", "typer", "black", "pytest", "textual", "tox", "virtualenv", "filelock"),
    *("attrs", "structlog", "anyio", "trio", "werkzeug", "jinja2", "poetry-core", "sqlfluff", "mkdocs", "datasette"),
    *("nox", "hatch", "cattrs", "fastapi", "pdm", "rq"),
)
DATES = ("2025-06-01", "2025-11-01", "2026-03-01", "2026-07-01", "2026-11-01")
_EXTENSIONS = {"python": "py", "js": "js", "go": "go", "java": "java", "cpp": "cpp", "rust": "rs"}
_HEADER = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """A unit of a change; `wrong` is the mutated line (0 if clean), `kind` how it was mutated."""

    id: str
    unit: Unit
    wrong: int = 0
    kind: str = ""
    before: str = ""
    after: str = ""


def change(path: str, old: str, new: str) -> FileChange:
    """A modified file."""
    return FileChange(path, path, "modified", old=old, new=new, hunks=compare(old, new, Effort()))


def clean(source: str, data: Path) -> list[Case]:
    """All clean units of "releases" or "commits" that are Python outside of tests, in a stable random order."""
    made = _releases() if source == "releases" else _commits(data)
    groups: dict[str, list[Case]] = {}
    for name, each in made:
        cases = groups.setdefault(each.path.partition("/")[0] if source == "commits" else name.partition("-")[0], [])
        cases += [Case(f"{source}:{name}:{unit.first}", unit) for unit in units(each)]
    chance = random.Random(6)  # noqa: S311
    for cases in groups.values():
        chance.shuffle(cases)
    if source == "commits":  # as they come
        return chance.sample(every := [case for cases in groups.values() for case in cases], len(every))
    return [case for row in zip_longest(*groups.values()) for case in row if case is not None]  # packages in turn


def injected(cases: list[Case]) -> Iterator[Case]:
    """Each clean case with a mutation in its new lines, where one can be made."""
    for case in cases:
        text, old = case.unit.change.new or "", case.unit.change.old or ""
        made = mutant(text, range(case.unit.first, case.unit.last + 1), random.Random(case.id))  # noqa: S311
        if made is not None:
            yield from _mutated(f"injected:{case.id}", change(case.unit.change.path, old, made.text), made)


def mutants(data: Path) -> Iterator[Case]:
    """Files of fresh_fim with one mutated token near the row's place."""
    for row in rows(data, "fresh_fim"):
        text = row["prefix"] + row["groundtruth"] + row["suffix"]
        at = row["prefix"].count("\n") + 1
        made = mutant(text, range(max(1, at - 15), at + 15), random.Random(row["id"]))  # noqa: S311
        if made is not None:
            yield from _mutated(f"mutant:{row['id']}", change(row["path"], text, made.text), made)


def alone(cases: list[Case]) -> Iterator[Case]:
    """A mutation near each clean case, as a change of its own."""
    for case in cases:
        text = case.unit.change.new or ""
        near = range(max(1, case.unit.first - 20), case.unit.last + 20)
        made = mutant(text, near, random.Random(case.id + "alone"))  # noqa: S311
        if made is not None:
            yield from _mutated(f"alone:{case.id}", change(case.unit.change.path, text, made.text), made)


def bugs(data: Path) -> Iterator[Case]:
    """Functions of bugs_*: the wrong one as the change of the right one, then the reverse; languages in turn."""
    kinds = [_functions(rows(data, f"bugs_{language}"), language) for language in _EXTENSIONS]
    yield from (case for row in zip_longest(*kinds) for case in row if case is not None)


def _functions(every: list[dict[str, Any]], language: str) -> Iterator[Case]:
    for row in every:
        right, wrong = (row["declaration"] + row[key] for key in ("canonical_solution", "buggy_solution"))
        path = f"{row['entry_point']}.{_EXTENSIONS[language]}"
        for unit in units(change(path, right, wrong)):
            yield Case(f"bugs:{language}:{row['task_id']}:{unit.first}", unit, unit.first, row["bug_type"])
        for unit in units(change(path, wrong, right)):
            yield Case(f"fixed:{language}:{row['task_id']}:{unit.first}", unit)


def _mutated(name: str, changed: FileChange, made: Mutant) -> Iterator[Case]:
    for unit in units(changed):
        if unit.first <= made.line <= unit.last:
            yield Case(name, unit, made.line, made.kind, made.before, made.after)
            return


def _releases() -> Iterator[tuple[str, FileChange]]:
    for package in PACKAGES:
        known: list[Path] = []
        for date in DATES:
            root = tree(f"of/{package}", date)
            if root not in known:
                known.append(root)
        for before, after in pairwise(known):
            yield from _between(before, after)


def _between(before: Path, after: Path) -> Iterator[tuple[str, FileChange]]:
    for file in sorted(after.rglob("*.py")):
        path = file.relative_to(after).as_posix()
        old = before / path
        if _counts(path) and old.is_file():
            texts = [each.read_text(encoding="utf-8", errors="replace") for each in (old, file)]
            if texts[0] != texts[1] and max(map(len, texts)) < 200_000:
                yield f"{after.name}/{path}", change(path, texts[0], texts[1])


def _commits(data: Path) -> Iterator[tuple[str, FileChange]]:
    for row in rows(data, "fresh_commits"):
        root = tree(row["repo"], row["date"])
        for path, diff in _files(row):
            file = root / path
            if _counts(path) and file.is_file():
                old = file.read_text(encoding="utf-8", errors="replace")
                new = _patched(old, diff)
                if new is not None and new != old:
                    yield f"{row['commit'][:10]}/{path}", change(path, old, new)


def _counts(path: str) -> bool:
    return path.endswith(".py") and not re.search(
        r"(^|/)(tests?|testing|docs|examples|_vendor|vendor)/|test_|_version", path
    )


def _files(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^diff --git ", row["diff"], flags=re.MULTILINE)[1:]:
        if found := re.search(r"^\+\+\+ b/(.+)$", part, re.MULTILINE):
            yield found[1], part


def _patched(text: str, diff: str) -> str | None:
    """The text with those hunks applied whose old lines are found in it exactly once; None if none is."""
    done = None
    for match in _HEADER.finditer(diff):
        end = _HEADER.search(diff, match.end())
        body = diff[diff.index("\n", match.start()) + 1 : end.start() if end else len(diff)].split("\n")
        old = "\n".join(line[1:] for line in body if line[:1] in (" ", "-"))
        new = "\n".join(line[1:] for line in body if line[:1] in (" ", "+"))
        if old.strip() and (done or text).count(old) == 1:
            done = (done or text).replace(old, new)
    return done
