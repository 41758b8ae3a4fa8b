"""The user's own check (`--check "pytest -q"`), run on a copy of the working tree with a change in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from codeassist.edit.change import ChangeSet
from codeassist.edit.draft import Cancelled, Checked
from codeassist.edit.replica import Replica
from codeassist.edit.running import run
from codeassist.errors import MissingError
from codeassist.git.process import OF_A_HOOK

if TYPE_CHECKING:
    from typing_extensions import Self

SECONDS = 60.0
_LISTS = ("PYTHONPATH", "NODE_PATH", "RUBYLIB", "PERL5LIB", "CLASSPATH")  # of folders with modules
_PYTHON_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg")


def check(change: ChangeSet, command: str, cancelled: Cancelled, seconds: float = SECONDS) -> Checked:
    """Run a shell command at the top of a copy of the tree with the change applied; the tree itself is not touched.

    Raises:
        MissingError: the copy cannot be made.
        CancelledError: `cancelled` said so while it was made.
    """
    with Bench(change.root) as bench:
        return bench.check(change, command, cancelled, seconds)


class Bench:
    """Where several changes are checked: they share one copy, which is as new for each."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._replica = Replica(root)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._replica.remove()

    def check(self, change: ChangeSet, command: str, cancelled: Cancelled, seconds: float = SECONDS) -> Checked:
        """As `check`."""
        top = self._replica.put(change, cancelled)
        try:
            ran = run(command, top, _variables(os.environ, self._root, top), seconds, cancelled)
        except (OSError, ValueError) as error:
            raise MissingError(f"the check cannot be run: {error}", "give a command of the shell") from error
        output = ran.output.decode("utf-8", "replace")
        return Checked(command, ran.exit_code == 0, ran.exit_code, ran.seconds, output)


def _variables(environ: Mapping[str, str], root: Path, top: Path) -> dict[str, str]:
    """The user's environment, led away from the tree: a Python project that is installed in editable mode, and the
    variables of a git hook, would lead to it."""
    found = {name: value for name, value in environ.items() if name not in {*OF_A_HOOK, "OLDPWD"}}
    found["GIT_CEILING_DIRECTORIES"] = os.pathsep.join((str(top.parent), str(top)))
    for name in _LISTS:
        if name in found:
            found[name] = os.pathsep.join(_led(each, root, top) for each in found[name].split(os.pathsep))
    if any((top / name).exists() for name in _PYTHON_PROJECT):
        own = top / "src" if (top / "src").is_dir() else top
        found["PYTHONPATH"] = os.pathsep.join(filter(None, (str(own), found.get("PYTHONPATH", ""))))
    return found


def _led(folder: str, root: Path, top: Path) -> str:
    inside = Path(folder).is_absolute() and Path(folder).is_relative_to(root)
    return str(top / Path(folder).relative_to(root)) if inside else folder
