"""Untrusted text as Markdown that an editor renders: it stays text and code, and loads nothing.

A picture or a piece of HTML in what a model says would have the editor fetch an address: code could leave the machine
with it. So only code spans, fences, emphasis, headings and lists are left of its markup.
"""

from __future__ import annotations

import re

from codeassist.terminal import one_line, sanitise

# One backtick on each side, alone: what a longer run opens, renderers and we might not agree on.
_SPAN = re.compile(r"((?<!`)`[^`\n]+`(?!`))")
_ALL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$])")
_LIVE = re.compile(r"([\\`\[\]<>!|~&$])")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([A-Za-z0-9_+.#-]{0,30}).*")


def inert(text: str) -> str:
    """Text on one line whose only markup is code in backticks."""
    return _escaped(one_line(text), _ALL)


def fenced(code: str, language: str = "") -> str:
    """Code as a block, whatever backticks it holds."""
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{sanitise(code)}\n{fence}"


def prose(text: str) -> str:
    """Paragraphs, lists and code blocks; no link, picture or HTML of them is one."""
    parts: list[str] = []
    code: list[str] = []
    fence = language = ""
    for line in sanitise(text).split("\n"):
        match = _FENCE.fullmatch(line)
        if not fence and match:
            fence, language = match[1], match[2]
        elif fence and match and not match[2] and match[1].startswith(fence):
            parts += ["", fenced("\n".join(code), language), ""]
            fence, code = "", []
        elif fence:
            code.append(line)
        else:
            parts.append(_escaped(line, _LIVE))
    if fence:
        parts += ["", fenced("\n".join(code), language)]
    return "\n".join(parts).strip()


def _escaped(text: str, signs: re.Pattern[str]) -> str:
    """Signs with a backslash, but for those in code spans."""
    return "".join(part if index % 2 else signs.sub(r"\\\1", part) for index, part in enumerate(_SPAN.split(text)))
