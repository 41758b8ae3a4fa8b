"""`codeassist review` with the model, by the scripted engine."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from codeassist.engine.fake import Reply
from tests.commands.shop import FIRST, SECOND, tree
from tests.commands.support import COMMAND
from tests.conftest import FakeScript, Run
from tests.repository import git


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


def test_the_most_severe_are_explained(shop: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("It fails when it is run.")
    (shop / "a.py").write_text("".join(f"import m{number}\n" for number in range(15)) + "print(tx)\n")
    git(shop, "add", "-A")
    result = run("review", "--explain", "--no-model", "--json")
    said = ["explanation" in each for each in result.document["findings"]]
    assert (len(said), sum(said), said[-1]) == (16, 10, True)
    assert "only the 10 most severe findings were explained" in result.document["notices"]


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
