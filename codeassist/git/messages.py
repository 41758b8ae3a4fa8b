"""Reads what was committed lately, as objects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from codeassist.git import process

if TYPE_CHECKING:
    from git.cmd import Git

_SHOWN = 20_000  # bytes of a message


def recent_messages(directory: Path, count: int) -> list[str]:
    """The messages of the last commits that are checked out, newest first, without merges, with LF newlines.

    They are as long as their writers made them, up to 20,000 bytes. Empty if there are none or git cannot tell, as for
    repositories of SHA-256 names, which GitPython cannot read.
    """
    # Plumbing first: it looks whose repository it is, and is stopped where a configuration never ends.
    commits = process.run(["rev-list", f"--max-count={count}", "--no-merges", "HEAD", "--"], directory)
    places = process.run(["rev-parse", "--absolute-git-dir", "--git-path", "objects"], directory)
    if commits is None or places is None or commits.returncode or places.returncode:
        return []
    own, objects = os.fsdecode(places.stdout).split("\n")[:2]
    found = []
    try:
        with _reader(directory, own, directory / objects) as reader:
            for commit in commits.stdout.split():
                _oid, _kind, _size, data = reader.get_object_data(commit)
                found.append(_message(data))
    except (OSError, ValueError, ImportError):  # gone, not SHA-1, killed, or no git that GitPython would run
        return found
    return found


@contextmanager
def _reader(directory: Path, own: str, objects: Path) -> Iterator[Git]:
    """GitPython's reader of objects, hardened as every call, and ended after a while whatever it waits for.

    It takes over this process's variables, so those of a hook are set to the repository that is meant.
    """
    from git.cmd import Git

    objects = objects.absolute()
    reader = Git(directory)
    reader.set_persistent_git_options(c=list(process.CONFIG), no_pager=True)
    reader.update_environment(
        **process.ENVIRONMENT,
        GIT_DIR=own,
        GIT_COMMON_DIR=str(objects.parent),
        GIT_OBJECT_DIRECTORY=str(objects),
        GIT_ALTERNATE_OBJECT_DIRECTORIES="",
    )
    timer = Timer(process.SECONDS, _kill, [reader])
    timer.daemon = True
    timer.start()
    try:
        yield reader
    finally:
        timer.cancel()
        reader.clear_cache()


def _kill(reader: Git) -> None:
    if reader.cat_file_all is not None:
        reader.cat_file_all.kill()


def _message(data: bytes) -> str:
    """What follows a commit's header. The encoding it names is not obeyed: decoding by some takes quadratic time."""
    message = data.partition(b"\n\n")[2][:_SHOWN]
    try:
        text = message.decode("utf-8")
    except UnicodeDecodeError:
        text = message.decode("latin-1")
    return text.replace("\r\n", "\n").strip("\n")
