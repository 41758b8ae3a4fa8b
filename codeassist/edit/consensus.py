"""Which of several drafts to take: the one that the others are most like.

What a model writes again when it is asked in another way is right more often than what it writes once: ARCHITECTURE.md
has the figures. It is minimum Bayes risk decoding (Kumar and Byrne, 2004) with the similarity of texts as the gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from codeassist.context.languages import language_for, parse_within
from codeassist.edit.change import ChangeSet
from codeassist.engine.prefix import common
from codeassist.errors import UsageError
from codeassist.text import decode

_MOST = 20_000  # characters in which drafts differ, that are compared
_SECONDS = 0.5


def agree(one: ChangeSet, other: ChangeSet) -> bool:
    """Whether two drafts are the same code: blanks between its words and comments aside."""
    if [each.path for each in one.files] != [each.path for each in other.files]:
        return False
    pairs = zip(one.files, other.files, strict=True)
    return all(a.after == b.after or _code(a.path, a.after) == _code(b.path, b.after) for a, b in pairs)


def likest(drafts: Sequence[ChangeSet]) -> ChangeSet:
    """The draft that the others are most like; of equals the first. There is at least one."""
    texts = _differing([_text(each) for each in drafts])
    if len(drafts) < 3 or max(map(len, texts)) > _MOST:
        return drafts[0]

    def likeness(number: int) -> float:
        others = [text for other, text in enumerate(texts) if other != number]
        return sum(SequenceMatcher(None, texts[number], text, autojunk=False).ratio() for text in others)

    return drafts[max(range(len(drafts)), key=lambda number: (likeness(number), -number))]


def _code(path: str, data: bytes | None) -> tuple[object, ...]:
    """The words of a file's code with their kinds, and how far the lines are indented where that matters."""
    text = _decoded(path, data)
    language = language_for(path)
    tree = parse_within(language, text, _SECONDS) if language is not None else None
    if language is None or tree is None:
        return (text,)
    found: list[object] = []
    cursor = tree.walk()
    while True:
        node = cursor.node
        if node is not None and "comment" not in node.type and cursor.goto_first_child():
            continue
        if node is not None and node.child_count == 0 and "comment" not in node.type:
            found.append(node.text)
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return tuple(found)
            found.append(None)  # where a node ends: blocks of indentation have no words of their own


def _text(draft: ChangeSet) -> str:
    return "\n".join(f"{each.path}\n{_decoded(each.path, each.after)}" for each in draft.files)


def _decoded(path: str, data: bytes | None) -> str:
    try:
        return decode(data or b"", path).text
    except UsageError:
        return ""


def _differing(texts: Sequence[str]) -> list[str]:
    """Texts without what all of them begin and end with."""
    start = min(common(texts[0], text) for text in texts)
    rest = [text[start:] for text in texts]
    end = min(common(rest[0][::-1], text[::-1]) for text in rest)
    return [text[: len(text) - end] for text in rest]
