"""`codeassist undo`."""

from __future__ import annotations

from collections.abc import Mapping


def run(
    environ: Mapping[str, str], entry: str, *, yes: bool = False, merge: bool = False, as_json: bool = False
) -> int:
    """Not there yet."""
    raise NotImplementedError
