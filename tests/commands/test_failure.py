"""What people and scripts see when a command fails: exit codes, two lines, one JSON document, no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript, Result, Run, RunProcess

from .support import COMMAND, write

CODE = "def f():\n    return 1\n"


def cases(folder: Path) -> dict[str, list[str]]:
    """Wrong uses by name."""
    code, binary = write(folder / "a.py", CODE), write(folder / "b.bin", b"\x00\x01ELF")
    (folder / "dir").mkdir()
    (folder / "loop").symlink_to(folder / "loop")
    big = folder / "big.py"
    with big.open("wb") as file:
        file.truncate(17 * 2**20)
    os.mkfifo(folder / "fifo")
    at = ["--at", "1:1"]
    return {
        "missing file": ["complete", str(folder / "none.py"), *at],
        "line outside": ["complete", code, "--at", "9:1"],
        "column outside": ["complete", code, "--at", "1:99"],
        "line zero": ["complete", code, "--at", "0:1"],
        "no position": ["complete", code, "--at", "one"],
        "superscript": ["complete", code, "--at", "1:\u00b2"],
        "negative": ["complete", code, "--at", "1:-1"],
        "huge": ["complete", code, "--at", "99999999999999999999:1"],
        "binary": ["complete", binary, *at],
        "directory": ["complete", str(folder / "dir"), *at],
        "link loop": ["complete", str(folder / "loop"), *at],
        "fifo": ["complete", str(folder / "fifo"), *at],
        "too large": ["complete", str(big), *at],
        "name too long": ["complete", "n" * 5000, *at],
        "ask missing file": ["ask", "what?", "--file", str(folder / "none.py")],
        "ask binary": ["ask", "what?", "--file", binary],
    }


NAMES = """missing file, line outside, column outside, line zero, no position, superscript, negative, huge, binary,
directory, link loop, fifo, too large, name too long, ask missing file, ask binary""".replace("\n", " ").split(", ")


def fails(result: Result, code: int) -> None:
    """The contract of a failure with --json: two lines, one document that says the same."""
    what, hint = result.error
    assert result.code == code, result.stderr
    error = result.document["error"]
    assert result.document == {"schema": 1, "error": error}
    assert set(error) == {"message", "hint", "exit_code"}
    assert error["exit_code"] == code
    assert what.startswith(f"codeassist: {error['message']}"[:40])
    assert error["hint"].split()[0] == hint.split()[0]


@pytest.mark.parametrize("name", NAMES)
def test_wrong_use(name: str, tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("x")
    arguments = cases(tmp_path)[name]
    plain = run(*arguments)
    assert (plain.code, plain.raw) == (2, b"")
    assert plain.error
    fails(run(*arguments, "--json"), 2)


@pytest.mark.skipif(os.getuid() == 0, reason="root reads every file; 'link loop' stands for it")
def test_an_unreadable_file(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("x")
    path = write(tmp_path / "a.py", CODE)
    Path(path).chmod(0)
    fails(run("complete", path, "--at", "1:1", "--json"), 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ("complete", "a.py", "--bogus", "--json"),
        ("complete", "a.py", "--json"),
        ("complete", "--json"),
        ("complete", "a.py", "--at", "1:1", "--max-tokens", "0", "--json"),
        ("complete", "a.py", "--at", "1:1", "--max-tokens", "many", "--json"),
        ("ask", "--json"),
        ("nonsense", "--json"),
        ("model", "nonsense", "--json"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line(arguments: tuple[str, ...], run: Run) -> None:
    fails(run(*arguments), 2)
    plain = run(*arguments[:-1])
    assert (plain.code, plain.raw) == (2, b"")
    assert plain.error


def test_unknown_and_missing_models(tmp_path: Path, run: Run) -> None:
    path = write(tmp_path / "a.py", CODE)
    arguments = ("complete", path, "--at", "1:1", "--json")
    unknown = run(*arguments, "--model", "qwen2.5-coder-0.5")
    fails(unknown, 3)
    assert "qwen2.5-coder-0.5b" in unknown.error[1]
    fails(run(*arguments, "--model", "../../etc/passwd"), 3)
    missing = run(*arguments)
    fails(missing, 3)
    assert "codeassist model pull qwen2.5-coder-0.5b" in missing.error[1]
    fails(run("ask", "what?", "--json"), 3)


def test_the_engine_fails(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(fail="error"))
    path = write(tmp_path / "a.py", CODE)
    fails(run("complete", path, "--at", "1:1", "--json"), 4)
    plain = run("ask", "what?", "--file", path)
    assert (plain.code, plain.raw) == (4, b"")
    assert plain.error


@pytest.mark.parametrize(
    ("config", "part"),
    [
        ("model = 3\n", "model"),
        ("[engine]\nmode = 'both'\n", "engine.mode"),
        ("[engine]\nspeed = 3\n", "speed"),
        ("x = [\n", "config.toml"),
    ],
)
def test_a_wrong_setting_is_named(config: str, part: str, home: Path, run: Run) -> None:
    (home / "config").mkdir(parents=True)
    write(home / "config" / "config.toml", config)
    result = run("config", "show", "--json")
    fails(result, 2)
    assert part in result.error[0]
    assert "config.toml" in result.error[0]


def test_a_home_that_cannot_be_made(run_process: RunProcess, tmp_path: Path) -> None:
    write(tmp_path / "file", "")
    result = run_process("engine", "status", "--json", CODEASSIST_HOME=str(tmp_path / "file" / "home"))
    assert result.code in {2, 3}
    fails(result, result.code)


def test_names_that_are_not_unicode(run_process: RunProcess, fake_engine: FakeScript) -> None:
    fake_engine("x")
    fails(run_process("complete", os.fsdecode(b"\xff.py"), "--at", "1:1", "--json"), 2)


@pytest.mark.parametrize(
    "json",
    [
        [],
        ["--json"],
    ],
    ids=["text", "json"],
)
@pytest.mark.parametrize("redirection", [">&-", "> /dev/full"])
def test_standard_output_that_cannot_be_written(
    redirection: str, json: list[str], tmp_path: Path, fake_engine: FakeScript
) -> None:
    fake_engine("x")
    command = [*COMMAND, "complete", write(tmp_path / "a.py", CODE), "--at", "1:1", *json]
    script = f'exec "$@" {redirection}'
    done = subprocess.run(["sh", "-c", script, "sh", *command], capture_output=True, timeout=60, check=False)
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr
    assert Result(done.returncode, b"", done.stderr.decode()).error


def test_a_reader_that_leaves(fake_engine: FakeScript) -> None:
    fake_engine("many words " * 20)
    with subprocess.Popen(
        [*COMMAND, "ask", "what?"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert b"Traceback" not in child.stderr.read()


@pytest.mark.parametrize("verb", ["complete", "ask"])
def test_control_c(verb: str, tmp_path: Path, fake_engine: FakeScript) -> None:
    """The script comes through a FIFO: once it is read the command is about to ask the engine, which never answers."""
    script = fake_engine(Reply(fail="hang"))
    content = script.read_bytes()
    script.unlink()
    os.mkfifo(script)
    place = [write(tmp_path / "a.py", CODE), "--at", "1:1"]
    with subprocess.Popen(
        [*COMMAND, verb, *(place if verb == "complete" else ["what?"])],
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
    assert child.returncode == 130
    assert out == b""
    assert b"Traceback" not in err


def test_a_fault_of_ours_is_two_lines_and_a_log(
    home: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log has the stack, but neither the text of the error nor values of variables: they may hold code."""
    fake_engine("x")
    canary = "".join(("CAN", "ARY"))  # the log holds lines of source: this one too

    def broken(*_arguments: object, **_options: object) -> int:
        raise ZeroDivisionError(canary)

    monkeypatch.setattr("codeassist.commands.ask.run", broken)
    result = run("ask", "what?", "--json")
    fails(result, 4)
    log = home / "state" / "logs" / "crash.log"
    assert str(log) in result.error[1]
    assert "in broken" in log.read_text()
    assert canary in result.error[0]
    assert canary not in log.read_text()
