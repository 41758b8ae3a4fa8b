"""Syntax errors that a change introduces; those that were there before are none of its doing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from codeassist import toml
from codeassist.context.languages import Language, encode, language_for, parsable
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding
from codeassist.review.rule import Around, Rule
from codeassist.review.syntaxerrors import Fault, carried_over, compile_python, faults, is_unbalanced, places

# Their programs are not all of one dialect (macros, zsh), or grow faster than the grammar: there, brackets that do not
# match must bear an error out.
_DOUBTED = frozenset({"c", "cpp", "csharp", "bash"})
_DATA = re.compile(r"(?:^|/)(?:testdata|fixtures?|samples?|snapshots?|templates?|cassettes?)/", re.IGNORECASE)
_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
_GAP = 5  # lines without anything
_HEAD = 2_000  # characters
_SEEN = 3  # lines of an error
_SHOWN = 120  # characters


class _Gaps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    template: str
    dialect: str
    newer: Mapping[str, str]


@cache
def _gaps() -> _Gaps:
    return toml.load_data(Path(__file__).with_name("syntax_gaps.toml"), _Gaps, "review/checks/syntax_gaps.toml")


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    for file in snapshot.files:
        if around.cancelled():
            return
        fault = _introduced(file)
        if fault is not None:
            data = _DATA.search(file.path) is not None
            yield Finding(
                rule=RULE.name,
                severity="low" if data else RULE.severity,
                path=file.path,
                line=fault.line,
                end_line=fault.line,
                message=f"The change introduces a syntax error{fault.told}",
                evidence=file.line(fault.line).strip()[:_SHOWN],
                confidence=0.4 if data else 0.95,
            )


def _introduced(file: FileChange) -> Fault | None:
    """The first error that only the new text has, at a touched line; None if there is none that is certain."""
    language = file.language
    if not file.hunks or language is None or file.tree is None or not file.tree.root_node.has_error:
        return None
    found = faults(file.tree)
    before = _before(file)
    if before is None or _is_excused(file, language, found):
        return None
    fresh = [fault for fault in found if not carried_over(file, fault, before)]
    if before:  # recovery is erratic in what is broken already: only what is plainly new
        fresh = [fault for fault in fresh if _is_touched(file, fault)] if len(found) > len(before) else []
    return _borne_out(file, language, fresh[0]) if fresh else None


def _before(file: FileChange) -> Sequence[Fault] | None:
    """The old text's errors; None if they can't be told."""
    if file.old is None or language_for(file.old_path) is not file.language:
        return ()
    if file.old_tree is None:
        return None
    return faults(file.old_tree) if file.old_tree.root_node.has_error else ()


def _is_touched(file: FileChange, fault: Fault) -> bool:
    return any(fault.line - 1 <= line <= fault.end_line + 1 for line in places(file))


def _is_excused(file: FileChange, language: Language, found: Sequence[Fault]) -> bool:
    """True if a template or something newer than the grammar is where a parser sees errors, or it saw another text."""
    gaps = _gaps()
    if "{{" in file.path or re.search(gaps.dialect, (file.new or "")[:_HEAD], re.MULTILINE):
        return True
    pattern = re.compile(f"{gaps.template}|{gaps.newer.get(language.id, '(?!)')}")
    if language.id != "python" and _is_patched(language, file.new or ""):
        return True
    if language.id in _SCRIPTS and any(_is_begun(file, each.line) for each in found):
        return True
    shown = (file.line(line)[:_HEAD] for each in found for line in range(each.line, each.line + _SEEN))
    return any(pattern.search(line) for line in shown)


def _is_begun(file: FileChange, line: int) -> bool:
    """True if a bracket begins a statement after a block: grammars take it for an index or a call."""
    above = next(
        (file.line(at).rstrip() for at in range(line - 1, max(0, line - _GAP), -1) if file.line(at).strip()), ""
    )
    return above.endswith("}") and file.line(line).lstrip()[:1] in ("[", "(", "`")


def _is_patched(language: Language, text: str) -> bool:
    """True if what was parsed is without something that grammars can't take."""
    return (text.isascii() or not language.narrow) and parsable(language, text) != encode(text)


def _borne_out(file: FileChange, language: Language, fault: Fault) -> Fault | None:
    """The error with what a second witness says of it, at a line of the change; None if that one sees none."""
    new, old = file.new or "", file.old
    if language.id in _DOUBTED:
        was_unbalanced = old is not None and is_unbalanced(language, old)
        return fault.placed(file) if is_unbalanced(language, new) and not was_unbalanced else None
    if language.id != "python" or file.tree is None:
        return fault.placed(file)
    word, told = compile_python(file.tree, new)
    if word == "right":
        return None
    if file.old_tree is not None and old is not None and compile_python(file.old_tree, old)[0] == "wrong":
        told = None  # another Python than the one that runs
    return (told or fault).placed(file)


RULE = Rule(
    name="syntax-introduced",
    severity="high",
    about="Syntax errors that the new text of a file has and the old one had not",
    look=_look,
)
