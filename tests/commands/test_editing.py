"""What people and programs see of an edit, and what is written."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from codeassist.commands import undo
from codeassist.edit.draft import Checked
from tests.commands.settling import Spec, settled
from tests.repository import repository

OLD = b"def one():\n    return 1\n"
NEW = b"def one():\n    return 2\n"
CHECK = Checked("make test", passed=True, exit_code=0, seconds=1.26, output="fine\n")
FAILED = Checked("make test", passed=False, exit_code=2, seconds=1.0, output="line\n" * 30 + "\x1b[31mbad\n")


class Shown:
    """An outcome that is settled off a terminal; its streams are captured."""

    def __init__(self, root: Path, capture: pytest.CaptureFixture[bytes]) -> None:
        self.root = root
        self._capture = capture

    def settle(self, spec: Spec) -> tuple[int, bytes, str]:
        code = settled(spec)
        out, err = self._capture.readouterr()
        return code, out, err.decode()

    def of(self, *, files: Any = (("a.py", OLD, NEW),), **values: Any) -> tuple[int, bytes, str]:
        return self.settle(Spec(str(self.root), list(files), **values))


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Shown:
    root = repository(tmp_path / "repo", {"a.py": OLD, "latin.py": b"# caf\xe9\n", "gone.py": b"x"})
    monkeypatch.chdir(root)
    return Shown(root.resolve(), capsysbinary)


def undone(root: Path) -> None:
    assert undo.run(os.environ, "", yes=True) == 0
    assert (root / "a.py").read_bytes() == OLD


def test_without_consent_nothing_is_written(shown: Shown) -> None:
    code, out, err = shown.of()
    assert (code, err) == (0, "nothing was written; --apply writes it\n")
    assert (shown.root / "a.py").read_bytes() == OLD
    subprocess.run(["git", "apply"], cwd=shown.root, input=out, check=True)
    assert (shown.root / "a.py").read_bytes() == NEW


def test_dry_run_is_the_diff_only(shown: Shown) -> None:
    code, out, err = shown.of(wish={"dry_run": True})
    assert (code, err) == (0, "")
    assert out.startswith(b"diff --git a/a.py b/a.py\n")
    assert (shown.root / "a.py").read_bytes() == OLD


def test_applied_and_undone(shown: Shown) -> None:
    code, out, err = shown.of(
        files=[("a.py", OLD, NEW), ("new/b.py", None, b"b\nc\n"), ("gone.py", b"x", None)], wish={"apply": True}
    )
    match = re.fullmatch(r"applied as (\S+): 3 files, \+3 −2; codeassist undo \1 takes it back\n", err)
    assert (code, bool(match)) == (0, True), err
    assert out.count(b"diff --git") == 3
    assert (shown.root / "a.py").read_bytes() == NEW
    assert (shown.root / "new/b.py").read_bytes() == b"b\nc\n"
    assert not (shown.root / "gone.py").exists()
    undone(shown.root)


def test_a_wish_that_contradicts_itself_writes_nothing(shown: Shown) -> None:
    """Also where a command did not look at it before."""
    assert shown.of(wish={"apply": True, "dry_run": True})[0] == 2
    assert (shown.root / "a.py").read_bytes() == OLD


def test_a_pipe_gets_the_files_bytes(shown: Shown) -> None:
    _, out, _ = shown.of(files=[("latin.py", b"# caf\xe9\n", b"# caf\xe9s\n")])
    assert b"\n-# caf\xe9\n+# caf\xe9s\n" in out


def test_what_came_before_is_told(shown: Shown) -> None:
    _, _, err = shown.of(reasons=("it is no function", "the check fails with exit code 1"), checks=(FAILED, CHECK))
    assert err.splitlines() == [
        "draft 1 was not taken: it is no function",
        "draft 2 was not taken: the check fails with exit code 1",
        "passed: make test (1.3 s)",
        "nothing was written; --apply writes it",
    ]


def test_json(shown: Shown) -> None:
    code, out, err = shown.of(reasons=("no node",), checks=(CHECK,), wish={"as_json": True})
    document = msgspec.json.decode(out)
    assert (code, err) == (0, "")
    assert document == {
        "schema": 1,
        "patch": document["patch"],
        "applied": False,
        "files": [{"path": "a.py", "added": 1, "removed": 1, "created": False}],
        "checks": [
            {"command": "make test", "passed": True, "exit_code": 0, "seconds": 1.26, "output": "fine\n"},
        ],
        "reasons": ["no node"],
    }
    assert (shown.root / "a.py").read_bytes() == OLD
    subprocess.run(["git", "apply"], cwd=shown.root, input=document["patch"].encode(), check=True)
    assert (shown.root / "a.py").read_bytes() == NEW


def test_json_of_what_is_applied(shown: Shown) -> None:
    files = [("latin.py", b"# caf\xe9\n", b"# caf\xe9s\n"), ("n\udce9w.py", None, b"")]
    code, out, err = shown.of(files=files, wish={"as_json": True, "apply": True})
    document = msgspec.json.decode(out)
    assert (code, err, document["applied"]) == (0, "", True)
    assert document["id"]
    assert "GIT binary patch" in document["patch"]
    assert document["files"][1] == {"path": "n\ufffdw.py", "added": 0, "removed": 0, "created": True}
    assert (shown.root / "latin.py").read_bytes() == b"# caf\xe9s\n"


def test_none_holds(shown: Shown) -> None:
    code, out, err = shown.of(holds=False, reasons=("no node", "no name", "no node"), reason="no name")
    assert (code, out) == (4, b""), "no program takes it for an answer"
    lines = err.splitlines()
    assert lines[0] == "diff --git a/a.py b/a.py"
    assert lines[-3] == "not applied: no name"
    assert lines[-2] == "codeassist: none of 3 drafts holds: no node; no name"
    assert lines[-1].startswith("  nothing was changed; ")
    assert (shown.root / "a.py").read_bytes() == OLD


def test_none_holds_with_apply(shown: Shown) -> None:
    code, _, _ = shown.of(holds=False, reasons=("no node",), reason="no node", wish={"apply": True})
    assert code == 4
    assert (shown.root / "a.py").read_bytes() == OLD


def test_nothing_was_made_of_it(shown: Shown) -> None:
    code, out, err = shown.of(files=[], holds=False, reasons=("no code",))
    assert (code, out) == (4, b"")
    assert err.splitlines()[0] == "codeassist: no draft holds: no code"
    assert shown.of(files=[], holds=False)[2].splitlines()[0] == "codeassist: no draft holds: there is none"


def test_the_end_of_a_failed_check_is_shown_inert(shown: Shown) -> None:
    _, _, err = shown.of(holds=False, reasons=("the check fails",), reason="the check fails", checks=(FAILED,))
    assert "$ make test\n" + "line\n" * 19 + "\\x1b[31mbad\n" in err


@pytest.mark.parametrize("apply", [False, True])
def test_none_holds_in_json(apply: bool, shown: Shown) -> None:
    code, out, err = shown.of(
        holds=False, reasons=("no node",), reason="no node", checks=(FAILED,), wish={"as_json": True, "apply": apply}
    )
    document = msgspec.json.decode(out)
    assert code == 4
    assert document["error"] == {
        "message": "no draft holds: no node",
        "hint": document["error"]["hint"],
        "exit_code": 4,
    }
    assert (document["applied"], document["reasons"]) == (False, ["no node"])
    assert document["patch"].startswith("diff --git")
    assert err.splitlines()[0] == "codeassist: no draft holds: no node"
    assert len(err.splitlines()) == 2
    assert (shown.root / "a.py").read_bytes() == OLD


def test_a_file_that_changed_meanwhile_is_left(shown: Shown) -> None:
    (shown.root / "a.py").write_bytes(b"mine\n")
    code, _, err = shown.of(wish={"apply": True})
    assert code == 3
    assert err.splitlines()[-2].startswith("codeassist: ")
    assert (shown.root / "a.py").read_bytes() == b"mine\n"


def test_a_conflict_in_json_is_one_document(shown: Shown) -> None:
    (shown.root / "a.py").write_bytes(b"mine\n")
    code, out, _ = shown.of(wish={"apply": True, "as_json": True})
    assert (code, msgspec.json.decode(out)["error"]["exit_code"]) == (3, 3)
