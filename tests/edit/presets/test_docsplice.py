"""That only documentation was put into a text."""

from __future__ import annotations

import pytest

from codeassist.context.languages import languages
from codeassist.edit.original import Splice
from codeassist.edit.presets.docsplice import same_code

CASES = [
    ("python", "def f():\n    é()\n", '\n    """Say."""', True),
    ("python", "def f():\n    é()\n", '\n    """Say."""\n    x()', False),
    ("python", "def f():\n    é()\n", '\n    f"""{x()}""";y', False),
    ("python", "def f():\n    é()\n", '\n    """Say.', False),
    ("python", "def f():\n    é()\n", "\n    return", False),
    ("javascript", "f() ;\n", " /** Say. */", True),
    ("javascript", "f() ;\n", " /** Say. */ g();", False),
    ("javascript", "f() ;\n", " /** Say.", False),
    ("go", "func f() { }\n", " // Say.\n", True),
    ("go", "func f() { }\n", " // Say.\n panic(1)\n", False),
    ("bash", "f() { :; }\n", " # Say.\n", True),
]


@pytest.mark.parametrize(("language", "text", "put", "same"), CASES)
def test_code_beside_documentation_is_seen(language: str, text: str, put: str, same: bool) -> None:
    at = text.index(":\n") + 1 if language == "python" else text.index(") ") + 1
    if language in ("go", "bash"):
        at = text.index("{") + 1
    after = text[:at] + put + text[at:]
    assert same_code(languages()[language], text, after, Splice(at, at, put)) is same


def test_code_that_is_replaced_is_seen() -> None:
    text = '"""Old."""\nx = 1\n'
    replaced = '"""New."""\nx = 2\n'
    assert not same_code(languages()["python"], text, replaced, Splice(0, 10, '"""New."""'))
    assert same_code(languages()["python"], text, replaced.replace("2", "1"), Splice(0, 10, '"""New."""'))
