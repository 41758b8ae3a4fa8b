"""Characters that can't be seen, or look like others: code that reads otherwise than it runs.

"Trojan Source: Invisible Vulnerabilities", Boucher and Anderson, 2021 (CVE-2021-42574, CVE-2021-42694).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from codeassist.review.change import FileChange, Snapshot
from codeassist.review.confusable import is_imitation, skeleton
from codeassist.review.finding import Finding, Fix, Severity
from codeassist.review.rule import Around, Rule
from codeassist.review.syntax import stand_at
from codeassist.review.unseen import BIDIRECTIONAL, is_right_to_left, name_of, shown, strange_blanks, unseen

_PROSE = (".md", ".markdown", ".rst", ".txt", ".adoc", ".mdx", ".po", ".xlf", ".xliff", ".srt", ".tex")
_LONGEST = 5_000  # characters of a line that is looked at
_MOST = 100  # findings of one file
_MOST_LINES = 2_000  # with characters beyond ASCII, of one file
_MOST_LOOKED_UP = 500  # places of one file that are looked up in its tree
_NAMED = 3  # characters that a message names
_SHOWN = 160  # characters
_WORD = re.compile(r"[^\W\d]\w*")


class _Seen(NamedTuple):
    line: int
    severity: Severity
    message: str
    mended: str  # the line without it


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    for file in snapshot.files:
        if around.cancelled():
            return
        if file.new is not None and file.touched and not file.new.isascii():
            found = sorted(islice(_of_file(file), _MOST), key=lambda seen: seen.line)
            yield from (_finding(file, seen) for seen in found)


def _of_file(file: FileChange) -> Iterator[_Seen]:
    touched = (line for line in sorted(file.touched) if not file.line(line).isascii())
    lines = [(line, file.line(line)[:_LONGEST]) for line in islice(touched, _MOST_LINES)]
    for line, text in lines:
        yield from filter(None, (_bidirectional(file, line, text), _unseen(file, line, text)))
    if file.language is not None:
        yield from _blanks(file, lines)
        yield from _look_alikes(file, lines)


def _bidirectional(file: FileChange, line: int, text: str) -> _Seen | None:
    found = [char for char in text if char in BIDIRECTIONAL]
    marks = all(BIDIRECTIONAL[char] == "mark" for char in found)
    if not found or (file.language is None and (_is_prose(file) or is_right_to_left(text))):
        return None
    if marks and is_right_to_left(text):
        return None
    severity: Severity = "high" if file.language is not None and not marks else "medium"
    message = f"{_named(found)} can make this line read otherwise than it runs"
    return _Seen(line, severity, message, "".join(char for char in text if char not in BIDIRECTIONAL))


def _unseen(file: FileChange, line: int, text: str) -> _Seen | None:
    places = unseen(text, beginning=line == 1, prose=_is_prose(file))
    if not places:
        return None
    found = [text[place] for place in places]
    gone = set(places)
    mended = "".join(char for place, char in enumerate(text) if place not in gone)
    return _Seen(line, "medium", f"{_named(found)} can't be seen in this line", mended)


def _blanks(file: FileChange, lines: Sequence[tuple[int, str]]) -> Iterator[_Seen]:
    every = ((line, place) for line, text in lines for place in strange_blanks(text))
    found: dict[int, list[int]] = {}
    for line, place in islice(every, _MOST_LOOKED_UP):
        if stand_at(file, line, place) == "code":
            found.setdefault(line, []).append(place)
    for line, places in found.items():
        text = file.line(line)[:_LONGEST]
        mended = "".join(" " if place in places else char for place, char in enumerate(text))
        named = _named([text[place] for place in places])
        yield _Seen(line, "medium", f"{named} looks like a blank and is none", mended)


def _look_alikes(file: FileChange, lines: Sequence[tuple[int, str]]) -> Iterator[_Seen]:
    every = ((line, text, word) for line, text in lines for word in _WORD.finditer(text) if not word[0].isascii())
    names = frozenset(_WORD.findall(file.new or ""))
    imitating = ((line, text, word) for line, text, word in every if is_imitation(word[0], names))
    told = 0
    for line, text, word in islice(imitating, _MOST_LOOKED_UP):
        if line != told and stand_at(file, line, word.start()) == "code":
            told = line
            alike = skeleton(word[0])
            odd = _named([char for char in word[0] if not char.isascii()])
            mended = text[: word.start()] + alike + text[word.end() :]
            yield _Seen(line, "medium", f"{odd} makes a name look like '{alike}'", mended)


def _is_prose(file: FileChange) -> bool:
    return file.path.lower().endswith(_PROSE)


def _named(found: list[str]) -> str:
    names = [name_of(char) for char in dict.fromkeys(found)]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _finding(file: FileChange, seen: _Seen) -> Finding:
    line, whole = seen.line, file.line(seen.line)
    fix = None
    if len(whole) <= _LONGEST:
        fix = Fix(description="write it without them", line=line, end_line=line, text=seen.mended + "\n")
    return Finding(
        rule=RULE.name,
        severity=seen.severity,
        path=file.path,
        line=line,
        end_line=line,
        message=seen.message,
        evidence=shown(whole.strip(" \t")[:_SHOWN]),
        confidence=0.9 if seen.severity == "high" else 0.7,
        fix=fix,
    )


RULE = Rule(
    name="invisible",
    severity="high",
    about="Bidirectional controls, invisible characters, and names that look like others",
    look=_look,
)
