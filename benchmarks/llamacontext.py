"""The pure part of llama.vim's protocol: local context, request bodies, the cache and its look-back, hints trimmed.

Behaviour after autoload/llama.vim of ggml-org/llama.vim (commit 381730b0), in our own words. Lines and columns are
0-based here, and columns count code points where Vim counts bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PREFIX_LINES, SUFFIX_LINES = 256, 64
PREDICT = 128
PROMPT_MS = 500
FIRST_MS, AHEAD_MS = 250, 1000  # time for decoding: an asked request, a speculative one
CACHE_KEYS = 250
LOOK_BACK = 128  # characters
SHIFTED = 3  # lines by which the window may have moved since the answer was computed

Key = tuple[str, str]
FIELDS = ["content", "timings/prompt_n", "timings/prompt_ms", "timings/predicted_n", "timings/predicted_ms"]


@dataclass(frozen=True)
class Local:
    """The text around the cursor, cut as the request wants it."""

    prefix: str
    middle: str
    suffix: str
    indent: int
    line_suffix: str


def local_context(lines: Sequence[str], line: int, column: int, ahead: Sequence[str], indent: int) -> Local:
    """The context at a place; with `ahead` (lines of a suggestion) as if that had been accepted there.

    `indent` is that of the last request: a speculative one keeps it.
    """
    current = lines[line]
    above = list(lines[max(0, line - PREFIX_LINES) : line])
    if ahead:
        above = list(lines[max(0, line - PREFIX_LINES + len(ahead) - 1) : line])
        if len(ahead) > 1:
            above += [current + ahead[0], *ahead[1:-1]]
        head, tail = current + ahead[0] if len(ahead) == 1 else ahead[-1], ""
    elif not current.strip():  # a blank line is completed from its beginning
        head, tail, indent = "", "", 0
    else:
        head, tail = current[:column], current[column:]
        indent = len(current) - len(current.lstrip())
    below = lines[line + 1 : line + 1 + SUFFIX_LINES]
    return Local(_joined(above), head, tail + "\n" + _joined(below), indent, tail)


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def keys(local: Local) -> list[Key]:
    """Under which an answer is kept: its own context, and those that lack one to three lines at the top."""
    found = [(local.prefix + local.middle, local.suffix)]
    prefix = local.prefix
    for _ in range(SHIFTED):
        prefix = prefix.partition("\n")[2]
        if not prefix:
            break
        found.append((prefix + local.middle, local.suffix))
    return found


def request_body(local: Local, extra: Sequence[dict[str, Any]], predict_ms: int) -> dict[str, Any]:
    """The body of an `/infill` request."""
    return {
        "id_slot": 0,
        "input_prefix": local.prefix,
        "input_suffix": local.suffix,
        "input_extra": list(extra),
        "prompt": local.middle,
        "n_predict": PREDICT,
        "stop": [],
        "n_cmpl": 1,
        "n_indent": local.indent,
        "top_k": 40,
        "top_p": 0.90,
        "samplers": ["top_k", "top_p", "infill"],
        "stream": False,
        "cache_prompt": True,
        "t_max_prompt_ms": PROMPT_MS,
        "t_max_predict_ms": predict_ms,
        "response_fields": FIELDS,
    }


def ring_body(extra: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The request that puts the chunks into the server's KV cache. (The fields of the answer are ours: we count.)"""
    return {
        "id_slot": 0,
        "input_prefix": "",
        "input_suffix": "",
        "input_extra": list(extra),
        "prompt": "",
        "n_predict": 0,
        "temperature": 0.0,
        "samplers": [],
        "stream": False,
        "cache_prompt": True,
        "t_max_prompt_ms": 1,
        "t_max_predict_ms": 1,
        "response_fields": FIELDS[1:],
    }


class AnswerCache:
    """The last answers by key; the one least recently used leaves."""

    def __init__(self, capacity: int = CACHE_KEYS) -> None:
        self._capacity = capacity
        self._answers: OrderedDict[Key, str] = OrderedDict()

    def insert(self, key: Key, content: str) -> None:
        """Keep an answer; the same answer again is no use of the key."""
        if self._answers.get(key) == content:
            return
        if key not in self._answers and len(self._answers) >= self._capacity:
            self._answers.popitem(last=False)
        self._answers[key] = content
        self._answers.move_to_end(key)

    def get(self, key: Key) -> str | None:
        """The answer for exactly this key."""
        content = self._answers.get(key)
        if content is not None:
            self._answers.move_to_end(key)
        return content


def look_back(cache: AnswerCache, local: Local) -> str | None:
    """The answer for this place: its own, or the longest rest of one given up to 128 characters before."""
    exact = cache.get((local.prefix + local.middle, local.suffix))
    if exact is not None:
        return exact
    before = local.prefix + local.middle
    best = ""
    for count in range(1, min(LOOK_BACK, len(before)) + 1):
        content = cache.get((before[:-count], local.suffix))
        if content is not None and content[:count] == before[-count:] and len(content) - count > len(best):
            best = content[count:]
    return best or None


@dataclass(frozen=True)
class Hint:
    """What is rendered: the lines with the rest of the cursor's line at their end, and whether they can be accepted."""

    lines: tuple[str, ...]
    line_suffix: str
    acceptable: bool

    @property
    def text(self) -> str:
        """What accepting it would insert at the cursor."""
        text = "\n".join(self.lines)
        return text[: len(text) - len(self.line_suffix)]


def hint_of(content: str, lines: Sequence[str], line: int, column: int) -> Hint:
    """Trim an answer for the place where it is shown: nothing that only repeats what follows."""
    parts = content.rstrip("\n").split("\n")
    acceptable = bool(content.rstrip("\n"))
    current = lines[line]
    if not current.strip():
        lead = min(len(parts[0]) - len(parts[0].lstrip()), len(current))
        current, parts[0] = parts[0][:lead], parts[0][lead:]
    head, tail = current[:column], current[column:]
    if _repeats(parts, lines, line, head, tail):
        parts = [""]
    parts[-1] += tail
    return Hint(tuple(parts), tail, acceptable and bool("\n".join(parts).strip()))


def _repeats(parts: Sequence[str], lines: Sequence[str], line: int, head: str, tail: str) -> bool:
    following = list(lines[line + 1 :])
    if len(parts) > 1 and not parts[0] and list(parts[1:]) == following[: len(parts) - 1]:
        return True
    if len(parts) == 1 and parts[0] == tail:
        return True
    while len(following) > 1 and not following[0].strip():
        following.pop(0)
    if not following or head + parts[0] != following[0]:
        return False
    if len(parts) == 2:
        return parts[1] == (following[1] if len(following) > 1 else "")[: len(parts[1])]
    return len(parts) == 1 or list(parts[1:]) == following[1 : len(parts)]
