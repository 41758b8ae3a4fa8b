"""What to look for when a question leans on the answer before it."""

from __future__ import annotations

import re

_LEANS = re.compile(r"\b(?:its?|this|that|these|those|they|them|there|then|same|above|former|latter)\b", re.IGNORECASE)
_NAMES = re.compile(r"`([^`\n]{1,80})`")
_SHORT = 4  # words
_MOST = 4  # names


def query_for(question: str, answer: str) -> str:
    """The question, with the names of the last answer if it speaks of them ("and who calls it?")."""
    if not answer or not (_LEANS.search(question) or len(question.split()) <= _SHORT):
        return question
    return " ".join([question, *list(dict.fromkeys(_NAMES.findall(answer)))[:_MOST]])
