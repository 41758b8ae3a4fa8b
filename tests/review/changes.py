"""Makes changes and snapshots for tests of checks, without a repository."""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path

from codeassist.config import ReviewSettings
from codeassist.context.index import Index
from codeassist.review.change import FileChange, Hunk, Snapshot, Status
from codeassist.review.finding import Finding
from codeassist.review.rule import Around, Rule


def _lines(text: str | None) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def hunks(old: str | None, new: str | None) -> tuple[Hunk, ...]:
    """What differs between two texts, as `FileChange.hunks` has it."""
    codes = SequenceMatcher(None, _lines(old), _lines(new), autojunk=False).get_opcodes()
    return tuple(Hunk(a + 1, b - a, c + 1, d - c) for tag, a, b, c, d in codes if tag != "equal")


def change(path: str, old: str | None, new: str | None) -> FileChange:
    """One file that had a text and has another; None where there was or is none."""
    if old is None and new is None:
        raise ValueError("no text at all")
    status: Status = "added" if old is None else "deleted" if new is None else "modified"
    return FileChange(
        path=path,
        old_path="" if old is None else path,
        status=status,
        mode="" if new is None else "100644",
        size=len((new or "").encode("utf-8", "surrogatepass")),
        old=old,
        new=new,
        omitted="deleted" if new is None else "",
        hunks=hunks(old, new),
    )


def snapshot(*changes: FileChange, others: dict[str, str] | None = None) -> Snapshot:
    """A change as a whole; `others` are files of the repository that it leaves alone."""
    texts = dict(others or {}) | {each.path: each.new for each in changes if each.new is not None}
    return Snapshot(Path("/nowhere"), "staged", "what is staged", changes, texts.get)


def around(index: Index | None = None, settings: ReviewSettings | None = None) -> Around:
    """What a check may ask; nothing is cancelled."""
    return Around(index, settings or ReviewSettings(), lambda: False)


def found(rule: Rule, *changes: FileChange, index: Index | None = None) -> list[Finding]:
    """What a rule finds in a change."""
    return list(rule.look(snapshot(*changes), around(index)))


def added(rule: Rule, path: str, text: str) -> list[Finding]:
    """What a rule finds in a new file."""
    return found(rule, change(path, None, text))
