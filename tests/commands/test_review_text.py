"""`codeassist review` as people see it: hostile text inert, secrets on no screen."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from codeassist.commands import review_text
from codeassist.review.change import Snapshot
from codeassist.review.checks import RULES
from codeassist.review.finding import Finding, Fix
from codeassist.review.report import Report, Stats
from codeassist.review.rule import Around, Rule
from tests.commands.support import ANSI, on_terminal
from tests.conftest import Run
from tests.repository import git
from tests.review.changes import change, snapshot


def test_a_terminal_is_shown_the_code_and_the_fix(faulty: Path) -> None:
    code, shown = on_terminal("review", "--no-model")
    assert code == 1
    assert b"\x1b[1;31mhigh" in shown
    text = ANSI.sub(b"", shown)
    assert b">     8 " in text
    assert b"return 1 + tx" in text
    assert b"- import os" in text


def test_no_colour(faulty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    _, shown = on_terminal("review", "--no-model")
    assert b"\x1b[1;31m" not in shown
    assert b"return 1 + tx" in shown


def test_hostile_names_and_code_are_inert(shop: Path, run: Run) -> None:
    name = "\x1b]0;title\x07\n::error::[red]x.py"
    (shop / name).write_text("import os\nprint(tx) # \x1b[2J [/x] [bold]\u202e" + "y" * 500 + "\n")
    (shop / "::error::a.py").write_text("import os\n")
    git(shop, "add", "-A")
    code, shown = on_terminal("review", "--no-model")
    assert code == 1
    assert b"\x1b]0;" not in shown
    assert b"\x1b[2J" not in shown
    assert "\u202e".encode() not in shown
    assert b"[/x] [bold]" in shown
    lines = run("review", "--no-model").stdout.splitlines()
    assert not [line for line in lines if line.startswith(("::", "\x1b"))]
    assert len([line for line in lines if "F401" in line]) == 2
    for line in run("review", "--no-model", "--format", "github").stdout.splitlines():
        assert line.startswith(("::error file=", "::notice file=", "::notice title=", "::warning file="))


def test_a_secret_is_on_no_screen(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(_snapshot: Snapshot, _around: Around) -> list[Finding]:
        return [
            Finding(
                rule="secret",
                severity="high",
                path="a.py",
                line=2,
                end_line=2,
                message="A secret",
                evidence="t = '***'",
            )
        ]

    monkeypatch.setitem(RULES, "secret", Rule("secret", "high", "A secret.", look))
    (shop / "a.py").write_text("import os\nt = 'canary'\nprint(tx)\n")
    git(shop, "add", "-A")
    for output in ("text", "json", "sarif", "github"):
        result = run("review", "--no-model", "--format", output)
        assert (result.code, "canary" in result.stdout + result.stderr) == (1, False)


def test_a_secret_is_on_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it in the lines around another finding, or in a fix."""
    fix = Fix(description="Remove it", line=1, end_line=2, text="x\n")
    finding = Finding(
        rule="ruff/F401", severity="low", path="a.py", line=1, end_line=1, message="m", evidence="import os", fix=fix
    )
    report = Report(
        title="",
        findings=(finding,),
        not_reviewed=(),
        notices=(),
        stats=Stats(),
        masked={("a.py", 2): "t = '***'"},
    )
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    review_text.show(report, snapshot(change("a.py", None, "import os\nt = 'canary'\n")), {})
    assert "canary" not in screen.getvalue()
    assert screen.getvalue().count("t = '***'") == 2


def test_a_file_of_secrets_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose name says so, also where no check knew what is in it."""
    text = "A=canary\nB=1\nC=canary\n"
    whole = Finding(rule="large-file", severity="high", path=".env", line=1, end_line=1, message="m", evidence=".env")
    one = Finding(rule="leftover", severity="low", path=".env", line=2, end_line=2, message="m", evidence="B=1")
    report = Report(title="", findings=(whole, one), not_reviewed=(), notices=(), stats=Stats())
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    review_text.show(report, snapshot(change(".env", None, text)), {})
    assert "canary" not in screen.getvalue()
    assert "B=1" in screen.getvalue()


class Screen(io.StringIO):
    """A terminal, for who asks."""

    def isatty(self) -> bool:
        return True
