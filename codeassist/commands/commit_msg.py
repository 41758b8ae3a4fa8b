"""`codeassist commit-msg`, and what the hook prepare-commit-msg does."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from codeassist import git
from codeassist.commands.output import Waiting, say, write_json
from codeassist.errors import MissingError, UsageError
from codeassist.git.layout import branch, comment_string
from codeassist.message.pipeline import Draft, draft
from codeassist.message.style import learn
from codeassist.review import snapshot
from codeassist.session import Session, open_session
from codeassist.terminal import interactive, write_text

_COMMITS = 50
_SECONDS = 120.0
_MOST_BYTES = 16 * 1024 * 1024  # of a message's file; with --verbose it holds the diff
_SCISSORS = " ------------------------ >8 ------------------------"


def run(environ: Mapping[str, str], *, apply: bool = False, as_json: bool = False, model: str | None = None) -> int:
    """Print a message for what is staged, or with `apply` commit with it in the user's editor.

    Raises:
        UsageError: nothing is staged, or there is no terminal to edit in.
        MissingError: there is no repository, or no model.
    """
    if apply and as_json:
        raise UsageError("--apply opens an editor, --json prints", "give one of them")
    if apply and not (interactive() and sys.stdout is not None and sys.stdout.isatty()):
        raise UsageError("--apply opens your editor, which needs a terminal", "without --apply the message is printed")
    with (
        Waiting("drafting") as waiting,
        open_session(environ, model=model, notice=waiting.notice, chat=True) as session,
    ):
        done = _draft(environ, session, _SECONDS)
    if done.by_program:
        say(f"the model's answers were not taken ({'; '.join(done.rejected)}): this one is told by the files alone")
    if apply:
        return commit(environ, done.message)
    if as_json:
        write_json({"schema": 1, "message": done.message})
    else:
        write_text(done.message + "\n")
    return 0


def commit(environ: Mapping[str, str], message: str) -> int:
    """Have git commit in this terminal: with the user's hooks, their editor open on the message. Git's exit code."""
    program = shutil.which("git", path=environ.get("PATH"))
    if program is None:
        raise MissingError("git cannot be run", "install git and put it on PATH")
    return subprocess.run([program, "commit", "--edit", f"--message={message}"], check=False).returncode


def prepare(environ: Mapping[str, str], file: Path, source: str, *, seconds: float) -> None:
    """Put a draft at the top of a message that has none yet; anything else leaves the file as it is.

    Raises:
        UsageError: there is no such file, or nothing is staged.
        MissingError: there is no model.
        EngineError: the engine failed, or took more than so many seconds.
    """
    if source or environ.get("GIT_EDITOR") == ":":  # there is a message, or nobody will look at this one
        return
    before = _read(file)
    comment = comment_string(environ, Path.cwd())
    if _has_text(before, comment):
        return
    with open_session(environ) as session:
        done = _draft(environ, session, seconds)
    message = done.message
    if any(line.startswith(comment) for line in message.split("\n")):
        return
    if done.by_program:
        say("codeassist: the draft is told by the files alone: the model's answers were not taken")
    _write(file, message.encode() + b"\n" + (b"" if before.startswith(b"\n") else b"\n") + before)


def _draft(environ: Mapping[str, str], session: Session, seconds: float) -> Draft:
    change = snapshot.staged(environ, Path.cwd())
    style = learn(git.recent_messages(change.root, _COMMITS))
    return draft(session.engine, change, style, branch(environ, Path.cwd()), seconds=seconds)


def _has_text(content: bytes, comment: str) -> bool:
    """Whether something stands above git's scissors that is no comment."""
    sign = os.fsencode(comment)
    for line in content.split(b"\n"):
        if line.startswith(sign + _SCISSORS.encode()):
            return False
        if line.strip() and not line.startswith(sign):
            return True
    return False


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", "give the file that git gives the hook") from error
    if len(content) > _MOST_BYTES:
        raise UsageError(f"{file} is over {_MOST_BYTES // 2**20} MiB", "commit without --verbose")
    return content


def _write(file: Path, content: bytes) -> None:
    """Replace a file as a whole or not at all; its mode stays."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=".codeassist-", dir=file.parent)
    except OSError as error:
        raise MissingError(f"cannot write beside {file}: {error.strerror}", "check its permissions") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        shutil.copymode(file, temporary)
        temporary.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise MissingError(f"cannot write {file}: {error.strerror}", "check its permissions") from error
