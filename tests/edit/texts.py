"""Originals and targets for tests."""

from __future__ import annotations

from pathlib import Path

from codeassist.edit.judging import Judged, judge
from codeassist.edit.original import Original
from codeassist.edit.target import Named, Target, targets

SAMPLES = Path(__file__).parents[1] / "context" / "samples"
NAMES = sorted(path.name for path in SAMPLES.iterdir() if path.suffix != ".txt")


def sample(name: str) -> Original:
    return Original.of_text(name, (SAMPLES / name).read_text(encoding="utf-8"))


def python(text: str) -> Original:
    return Original.of_text("a.py", text)


def by_name(original: Original, name: str) -> Target:
    (found,) = targets(original, Named(original.path, name=name))
    return found


def by_lines(original: Original, start: int, end: int = 0) -> Target:
    (found,) = targets(original, Named(original.path, start, end or start))
    return found


STORE = '''\
"""Stores."""

import json


class Store:
    """Keeps."""

    def save(self, place):
        """Write it."""
        with open(place, "w") as stream:
            json.dump(self.rows, stream)

    def load(self, place):
        return json.load(open(place))


def total(rows):
    result = 0
    for row in rows:
        result += row
    return result


if __name__ == "__main__":
    print(total([1]))
'''


def after(judged: Judged, target: Target) -> str:
    data = target.original.spliced(judged.splices).after
    assert data is not None
    return data.decode()


def holds(target: Target, reply: str, *, free: bool = False) -> str:
    """The file with a reply that holds."""
    judged = judge(target, reply, signature_free=free)
    assert judged.reason == ""
    return after(judged, target)


def changed(old: str, new: str) -> list[str]:
    """The lines that went and came, marked."""
    before, now = old.split("\n"), new.split("\n")
    while before and now and before[0] == now[0]:
        del before[0], now[0]
    while before and now and before[-1] == now[-1]:
        del before[-1], now[-1]
    return [*(f"-{line}" for line in before), *(f"+{line}" for line in now)]


TOTAL = by_name(python(STORE), "total")


LOAD = by_name(python(STORE), "Store.load")


SAVE = by_name(python(STORE), "Store.save")


CODE = '''\
import json

LIMIT = 3


@decorated
class Store:
    """Keeps."""

    def save(self, place):
        # First.
        target = place  # where
        text = """
        many
        lines
        """

        # Then.
        write(
            target,
            text,
        )
        return target

    async def load(self, place):
        if place:
            return 1
        else:
            return 2


def save(place):
    def inner():
        return 1

    return inner


if __name__ == "__main__":
    save("x")
'''
