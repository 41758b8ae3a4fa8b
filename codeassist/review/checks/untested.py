"""Code whose functions a change altered, while the test that it has was left as it is."""

from __future__ import annotations

from collections.abc import Iterator

from codeassist.context.languages import language_for
from codeassist.context.related import Counterparts, is_test
from codeassist.review.bodies import altered
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.exclusion import Exclusion
from codeassist.review.finding import Finding
from codeassist.review.rule import Around, Rule

_MOST_FILES = 100
_NAMED = 3
_SHOWN = 100


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    if around.index is None or any(is_test(change.path) for change in snapshot.files):
        return
    candidates = [change for change in snapshot.files if change.old is not None and change.new and change.language]
    if not candidates:
        return
    paths = {file.path for file in around.index.files()} | {change.path for change in snapshot.files}
    counterparts = Counterparts(sorted(paths))
    unseen = Exclusion(around.settings.exclude)  # what is left out may have changed as well
    for change in candidates[:_MOST_FILES]:
        if around.cancelled():
            return
        test = _test_of(change, counterparts, snapshot)
        functions = altered(change) if test and test not in unseen else []
        if functions:
            yield _finding(change, test, functions)


def _test_of(change: FileChange, counterparts: Counterparts, snapshot: Snapshot) -> str:
    """The test of a file, "" if it has none: one that can be told from those of files with the same name."""
    for test in counterparts.of(change.path):
        if language_for(test) is not None and counterparts.of(test) == [change.path]:
            return test if snapshot.read(test) is not None else ""
    return ""


def _finding(change: FileChange, test: str, functions: list[tuple[str, int]]) -> Finding:
    names = ", ".join(name[:_SHOWN] for name, _ in functions[:_NAMED]) + (", …" if len(functions) > _NAMED else "")
    line = functions[0][1]
    return Finding(
        rule=RULE.name,
        severity=RULE.severity,
        path=change.path,
        line=line,
        end_line=line,
        message=f"{names}: changed, but no test is; {test} tests this file",
        evidence=change.line(line).strip()[:_SHOWN],
    )


RULE = Rule(
    name="untested",
    severity="low",
    about="Functions do something else, and the file's test is not part of the change.",
    look=_look,
)
