"""Ruff's rules: only what a change brought, nothing of the repository's configuration, nothing left behind."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest

from codeassist.errors import MissingError
from codeassist.review import lint
from codeassist.review.checks import ruff
from codeassist.review.checks.ruff import RULE, selection
from codeassist.review.finding import Finding
from tests.review.changes import added, change, found


def codes(findings: list[Finding]) -> list[tuple[str, int]]:
    return [(each.rule.removeprefix("ruff/"), each.line) for each in findings]


def test_undefined_and_unused() -> None:
    findings = added(RULE, "app.py", "import os\n\n\ndef f():\n    x = 1\n    return missing\n")
    assert codes(findings) == [("F401", 1), ("F841", 5), ("F821", 6)]
    assert [each.severity for each in findings] == ["low", "low", "high"]
    assert findings[2].message == "Undefined name `missing`"
    assert findings[2].evidence == "return missing"


def test_the_cause_is_touched() -> None:
    """An import that goes leaves a name undefined far below; a use that goes leaves the import unused far above."""
    old = "import os\nimport sys\n" + "\n\n" * 5 + "print(os.name, sys.path)\n"
    findings = found(RULE, change("app.py", old, old.replace("import sys\n", "")))
    assert codes(findings) == [("F821", 12)]
    findings = found(RULE, change("app.py", old, old.replace(", sys.path", "")))
    assert codes(findings) == [("F401", 2)]


def test_what_was_there_before_is_not_told() -> None:
    old = "import os\nimport re\n\nprint(lost)\n"
    assert found(RULE, change("app.py", old, "# new\n" + old + "x = 2\n")) == []
    assert codes(found(RULE, change("app.py", old, old + "print(gone)\n"))) == [("F821", 5)]


def test_a_second_one_of_the_same_is_told() -> None:
    old = "def f():\n    x = 1\n"
    assert codes(found(RULE, change("app.py", old, old + "\n\ndef g():\n    x = 1\n"))) == [("F841", 6)]


def test_a_name_that_the_file_had_undefined_comes_from_elsewhere() -> None:
    assert found(RULE, change("app.py", "print(SETTINGS)\n", "print(SETTINGS)\nprint(1, SETTINGS)\n")) == []


def test_rows_in_messages_do_not_matter() -> None:
    old = "import os\nimport os\n\nprint(os)\n"
    assert found(RULE, change("app.py", old, "# one\n# two\n" + old)) == []


def test_broken_texts() -> None:
    """What is broken now says nothing; after what was broken, only touched lines count."""
    assert added(RULE, "app.py", "print(lost)\ndef f(:\n") == []
    old = "import os\ndef f(:\n    pass\n"
    assert codes(found(RULE, change("app.py", old, "import os\ndef f():\n    return lost\n"))) == [("F821", 3)]


def test_suppressed_in_the_code() -> None:
    assert added(RULE, "app.py", "import os  # noqa: F401\nprint(lost)  # noqa\n") == []


def test_configuration_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ruff.toml").write_text('[lint.per-file-ignores]\n"*" = ["F"]\n')
    (tmp_path / "pyproject.toml").write_text('[tool.ruff.lint.per-file-ignores]\n"*" = ["F"]\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("RUFF_OUTPUT_FILE", str(tmp_path / "report"))
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "ruff").write_text("#!/bin/sh\ntouch ran\n")
    (tmp_path / "ruff").chmod(0o755)
    assert codes(added(RULE, "app.py", "print(lost)\n")) == [("F821", 1)]
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pkg/__init__.py", "from .one import two\n__all__ = ['submodule']\n"),
        ("conftest.py", "from fixtures import client\n"),
        ("tests/test_app.py", "import pickle\n\n\ndef test_it(data):\n    pickle.loads(data)\n"),
        ("app.py", "print(_('text'))\n"),
        ("app.py", "from jaxtyping import Float\n\n\ndef f(x: Float['n']): ...\n"),
        ("app.py", "try:\n    import orjson\nexcept ImportError:\n    print()\n"),
        ("app.py", "import subprocess\nsubprocess.run('ls', shell=True)\n"),
        ("app.py", "class A:\n    def f(self) -> 'B': ...\n    def g(self) -> B: ...\n\n\nclass B: ...\n"),
        ("app.py", "password = 'hunter2'\nassert password\n"),
        ("notes.txt", "print(lost)\n"),
        ("app.py", "import sys\nif sys.version_info[0] == 2:\n    text = unicode\nelse:\n    text = str\n"),
        ("app.py", "import tarfile\n\n\ndef f(to, g):\n    tarfile.open(to).extractall(to, filter=g)\n"),
        ("app.py", "from lib import more\n__all__ = ['f'] + more\ndef f(): ...\n"),
        ("tests/data/cases/wrapped.py", "print(lost)\nreturn 1\n"),
        ("tests/unit/data/a.py", "print(lost)\n"),
        ("pkg/testdata/a.py", "print(lost)\n"),
        (
            "app.py",
            "from typing import Annotated\n\n\ndef f(x: Annotated[list[int], Option()] = []): ...\nOption = f\n",
        ),
        ("app.py", "def f(a):\n    global f\n    if a:\n        f = g\n    return f(a)\n\n\ndef g(a): ...\n"),
        (
            "tests/test_a.py",
            "import pytest\n\n\ndef test_a(b):\n    with pytest.raises(TypeError, match='no'):\n        b == 1\n",
        ),
        ("app.py", "import ssl\nssl._create_unverified_context()  # ruff: ignore[S323] known\n"),
        (
            "app.py",
            "import ssl\nssl._create_unverified_context()  # ruff:ignore[b, suspicious-unverified-context-usage]\n",
        ),
        ("empty.py", ""),
    ],
)
def test_nothing_is_said(path: str, text: str) -> None:
    assert added(RULE, path, text) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("B006", "def f(x=[]):\n    return x\n"),
        ("F821", "text = unicode\n"),
        ("F821", "import sys\nif sys.version_info[0] == 2:\n    text = unicod\n"),
        ("S202", "import tarfile\n\n\ndef f(archive: tarfile.TarFile):\n    archive.extractall()\n"),
        ("PLE0605", "__all__ = ('f')\ndef f(): ...\n"),
        ("B015", "def f(x, y):\n    with open(x) as y:\n        x == y\n    return x\n"),
        ("F811", "def f(): ...\ndef f(): ...\n"),
        ("S323", "import ssl\nssl._create_unverified_context()  # ruff: ignore[S506] known\n"),
        ("B023", "def f(many):\n    return [lambda: x for x in many]\n"),
        ("F632", "def f(x):\n    return x is 'a'\n"),
        ("F601", "x = {'a': 1, 'a': 2}\n"),
        ("PLE1205", "import logging\nlogging.info('%s', 1, 2)\n"),
        ("RUF006", "import asyncio\n\n\nasync def f(g):\n    asyncio.create_task(g())\n"),
        ("ASYNC251", "import time\n\n\nasync def f():\n    time.sleep(1)\n"),
        ("S602", "import subprocess\n\n\ndef f(x):\n    subprocess.run(x, shell=True)\n"),
        ("S608", "def f(db, x):\n    db.execute('SELECT a FROM b WHERE c = %s' % x)\n"),
        ("PLW0133", "def f():\n    ValueError('no')\n"),
    ],
)
def test_faults(code: str, text: str) -> None:
    assert code in [each for each, _ in codes(added(RULE, "app.py", text))]


def test_a_fix_is_whole_lines() -> None:
    text = "import os\nimport sys, re  # ä\nfrom a import (\n    b,\n    c,\n)\n\nprint(re, c)\n"
    first, second, third = (each.fix for each in added(RULE, "app.py", text))
    assert first is not None
    assert (first.line, first.end_line, first.text) == (1, 1, "")
    assert second is not None
    assert (second.line, second.end_line, second.text) == (2, 2, "import re  # ä\n")
    assert third is not None
    lines = text.splitlines(keepends=True)
    lines[third.line - 1 : third.end_line] = [third.text]
    assert "".join(lines).endswith("from a import (\n    c,\n)\n\nprint(re, c)\n")


def test_no_fix_that_changes_more() -> None:
    (finding,) = added(RULE, "app.py", "def f(g):\n    x = g()\n")
    assert finding.rule == "ruff/F841"
    assert finding.fix is None


def test_lone_carriage_returns_and_surrogates_move_no_line() -> None:
    assert codes(added(RULE, "app.py", "# a\rb\x0c\u2028\n# \udcff\nprint(lost)\n")) == [("F821", 3)]


def test_a_file_that_ruff_falls_over_does_not_hide_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    deep = change("deep.py", None, "x = " + "[" * 100_000 + "]" * 100_000 + "\n")
    assert codes(found(RULE, deep, change("app.py", None, "print(lost)\n"))) == [("F821", 1)]
    assert list(tmp_path.iterdir()) == []


def test_more_files_than_one_process_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruff, "_AT_ONCE", 2)
    files = [change(f"a{n}.py", "x = 1\n" if n % 2 else None, "print(lost)\n") for n in range(5)]
    assert [each.path for each in found(RULE, *files)] == [f"a{n}.py" for n in range(5)]


def test_files_that_there_is_no_time_for_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruff, "_SECONDS", 0.0)
    with pytest.raises(MissingError, match="no time for 2 files"):
        found(RULE, *(change(f"a{n}.py", None, "print(lost)\n") for n in range(2)))


def test_missing_program_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(lint, "_program", lambda: str(tmp_path / "none"))
    with pytest.raises(MissingError, match="ruff cannot be run"):
        added(RULE, "app.py", "print(lost)\n")
    assert list(tmp_path.iterdir()) == []


def test_silent_program_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*arguments: object, timeout: float, **options: object) -> None:
        raise subprocess.TimeoutExpired("ruff", timeout)

    monkeypatch.setattr(subprocess, "run", late)
    assert added(RULE, "app.py", "print(lost)\n") == []


def test_unknown_code() -> None:
    with pytest.raises(MissingError, match="another version"):
        lint.lint([lint.Text("module.py", "x = 1\n")], ["F821", "NONE123"], (), 10.0)


def test_each_code_once() -> None:
    chosen = selection()
    every = [*chosen.high, *chosen.medium, *chosen.low]
    assert len(every) == len(set(every))
    assert not {"S101", "S105", "S106", "S107", "S603", "S607"} & set(every)
