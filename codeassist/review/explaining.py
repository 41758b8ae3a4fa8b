"""Has the model explain a finding and propose a fix, when a person asks. What cannot be true is dropped.

Asked whether there is a bug a small model is at chance; told what a check found it mostly says why that matters. So it
is shown the rule and a few lines, and everything that it says is held against them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from codeassist import templates
from codeassist.context.languages import languages
from codeassist.engine.api import Chunk, Message, Priority, Request
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.checks import RULES
from codeassist.review.finding import Finding, Fix
from codeassist.review.proposal import holds
from codeassist.session import Session
from codeassist.terminal import one_line, sanitise

_CODE_TOKENS = 600  # of the lines that are shown
_AROUND = 40  # lines on each side that are considered
_WIDTH = 240  # characters of a line
_SENTENCES, _SENTENCE_TOKENS = 2, 96
_MOST_LINES = 12  # of a stretch that the model may write again
_FIX_TOKENS = 320
_SECRET = "secret"  # noqa: S105  the rule whose lines no prompt may hold

_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_QUOTED = re.compile(r"`([^`]*)`")
_CALLED = re.compile(r"\b[A-Za-z_$][\w$.]*(?=\()")
_COMPOUND = re.compile(r"\b(?:[A-Za-z]*[a-z][A-Z]\w*|\w*[A-Za-z0-9]_\w+|_+[A-Za-z]\w*|\w+(?:\.[A-Za-z_]\w+)+)\b")
_SENTENCE_END = re.compile(r"[.!?](?=[\s`*)\"']|$)")
_ABBREVIATED = ("e.g.", "i.e.", "etc.", "vs.")


@dataclass(frozen=True)
class Explanation:
    """What the model says of a finding.

    Attributes:
        text: one or two sentences; "" where it said nothing that holds. The rule's own `about` is what is left then.
        fix: the check's own fix; else the model's, if it holds; else None.
    """

    text: str
    fix: Fix | None


def explain(
    session: Session, snapshot: Snapshot, finding: Finding, cancelled: Callable[[], bool] = lambda: False
) -> Explanation:
    """Explain a finding of a snapshot. Blocking, for seconds; ends early, with what there is, once `cancelled`.

    A secret is never shown to the model: nothing is said of it beyond the rule.

    Raises:
        EngineError: the engine failed.
    """
    file = next((each for each in snapshot.files if each.path == finding.path), None)
    if file is None or not file.lines or finding.rule.split("/")[0] == _SECRET:
        return Explanation("", finding.fix)
    asking = _Asking(session, file, finding, cancelled)
    text = asking.sentences()
    if finding.fix is not None or cancelled():
        return Explanation(text, finding.fix)
    fix = asking.fix()
    return Explanation(text, fix if fix is not None and holds(snapshot, file, finding, fix, session.settings) else None)


def about(finding: Finding) -> str:
    """What the finding's rule says of itself; "" of a rule that is not known."""
    rule = RULES.get(finding.rule) or RULES.get(finding.rule.split("/")[0])
    return rule.about if rule is not None else ""


class _Asking:
    """The questions about one finding: they share all of the prompt but its last sentence."""

    def __init__(self, session: Session, file: FileChange, finding: Finding, cancelled: Callable[[], bool]) -> None:
        self._engine = session.engine
        self._file = file
        self._cancelled = cancelled
        self._prompt = templates.review_prompt()
        self._start = max(1, min(finding.line, len(file.lines)))
        self._end = max(self._start, min(finding.end_line, len(file.lines)))
        self._rows = self._fitting(min(_CODE_TOKENS, session.engine.info().context_tokens // 3))
        code = "\n".join(f"{number:>4} {_narrow(file.line(number))}" for number in self._rows)
        told = {"message": one_line(finding.message, 300), "about": one_line(about(finding), 300)}
        places = {"path": one_line(finding.path, 200), "fence": _fence(code), "lines": self._lines()}
        self._shown = " ".join((*told.values(), places["path"], *(file.line(number) for number in self._rows)))
        # What is of the repository comes last: braces in it are no fields.
        self._finding = self._prompt.finding.format(code=code, **told, **places)

    def sentences(self) -> str:
        """Why it matters, "" where that cannot be used."""
        said, whole = self._ask(self._prompt.explain, _SENTENCE_TOKENS)
        text = first_sentences(said, whole=whole)
        return text if text and not unknown_names(text, self._shown) else ""

    def fix(self) -> Fix | None:
        """The stretch as the model would write it; None where it was not asked, or changed nothing."""
        language, stretch = self._file.language, self._file.lines[self._start - 1 : self._end]
        cut = self._end not in self._rows or any(len(line) > _WIDTH for line in stretch)
        if language is None or cut or len(stretch) > _MOST_LINES or not any(line.strip() for line in stretch):
            return None
        indent = stretch[0][: len(stretch[0]) - len(stretch[0].lstrip())]
        begin = f"```{language.id}\n{indent}"
        said, whole = self._ask(self._prompt.fix.format(lines=self._lines()), _FIX_TOKENS, begin, ("\n```",))
        lines = said.split("\n")[1:]
        if not whole or not said.startswith(begin):
            return None
        above, below = self._file.line(self._start - 1), self._file.line(self._end + 1)
        lines = without_neighbours(lines, above, below)
        if not lines or lines == stretch:
            return None
        return Fix(
            description="as the model would write it",
            line=self._start,
            end_line=self._end,
            text="\n".join(lines) + "\n",
        )

    def _ask(self, question: str, tokens: int, begin: str = "", stop: tuple[str, ...] = ()) -> tuple[str, bool]:
        """The answer, and whether it came to an end by itself."""
        messages = [Message("system", self._prompt.system), Message("user", self._finding + question)]
        request = Request(
            prompt=self._engine.render_chat(messages),
            max_tokens=tokens,
            begin=begin,
            stop=stop,
            priority=Priority.INTERACTIVE,
        )
        parts: list[str] = []
        finish = ""

        def take(chunk: Chunk) -> bool:
            nonlocal finish
            parts.append(chunk.text)
            finish = chunk.finish
            return self._cancelled()

        self._engine.generate(request, take)
        return "".join(parts), finish == "stop"

    def _lines(self) -> str:
        return f"line {self._start}" if self._start == self._end else f"lines {self._start}-{self._end}"

    def _fitting(self, room: int) -> range:
        """The numbers of the lines that are shown: the stretch, then what is nearest, twice as much of it above."""
        first = max(1, self._start - _AROUND)
        last = min(len(self._file.lines), self._end + _AROUND, self._start + 2 * _AROUND)
        texts = [f"{number:>4} {_narrow(self._file.line(number))}" for number in range(first, last + 1)]
        costs = [len(each) + 1 for each in self._engine.tokenize(texts)]
        start = end = self._start  # shown is from `start` up to, not with, `end`
        while True:
            inside = end <= self._end
            upwards = not inside and (end > last or self._start - start < 2 * (end - self._end))
            chosen = start - 1 if upwards and start > first else end
            if not first <= chosen <= last:
                return range(start, end)
            room -= costs[chosen - first]
            if room < 0:
                return range(start, end)
            start, end = min(start, chosen), max(end, chosen + 1)


def first_sentences(said: str, *, whole: bool) -> str:
    """The first sentences of an answer, on one line; "" if not one of them came to its end."""
    text = one_line(said.split("```", maxsplit=1)[0])
    ends = [match.end() for match in _SENTENCE_END.finditer(text) if not text[: match.end()].endswith(_ABBREVIATED)]
    if ends:
        return text[: ends[min(_SENTENCES, len(ends)) - 1]]
    return text if whole else ""


def unknown_names(text: str, shown: str) -> list[str]:
    """The names that a text speaks of and that are not shown: in backticks, called, or spelled as only names are."""
    known = set(_WORD.findall(shown))
    spoken = [*_QUOTED.findall(text), *_CALLED.findall(text), *_COMPOUND.findall(text)]
    words = dict.fromkeys(word for each in spoken for word in _WORD.findall(each))
    return [word for word in words if word not in known and word.lower() not in languages()]


def without_neighbours(lines: Sequence[str], above: str, below: str) -> list[str]:
    """A stretch without what the model repeated of the lines around it, and without empty lines at its end."""
    kept = list(lines)
    if len(kept) > 1 and above.strip() and kept[0].strip() == above.strip():
        kept.pop(0)
    while kept and not kept[-1].strip():
        kept.pop()
    if len(kept) > 1 and below.strip() and kept[-1].strip() == below.strip():
        kept.pop()
    return kept


def _narrow(line: str) -> str:
    return sanitise(line[:_WIDTH]) + ("…" if len(line) > _WIDTH else "")


def _fence(code: str) -> str:
    fence = "```"
    while fence in code:
        fence += "`"
    return fence
