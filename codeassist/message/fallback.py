"""A message that a program writes: true, if dull."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeassist.message.facts import FileFacts, folder
from codeassist.message.kinds import kind_of, ticket_of
from codeassist.message.style import Style
from codeassist.message.subject import prefix
from codeassist.message.summary import shown
from codeassist.message.verbs import inflected

_VERBS = {"added": "add", "copied": "add", "deleted": "remove", "renamed": "rename"}


def fallback(found: Sequence[FileFacts], style: Style, branch: str = "") -> str:
    """The subject: what became of the files, told as exactly as fits."""
    verb = _verb(found)
    word = inflected(verb, style.mood)
    word = word.capitalize() if style.capital else word
    stop = "." if style.full_stop else ""
    kind = kind_of(found, word)
    befores = (prefix(found, style, kind, branch), ticket_of(branch, style), "")
    candidates = [f"{before}{word} {what}{stop}" for before in befores for what in _objects(found, verb)]
    return next(each for each in candidates if len(each) <= style.limit)


def _verb(found: Sequence[FileFacts]) -> str:
    verbs = {_VERBS.get(each.status, "update") for each in _main(found)}
    if verbs == {"rename"} and any(each.size for each in found):
        return "update"
    return verbs.pop() if len(verbs) == 1 else "update"


def _main(found: Sequence[FileFacts]) -> list[FileFacts]:
    """The files that the change is about."""
    source = [each for each in found if each.sort == "source"]
    return source or [each for each in found if each.sort != "test"] or list(found)


def _objects(found: Sequence[FileFacts], verb: str) -> Iterator[str]:
    """What to name, from the most telling to what always fits."""
    main = _main(found)
    tests = " and tests" if main[0].sort != "test" and any(each.sort == "test" for each in found) else ""
    if len(main) == 1:
        yield from _of_one(main[0], verb, tests)
    elif len(main) == 2:
        names = [_base(each.path) for each in main]
        yield f"{shown(main[0].path)} and {shown(main[1].path)}{tests}"
        yield f"{names[0]} and {names[1]}{tests}"
    where = shown(folder([each.path for each in found]))
    count = f"{len(found)} file{'s' if len(found) != 1 else ''}"
    if where:
        yield f"{count} in {where}"
    yield count


def _of_one(each: FileFacts, verb: str, tests: str) -> Iterator[str]:
    path, name = shown(each.path), _base(each.path)
    if verb == "rename":
        yield f"{shown(each.old_path)} to {path}{tests}"
        yield f"{_base(each.old_path)} to {name}{tests}"
    elif verb == "update":
        changed = [shown(name) for name in (*each.changed, *each.added)]
        if len(changed) == 1:
            yield f"{changed[0]} in {path}{tests}"
            yield f"{changed[0]} in {name}{tests}"
    yield f"{path}{tests}"
    yield f"{name}{tests}"


def _base(path: str) -> str:
    return shown(path.rpartition("/")[2])
