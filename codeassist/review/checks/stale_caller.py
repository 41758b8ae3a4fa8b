"""Functions whose signature a change altered, or that it took away, while a caller still calls them as they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from codeassist.review.callers import arity, exports, python
from codeassist.review.callers.surroundings import Caller, Surroundings
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding, Severity
from codeassist.review.rule import Around, Rule

_NAMED = 3
_MOST = 100  # findings
_SHOWN = 160


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    """A caller in the change is told of where it is; others where the signature is, all of a function together."""
    here = Surroundings(snapshot, around)
    changes = {change.path: change for change in snapshot.files}
    elsewhere: dict[tuple[str, str], list[Caller]] = {}
    for caller in islice(chain(python.callers(here), exports.callers(here), arity.callers(here)), _MOST):
        change = changes.get(caller.path)
        if change is not None:
            yield _at_caller(caller, change)
        else:
            elsewhere.setdefault((caller.change.path, caller.name), []).append(caller)
    for some in elsewhere.values():
        yield _at_signature(some)


def _at_caller(caller: Caller, here: FileChange) -> Finding:
    place = f"{caller.change.path}:{caller.line}" if caller.change.new is not None else caller.change.path
    since = "" if caller.name == caller.change.path else f" since {place} changed"
    return Finding(
        rule=RULE.name,
        severity=_severity([caller]),
        path=here.path,
        line=caller.at,
        end_line=caller.at,
        message=f"`{caller.name}` {caller.reason}{since}",
        evidence=here.line(caller.at).strip()[:_SHOWN],
    )


def _at_signature(some: Sequence[Caller]) -> Finding:
    first = some[0]
    lines = sorted({(caller.path, caller.at) for caller in some})
    places = [f"{path}:{number}" for path, number in lines]
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    return Finding(
        rule=RULE.name,
        severity=_severity(some),
        path=first.change.path,
        line=first.line,
        end_line=first.line,
        message=f"`{first.name}` {first.reason}, but is used as before in {', '.join(places[:_NAMED])}{more}",
        evidence=first.change.line(first.line).strip()[:_SHOWN],
    )


def _severity(some: Sequence[Caller]) -> Severity:
    return "high" if any(caller.certain for caller in some) else "medium"


RULE = Rule(
    name="stale-caller",
    severity="high",
    about="A function's signature changed, or it is gone, and a caller still calls it as it was.",
    look=_look,
)
