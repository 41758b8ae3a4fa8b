from __future__ import annotations

import inspect
import re

from codeassist import errors
from codeassist.errors import CodeassistError

_ROW = re.compile(r"^([│ ]*(?:[├└]── )?)(\w+Error)(?: +(\d+))?", re.MULTILINE)


def _drawn() -> dict[str, tuple[str, int | None]]:
    """Class -> (parent, exit code), as the module's docstring draws them."""
    found: dict[str, tuple[str, int | None]] = {}
    above: list[str] = []
    for indent, name, code in _ROW.findall(errors.__doc__ or ""):
        del above[len(indent) // 4 :]
        found[name] = (above[-1] if above else "Exception", int(code) if code else None)
        above.append(name)
    return found


def test_the_tree_is_as_drawn() -> None:
    classes = {
        name: each
        for name, each in vars(errors).items()
        if inspect.isclass(each) and issubclass(each, CodeassistError) and each.__module__ == errors.__name__
    }
    drawn = _drawn()
    assert set(drawn) == set(classes)
    assert {name: parent for name, (parent, _) in drawn.items()} == {
        name: each.__bases__[0].__name__ for name, each in classes.items()
    }
    codes = {name: code for name, (_, code) in drawn.items() if code is not None}
    assert codes == {name: each.exit_code for name, each in classes.items() if name != "CodeassistError"}
    assert set(codes.values()) == {2, 3, 4, 130}


def test_an_error_says_what_and_what_next() -> None:
    error = CodeassistError("what", "next")
    assert (str(error), error.message, error.hint) == ("what", "what", "next")
    assert CodeassistError("what").hint == ""
