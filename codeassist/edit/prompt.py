"""What the model is asked for a target: messages, how its answer begins, and where it ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from textwrap import dedent
from typing import Literal

from codeassist import templates
from codeassist.context.languages import Language, language_for
from codeassist.context.scope import scopes
from codeassist.edit.picking import own_name
from codeassist.edit.surroundings import Around
from codeassist.edit.target import Target
from codeassist.edit.writing import Asked
from codeassist.engine.api import Message
from codeassist.templates import EditPrompt
from codeassist.terminal import one_line, sanitise

_KINDS = {"statements": "code", "": "code"}
_EVIDENCE, _INSTRUCTION, _PATH = 4_000, 4_000, 240  # characters
_THOUGHT, _THOUGHT_TOKENS = "To", 128
_BLOCK = re.compile(r"^(`{3,})[^\n]*\n(.*?)(?:\n\1`*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_RENAMING = re.compile(r"\brenam", re.IGNORECASE)
_TRYING = re.compile(r"\n(?![\s@#)\]}\"']|(?:async[ ]+)?def\b|class\b|import\b|from\b|[A-Z_]+ ?[:=])[^\n]+\n")


Way = Literal["plain", "think", "alone"]
_WAYS: tuple[Way, ...] = ("plain", "think", "alone")


def ways_of(target: Target) -> tuple[Way, ...]:
    """The ways in which a target is asked for: what two agree on is right more often than what one says."""
    if target.form == "node":
        return _WAYS
    return _WAYS[:2] if target.form == "file" and target.original.text.strip() else _WAYS[:1]


def ask(target: Target, instruction: str, evidence: str, shown: Around, max_tokens: int, way: Way = "plain") -> Asked:
    """The request for one target, in one of its ways."""
    prompt = templates.edit_prompt()
    language = language_for(target.original.path)
    name = language.id if language is not None else ""
    path = one_line(target.original.path, _PATH)
    known = _shown(prompt.evidence, sanitise(evidence[:_EVIDENCE]).strip("\n"))
    wanted = _wanted(prompt, target, instruction[:_INSTRUCTION].strip(), way)
    if way == "alone":
        code = dedent(target.indent + target.text)
        parts = [_shown(prompt.file, code, path=path, language=name), known, wanted]
    else:
        parts = [
            _shown(prompt.elsewhere, shown.elsewhere),
            _shown(prompt.callers, shown.callers),
            _shown(prompt.file, shown.file, path=path, language=name),
            _shown(prompt.part, _part(target), language=name),
            known,
            wanted,
        ]
    messages = [Message("system", prompt.system), Message("user", "".join(parts).strip())]
    if way == "think":
        return Asked(messages, max_tokens + _THOUGHT_TOKENS, opening=_THOUGHT)
    fence = _fence(target.text)
    kept = way == "plain" and not _RENAMING.search(instruction[:_INSTRUCTION])
    head = _head(target, language) if kept else ""
    enough = _enough(target, language)
    return Asked(messages, max_tokens, f"{fence}{name}\n{head}", stop=(f"\n{fence}",), enough=enough)


def _shown(part: str, content: str, **values: str) -> str:
    return part.format(fence=_fence(content), content=content, **values) if content else ""


def _part(target: Target) -> str:
    """The code that is to be changed; its first line is whole."""
    return target.indent + target.text if target.form == "node" else ""


def code_of(reply: str) -> str:
    """What stands in the first code block of an answer; "" if it has none."""
    block = _BLOCK.search(reply)
    return f"{block[2]}\n" if block else ""


def _wanted(prompt: EditPrompt, target: Target, instruction: str, way: Way) -> str:
    what = "file" if target.form == "file" else _KINDS.get(target.kind, target.kind)
    if target.form == "insert":
        return prompt.new.format(instruction=instruction)
    if way == "alone":
        return prompt.alone.format(instruction=instruction)
    if way == "think":
        return prompt.think.format(what=what, instruction=instruction)
    if target.form == "node":
        return prompt.change.format(what=what, instruction=instruction)
    if target.original.text.strip():
        return prompt.whole.format(instruction=instruction)
    return prompt.made.format(path=one_line(target.original.path, _PATH), instruction=instruction)


def _head(target: Target, language: Language | None) -> str:
    """The beginning of a definition up to its name: what is written cannot be anything else."""
    if target.form != "node" or not target.name or language is None:
        return ""
    own = own_name(target)
    end = target.body if target.body > target.start else target.end
    head = target.original.text[target.start : end]
    match = list(re.finditer(rf"(?<![\w$]){re.escape(own)}(?![\w$])", head))
    return target.indent + head[: match[0].end()] if len(match) == 1 else ""


def _enough(target: Target, language: Language | None) -> Callable[[str], bool]:
    """What ends an answer that has all of a definition, and goes on to try it out."""
    if language is None or language.blocks != "indent" or target.form != "node" or not target.name:
        return lambda _said: False
    own = own_name(target)

    def complete(said: str) -> bool:
        if not said.endswith("\n") or not _TRYING.search(said.partition("\n")[2]):
            return False
        code = said.partition("\n")[2]
        return any(each.name == own and each.end < len(code) for each in scopes(language, code))

    return complete if not target.indent else lambda _said: False


def _fence(code: str) -> str:
    """Backticks that the code cannot end."""
    runs = [len(run) for run in re.findall(r"`{3,}", code)]
    return "`" * max([3, *(run + 1 for run in runs)])
