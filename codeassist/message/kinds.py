"""What sort of change it is, as the prefixes of subjects name it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from codeassist.message.facts import FileFacts, folder
from codeassist.message.style import TICKET, Style
from codeassist.message.verbs import base_of

# Names of one kind, the usual first: a repository has its own.
_NAMES = {
    "feat": ("feat", "feature", "improvement"),
    "fix": ("fix", "bugfix", "hotfix"),
    "docs": ("docs", "doc"),
    "test": ("test", "tests"),
    "refactor": ("refactor", "chore"),
    "perf": ("perf", "refactor"),
    "style": ("style", "chore"),
    "build": ("build", "deps", "chore"),
    "ci": ("ci", "build", "chore"),
    "chore": ("chore", "build", "refactor"),
}
_KIND_OF_VERB = {
    "feat": "add allow create enable extend implement introduce support expose",
    "fix": "avoid correct fix guard handle prevent resolve restore",
    "docs": "describe document explain clarify",
    "refactor": "clean extract inline merge migrate move refactor rename reorganise reorganize restructure rewrite "
    "separate simplify split tidy unify",
    "style": "format reorder sort",
    "perf": "optimise optimize speed cache",
    "build": "bump upgrade pin unpin",
}
_FIXES = re.compile(r"(?i)\b(bug|crash|error|exception|failure|incorrect|leak|race|regression|typo|wrong)")
_EMOJI = {
    "feat": (":sparkles:", "✨"),
    "fix": (":bug:", "🐛"),
    "docs": (":memo:", "📝"),
    "test": (":white_check_mark:", "✅"),
    "refactor": (":recycle:", "♻️"),
    "perf": (":zap:", "⚡️"),
    "style": (":art:", "🎨"),
    "build": (":arrow_up:", "⬆️"),
    "ci": (":construction_worker:", "👷"),
    "chore": (":wrench:", "🔧"),
}
_SORTS = {"test": "test", "docs": "docs", "ci": "ci", "build": "build"}
_TOO_GENERAL = frozenset({"src", "lib", "app", "source", "packages", "main", ""})


def kind_of(found: Sequence[FileFacts], text: str, said: str = "") -> str:
    """The kind of a change, a key of the usual conventional types.

    Args:
        found: its files. If all are tests, documents or the like, that is the kind.
        text: the subject without its prefix, whose verb tells most.
        said: the type that the model itself wrote.
    """
    sorts = {each.sort for each in found}
    if len(sorts) == 1 and (kind := _SORTS.get(next(iter(sorts)))):
        return kind
    verb = base_of(text)
    of_verb = next((kind for kind, verbs in _KIND_OF_VERB.items() if verb and verb[0] in verbs.split()), "")
    if of_verb:
        return of_verb
    if said in _NAMES:
        return said
    if _FIXES.search(text):
        return "fix"
    source = [each for each in found if each.sort == "source"]
    if source and all(each.status == "added" for each in source):
        return "feat"
    return "refactor" if source else "chore"


def type_of(kind: str, style: Style) -> str:
    """What the repository calls a kind."""
    names = _NAMES[kind]
    return next((each for each in names if each in style.types), names[0])


def emoji_of(kind: str, style: Style) -> str:
    """The gitmoji of a kind, with a blank."""
    code, character = _EMOJI[kind]
    return f"{code if style.emoji == 'code' else character} "


def scope_of(found: Sequence[FileFacts], style: Style) -> str:
    """The scope of a change: one that the repository has used and all source files are in, else their folder's or
    file's name; "" if there is none."""
    paths = [each.path for each in found if each.sort == "source"] or [each.path for each in found]
    parts = [{*path.split("/")[:-1], _stem(path)} for path in paths]
    common = set.intersection(*parts) if parts else set()
    known = next((scope for scope in style.scopes if scope in common), "")
    if known:
        return known
    name = _stem(paths[0]) if len(paths) == 1 else posixpath.basename(folder(paths))
    return name if re.fullmatch(r"[A-Za-z0-9_.-]{1,20}", name) and name not in _TOO_GENERAL else ""


def area_of(found: Sequence[FileFacts]) -> str:
    """The area of a change: its only file's path without the ending, or the folder that holds all."""
    paths = [each.path for each in found if each.sort == "source"] or [each.path for each in found]
    name = posixpath.splitext(paths[0])[0] if len(paths) == 1 else folder(paths)
    return name if re.fullmatch(r"[A-Za-z0-9_./-]{1,30}", name) else ""


def ticket_of(branch: str, style: Style) -> str:
    """How the ticket that a branch is named after begins a subject; "" if that is no habit, or there is none."""
    match = TICKET.search(branch)
    return style.ticket.format(match[0]) if style.ticket and match else ""


def _stem(path: str) -> str:
    return posixpath.basename(path).split(".")[0]
