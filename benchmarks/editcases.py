"""The cases of the benchmark of edits: a file, what is to be done, what it became when a person did it, and tests."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.infill import rows
from codeassist.edit.target import Named

TEST_SECONDS = 20.0
_HOLE = "{{Code}}"
_UNUSED = re.compile(r"^use (?:rand::Rng|regex::Regex|md5);\n", re.MULTILINE)  # crates, named in every row of Rust
_PYTHON = shlex.quote(sys.executable)
# How a solution with its tests is run, in a folder that has both; `all` is one after the other.
RUN: Mapping[str, tuple[str, str]] = {
    "python": ("py", f"cat solution.py test.py > all.py && {_PYTHON} all.py"),
    "js": ("js", "cat solution.js test.js > all.js && node all.js"),
    "cpp": ("cpp", "cat solution.cpp test.cpp > all.cpp && g++ -w -std=c++17 -o all all.cpp && ./all"),
    "java": ("java", "cat solution.java test.java > Main.java && javac -nowarn Main.java && java -cp . Main"),
    "rust": ("rs", "cat solution.rs test.rs > all.rs && rustc -A warnings --test -o all all.rs && ./all"),
    "go": ("go", "cat solution.go test.go > all_test.go && go test all_test.go"),
}


@dataclass(frozen=True)
class Case:
    """One edit.

    Attributes:
        place: what a person would point at.
        text: the file; `reference`: the file as it was to become.
        tests: what is run behind the file; `language`: a key of `RUN`.
    """

    id: str
    language: str
    place: Named
    instruction: str
    text: str
    reference: str
    tests: str

    @property
    def file(self) -> str:
        """The file's name."""
        return f"solution.{RUN[self.language][0]}"

    def passes(self, text: str) -> bool:
        """Whether the tests pass with this text as the file."""
        suffix, command = RUN[self.language]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / self.file).write_text(text, encoding="utf-8")
            (folder / f"test.{suffix}").write_text(self.tests, encoding="utf-8")
            return _succeeds(command, folder)


def _succeeds(command: str, folder: Path) -> bool:
    """Whether a command ends well and in time; what it has started ends with it."""
    child = subprocess.Popen(
        ["sh", "-c", command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return child.wait(TEST_SECONDS) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def editeval(data: Path) -> Iterator[Case]:
    """EditEval: lines are pointed at where the file has more than what is to be edited."""
    for row in rows(data, "editeval"):
        context, code = row.get("context") or "", row["input"]
        place = Named("solution.py")
        if _HOLE in context:
            first = context[: context.index(_HOLE)].count("\n") + 1
            place = Named("solution.py", first, first + code.rstrip("\n").count("\n"))
        elif context:
            context += f"\n{_HOLE}"
        filled = context.replace(_HOLE, code) if context else code
        reference = context.replace(_HOLE, row["output"]) if context else row["output"]
        tests = f"\n{row['test']}\ncheck()\n"
        yield Case(row["task_id"], "python", place, row["instruction"].strip(), filled, reference, tests)


def bugs(data: Path, language: str) -> Iterator[Case]:
    """HumanEvalPack: a function that is wrong, with its documentation, and tests that fail."""
    for row in rows(data, f"bugs_{language}"):
        head, tests = _UNUSED.sub("", row["prompt"]), _tests(row, language)
        name = Named(f"solution.{RUN[language][0]}", name=row["entry_point"])
        text, reference = head + row["buggy_solution"], head + row["canonical_solution"]
        yield Case(row["task_id"], language, name, "", text, reference, tests)


def _tests(row: Mapping[str, Any], language: str) -> str:
    if language == "js":  # console.assert only prints
        return f"\nconsole.assert = require('assert');\n{row['test']}\n"
    return f"\n{row.get('test_setup') or ''}\n{row['test']}\n"
