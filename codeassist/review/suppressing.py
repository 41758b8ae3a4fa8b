"""Writes the comment that suppresses a finding: at the end of its line, else on a line of its own above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

import msgspec

from codeassist.review.change import FileChange
from codeassist.review.finding import Finding, Fix
from codeassist.review.proposal import applied, errors
from codeassist.review.suppression import markers, suppressed

_RULE = re.compile(r"[\w/.-]{1,100}")
_LONGEST = 300_000  # characters of a file
_WIDTH = 1_000  # characters of a line that a comment may follow
# What begins a comment in files that are plain text here, by extension or name.
_OPENERS = {
    **dict.fromkeys((".yaml", ".yml", ".toml", ".cfg", ".ini", ".conf", ".env", ".properties", ".mk", ".cmake"), "#"),
    **dict.fromkeys((".r", ".pl", ".jl", ".tf", "dockerfile", "makefile", ".gitignore", ".dockerignore"), "#"),
    **dict.fromkeys((".kt", ".swift", ".scala", ".dart", ".zig", ".groovy", ".proto"), "//"),
    **dict.fromkeys((".sql", ".lua", ".hs", ".elm"), "--"),
}


def suppression(file: FileChange, finding: Finding) -> Fix | None:
    """A change of the new text after which the finding is suppressed; None if no comment can do that."""
    opener = _opener(file)
    if not opener or not _RULE.fullmatch(finding.rule) or not 1 <= finding.line <= len(file.lines):
        return None
    if file.new is None or len(file.new) > _LONGEST:
        return None
    line = file.line(finding.line)
    indent = line[: len(line) - len(line.lstrip())]
    for fix, at in _ways(f"{opener} codeassist: ignore[{finding.rule}]", line, indent, finding.line):
        text = applied(file, fix)
        after = replace(file, new=text, hunks=())
        if suppressed(_moved(finding, at), markers(after)) and _as_good(file, text):
            return fix
    return None


def _opener(file: FileChange) -> str:
    if file.language is not None:
        return file.language.line_comment
    path = PurePosixPath(file.path.lower())
    return _OPENERS.get(path.suffix) or _OPENERS.get(path.name, "")


def _ways(comment: str, line: str, indent: str, number: int) -> Iterator[tuple[Fix, int]]:
    """The comment behind the line, and above it; with how far the line moves."""
    told = "tell that it is meant"
    if line.strip() and len(line) <= _WIDTH and not line.rstrip().endswith("\\"):
        behind = f"{line.rstrip()}  {comment}\n"
        yield Fix(description=told, line=number, end_line=number, text=behind), 0
    yield Fix(description=told, line=number, end_line=number - 1, text=f"{indent}{comment}\n"), 1


def _moved(finding: Finding, by: int) -> Finding:
    return msgspec.structs.replace(finding, line=finding.line + by, end_line=finding.end_line + by)


def _as_good(file: FileChange, text: str) -> bool:
    """Whether a text parses as well as the file's did."""
    language = file.language
    return language is None or errors(language, text) <= errors(language, "\n".join(file.lines) + "\n")
