from __future__ import annotations

from codeassist.context.languages import languages
from codeassist.context.tags import Import, Tag, tags

PYTHON = '''\
from . import near
from ..pack.mod import one, two as three
import os.path, sys as system
from star import *

LIMIT: int = 3


class Runner(Base):
    """Runs things.

    More about it.
    """

    @cached(LIMIT)
    def run(self, limit: int = LIMIT) -> "str":
        def inner(): return one(limit)
        return self.step(inner)


# Says which
# one it is.
async def main(
    runner: Runner,
) -> None:
    await runner.run()
'''


def test_python() -> None:
    found = tags(languages()["python"], PYTHON)
    assert found.definitions == (
        Tag("LIMIT", "", "constant", 6, 6, 7, "LIMIT: int = 3", ""),
        Tag("Runner", "", "class", 9, 18, 10, "class Runner(Base):", "Runs things."),
        Tag("run", "Runner", "function", 15, 18, 17, 'def run(self, limit: int = LIMIT) -> "str":', ""),
        Tag("inner", "Runner.run", "function", 17, 17, 18, "def inner():", ""),
        Tag("main", "", "function", 23, 26, 26, "async def main( runner: Runner, ) -> None:", "Says which one it is."),
    )
    assert found.imports == (
        Import(".", ("near",), 1),
        Import("..pack.mod", ("one", "two"), 2),
        Import("os.path", (), 3),
        Import("sys", (), 3),
        Import("star", (), 4),
    )
    wanted = {"Base": 1, "cached": 1, "LIMIT": 2, "one": 1, "step": 1, "inner": 1, "Runner": 1, "run": 1, "int": 2}
    assert {name: found.references.get(name) for name in wanted} == wanted
    assert not {"main", "near", "three", "limit="} & set(found.references)
