"""`codeassist commit-msg`, and the hook prepare-commit-msg."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.commands.support import on_terminal
from tests.conftest import FakeScript, Run, RunProcess
from tests.models.cache import cached_model
from tests.repository import git, repository

OLD = "def load(path):\n    return path\n"
NEW = "def load(path):\n    return read_text(path)\n"
COMMENTS = "\n# Please enter the commit message for your changes.\n#\n# On branch main\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a change that is staged."""
    root = repository(tmp_path / "repo", {"lib/store.py": OLD})
    (root / "lib/store.py").write_text(NEW)
    git(root, "add", "-A")
    monkeypatch.chdir(root)
    return root


def log(root: Path, form: str = "%B") -> str:
    done = subprocess.run(
        ["git", "log", "-1", f"--format={form}"], cwd=root, capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


def test_a_message_is_one_line(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text='Commit message: "Read the text in load."', when="+    return read_text(path)"))
    result = run("commit-msg")
    assert (result.code, result.stdout, result.stderr) == (0, "Read the text in load\n", "")


def test_json_is_the_contract(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("Use `read_text` in load")
    result = run("commit-msg", "--json")
    assert (result.code, result.document) == (0, {"schema": 1, "message": "Use `read_text` in load"})


def test_it_follows_the_last_commits(root: Path, run: Run, fake_engine: FakeScript) -> None:
    for subject in ("fix(store): drop rows", "feat(store): add rows", "feat(store): name rows"):
        git(root, "commit", "-q", "--allow-empty", "-m", subject)
    (root / "lib/store.py").write_text(OLD)
    git(root, "add", "-A")
    fake_engine("Fixed how load reads the store.")
    assert run("commit-msg").stdout == "fix(store): fix how load reads the store\n"


def test_a_body_where_that_is_the_habit(root: Path, run: Run, fake_engine: FakeScript) -> None:
    for number in range(4):
        git(root, "commit", "-q", "--allow-empty", "-m", f"Say {number}\n\nBecause it was so.")
    (root / "lib/store.py").write_text(OLD)
    git(root, "add", "-A")
    sentence = "The path in load is what it was, so that everybody who relied on it can go on as before."
    fake_engine(f"Return the path in load\n\n{sentence} It calls `other_thing`.\n\nSigned-off-by: A <a@example.org>")
    lines = run("commit-msg").stdout.split("\n")
    assert lines[:2] == ["Return the path in load", ""]
    assert " ".join(lines[2:]).strip() == sentence
    assert max(map(len, lines)) <= 72


def test_what_it_invents_is_not_taken(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="Add `save_all` to the store", times=1), "Read the text in load")
    result = run("commit-msg")
    assert (result.stdout, result.stderr) == ("Read the text in load\n", "")


@pytest.mark.parametrize("output", ["Update code", "", "x" * 500, "I'm sorry, I cannot load it", "\x1b]0;x\x07" * 50])
def test_a_program_writes_if_the_model_cannot(output: str, root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(output)
    result = run("commit-msg")
    assert (result.code, result.stdout) == (0, "Update load in lib/store.py\n")
    assert "told by the files alone" in result.stderr


def test_a_diff_of_thousands_of_lines_fits(root: Path, run: Run, fake_engine: FakeScript) -> None:
    """The scripted engine refuses a prompt over its context, and counts a character as a token."""
    for number in range(20):
        (root / f"m{number}.py").write_text("".join(f"def f{number}_{line}():\n    pass\n" for line in range(100)))
    git(root, "add", "-A")
    fake_engine("Read the text in load", context_tokens=2500)
    result = run("commit-msg")
    assert (result.code, result.stdout) == (0, "Read the text in load\n"), result.stderr


def test_secrets_are_in_no_prompt(root: Path, run: Run, fake_engine: FakeScript) -> None:
    (root / ".env").write_text("TOKEN=canary\n")
    (root / "lib/store.py").write_text(NEW + 'PASSWORD = "canary-hunter2"\n')
    git(root, "add", "-Af")
    fake_engine(Reply(text="leaked", fail="error", when="canary"), "Read the text in load")
    assert run("commit-msg").stdout == "Read the text in load\n"


def test_what_is_missing(tmp_path: Path, root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = run("commit-msg", "--json")
    assert missing.code == 3
    assert "codeassist model pull" in missing.error[1]


def test_no_repository_and_nothing_staged(
    root: Path, tmp_path: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_engine("x")
    git(root, "commit", "-q", "-m", "All of it")
    nothing = run("commit-msg")
    assert (nothing.code, nothing.stdout) == (2, "")
    assert "git add" in nothing.error[1]
    monkeypatch.chdir(tmp_path)
    assert run("commit-msg").code == 3


def test_apply_needs_a_terminal(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("Read the text in load")
    before = log(root, "%H")
    result = run("commit-msg", "--apply")
    assert result.code == 2
    assert "terminal" in result.error[0]
    assert run("commit-msg", "--apply", "--json").code == 2
    assert log(root, "%H") == before


def editor(folder: Path, line: str) -> str:
    path = folder / "editor"
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who commits."""
    for role in ("AUTHOR", "COMMITTER"):
        for what in ("NAME", "EMAIL"):
            monkeypatch.setenv(f"GIT_{role}_{what}", "someone@example.org")


@pytest.mark.usefixtures("somebody")
def test_apply_commits_with_the_users_editor_and_hooks(
    root: Path, tmp_path: Path, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_engine("Read the text in load")
    monkeypatch.setenv("GIT_EDITOR", editor(tmp_path, 'cp "$1" "$0.seen"; sed -i.bak "1s/$/ again/" "$1"'))
    hook = root / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho ran >&2\nexit 1\n")
    hook.chmod(0o755)
    before = log(root, "%H")
    code, shown = on_terminal("commit-msg", "--apply")
    assert (code, b"ran" in shown, log(root, "%H")) == (1, True, before), "a hook that fails stops it"
    hook.write_text("#!/bin/sh\nexit 0\n")
    code, shown = on_terminal("commit-msg", "--apply")
    assert (code, log(root)) == (0, "Read the text in load again"), shown
    assert (tmp_path / "editor.seen").read_text().startswith("Read the text in load\n")


def prepared(run: Run, root: Path, content: str, *arguments: str) -> str:
    file = root / ".git" / "COMMIT_EDITMSG"
    file.write_text(content)
    result = run("hook", "run", "prepare-commit-msg", str(file), *arguments)
    assert (result.code, result.raw) == (0, b"")
    return file.read_text()


def test_the_hook_puts_a_draft_above_the_comments(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("Read the text in load")
    assert prepared(run, root, COMMENTS) == f"Read the text in load\n{COMMENTS}"
    assert prepared(run, root, COMMENTS[1:]) == f"Read the text in load\n{COMMENTS}"
    assert prepared(run, root, "") == "Read the text in load\n\n"
    verbose = f"{COMMENTS}# ------------------------ >8 ------------------------\n# Do not modify\ndiff --git a/x b/x\n"
    assert prepared(run, root, verbose) == f"Read the text in load\n{verbose}"


@pytest.mark.parametrize("source", ["message", "template", "merge", "squash", "commit"])
def test_a_message_that_is_there_stays(source: str, root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("Read the text in load")
    assert prepared(run, root, f"Mine\n{COMMENTS}", source) == f"Mine\n{COMMENTS}"
    assert prepared(run, root, COMMENTS, source) == COMMENTS
    assert prepared(run, root, f"Mine\n{COMMENTS}") == f"Mine\n{COMMENTS}", "pre-commit passes no source"


def test_the_comment_character_is_the_users(root: Path, run: Run, fake_engine: FakeScript) -> None:
    git(root, "config", "core.commentChar", ";")
    fake_engine("Read the text in load")
    comments = COMMENTS.replace("#", ";")
    assert prepared(run, root, comments) == f"Read the text in load\n{comments}"
    assert prepared(run, root, COMMENTS) == COMMENTS, "that is text here"
    git(root, "config", "core.commentChar", "R")
    assert prepared(run, root, "\nR comment\n") == "\nR comment\n", "git would take the draft for a comment"


def test_nobody_would_look_at_it(
    root: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_engine("Read the text in load")
    monkeypatch.setenv("GIT_EDITOR", ":")
    assert prepared(run, root, COMMENTS) == COMMENTS


@pytest.mark.parametrize("script", [[Reply(fail="error")], []], ids=["fails", "has no answer"])
def test_a_failure_leaves_the_file(script: list[Reply], root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(*script)
    assert prepared(run, root, COMMENTS) == COMMENTS


def test_without_a_model_it_passes_with_a_notice(root: Path, run: Run) -> None:
    file = root / ".git" / "COMMIT_EDITMSG"
    file.write_text(COMMENTS)
    result = run("hook", "run", "prepare-commit-msg", str(file))
    assert (result.code, file.read_text()) == (0, COMMENTS)
    assert "codeassist-commit-msg was passed over" in result.error[0]
    assert "codeassist model pull" in result.error[1]


def test_a_model_that_hangs_is_given_up(
    root: Path, run_process: RunProcess, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_engine(Reply(fail="hang"))
    file = root / ".git" / "COMMIT_EDITMSG"
    file.write_text(COMMENTS)
    code = (
        "import sys; from codeassist.commands import hook; hook._DRAFT_SECONDS = 0.2; "
        "from codeassist.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "hook", "run", "prepare-commit-msg", str(file)],
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
    )
    assert (done.returncode, file.read_text()) == (0, COMMENTS)
    assert "took too long" in done.stderr


@pytest.mark.model
@pytest.mark.timeout(300)
def test_a_real_model_writes_a_subject(root: Path, run: Run, home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(cached_model("smollm2-135m"))
    result = run("commit-msg", "--model", "smollm2-135m")
    assert result.code == 0, result.stderr
    (subject,) = result.stdout.splitlines()
    assert 0 < len(subject) <= 72
    assert subject[0].isupper()
