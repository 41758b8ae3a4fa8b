"""Checks what an answer cites: `path:line` must exist and hold what the sentence says of it.

A small model names things well and counts lines badly. So a place that does not hold the names, or the quoted text,
of its sentence is moved to where that is; what cannot be shown loses its line, and is no citation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from codeassist.chat.sources import Citation, Sources
from codeassist.context.languages import language_for

_PATH = r"[\w./@+-]{1,300}"
_CITED = re.compile(
    rf"(?<![\w./@+-])({_PATH})([`*]{{0,3}})"
    r"(?:[:#]L?|(?::|,)? ?\(?lines? L?)(\d{1,7})(?:(?:-|–| to )L?(\d{1,7}))?(?::\d{1,5}\b)?"
)
_SPAN = re.compile(r"`([^`\n]{1,200})`")
_QUOTED = re.compile(r'["“]([^"”\n]{4,200})["”]')
_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|#|->)[A-Za-z_$][\w$]*)*(?:\(.{0,100}\))?")
_CODE_WORD = re.compile(r"(?<![\w.])(?:[A-Za-z]\w*_\w+|_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Za-z_]\w*(?=\())")
_WORD = re.compile(r"[^\W\d_]{4,}")
_SENTENCE_END = re.compile(r"[.!?](?=\s)|\n")
_PLAIN_WORDS = re.compile(  # they say nothing of what a line holds
    r"about|above|after|also|answer|before|below|called|calls|cited|class|code|come|comes|contains|could|"
    r"defined|defines|definition|does|each|example|file|files|following|found|from|function|functions|"
    r"given|have|here|implementation|implemented|implements|into|line|lines|located|looks|method|methods|"
    r"module|more|most|only|other|place|places|please|returns|section|shown|shows|such|than|that|their|"
    r"them|then|there|these|they|this|those|through|used|uses|using|what|when|where|which|will|with|would|"
    r"your"
)
_TEXT_FILE = re.compile("cfg|css|csv|html|ini|json|lock|md|rst|scss|sh|sql|svg|toml|txt|xml|yaml|yml")
_PREFIX = 5  # letters of a word of prose that must be in the cited lines: "fetching" is said of `fetch_all`
_LONGEST_PATH = 300
MOST = 12  # citations of one answer


def sentence_end(text: str) -> int:
    """Where the last finished sentence of a text ends, 0 if none is finished."""
    return max((match.end() for match in _SENTENCE_END.finditer(text)), default=0)


def cited(text: str, sources: Sources, start: int = 0) -> Iterator[re.Match[str]]:
    """What looks like `path:line` from `start` on: groups are path, closing marks, first and last line."""
    return (match for match in _CITED.finditer(text, start) if _means_file(match[1], sources))


def _means_file(name: str, sources: Sources) -> bool:
    """Not of a host and port, or a time: its name is that of a file, or it is known."""
    return _named_like_a_file(name) or sources.find(name) is not None


def _named_like_a_file(name: str) -> bool:
    stem, _, suffix = name.rpartition(".")
    return bool(stem) and (language_for(name) is not None or _TEXT_FILE.fullmatch(suffix.lower()) is not None)


class Checker:
    """Revises the text of one answer; `citations` are those that stand in it, checked."""

    def __init__(self, sources: Sources, near: Sequence[str] = ()) -> None:
        self._sources = sources
        self._near = near  # paths of what the model was shown of the repository
        self.citations: list[Citation] = []

    def revise(self, said: str, text: str) -> str:
        """`text` with its citations checked; `said` is the part of its first sentence that came before."""
        whole = said + text
        places = list(cited(whole, self._sources, len(said)))
        out: list[str] = []
        done = len(said)
        for number, match in enumerate(places):
            after = places[number + 1].start() if number + 1 < len(places) else len(whole)
            before = places[number - 1].end() if number else 0
            out += [whole[done : match.start()], self._checked(match, _claim(whole, match, before, after))]
            done = match.end()
        return "".join([*out, whole[done:]])

    def _checked(self, match: re.Match[str], claim: tuple[str, str]) -> str:
        """What stands in the answer for one citation."""
        name, marks = match[1], match[2]
        path = self._sources.find(name, self._near)
        asked = Citation(path or name, int(match[3]), int(match[4] or match[3]))
        found = self._place(asked, claim, known=path is not None)
        if found is None:
            return name + marks if path is not None else f"{name}{marks} (no such file)"
        self.citations.append(found)
        return match[0] if found == asked and path == name else f"{found.path}{marks}:{lines_of(found)}"

    def _place(self, asked: Citation, claim: tuple[str, str], *, known: bool) -> Citation | None:
        """The place that holds what is claimed: the one asked for, or where it is; None if nothing holds it."""
        lines = self._sources.lines(asked.path) if known else []
        exists = 1 <= asked.start <= asked.end <= len(lines)
        named = [*reversed(_code(claim[0])), *_code(claim[1])]
        if not named:
            return asked if exists and _speaks_of(claim, lines[asked.start - 1 : asked.end]) else None
        if exists and any(_holds(lines[asked.start - 1 : asked.end], each) for each in named):
            return asked
        for each in named:
            moved = self._where(each, asked, lines)
            if moved is not None:
                return moved
        return None

    def _where(self, what: str, asked: Citation, lines: Sequence[str]) -> Citation | None:
        """Where a name is defined or a text stands: in the cited file rather than elsewhere."""
        defined = self._sources.named(what, (asked.path, *self._near)) if _NAME.fullmatch(what) else []
        here = [each for each in defined if each.path == asked.path]
        if here:
            return min(here, key=lambda each: abs(each.start - asked.start))
        holding = [number for number, line in enumerate(lines, 1) if _holds([line], what)]
        if holding:
            nearest = min(holding, key=lambda number: abs(number - asked.start))
            return Citation(asked.path, nearest, nearest)
        return defined[0] if len(defined) == 1 else None


def _claim(whole: str, match: re.Match[str], before: int, after: int) -> tuple[str, str]:
    """What the sentence of a citation says in front of it and behind it, up to the neighbouring citations."""
    front = whole[max(before, match.start() - 600) : match.start()]
    back = whole[match.end() : min(after, match.end() + 600)]
    ended = _SENTENCE_END.search(back)
    return front[sentence_end(front) :], back[: ended.start()] if ended else back


def _code(text: str) -> list[str]:
    """The names and quoted texts of a stretch of prose, in its order; those in backticks, else what looks like code."""
    spans = [each.strip() for each in _SPAN.findall(text)]
    quoted = [each for each in spans if each and not is_path(each)] or _QUOTED.findall(text)
    return [_bare(each) for each in quoted] or _code_words(text)


def _code_words(text: str) -> list[str]:
    return [name for word in text.split() if not is_path(word.strip("`*()[],.:;")) for name in _CODE_WORD.findall(word)]


def is_path(span: str) -> bool:
    """Whether a word of an answer names a file."""
    return "/" in span or _named_like_a_file(span)


def bare_word(word: str) -> str:
    """A word without the signs around it."""
    return word.strip("`*()[],.:;'\"")


def _bare(span: str) -> str:
    """A name without its arguments; other code as it is."""
    return re.sub(r"::|#|->", ".", span.partition("(")[0]) if _NAME.fullmatch(span) else span


def _holds(lines: Sequence[str], what: str) -> bool:
    """Whether lines hold a name as a word, or a text as it is but for blanks."""
    if _NAME.fullmatch(what):
        own = re.compile(rf"(?<![\w$]){re.escape(what.rpartition('.')[2])}(?![\w$])")
        return any(own.search(line) for line in lines)
    return " ".join(what.split()) in " ".join(" ".join(lines).split())


def _speaks_of(claim: tuple[str, str], lines: Sequence[str]) -> bool:
    """Whether lines hold one of the words of a claim that names no code; a claim without any says nothing."""
    said = (each.lower() for part in claim for each in _WORD.findall(part))
    words = {each[:_PREFIX] for each in said if not _PLAIN_WORDS.fullmatch(each)}
    held = " ".join(lines).lower()
    return not words or any(each in held for each in words)


def of_names(answer: str, sources: Sources, shown: Sequence[Citation] = ()) -> tuple[list[Citation], list[Citation]]:
    """Where the names that an answer puts in backticks are defined in files that were given or in `shown`, the places
    that the model saw; and, of other names, where they stand in `shown` and are defined elsewhere.

    If no name is in backticks, what looks like code is one, but only for definitions in `shown`.
    """
    spans = [each for each in _SPAN.findall(answer) if _NAME.fullmatch(each) and not is_path(each)]
    names = dict.fromkeys(map(_bare, spans))
    told = {each.path for each in of_paths(answer, sources, shown)}
    likely = sorted(shown, key=lambda each: (each.path not in told, language_for(each.path) is None))
    seen: list[Citation] = []
    others: list[Citation] = []
    for name in list(names or dict.fromkeys(_code_words(answer)))[: MOST * 4]:
        places = sources.named(name, [each.path for each in shown])
        here = [each for each in places if any(overlap(each, other) for other in shown)]
        seen += here
        if not here and name in names:
            others += [*_standing(name, sources, likely), *places]
    return seen, others


def _standing(name: str, sources: Sources, shown: Sequence[Citation]) -> list[Citation]:
    """The first line of `shown` that holds a name which is defined elsewhere, or not at all as a constant is not."""
    for place in shown:
        for number, line in enumerate(sources.lines(place.path)[place.start - 1 : place.end], place.start):
            if _holds([line], name):
                return [Citation(place.path, number, number)]
    return []


def of_paths(answer: str, sources: Sources, shown: Sequence[Citation]) -> list[Citation]:
    """The places of `shown` in the files that an answer names without a line."""
    words = (bare_word(each) for each in answer.split() if len(each) < _LONGEST_PATH)
    named = {sources.find(each, [place.path for place in shown]) for each in words if is_path(each)}
    return [each for each in shown if each.path in named]


def overlap(one: Citation, other: Citation) -> bool:
    """Whether two places share a line."""
    return one.path == other.path and one.start <= other.end and other.start <= one.end


def joined(told: Sequence[Citation], named: Iterable[Citation]) -> list[Citation]:
    """The places that an answer tells, then those of its names that lie elsewhere; each once, and not too many."""
    others = [each for each in named if not any(overlap(each, other) for other in told)]
    return list(dict.fromkeys([*told, *others]))[:MOST]


def lines_of(place: Citation) -> str:
    """`12` or `12-20`."""
    return str(place.start) + (f"-{place.end}" if place.end != place.start else "")
