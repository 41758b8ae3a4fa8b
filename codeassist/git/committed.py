"""Reads a file as it was committed last."""

from __future__ import annotations

import os
from pathlib import Path

from codeassist.git.process import run


def committed(root: Path, path: str, most_bytes: int) -> bytes | None:
    """The content of a path (POSIX, relative to `root`, the top of a working tree) in the commit that is checked out.

    None if it is not in there, is no file, is larger, or git cannot tell. As it is stored: no filter is run.
    """
    name = f"HEAD:{path}"
    size = run(["cat-file", "-s", name], root)
    if size is None or size.returncode != 0 or int(os.fsdecode(size.stdout)) > most_bytes:
        return None
    done = run(["cat-file", "blob", name], root)
    return done.stdout if done is not None and done.returncode == 0 else None
