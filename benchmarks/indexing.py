"""The index on a big tree: a cold build, an unchanged tree, one changed file; memory of all processes, bytes on disk.

    python -m benchmarks.indexing [--repeats N]     the standard library and this environment's packages
    python -m benchmarks.indexing --lines 1000000   a generated tree of so many lines

The tree is a temporary git repository; packages are in a folder that is not called site-packages, which would be left
out. Each build is a process of its own, start-up included; its memory is the sum of the resident sets of it and all
processes below it, looked at 50 times a second, so shared pages count more than once. What is asked of an index that
is open, as a language server's is, is timed within one process.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks import report
from codeassist.context.index import Index

_SAMPLE_SECONDS = 0.02
_LINES_PER_FILE = 250
_VERBS = "read write load store parse check merge split count find open close start stop make drop".split()  # noqa: SIM905
_NOUNS = "file page user order token cache queue graph table image request answer index window branch key".split()  # noqa: SIM905


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=0, help="generate a tree of so many lines")
    parser.add_argument("--builds", type=int, default=1, help="cold builds")
    parser.add_argument("--repeats", type=int, default=10, help="of what an open index is asked")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="codeassist-indexing-") as scratch:
        root = Path(scratch) / "tree"
        root.mkdir()
        if options.lines:
            generate(root, options.lines)
        else:
            copy_packages(root)
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
        subprocess.run(["git", "add", "-A"], cwd=root, check=True)
        samples, facts = measure(root, Path(scratch), options.builds, options.repeats)
    report.publish("indexing", samples, facts, options.json)


def generate(root: Path, lines: int) -> None:
    """Python files of functions that call each other, as many lines as asked for; the same ones each time."""
    chance = random.Random(1)  # noqa: S311
    for number in range(max(1, lines // _LINES_PER_FILE)):
        folder = root / f"package{number % 40}"
        folder.mkdir(exist_ok=True)
        text = ['"""Generated for a measurement."""', f"from package{(number + 1) % 40} import module{number}", ""]
        while len(text) < _LINES_PER_FILE - 10:
            text += function(chance, number)
        text += ["# filler"] * (_LINES_PER_FILE - len(text))
        (folder / f"module{number}.py").write_text("\n".join(text) + "\n")


def function(chance: random.Random, number: int) -> list[str]:
    """Ten lines that differ from the others."""
    verb, noun, other = chance.choice(_VERBS), chance.choice(_NOUNS), chance.choice(_NOUNS)
    name = f"{verb}_{noun}_{number}_{chance.randrange(100)}"
    return [
        f"def {name}({noun}: str, {other}_limit: int = {chance.randrange(1000)}) -> int:",
        f'    """{verb.title()} the {noun} up to the limit of the {other}."""',
        f"    total = {chance.randrange(1000)}",
        f"    for each in range({other}_limit):",
        f"        if each % {chance.randrange(2, 9)} == 0:",
        f"            total += len({noun}) * {chance.choice(_VERBS)}_{chance.choice(_NOUNS)}(each)",
        "    return total",
        "",
        "",
    ]


def copy_packages(root: Path) -> None:
    """The standard library and the packages of this environment: their text, no compiled files."""
    leave = shutil.ignore_patterns("__pycache__", "*.pyc", "*.so*", "site-packages", "bin*")
    shutil.copytree(sysconfig.get_paths()["stdlib"], root / "python", ignore=leave, symlinks=True)
    leave = shutil.ignore_patterns("__pycache__", "*.pyc", "*.so*", "bin*")
    shutil.copytree(sysconfig.get_paths()["purelib"], root / "packages", ignore=leave, symlinks=True)


def measure(root: Path, scratch: Path, builds: int, repeats: int) -> tuple[dict[str, list[float]], dict[str, object]]:
    """Seconds and megabytes of each thing, and what was indexed."""
    samples: dict[str, list[float]] = {}
    home = scratch / "home"
    for _build in range(builds):
        shutil.rmtree(home, ignore_errors=True)
        seconds, peak, built = command(root, home)
        samples.setdefault("cold build: seconds", []).append(seconds)
        samples.setdefault("cold build: peak memory, MB", []).append(peak / 1e6)
    for _again in range(3):
        seconds, peak, again = command(root, home)
        samples.setdefault("unchanged, as a command: seconds", []).append(seconds)
        samples.setdefault("unchanged, as a command: files read", []).append(float(again["read"]))
    with Index.open(root, Path(str(built["database"])).parent) as index:
        lines, definitions = index.totals()
        facts: dict[str, object] = {"files": built["files"], "lines": lines, "definitions": definitions}
        samples["database, MB"] = [index.database.size() / 1e6]
        ask(index, samples, repeats)
    return samples, facts


def ask(index: Index, samples: dict[str, list[float]], repeats: int) -> None:
    """What a program that keeps the index open waits for."""
    path = min(index.files(), key=lambda file: abs(file.lines - 300)).path
    for number in range(repeats):
        timed(samples, "unchanged: ms", index.refresh)
        paths = [file.path for file in index.files()]
        timed(samples, "stat of every file: ms", lambda: [os.lstat(index.root / each) for each in paths])  # noqa: B023
        with (index.root / path).open("a") as file:
            file.write(f"# {number}\n")
        timed(samples, "one saved file of 300 lines: ms", lambda: index.refresh(only=[path]))
        with (index.root / path).open("a") as file:
            file.write(f"# and {number}\n")
        timed(samples, "one changed file, found by a walk: ms", index.refresh)
        timed(samples, "three words: ms", lambda: index.match(["parse", "request", "limit"], limit=50))
        timed(samples, "a name: ms", lambda: index.named(["parse"]))
    timed(samples, "all references: ms", lambda: sum(1 for _ in index.references()))


def timed(samples: dict[str, list[float]], name: str, action: Callable[[], object]) -> None:
    """Add the milliseconds of an action to its row."""
    began = time.perf_counter()
    action()
    samples.setdefault(name, []).append((time.perf_counter() - began) * 1000)


def command(root: Path, home: Path) -> tuple[float, int, dict[str, int | str]]:
    """Run `codeassist index`: seconds, the most bytes that it and its processes held, what it said."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "codeassist", "index", "--json"],
        cwd=root,
        env=os.environ | {"CODEASSIST_HOME": str(home)},
        stdout=subprocess.PIPE,
    )
    peak = 0
    process = psutil.Process(child.pid)
    while child.poll() is None:
        peak = max(peak, resident(process))
        time.sleep(_SAMPLE_SECONDS)
    seconds = time.perf_counter() - began
    assert child.stdout is not None
    with child.stdout:
        return seconds, peak, json.load(child.stdout)


def resident(process: psutil.Process) -> int:
    """The resident bytes of a process and of all below it."""
    total = 0
    for each in [process, *children(process)]:
        try:
            total += each.memory_info().rss
        except psutil.Error:
            continue
    return total


def children(process: psutil.Process) -> list[psutil.Process]:
    """The processes below one that may be ending."""
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


if __name__ == "__main__":
    main()
