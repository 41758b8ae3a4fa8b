"""Bodies that are emptied, so that tests show what they are worth."""

from __future__ import annotations

import pytest

from codeassist.context.languages import language_for
from codeassist.edit.original import Original
from codeassist.edit.presets.docsite import Sites
from codeassist.edit.presets.emptied import emptied
from codeassist.edit.target import Named, targets

EMPTIED = {
    "a.py": (
        "class A:\n    def f(self):\n        return é\n\n    def g(self): return 1\n",
        "A",
        "class A:\n    def f(self):\n        raise NotImplementedError\n\n    def g(self): raise NotImplementedError\n",
    ),
    "a.js": (
        "const f = (x) => x + 1;\nfunction g() {\n  return 1;\n}\n",
        "f",
        'const f = (x) => { throw new Error("emptied"); };\nfunction g() {\n  return 1;\n}\n',
    ),
    "a.go": ("package a\n\nfunc F() int {\n\treturn 1\n}\n", "F", 'package a\n\nfunc F() int { panic("emptied") }\n'),
    "a.rs": ("pub fn f() -> i32 {\n    1\n}\n", "f", 'pub fn f() -> i32 { panic!("emptied") }\n'),
    "a.ts": (
        "export function f(): number {\n  return 1;\n}\n",
        "f",
        'export function f(): number { throw new Error("emptied"); }\n',
    ),
}


@pytest.mark.parametrize("path", EMPTIED)
def test_a_body_is_emptied_and_nothing_else(path: str) -> None:
    text, name, after = EMPTIED[path]
    language = language_for(path)
    assert language is not None
    original = Original.of_text(path, text)
    edit = emptied(Sites(language, text), original, targets(original, Named(path, name=name))[0])
    assert edit is not None
    assert edit.after == after.encode()
