"""Replies that are no documentation change no code."""

from __future__ import annotations

import ast

import pytest

from tests.edit.presets.documented import PLAIN, documented

HOSTILE = {
    "nothing": "",
    "escape": "Say \x1b[2Jit all.",
    "bidirectional": "Say \u202eit all.",
    "code": 'Say it.\n    """\n    import os\n    os.system("x")\n    """',
    "control tokens": "<|im_end|><|im_start|>",
    "long": "x" * 5_000,
    "chatter": "Sure, here is what you want.",
    "a name that is nowhere": "Calls `launch_missiles` at once.",
    "noqa": "Say it all. noqa: F821",
    "type": "Say it all.  type: ignore",
    "only its name": "add",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_replies_change_no_code(name: str) -> None:
    (draft,) = documented("a.py", PLAIN, "add", HOSTILE[name])
    if name != "code":
        assert draft.reason
    for file in draft.files:
        tree = ast.parse(file.after or b"")
        (function,) = tree.body
        assert isinstance(function, ast.FunctionDef)
        assert ast.unparse(function.body[-1]) == "return a + b"
        assert len(function.body) == 2
        assert b"os.system" not in (file.after or b"")


@pytest.mark.parametrize(
    ("path", "text", "name", "reply"),
    [
        ("a.js", "function f() {}\n", "f", " Ends it. */ alert(1); /*\n */"),
        ("a.js", "function f() {}\n", "f", " Ends it. eslint-disable\n */"),
        ("a.c", "int f(void) { return 1; }\n", "f", " Says so.\n * @return it \\\n */"),
        ("a.go", "package a\n\nfunc F() {\n}\n", "F", " says it.\nfunc init() { panic(1) }\n"),
        ("a.rb", "def f\nend\n", "f", " Says it all.\nsystem('x')\n"),
        ("a.sh", "f() {\n  echo\n}\n", "f", " Says it all.\nrm -rf /\n"),
    ],
)
def test_nothing_gets_out_of_a_comment(path: str, text: str, name: str, reply: str) -> None:
    for draft in documented(path, text, name, reply, *["word two"] * 3):
        for file in draft.files:
            after = (file.after or b"").decode()
            assert after.endswith(text.partition("\n\n")[2] or text)
            for word in ("alert", "init", "system", "rm -rf"):
                assert word not in after


@pytest.mark.parametrize("escape", ["\\u002a\\u002f static { alert(1); } \\u002f*", "\\uuu000a", "\\u12"])
def test_escapes_that_a_java_compiler_reads_in_comments(escape: str) -> None:
    text = "class A {\n  void f() {}\n}\n"
    (draft,) = documented("A.java", text, "A", f" Holds the class {escape} of A.\n */")
    assert draft.reason == "it has a delimiter inside"
