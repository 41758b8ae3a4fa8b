"""`codeassist doc PATH::NAME`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from codeassist.commands.drafting import drafting
from codeassist.commands.editing import Wish, settle
from codeassist.edit.original import read
from codeassist.edit.presets.doc import drafts
from codeassist.edit.target import named


def run(environ: Mapping[str, str], place: str, wish: Wish) -> int:
    """Document a definition, or a file; the code stays as it is.

    Raises:
        UsageError: there is nothing of the kind, or it cannot be documented.
        MissingError: there is no model.
        EngineError: the engine failed, or no draft holds.
    """
    where = named(place)
    with drafting(environ, Path(where.path), wish) as work:
        original = read(work.root, str(Path(where.path).absolute()))
        where = where._replace(path=original.path)
        outcome = work.decide(f"document {place}", drafts(work.desk, original, where, wish.drafts))
        told = work.told()
    return settle(environ, outcome, wish, told)
