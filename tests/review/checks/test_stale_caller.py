"""Changed signatures: callers that no longer fit are told, those that fit or may be somebody else's are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from codeassist.context.index import Index
from codeassist.review.checks.stale_caller import RULE
from codeassist.review.finding import Finding
from tests.context.trees import repository
from tests.review.changes import around, change, snapshot
from tests.review.repositories import looked

Look = Callable[..., list[Finding]]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Looks at changes (path, old, new), with other files that they leave alone."""
    return partial(looked, RULE, tmp_path)


def of_signature(old: str, new: str, call: str) -> list[Finding]:
    """What is said of a call in the same file, which needs no index."""
    text = "def run({}): ...\n\n\n{}\n"
    one = change("lib.py", text.format(old, call), text.format(new, call))
    return list(RULE.look(snapshot(one), around()))


@pytest.mark.parametrize(
    ("old", "new", "call", "reason"),
    [
        ("a", "a, b", "run(1)", "needs `b`"),
        ("a, b", "a", "run(1, 2)", "takes 1 argument by position, 2 given"),
        ("a, b", "", "run(1, 2)", "takes 0 arguments by position, 2 given"),
        ("a, b", "a, c", "run(1, b=2)", "has no parameter `b`"),
        ("a, b", "a, *, b", "run(1, 2)", "takes 1 argument by position, 2 given"),
        ("a, b=1", "a, b", "run(1)", "needs `b`"),
        ("a", "a, *, b", "run(a=1)", "needs `b`"),
        ("a, b", "b, a, /", "run(a=1, b=2)", "has no parameter `a`"),
        ("a, b=1", "b, a=1", "run(1, b=2)", "gets `b` twice"),
        ("a, **k", "a", "run(1, x=2)", "has no parameter `x`"),
        ("*a", "a", "run(1, 2)", "takes 1 argument by position, 2 given"),
        ("a: int, b: str = ''", "a: int, b: str", "run(1)", "needs `b`"),
        ("*a: int", "a: int, b", "run(1)", "needs `b`"),
        ("a", "a, b", "run(x for x in y)", "needs `b`"),
        ("a, b", "b, a", "run(1, 2)", "takes `b`, `a` in another order"),
        ("a", "a, b", "print(lambda: run(\n    1,  # one\n))", "needs `b`"),
    ],
)
def test_calls_that_no_longer_fit(old: str, new: str, call: str, reason: str) -> None:
    (finding,) = of_signature(old, new, call)
    assert finding.message == f"`run` {reason} since lib.py:1 changed"
    assert finding.line == 4
    assert finding.severity == ("medium" if "order" in reason else "high")


@pytest.mark.parametrize(
    ("old", "new", "call"),
    [
        ("a", "a, b=1", "run(1)"),
        ("a", "b", "run(1)"),
        ("a, b", "a, **k", "run(1, b=2)"),
        ("a, b", "*a", "run(1, 2)"),
        ("a", "a, b", "run(*x)"),
        ("a", "a, b", "run(**x)"),
        ("a", "a, b", "run(1, 2, 3)"),  # never fitted: it is something else
        ("a", "a, b", "map(run, x)"),
        ("a", "a, b", "other.run(1)"),
        ("a", "a, b", "'run(1)'  # run(1)"),
        ("a", "a, b", "def f(run): run(1)"),
        ("a", "a, b", "run = partial(run, 2)\nrun(1)"),
        ("a", "a, b", "from x import run\nrun(1)"),
        ("a", "a, b", "def run(x): ...\nrun(1)"),
        ("a", "a, b", "for run in x: run(1)"),
        ("a", "a, b", "[run(1) for run in x]"),
        ("a", "a, b", "with x as run: run(1)"),
        ("a", "a, b", "(run := x)\nrun(1)"),
        ("a", "a, b", "match x:\n    case run: run(1)"),
        ("a", "a, b", "lambda run=2: run(1)"),
        ("a", "a, b", "def broken(:"),
        ("a, b", "b, a", "run(a=1, b=2)"),
        ("a: int", "a: str", "run(1)"),
        ("(a, b)", "a", "run(1, 2)"),
    ],
)
def test_calls_that_fit_or_mean_another(old: str, new: str, call: str) -> None:
    assert of_signature(old, new, call) == []


def test_a_method_of_the_name_hides_nothing() -> None:
    text = "def run({}): ...\n\n\nclass A:\n    def run(self): ...\n\n    def go(self):\n        run(1)\n"
    (finding,) = RULE.look(snapshot(change("a.py", text.format("a"), text.format("a, b"))), around())
    assert finding.line == 8


def test_an_order_that_the_caller_follows() -> None:
    text = "def run({}): ...\n\n\nrun(\n    {},\n)\n"
    one = change("a.py", text.format("a, b", "1, 2"), text.format("b, a", "2, 1"))
    assert list(RULE.look(snapshot(one), around())) == []


@pytest.mark.parametrize("decorator", ["property", "app.command()", "overload", "wraps(f)"])
def test_decorators_change_signatures(decorator: str) -> None:
    text = "@{}\ndef run({}): ...\n\n\nrun(1)\n"
    one = change("a.py", text.format(decorator, "a"), text.format(decorator, "a, b"))
    assert list(RULE.look(snapshot(one), around())) == []
    kept = change("a.py", text.format("functools.lru_cache(1)", "a"), text.format("functools.lru_cache(1)", "a, b"))
    assert len(list(RULE.look(snapshot(kept), around()))) == 1


METHODS = """
class Base: ...


class A{bases}:
    {decorator}
    def __init__({first}): ...

    def m(self, {m}): ...

    @classmethod
    def make(cls, {make}): ...

    @staticmethod
    def tell({tell}): ...

    def use(self):
        self.m(1)
        self.make(1)
        self.tell(1)
        other.m(1)


A(1)
A.make(1)
A.tell(1)
A.m(a, 1)
"""


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ({"m": "a, b"}, [18]),
        ({"make": "a, b"}, [19, 25]),
        ({"tell": "a, b"}, [20, 26]),
        ({"first": "self, a, b"}, [24]),
        ({"first": "self, a, b", "bases": "(Base)"}, [24]),
        ({"first": "self, a, b", "bases": "(Enum)"}, []),
        ({"first": "self, a, b", "bases": "(metaclass=M)"}, []),
        ({"first": "self, a, b", "decorator": "@overload"}, []),
    ],
)
def test_methods(options: dict[str, str], lines: list[int]) -> None:
    plain = {"bases": "", "decorator": "#", "first": "self, a", "m": "a", "make": "a", "tell": "a"}
    kept = plain | {key: value for key, value in options.items() if key in ("bases", "decorator")}
    one = change("a.py", METHODS.format(**kept), METHODS.format(**(plain | options)))
    assert [finding.line for finding in RULE.look(snapshot(one), around())] == lines


def test_methods_that_objects_have_of_their_own() -> None:
    text = METHODS + "\nclass C:\n    def f(self):\n        self.m = print\n"
    plain = {"bases": "", "decorator": "#", "first": "self, a", "m": "a", "make": "a", "tell": "a"}
    one = change("a.py", text.format(**plain), text.format(**plain | {"m": "a, b"}))
    assert list(RULE.look(snapshot(one), around())) == []


@pytest.mark.parametrize(
    ("caller", "severity"),
    [
        ("from pkg.lib import run\nrun(1)\n", "high"),
        ("from pkg.lib import run as go\ngo(1)\n", "high"),
        ("from pkg import lib\nlib.run(1)\n", "medium"),
        ("from pkg import lib as l\nl.run(1)\n", "medium"),
        ("import pkg.lib\npkg.lib.run(1)\n", "medium"),
        ("import pkg.lib as l\nl.run(1)\n", "medium"),
        ("def f():\n    from pkg.lib import run\n    run(1)\n", "high"),
        ("from pkg import run\nrun(1)\n", "high"),  # handed on by the package
    ],
)
def test_callers_elsewhere(look: Look, caller: str, severity: str) -> None:
    others = {"pkg/__init__.py": "from .lib import run\n", "app.py": caller}
    (finding,) = look(("pkg/lib.py", "def run(a): ...\n", "# new\ndef run(a, b): ...\n"), others=others)
    line = caller.count("\n")
    assert finding.message == f"`run` needs `b`, but is used as before in app.py:{line}"
    assert (finding.path, finding.line, finding.severity) == ("pkg/lib.py", 2, severity)
    assert finding.evidence == "def run(a, b): ..."


@pytest.mark.parametrize(
    "caller",
    [
        "from other.lib import run\nrun(1)\n",
        "from lib import run\nrun(1)\n",
        "from pkg.lib import run\nrun(1, 2)\n",
        "from pkg.lib import run\n\n\ndef f(run):\n    run(1)\n",
        "try:\n    from pkg.lib import run\nexcept ImportError:\n    def run(a): ...\nrun(1)\n",
        "from pkg.lib import other\nrun(1)\n",
        "lib.run(1)\n",
        "from pkg import lib\nlib = 2\nlib.run(1)\n",
        "from pkg.lib import run\n'run(1)'\n",
        "from pkg.lib import run\nbroken(:\nrun(1)\n",
    ],
)
def test_equal_names_elsewhere_are_no_callers(look: Look, caller: str) -> None:
    others = {"pkg/__init__.py": "", "other/__init__.py": "", "other/lib.py": "def run(a): ...\n", "app.py": caller}
    assert look(("pkg/lib.py", "def run(a): ...\n", "def run(a, b): ...\n"), others=others) == []


def test_a_caller_in_the_change_is_told_there(look: Look) -> None:
    findings = look(
        ("lib.py", "def run(a): ...\n", "def run(a, b): ...\n"),
        ("app.py", "from lib import run\n", "from lib import run\n\nrun(1)\n"),
    )
    (finding,) = findings
    assert (finding.path, finding.line, finding.evidence) == ("app.py", 3, "run(1)")
    assert finding.message == "`run` needs `b` since lib.py:1 changed"


def test_many_callers_are_one_finding(look: Look) -> None:
    others = {f"app{number}.py": "from lib import run\nrun(1)\n" for number in range(5)}
    (finding,) = look(("lib.py", "def run(a): ...\n", "def run(a, b): ...\n"), others=others)
    assert finding.message.endswith("in app0.py:2, app1.py:2, app2.py:2 and 2 more")


def test_texts_are_those_under_review(tmp_path: Path, look: Look) -> None:
    """The index may be a little old: it tells where to look, not what is there."""
    lib = ("lib.py", "def run(a): ...\n", "def run(a, b): ...\n")
    others = {"app.py": "from lib import run\nrun(1)\n"}
    assert len(look(lib, others=others)) == 1
    with Index.open(tmp_path / "r", tmp_path / "state") as index:
        one = snapshot(change(*lib), others={"app.py": "from lib import run\nrun(1, 2)\n"})
        assert list(RULE.look(one, around(index))) == []


def test_a_function_that_is_gone(look: Look) -> None:
    others = {
        "a.py": "from lib import run\n",
        "b.py": "import lib\nlib.run(1)\nprint(lib.run)\n",
        "c.py": "try:\n    from lib import run\nexcept ImportError:\n    run = None\n",
        "d.py": "from other import run\n",
        "e.py": "import lib\ntry:\n    lib.run\nexcept AttributeError:\n    pass\n",
    }
    (finding,) = look(
        ("lib.py", "X = 1\n\n\ndef run(a): ...\n\n\nY = 2\n", "# new\nX = 1\n\n\ndef go(a): ...\n\n\nY = 2\n"),
        others=others,
    )
    assert finding.message == "`run` is gone, but is used as before in a.py:1, b.py:2, b.py:3"
    assert (finding.line, finding.severity) == (5, "high")


@pytest.mark.parametrize(
    "new",
    [
        "from other import run\n",
        "from other import *\n",
        "run = print\n",
        "def __getattr__(name): ...\n",
        "import run\n",
        "if x:\n    def run(a): ...\nelse:\n    def run(a): ...\n",
    ],
)
def test_a_name_that_is_still_there(look: Look, new: str) -> None:
    assert look(("lib.py", "def run(a): ...\n", new), others={"a.py": "from lib import run\n"}) == []


def test_a_method_that_is_gone() -> None:
    old = "class A{}:\n    def m(self): ...\n\n    def f(self):\n        self.m()\n"
    new = old.replace("def m", "def n")
    (finding,) = RULE.look(snapshot(change("a.py", old.format(""), new.format(""))), around())
    assert (finding.line, finding.message) == (5, "`A.m` is gone since a.py:2 changed")
    assert finding.severity == "medium"
    assert list(RULE.look(snapshot(change("a.py", old.format("(B)"), new.format("(B)"))), around())) == []


@pytest.mark.parametrize(
    ("importer", "line"),
    [
        ("from pkg.lib import run\n", 1),
        ("import pkg.lib\n", 1),
        ("import os, pkg.lib as lib\n", 1),
        ("from pkg import lib\n", 1),
        ("def f():\n    from pkg.lib import (\n        run,\n    )\n", 2),
        ("try:\n    from pkg.lib import run\nexcept ImportError:\n    pass\n", 0),
        ("import lib\n", 0),
        ("from pkg import other\n", 0),
        ("print('pkg.lib')\n", 0),
    ],
)
def test_a_module_that_is_gone(look: Look, importer: str, line: int) -> None:
    others = {"pkg/__init__.py": "", "pkg/other.py": "", "app.py": importer}
    findings = look(("pkg/lib.py", "def run(a): ...\n", None), others=others)
    message = f"`pkg/lib.py` is gone, but is used as before in app.py:{line}"
    assert [(each.message, each.path, each.line) for each in findings] == [(message, "pkg/lib.py", 1)] * bool(line)


@pytest.mark.parametrize(
    ("importer", "told"), [("app.py", 0), ("pkg/app.py", 0), ("pkg/_vendor/other.py", 1), ("pkg/_vendor/a/b.py", 0)]
)
def test_a_copy_of_a_library_that_is_gone(look: Look, importer: str, told: int) -> None:
    """Who imports it by its own name may mean the library, which is installed."""
    others = {"pkg/__init__.py": "", importer: "from lib import run\n"}
    assert len(look(("pkg/_vendor/lib.py", "def run(a): ...\n", None), others=others)) == told


def test_a_module_of_a_folder_without_init(look: Look) -> None:
    others = {"pkg/__init__.py": "", "app.py": "from pkg.inner.lib import run\n"}
    assert len(look(("pkg/inner/lib.py", "def run(a): ...\n", None), others=others)) == 1


def test_an_importer_in_the_change_is_told_of_the_file_once(look: Look) -> None:
    importer = ("app.py", "x = 1\n", "x = 1\nfrom pkg.lib import run\n")
    findings = look(("pkg/lib.py", "def run(a): ...\n", None), importer, others={"pkg/__init__.py": ""})
    assert [each.message for each in findings] == ["`pkg/lib.py` is gone"]


def test_a_module_that_moved(look: Look, tmp_path: Path) -> None:
    """A package of its name, or a name in the package, takes its place; under another name it is gone."""
    importers = {"app.py": "from pkg.lib import run\nfrom pkg import lib\n"}
    package = {"pkg/__init__.py": "", "pkg/lib/__init__.py": "def run(a): ...\n"}
    assert look(("pkg/lib.py", "def run(a): ...\n", None), others=importers | package) == []
    moved = replace(
        change("pkg/new.py", "def run(a): ...\n", "def run(a): ...\n"), old_path="pkg/lib.py", status="renamed"
    )
    others = {"pkg/__init__.py": "", "app.py": "from pkg.lib import run\n"}
    with Index.open(repository(tmp_path / "s", {**others, "pkg/new.py": ""}), tmp_path / "other") as index:
        index.refresh()
        (finding,) = RULE.look(snapshot(moved, others=others), around(index))
    assert (finding.path, finding.severity) == ("pkg/new.py", "high")


def test_a_name_of_the_package_in_place_of_a_module(look: Look) -> None:
    here = {"pkg/__init__.py": "lib = 2\n", "app.py": "from pkg import lib\n"}
    assert look(("pkg/lib.py", "def run(a): ...\n", None), others=here) == []


def test_hostile_texts() -> None:
    deep = "def run({}): ...\nrun(" + "(" * 30_000 + ")" * 30_000 + ")\n"
    list(RULE.look(snapshot(change("a.py", deep.format("a"), deep.format("a, b"))), around()))
    many = "def run({}): ...\n" + "run(1)\n" * 400
    assert len(list(RULE.look(snapshot(change("a.py", many.format("a"), many.format("a, b"))), around()))) == 100
    long = "def run({}): ...\nrun(1)  # " + "x" * 400_000 + "\n"
    assert len(list(RULE.look(snapshot(change("a.py", long.format("a"), long.format("a, b"))), around()))) == 1
    functions = "".join(f"def f{number}({{0}}): ...\nf{number}(1)\n" for number in range(200))
    one = change("a.py", functions.format("a"), functions.format("a, b"))
    assert len(list(RULE.look(snapshot(one), around()))) == 50
