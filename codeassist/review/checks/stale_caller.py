"""Functions whose signature a change altered, or that it took away, while a caller still calls them as they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeassist.review.callers.changed import Altered, Removed
from codeassist.review.callers.gathered import Caller, callers
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding, Severity
from codeassist.review.rule import Around, Rule

_NAMED = 3
_MOST = 100  # findings
_SHOWN = 160


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    """A caller in the change is told of where it is; others where the signature is, all of a function together."""
    changes = {change.path: change for change in snapshot.files}
    elsewhere: dict[tuple[str, str], list[Caller]] = {}
    for count, caller in enumerate(callers(snapshot, around)):
        if count == _MOST:
            break
        here = changes.get(caller.stale.path)
        if here is not None:
            yield _at_caller(caller, here)
        else:
            elsewhere.setdefault((caller.change.path, _name(caller.each)), []).append(caller)
    for some in elsewhere.values():
        yield _at_signature(some)


def _at_caller(caller: Caller, here: FileChange) -> Finding:
    each, line = caller.each, caller.stale.line
    return Finding(
        rule=RULE.name,
        severity=_severity([caller]),
        path=here.path,
        line=line,
        end_line=line,
        message=f"`{_name(each)}` {caller.stale.reason} since {caller.change.path}:{_line(caller)} changed",
        evidence=here.line(line).strip()[:_SHOWN],
    )


def _at_signature(some: Sequence[Caller]) -> Finding:
    change, each, line = some[0].change, some[0].each, _line(some[0])
    lines = sorted({(caller.stale.path, caller.stale.line) for caller in some})
    places = [f"{path}:{number}" for path, number in lines]
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    return Finding(
        rule=RULE.name,
        severity=_severity(some),
        path=change.path,
        line=line,
        end_line=line,
        message=f"`{_name(each)}` {some[0].stale.reason}, but is used as before in {', '.join(places[:_NAMED])}{more}",
        evidence=change.line(line).strip()[:_SHOWN],
    )


def _name(each: Altered | Removed) -> str:
    return f"{each.owner}.{each.name}" if each.owner else each.name


def _severity(some: Sequence[Caller]) -> Severity:
    return "high" if any(caller.stale.certain for caller in some) else "medium"


def _line(caller: Caller) -> int:
    """Where the signature is in the new text, or was."""
    each, change = caller.each, caller.change
    if isinstance(each, Altered):
        return each.line
    shift = 0
    for hunk in change.hunks:
        if each.old_line < hunk.old_start:
            break
        if each.old_line < hunk.old_start + hunk.old_count:
            return max(1, min(hunk.new_start, len(change.lines)))
        shift = hunk.new_start + hunk.new_count - hunk.old_start - hunk.old_count
    return max(1, min(each.old_line + shift, len(change.lines)))


RULE = Rule(
    name="stale-caller",
    severity="high",
    about="A function's signature changed, or it is gone, and a caller still calls it as it was.",
    look=_look,
)
