"""Has the model explain a finding and propose a fix, when a person asks. What cannot be true is dropped.

Asked whether there is a bug, a small model is at chance. So it is told what a check found and why that is bad, and is
asked what to do about it; what it says is held against the code, and what it writes against the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from codeassist import templates
from codeassist.engine.api import Chunk, Message, Priority, Request
from codeassist.review import model
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.checks import RULES
from codeassist.review.finding import Finding, Fix
from codeassist.review.lint import reason
from codeassist.review.masking import RULE as SECRET
from codeassist.review.masking import hidden
from codeassist.review.proposal import holds
from codeassist.review.sentences import WORD, first_sentence, unknown_names, without_neighbours
from codeassist.session import Session
from codeassist.terminal import one_line, sanitise

_CODE_TOKENS = 600  # of the lines that are shown
_AROUND = 40  # lines on each side that are considered
_WIDTH = 240  # characters of a line
_TOLD = 400  # characters of what a check and its rule say
_SENTENCE_TOKENS, _FIX_TOKENS = 96, 320
_FIX_CHARACTERS = 1_000  # of one that is shown
_MOST_LINES = 12  # of a stretch that the model may write again

Masked = Mapping[tuple[str, int], str]


@dataclass(frozen=True)
class Explanation:
    """What can be said of a finding.

    Attributes:
        reason: why that is bad, in the rule's own words; "" of a rule that is not known.
        text: the model's one sentence about the fix; "" where it said nothing that holds, or there is no fix.
        fix: the check's own; else the model's, if it holds; else None.
    """

    reason: str
    text: str
    fix: Fix | None

    @property
    def said(self) -> str:
        """All that is said, on one line."""
        reason = self.reason if self.reason.endswith((".", "!", "?")) or not self.reason else f"{self.reason}."
        return f"{reason} {self.text}".strip()


def explain(
    session: Session,
    snapshot: Snapshot,
    finding: Finding,
    cancelled: Callable[[], bool] = lambda: False,
    masked: Masked = MappingProxyType({}),
) -> Explanation:
    """Explain a finding of a snapshot. Blocking, for seconds; ends early, with what there is, once `cancelled`.

    The model corrects the lines first, if the check has no fix of its own, and is then asked to tell of that. Without a
    correction it is asked nothing: what a small model advises then is wrong more often than right.
    Of what a model found it is not asked: it says the same again.
    A secret is never shown to the model: nothing is said of it beyond the rule, and lines that a report has `masked`
    are shown so.

    Raises:
        EngineError: the engine failed.
    """
    file = next((each for each in snapshot.files if each.path == finding.path), None)
    if file is None or not file.lines or finding.origin == "model" or finding.rule.partition("/")[0] == SECRET:
        return unexplained(finding)
    asking = _Asking(session, file, finding, cancelled, masked)
    fix = finding.fix
    if fix is None:
        proposed = asking.fix()
        if proposed is not None and holds(snapshot, file, finding, proposed, session.settings.review):
            fix = proposed
    text = "" if fix is None or cancelled() else asking.sentence(fix)
    return Explanation(about(finding), text, fix)


def unexplained(finding: Finding) -> Explanation:
    """What can be said of a finding without a model."""
    return Explanation(about(finding), "", finding.fix)


def about(finding: Finding) -> str:
    """Why what the finding's rule finds is bad, in the rule's own words; "" of a rule that is not known."""
    name, _, part = finding.rule.partition("/")
    if name == model.RULE:
        return model.ABOUT
    rule = RULES.get(name)
    own = reason(part) if name == "ruff" and part else ""
    return own or (rule.about if rule is not None else "")


class _Asking:
    """The questions about one finding: they share most of the prompt."""

    def __init__(
        self, session: Session, file: FileChange, finding: Finding, cancelled: Callable[[], bool], masked: Masked
    ) -> None:
        self._engine = session.engine
        self._file = file
        self._cancelled = cancelled
        self._prompt = templates.review_prompt()
        self._start = max(1, min(finding.line, len(file.lines)))
        self._end = max(self._start, min(finding.end_line, len(file.lines)))
        near = range(max(1, self._start - _AROUND), min(len(file.lines), self._end + _AROUND) + 1)
        self._masked = dict.fromkeys(hidden(file, near), "…")  # also of lines that did not change
        self._masked |= {line: text for (path, line), text in masked.items() if path == file.path}
        self._rows = self._fitting(min(_CODE_TOKENS, session.engine.info().context_tokens // 3))
        self._these = "this line" if self._start == self._end else "these lines"
        code = "\n".join(self._line(number) for number in self._rows)
        told = {"message": one_line(finding.message, _TOLD), "about": one_line(about(finding), _TOLD)}
        self._shown = " ".join((*told.values(), one_line(finding.path), code))
        self._finding = self._prompt.finding.format(
            path=one_line(finding.path, _WIDTH),
            fence=_fence(code),
            code=code,
            these=self._these,
            stretch="\n".join(self._line(number) for number in self._rows if self._start <= number <= self._end),
            **told,
        )

    def sentence(self, fix: Fix) -> str:
        """What to do, in accord with a fix; "" where that cannot be used."""
        begin = self._prompt.begin.format(these=self._these)
        shown = sanitise(fix.text[:_FIX_CHARACTERS].removesuffix("\n"))
        corrected = self._prompt.corrected.format(fix=shown, fence=_fence(shown))
        said, whole = self._ask(corrected + self._prompt.explain, _SENTENCE_TOKENS, begin, enough=first_sentence)
        text = first_sentence(said) or (one_line(said.partition("```")[0]) if whole else "")
        if not WORD.search(text.removeprefix(begin.strip())) or unknown_names(text, f"{self._shown} {shown}"):
            return ""
        return text

    def fix(self) -> Fix | None:
        """The stretch as the model would write it; None where it was not asked, or changed nothing."""
        language, stretch = self._file.language, self._file.lines[self._start - 1 : self._end]
        shown = self._end in self._rows and all(self._line(self._start + n) == line for n, line in enumerate(stretch))
        if language is None or not shown or len(stretch) > _MOST_LINES or not any(line.strip() for line in stretch):
            return None
        indent = stretch[0][: len(stretch[0]) - len(stretch[0].lstrip())]
        begin = f"```{language.id}\n{indent}"
        said, whole = self._ask(self._prompt.fix.format(these=self._these), _FIX_TOKENS, begin, stop=("\n```",))
        if not whole or not said.startswith(begin):
            return None
        lines = without_neighbours(
            said.split("\n")[1:], self._file.line(self._start - 1), self._file.lines[self._end :]
        )
        if not lines or lines == stretch:
            return None
        text = "\n".join(lines) + "\n"
        return Fix(description="as the model would write it", line=self._start, end_line=self._end, text=text)

    def _ask(
        self,
        question: str,
        tokens: int,
        begin: str,
        stop: tuple[str, ...] = (),
        enough: Callable[[str], str] = lambda _said: "",
    ) -> tuple[str, bool]:
        """The answer, and whether it came to an end by itself; it is cut off where there is `enough`."""
        messages = [Message("system", self._prompt.system), Message("user", self._finding + question)]
        request = Request(
            prompt=self._engine.render_chat(messages),
            max_tokens=tokens,
            begin=begin,
            stop=stop,
            priority=Priority.INTERACTIVE,
        )
        said, finish = "", ""

        def take(chunk: Chunk) -> bool:
            nonlocal said, finish
            said, finish = said + chunk.text, chunk.finish
            return self._cancelled() or bool(enough(said))

        self._engine.generate(request, take)
        return said, finish == "stop"

    def _line(self, number: int) -> str:
        """A line as it is shown: masked, inert, and no longer than that it can be read."""
        line = self._masked.get(number, self._file.line(number))
        return sanitise(line[:_WIDTH]) + ("…" if len(line) > _WIDTH else "")

    def _fitting(self, room: int) -> range:
        """The numbers of the lines that are shown: the stretch, then what is nearest, twice as much of it above."""
        first = max(1, self._start - _AROUND)
        last = min(len(self._file.lines), self._end + _AROUND, self._start + 2 * _AROUND)
        sizes = self._engine.tokenize([self._line(number) for number in range(first, last + 1)])
        start = end = self._start  # shown is from `start` up to, not with, `end`
        while True:
            inside = end <= self._end
            upwards = not inside and (end > last or self._start - start < 2 * (end - self._end))
            chosen = start - 1 if upwards and start > first else end
            if not first <= chosen <= last:
                return range(start, end)
            room -= len(sizes[chosen - first]) + 1
            if room < 0:
                return range(start, end)
            start, end = min(start, chosen), max(end, chosen + 1)


def _fence(code: str) -> str:
    fence = "```"
    while fence in code:
        fence += "`"
    return fence
