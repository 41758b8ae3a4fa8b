"""Changes for tests of what is said of them: made from old and new texts, without a repository."""

from __future__ import annotations

import difflib
from pathlib import Path

from codeassist.review.change import FileChange, Hunk, Snapshot


def change(path: str, old: str | None, new: str | None, *, old_path: str = "", omitted: str = "") -> FileChange:
    """One file: added, deleted, or altered; under another path before if one is given."""
    status = "added" if old is None else "deleted" if new is None else "renamed" if old_path else "modified"
    return FileChange(
        path=path,
        old_path=old_path or ("" if old is None else path),
        status=status,  # type: ignore[arg-type]
        old=old,
        new=None if omitted else new,
        omitted=omitted or ("deleted" if new is None else ""),
        hunks=() if new is None else _hunks(old or "", new),
    )


def snapshot(*files: FileChange) -> Snapshot:
    """What is staged."""
    return Snapshot(Path("/nowhere"), "staged", "what is staged", files)


def _hunks(old: str, new: str) -> tuple[Hunk, ...]:
    matcher = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    return tuple(
        Hunk(old_start + 1, old_end - old_start, new_start + 1, new_end - new_start)
        for what, old_start, old_end, new_start, new_end in matcher.get_opcodes()
        if what != "equal"
    )
