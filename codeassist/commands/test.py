"""`codeassist test`."""

from __future__ import annotations

from collections.abc import Mapping

from codeassist.commands.editing import Wish


def run(environ: Mapping[str, str], place: str, wish: Wish, *, strict: bool = False) -> int:
    """Not there yet."""
    raise NotImplementedError
