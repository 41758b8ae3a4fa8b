"""Where codeassist keeps things: one place decides every directory."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codeassist.errors import MissingError

MAX_SOCKET_PATH = 100  # bytes; sun_path holds 104 on macOS and 108 on Linux, with the final NUL


@dataclass(frozen=True)
class Paths:
    """The directories of one user. None of them needs to exist yet."""

    config: Path
    cache: Path
    state: Path
    models: Path
    runtime: Path  # sockets; short enough for sun_path, on a local file system

    @property
    def config_file(self) -> Path:
        """The user's settings."""
        return self.config / "config.toml"

    @property
    def logs(self) -> Path:
        """Log files: they never hold text of prompts."""
        return self.state / "logs"


def user_paths(environ: Mapping[str, str]) -> Paths:
    """The user's directories; `CODEASSIST_HOME` moves all of them under one root."""
    root = environ.get("CODEASSIST_HOME")
    if root:
        home = Path(os.path.expanduser(root)).absolute()  # noqa: PTH111  Path's raises for an unknown ~user
        return Paths(
            config=home / "config",
            cache=home / "cache",
            state=home / "state",
            models=home / "models",
            runtime=_short_enough(home / "run"),
        )
    import platformdirs

    dirs = platformdirs.PlatformDirs("codeassist", appauthor=False)
    state = Path(dirs.user_state_dir)
    session_dir = environ.get("XDG_RUNTIME_DIR", "")
    usable = Path(session_dir).is_absolute() and Path(session_dir).is_dir()
    runtime = Path(session_dir) / "codeassist" if usable else state / "run"
    return Paths(
        config=Path(dirs.user_config_dir),
        cache=Path(dirs.user_cache_dir),
        state=state,
        models=Path(dirs.user_data_dir) / "models",
        runtime=_short_enough(runtime),
    )


def _short_enough(directory: Path) -> Path:
    """The directory itself, or a short one under /tmp when a socket in it would exceed sun_path."""
    longest_name = len("/embed/engine-private-12345678/llama-1234567/llama.sock")
    if len(os.fsencode(directory)) + longest_name <= MAX_SOCKET_PATH:
        return directory
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"codeassist-{os.getuid()}-{digest}"


def private_directory(directory: Path) -> Path:
    """Create a directory that only this user can enter (mode 0700), or check that it is one.

    Raises:
        MissingError: the directory belongs to somebody else, is a link, or cannot be made.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.lstat()
    except OSError as error:
        raise MissingError(
            f"cannot create {directory}: {error.strerror}", "set CODEASSIST_HOME to a directory you can write"
        ) from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise MissingError(
            f"{directory} is not a directory of yours", "remove it, or set CODEASSIST_HOME to a directory of your own"
        )
    if stat.S_IMODE(status.st_mode) & 0o077:
        directory.chmod(0o700)
    return directory
