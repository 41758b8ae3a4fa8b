"""`codeassist review`: which change, which code, which output."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.shop import CART, FAULTY, FIRST, SECOND, tree
from tests.commands.support import types_of
from tests.conftest import Run
from tests.repository import git


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


@pytest.mark.parametrize(
    ("closed", "code", "said"),
    [("2>&-", 0, "ruff/F821"), (">&-", 2, "there is no standard output"), ("<&-", 0, "ruff/F821")],
)
def test_closed_streams(faulty: Path, closed: str, code: int, said: str) -> None:
    command = f'"$@" {closed}'
    asked = [sys.executable, "-m", "codeassist", "review", "--no-model", "--fail-on", "none"]
    done = subprocess.run(["/bin/sh", "-c", command, "sh", *asked], capture_output=True, check=False)
    assert done.returncode == code
    assert said in (done.stdout + done.stderr).decode()


def test_only_what_is_as_severe_fails(shop: Path, run: Run) -> None:
    (shop / "shop/cart.py").write_text(f"import os\n{CART}")
    git(shop, "add", "-A")
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


def test_what_settings_exclude_is_counted(faulty: Path, run: Run) -> None:
    (faulty / ".codeassist.toml").write_text('[review]\nexclude = ["shop/"]\n')
    result = run("review", "--no-model")
    assert (result.code, result.stdout) == (0, "")
    assert "nothing found in what is staged: 0 files, 0 new lines; 1 excluded; " in result.stderr


def test_nothing_staged_is_told_with_what_to_do(shop: Path, run: Run) -> None:
    result = run("review")
    assert (result.code, result.stdout) == (0, "")
    assert result.stderr == "nothing is staged: git add what you want reviewed, or use --working\n"
    document = run("review", "--json").document
    assert (document["schema"], document["findings"], document["stats"]["files"]) == (1, [], 0)
    assert run("review", "--format", "sarif").document["runs"][0]["results"] == []
    assert run("review", "--format", "github").stdout == ""


def test_the_working_tree(shop: Path, run: Run) -> None:
    assert "--working" not in run("review", "--working").stderr
    (shop / "shop/cart.py").write_text(FAULTY)
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
def test_several_changes_are_wrong_use(shop: Path, run: Run, arguments: list[str]) -> None:
    result = run("review", *arguments)
    assert result.code == 2
    assert "more than one change" in result.error[0]


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
