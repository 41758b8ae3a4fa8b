"""`codeassist history`."""

from __future__ import annotations

from collections.abc import Mapping


def run(environ: Mapping[str, str], *, limit: int = 20, as_json: bool = False) -> int:
    """Not there yet."""
    raise NotImplementedError
