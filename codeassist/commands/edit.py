"""`codeassist edit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codeassist.commands.editing import Wish


def run(
    environ: Mapping[str, str],
    instruction: str,
    places: Sequence[str],
    wish: Wish,
    *,
    insert: bool = False,
    whole: bool = False,
) -> int:
    """Not there yet."""
    raise NotImplementedError
