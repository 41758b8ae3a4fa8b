"""`codeassist config show|path`."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from codeassist import config
from codeassist.commands.output import write_json
from codeassist.paths import user_paths
from codeassist.terminal import one_line


def show(environ: Mapping[str, str], *, as_json: bool = False) -> int:
    """Every setting with its value and where it came from."""
    rows = config.rows(config.load(environ))
    if as_json:
        settings = [{"name": name, "value": value, "origin": origin} for name, value, origin in rows]
        write_json({"schema": 1, "settings": settings})
        return 0
    for name, value, origin in rows:
        sys.stdout.write(f"{name:26} {one_line(str(value), 200):24} {origin}\n")
    return 0


def path(environ: Mapping[str, str]) -> int:
    """Where config.toml is (or would be)."""
    sys.stdout.write(f"{user_paths(environ).config_file}\n")
    return 0
