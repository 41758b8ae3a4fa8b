"""The definition that a person names; where there is none, names that are near."""

from __future__ import annotations

import re

from codeassist.edit.parts import BOUND, Part, Syntax
from codeassist.errors import UsageError
from codeassist.terminal import one_line

_SEPARATOR = re.compile(r"\.|::|#")
_NEAR, _SHOWN = 3, 8  # names in a hint
_MOST_COMPARED = 5_000


def by_name(path: str, syntax: Syntax | None, name: str) -> Part:
    """The definition of a name, which may be told with some of what is around it.

    Raises:
        UsageError: there is none, or several.
    """
    shown = one_line(name, 100)
    if syntax is None:
        raise UsageError(f"{path} has no definitions that are understood", "name lines instead: PATH:L1-L2")
    wanted = _pieces(name)
    fitting = [each for each in syntax.parts if wanted and _pieces(each.full_name)[-len(wanted) :] == wanted]
    for narrower in (
        [each for each in fitting if _pieces(each.full_name) == wanted],
        [each for each in fitting if each.body >= 0],
        [each for each in fitting if each.kind not in BOUND],
    ):
        fitting = narrower if len(fitting) > 1 and narrower else fitting
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        lines = ", ".join(str(syntax.text.count("\n", 0, each.head) + 1) for each in fitting[:_SHOWN])
        raise UsageError(
            f"{path} has several definitions of {shown}, on lines {lines}", "give its class too, or the line: PATH:L"
        )
    raise UsageError(f"{path} has no definition of {shown}", _near(syntax, (wanted or [name])[-1]))


def _pieces(name: str) -> list[str]:
    return [each for each in _SEPARATOR.split(name) if each]


def _near(syntax: Syntax, name: str) -> str:
    """Names to try instead."""
    import difflib

    known = {each.name: each.full_name for each in reversed(syntax.parts[:_MOST_COMPARED])}
    near = difflib.get_close_matches(name[:100], known, _NEAR)
    some = [known[each] for each in near] or [each.full_name for each in syntax.parts[:_SHOWN]]
    if not some:
        return "it has none that are understood: name lines instead, PATH:L1-L2"
    return f"{'did you mean' if near else 'it has'} {one_line(', '.join(some), 400)}{'?' if near else ''}"
