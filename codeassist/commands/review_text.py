"""A review for people: grouped by file with the code on a terminal, a line for each finding in a pipe."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from codeassist.commands.output import say
from codeassist.context import exclusion
from codeassist.review.change import Snapshot
from codeassist.review.finding import SEVERITIES, Finding, Severity
from codeassist.review.report import Report
from codeassist.terminal import console, one_line, sanitise, write_text

if TYPE_CHECKING:
    from rich.text import Text

_STYLES: dict[Severity, str] = {"high": "bold red", "medium": "yellow", "low": "cyan"}
_MESSAGE = 400  # characters
_PLACES = 5  # not reviewed, that are named
_FIX_LINES = 12
_MOST_LINES = 100_000  # of a file that findings are in and that did not change


def show(report: Report, change: Snapshot, explanations: Mapping[str, str]) -> None:
    """The findings, on standard output."""
    if sys.stdout is None or not sys.stdout.isatty():
        write_text("".join(f"{line}\n" for each in report.findings for line in _plain(each, explanations)))
        return
    screen = console()
    shown = _Shown(report, change, explanations, max(40, screen.width))
    for path, findings in groupby(report.findings, key=lambda each: each.path):
        for text in shown.of_file(path, list(findings)):
            screen.print(text)


def summarise(report: Report, change: Snapshot, threshold: str, failing: int, seconds: float) -> None:
    """What is not of one line: notices, what was not reviewed, counts; on standard error."""
    if sys.stdout is not None:
        sys.stdout.flush()
    for notice in report.notices:
        say(f"note: {notice}")
    if report.not_reviewed:
        places = [f"{each.path}:{each.line} ({each.reason})" for each in report.not_reviewed[:_PLACES]]
        more = len(report.not_reviewed) - len(places)
        say(f"not reviewed: {', '.join(places)}{f' and {more} more' if more else ''}")
    stats = report.stats
    if not change.files and not change.skipped:
        return
    excluded = len(change.files) - stats.files
    parts = [f"{_findings(report)} in {report.title}: {_counted(stats.files, 'file')}"]
    parts[0] += f", {_counted(stats.added_lines, 'new line')}"
    parts += [
        f"{count} {what}"
        for count, what in ((excluded, "excluded"), (stats.suppressed, "suppressed"), (stats.baselined, "known"))
        if count
    ]
    if stats.scored:
        parts.append(f"the model read {_counted(stats.scored, 'place')} ({stats.remembered} remembered)")
    if failing:
        parts.append(f"{failing} at or over {threshold}")
    parts.append(f"{seconds:.2f} s")
    say("; ".join(parts))


def _findings(report: Report) -> str:
    counts = Counter(each.severity for each in report.findings)
    told = ", ".join(f"{counts[each]} {each}" for each in reversed(SEVERITIES) if counts[each])
    return f"{_counted(len(report.findings), 'finding')} ({told})" if told else "nothing found"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _plain(finding: Finding, explanations: Mapping[str, str]) -> Iterator[str]:
    """`path:line: severity: message [rule]`, as editors and grep know it."""
    place = f"{_on_one_line(finding.path)}:{finding.line}"
    yield f"{place}: {finding.severity}: {one_line(finding.message, _MESSAGE)} [{finding.rule}]"
    explanation = explanations.get(finding.fingerprint, "")
    if explanation:
        yield f"    {one_line(explanation)}"


def _on_one_line(path: str) -> str:
    """A path that cannot pretend to be two, nor a command to the program that runs a workflow."""
    shown = path if path.isprintable() else one_line(path)
    return f"./{shown}" if shown.startswith(":") else shown


class _Shown:
    """Findings as a terminal shows them. Everything of the repository is sanitised, and text, not markup."""

    def __init__(self, report: Report, change: Snapshot, explanations: Mapping[str, str], width: int) -> None:
        self._masked = report.masked
        self._files = {each.path: each.lines for each in change.files}
        self._read = change.read
        self._explanations = explanations
        self._width = width

    def of_file(self, path: str, findings: list[Finding]) -> Iterator[Text]:
        """The lines of a file's findings."""
        from rich.text import Text

        if path not in self._files:
            self._files[path] = (self._read(path) or "").split("\n")[:_MOST_LINES]
        yield Text(one_line(path), style="bold")
        for each in findings:
            yield from self._of_finding(each)
        yield Text("")

    def _of_finding(self, finding: Finding) -> Iterator[Text]:
        from rich.text import Text

        style = _STYLES[finding.severity]
        message = one_line(finding.message, _MESSAGE)
        yield Text.assemble(
            "  ", (finding.severity, style), f" {message} ", (f"[{finding.rule}]", "dim"), overflow="fold"
        )
        yield from self._excerpt(finding, style)
        explanation = self._explanations.get(finding.fingerprint, "")
        if explanation:
            yield Text(f"    {one_line(explanation)}", style="italic")
        yield from self._fix(finding)

    def _excerpt(self, finding: Finding, style: str) -> Iterator[Text]:
        """The line, between its neighbours. What is of a file as a whole has its path as evidence, and no line."""
        from rich.text import Text

        lines = self._files[finding.path]
        alone = exclusion.of_name(finding.path) == exclusion.SECRET
        first, last = (finding.line, finding.line) if alone else (finding.line - 1, finding.line + 1)
        if not finding.evidence or finding.path.startswith(finding.evidence):
            return
        for number in range(max(1, first), min(len(lines), last) + 1):
            here = number == finding.line
            if not here and not lines[number - 1].strip():
                continue
            gutter = f"  {'>' if here else ' '} {number:>5} │ "
            code = self._code(finding.path, number, lines[number - 1], len(gutter))
            inside = finding.line <= number <= finding.end_line
            yield Text.assemble((gutter, style if here else "dim"), (code, "" if inside else "dim"))

    def _fix(self, finding: Finding) -> Iterator[Text]:
        from rich.text import Text

        fix = finding.fix
        if fix is None:
            return
        yield Text(f"    fix: {one_line(fix.description, _MESSAGE)}", style="green")
        lines = self._files[finding.path]
        gone = [
            ("-", "red", self._code(finding.path, number, lines[number - 1], 6))
            for number in range(fix.line, min(fix.end_line, len(lines)) + 1)
        ]
        come = [("+", "green", self._cut(line, 6)) for line in fix.text.split("\n")[:-1]]
        for sign, style, code in [*gone, *come][:_FIX_LINES]:
            yield Text(f"    {sign} {code}", style=style)
        if len(gone) + len(come) > _FIX_LINES:
            yield Text("    …", style="dim")

    def _code(self, path: str, number: int, line: str, used: int) -> str:
        return self._cut(self._masked.get((path, number), line), used)

    def _cut(self, line: str, used: int) -> str:
        room = max(20, self._width - used - 1)
        shown = sanitise(line[: 4 * room]).replace("\n", " ").expandtabs(4)
        return shown if len(shown) <= room else shown[: room - 1] + "…"
