"""`codeassist review`."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from codeassist.commands import review_text
from codeassist.engine.fake import Reply
from codeassist.review.change import Snapshot
from codeassist.review.checks import RULES
from codeassist.review.finding import Finding, Fix
from codeassist.review.report import Report, Stats
from codeassist.review.rule import Around, Rule
from tests.commands.support import ANSI, COMMAND, on_terminal, types_of
from tests.conftest import FakeScript, Run
from tests.repository import git, repository
from tests.review.changes import change, snapshot

CART = '''"""A cart."""


class Cart:
    def total(self, tax: float) -> float:
        return 1 + tax
'''
FAULTY = CART.replace("1 + tax", "1 + tx").replace('cart."""\n', 'cart."""\n\nimport os\n')
FIRST = "shop/cart.py:3: low: `os` imported but unused [ruff/F401]"
SECOND = "shop/cart.py:8: high: Undefined name `tx` [ruff/F821]"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "repo", {"shop/cart.py": CART})
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def faulty(root: Path) -> Path:
    """A repository with a fault that is staged."""
    (root / "shop/cart.py").write_text(FAULTY)
    git(root, "add", "-A")
    return root


def tree(root: Path) -> dict[str, bytes]:
    """Every file of a repository, git's own among them."""
    return {str(each.relative_to(root)): each.read_bytes() for each in root.rglob("*") if each.is_file()}


def test_a_line_for_each_finding_in_a_pipe(faulty: Path, run: Run) -> None:
    before = tree(faulty)
    result = run("review", "--no-model")
    assert result.code == 1
    assert result.stdout.splitlines() == [FIRST, SECOND]
    said = result.stderr.splitlines()
    assert said[-1].startswith("2 findings (1 high, 1 low) in what is staged: 1 file, 3 new lines; 1 at or over high; ")
    assert said[-1].endswith(" s")
    assert tree(faulty) == before


@pytest.mark.parametrize(
    ("threshold", "code"), [("none", 0), ("low", 1), ("medium", 1), ("high", 1), (None, 1)], ids=str
)
def test_fail_on(faulty: Path, run: Run, threshold: str | None, code: int) -> None:
    option = ["--fail-on", threshold] if threshold else []
    assert run("review", "--no-model", *option).code == code


def test_only_what_is_as_severe_fails(root: Path, run: Run) -> None:
    (root / "shop/cart.py").write_text(f"import os\n{CART}")
    git(root, "add", "-A")
    assert run("review", "--no-model").code == 0
    assert run("review", "--no-model", "--fail-on", "medium").code == 0
    assert run("review", "--no-model", "--fail-on", "low").code == 1


def test_the_users_settings_the_repositorys_then_the_flag(faulty: Path, home: Path, run: Run) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config/config.toml").write_text('[review]\nfail_on = "none"\nmodel = false\n')
    assert run("review").code == 0
    (faulty / ".codeassist.toml").write_text('[review]\nfail_on = "high"\n')
    assert run("review").code == 1
    (faulty / ".codeassist.toml").write_text('[review]\ndisable = ["ruff/F821"]\n')
    assert run("review", "--fail-on", "high").code == 0
    assert run("review", "--fail-on", "low").code == 1


def test_nothing_staged_is_told_with_what_to_do(root: Path, run: Run) -> None:
    result = run("review")
    assert (result.code, result.stdout) == (0, "")
    assert result.stderr == "nothing is staged: git add what you want reviewed, or use --working\n"
    document = run("review", "--json").document
    assert (document["schema"], document["findings"], document["stats"]["files"]) == (1, [], 0)
    assert run("review", "--format", "sarif").document["runs"][0]["results"] == []
    assert run("review", "--format", "github").stdout == ""


def test_the_working_tree(root: Path, run: Run) -> None:
    assert "--working" not in run("review", "--working").stderr
    (root / "shop/cart.py").write_text(FAULTY)
    assert run("review", "--no-model").stdout == ""
    assert run("review", "--working", "--no-model").stdout.splitlines() == [FIRST, SECOND]


def test_a_range(faulty: Path, run: Run) -> None:
    git(faulty, "commit", "-q", "-m", "Break it")
    result = run("review", "--range", "HEAD~1..HEAD", "--no-model")
    assert (result.code, result.stdout.splitlines()) == (1, [FIRST, SECOND])
    assert "in HEAD~1..HEAD:" in result.stderr
    assert run("review", "--range", "nope..HEAD").code == 2
    assert "change nothing" in run("review", "--range", "HEAD..HEAD").stderr


def test_paths(faulty: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("review", "--no-model", "shop").stdout.splitlines() == [FIRST, SECOND]
    monkeypatch.chdir(faulty / "shop")
    assert run("review", "--no-model", "cart.py").stdout.splitlines() == [FIRST, SECOND]
    assert run("review", "--no-model", "nope.py").code == 2


@pytest.mark.parametrize(
    "arguments", [["--staged", "--working"], ["--staged", "shop"], ["--working", "--range", "A..B"]], ids=str
)
def test_several_changes_are_wrong_use(root: Path, run: Run, arguments: list[str]) -> None:
    result = run("review", *arguments)
    assert result.code == 2
    assert "several changes" in result.error[0]


def test_without_a_repository_something_is_missing(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.chdir(tmp_path / "plain")
    for option in ([], ["--working"], ["--range", "A..B"]):
        assert run("review", *option).code == 3
    (tmp_path / "plain/a.py").write_text("import os\nprint(tx)\n")
    result = run("review", "--no-model", "a.py")
    assert (result.code, len(result.stdout.splitlines())) == (1, 2)


def test_json_is_the_contract(faulty: Path, run: Run) -> None:
    result = run("review", "--no-model", "--json")
    assert result.code == 1
    document = result.document
    assert set(document) == {"schema", "title", "findings", "not_reviewed", "notices", "stats"}
    first, second = document["findings"]
    kinds = {
        "rule": str,
        "severity": str,
        "path": str,
        "line": int,
        "end_line": int,
        "message": str,
        "evidence": str,
        "confidence": float,
        "origin": str,
        "fingerprint": str,
    }
    assert types_of(second) == kinds
    assert types_of(first) == kinds | {"fix": dict}
    assert (second["rule"], second["severity"], second["origin"]) == ("ruff/F821", "high", "check")
    assert document["stats"]["files"] == 1
    assert run("review", "--no-model", "--format", "json").document["findings"] == document["findings"]


def test_annotations_and_sarif_end_with_the_same_code(faulty: Path, run: Run) -> None:
    result = run("review", "--no-model", "--format", "github")
    assert result.code == 1
    assert (
        result.stdout.splitlines()[1]
        == "::error file=shop/cart.py,line=8,endLine=8,title=ruff/F821 (high)::Undefined name `tx`"
    )
    result = run("review", "--no-model", "--format=sarif")
    assert result.code == 1
    assert [each["ruleId"] for each in result.document["runs"][0]["results"]] == ["ruff/F401", "ruff/F821"]


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"], ["--format=json"]], ids=str)
def test_settings_that_cannot_be_used(faulty: Path, run: Run, option: list[str]) -> None:
    (faulty / ".codeassist.toml").write_text('[review]\ndisable = ["nope"]\n')
    result = run("review", *option)
    assert (result.code, result.document["error"]["exit_code"]) == (2, 2)
    assert ".codeassist.toml: review.disable names `nope`" in result.error[0]


def test_a_missing_model_is_a_note(faulty: Path, run: Run) -> None:
    result = run("review")
    assert result.code == 1
    notes = [line for line in result.stderr.splitlines() if line.startswith("note: the model did not review")]
    assert len(notes) == 1
    assert "codeassist model pull" in notes[0]
    assert "the model" not in run("review", "--no-model").stderr
    (faulty / ".codeassist.toml").write_text("[review]\nmodel = false\n")
    assert "the model" not in run("review").stderr


def test_with_a_model(faulty: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("hm")
    result = run("review", "--json")
    assert result.code == 1
    first = result.document["stats"]
    assert (first["scored"] > 0, first["model_calls"] > 0, first["remembered"]) == (True, True, 0)
    assert [each for each in result.document["notices"] if "model" in each] == []
    again = run("review", "--json").document["stats"]
    assert (again["remembered"], again["model_calls"]) == (first["scored"], 0)


def test_no_time_for_the_model_is_told(faulty: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("hm")
    document = run("review", "--json", "--budget", "0").document
    assert {each["path"] for each in document["not_reviewed"]} == {"shop/cart.py"}
    assert document["stats"]["not_reviewed"] == len(document["not_reviewed"])
    result = run("review", "--budget", "0")
    assert "not reviewed: shop/cart.py:" in result.stderr
    assert run("review", "--budget", "-1").code == 2


def test_explain(faulty: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("It fails when it is run.")
    lines = run("review", "--explain", "--no-model").stdout.splitlines()
    assert [lines[0], lines[2], len(lines)] == [FIRST, SECOND, 4]
    assert all(line.startswith("    ") and line.strip() for line in lines[1::2])
    assert "It fails when it is run." in lines[1]
    findings = run("review", "--explain", "--no-model", "--json").document["findings"]
    assert [each["explanation"] for each in findings] == [line.strip() for line in lines[1::2]]


def test_explaining_without_a_model_is_a_note(faulty: Path, run: Run) -> None:
    result = run("review", "--explain", "--no-model")
    assert result.stdout.splitlines() == [FIRST, SECOND]
    assert "note: not explained: model" in result.stderr


def test_the_most_severe_are_explained(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("It fails when it is run.")
    (root / "a.py").write_text("".join(f"import m{number}\n" for number in range(15)) + "print(tx)\n")
    git(root, "add", "-A")
    result = run("review", "--explain", "--no-model", "--json")
    said = ["explanation" in each for each in result.document["findings"]]
    assert (len(said), sum(said), said[-1]) == (16, 10, True)
    assert "only the 10 most severe findings were explained" in result.document["notices"]


def test_a_baseline(faulty: Path, run: Run) -> None:
    result = run("review", "--no-model", "--write-baseline")
    assert (result.code, result.stdout) == (0, "")
    assert ".codeassist-baseline.json holds 2 known findings, which are told no more" in result.stderr
    result = run("review", "--no-model", "--fail-on", "low")
    assert (result.code, result.stdout) == (0, "")
    assert "2 known" in result.stderr
    git(faulty, "add", "-A")
    assert run("review", "--no-model", "--json").document["stats"]["files"] == 1  # the baseline is not reviewed
    (faulty / "shop/cart.py").write_text(f"# A cart.\n{FAULTY}\nprint(ty)\n")  # known ones move
    git(faulty, "add", "-A")
    assert run("review", "--no-model").stdout == "shop/cart.py:11: high: Undefined name `ty` [ruff/F821]\n"
    run("review", "--no-model", "--write-baseline", "--json")
    assert len((faulty / ".codeassist-baseline.json").read_text().splitlines()) == 5


def test_a_baseline_of_whole_files_forgets_what_is_mended(faulty: Path, run: Run) -> None:
    run("review", "--no-model", "--write-baseline", ".")
    (faulty / "shop/cart.py").write_text(CART)
    run("review", "--no-model", "--write-baseline", ".")
    assert len((faulty / ".codeassist-baseline.json").read_text().splitlines()) == 2


def test_a_repository_that_is_not_indexed_is_told(faulty: Path, run: Run) -> None:
    assert "note: this repository is not indexed" in run("review", "--no-model").stderr
    run("index")
    assert "not indexed" not in run("review", "--no-model").stderr


def test_a_state_directory_that_cannot_be_used(faulty: Path, home: Path, run: Run) -> None:
    home.mkdir()
    (home / "state").write_text("no folder")
    result = run("review", "--no-model")
    assert (result.code, result.stdout.splitlines()) == (1, [FIRST, SECOND])


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


def test_hostile_names_and_code_are_inert(root: Path, run: Run) -> None:
    name = "\x1b]0;title\x07\n::error::[red]x.py"
    (root / name).write_text("import os\nprint(tx) # \x1b[2J [/x] [bold]\u202e" + "y" * 500 + "\n")
    (root / "::error::a.py").write_text("import os\n")
    git(root, "add", "-A")
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


def test_a_secret_is_on_no_screen(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
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
    (root / "a.py").write_text("import os\nt = 'canary'\nprint(tx)\n")
    git(root, "add", "-A")
    for output in ("text", "json", "sarif", "github"):
        result = run("review", "--no-model", "--format", output)
        assert (result.code, "canary" in result.stdout + result.stderr) == (1, False)


def test_a_secret_is_on_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it in the lines around another finding, or in a fix."""
    fix = Fix(description="Remove it", line=1, end_line=2, text="x\n")
    finding = Finding(rule="ruff/F401", severity="low", path="a.py", line=1, end_line=1, message="m", fix=fix)
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


class Screen(io.StringIO):
    """A terminal, for who asks."""

    def isatty(self) -> bool:
        return True


def test_control_c(faulty: Path, fake_engine: FakeScript) -> None:
    """The script comes through a FIFO: once it is read the command is about to ask the engine, which never answers."""
    before = tree(faulty)
    script = fake_engine(Reply(fail="hang"))
    content = script.read_bytes()
    script.unlink()
    os.mkfifo(script)
    with subprocess.Popen(
        [*COMMAND, "review", "--explain", "--no-model"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        try:
            script.write_bytes(content)  # returns when the command has opened the FIFO
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=60)
        finally:
            child.kill()
    assert (child.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert tree(faulty) == before
