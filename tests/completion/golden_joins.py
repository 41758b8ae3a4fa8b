"""Golden cases of the rules that join the output to what follows, and stop loops; `▮` is the cursor."""

from __future__ import annotations

from tests.completion.golden_scope import Case

REPEATS_SUFFIX: dict[str, Case] = {
    "next line": ("python", "x = 1\n▮\nz = foo(3)\n", "y = 2\nz  =  foo(3)\n", "y = 2", "scope"),
    "blank lines between": ("python", "x = 1\n▮\n\n\nz = foo(3)\n", "y = 2\n\nz = foo(3)\n", "y = 2", "scope"),
    "all of it": ("python", "x = 1\n▮\nz = foo(3)\n", "z = foo(3)\n", "", "filtered"),
    "another indentation is another line": (
        "python",
        "def f(a):\n    ▮\n    return None\n",
        "if a:\n        return None",
        "if a:\n        return None",
        "",
    ),
    "two lines whatever their indentation": (
        "javascript",
        "▮\nfoo(1);\nbar(2);\n",
        "go();\n  foo(1);\n  bar(2);\n",
        "go();",
        "scope",
    ),
    "one trivial line is not enough": (
        "python",
        "try:\n    ▮\nelse:\n    b()\n",
        "if a:\n        c()\n    else:\n        d()",
        "if a:\n        c()\n    else:\n        d()",
        "",
    ),
    "a line that opens is not enough": (
        "go",
        "package a\n\nfunc F() {\n\t▮\n\tif err != nil {\n\t\treturn 1\n\t}\n}\n",
        "if err != nil {\n\t\tpanic(err)\n\t}",
        "if err != nil {\n\t\tpanic(err)\n\t}",
        "",
    ),
    "unfinished last line": (
        "go",
        "package a\n\nvar a = 1\n▮\nvar c = foo(3)\n",
        "var b = 2\nvar c = f",
        "var b = 2",
        "scope",
    ),
    "plain text": ("", "one▮\nand three four\n", " two\nand three four\nfive\n", " two", "scope"),
    "plain closer": ("", "f(\n  a\n▮\n)\n", "  b\n)\n", "  b", "scope"),
    "plain closer of its own": ("", "▮\n)\n", "f(\n)\n", "f(\n)", ""),
}
REST_OF_LINE: dict[str, Case] = {
    "closer": ("python", "print(▮)\n", "foo(a))", "foo(a)", "scope"),
    "closer of its own": ("python", "print(▮)\n", "foo(a)", "foo(a)", ""),
    "closer, then more": ("python", "print(▮)\n", "foo(a))\nx = 1\n", "foo(a)", "scope"),
    "quote": ("python", 'print("▮")\n', 'hello")', "hello", "scope"),
    "quotes of its own": ("python", "print(▮)\n", '"a"', '"a"', ""),
    "colon": ("python", "if ▮:\n    pass\n", "a:", "a", "scope"),
    "closers and colon": ("python", 'def f(a="▮"):\n    pass\n', 'b"):\n    return a', "b", "scope"),
    "semicolon": ("javascript", "let a = ▮;\n", "b();", "b()", "scope"),
    "text": ("", "I like ▮ very much.\n", "fish very much.", "fish", "scope"),
    "word": ("python", "return ▮x + 1\n", "self.x", "self.", "scope"),
    "whole rest, then more": ("javascript", "let a = ▮;\n", "b();\nlet c = 1;\n", "b()", "scope"),
    "whole text, then more": ("", "I like ▮ very much.\n", "fish very much.\nToo.\n", "fish", "scope"),
    "half a word": ("python", "return ▮x + 1\n", "max", "max", ""),
    "multi-line": ("javascript", "f(▮);\n", "[\n  1,\n]);", "[\n  1,\n]", "scope"),
    "go": ("go", "package a\n\nfunc F() {\n\tg(▮)\n}\n", "h(1))", "h(1)", "scope"),
    "rust": ("rust", "fn f() {\n    g(▮);\n}\n", "&h::<A>(1));", "&h::<A>(1)", "scope"),
}
REPETITION: dict[str, Case] = {
    "line": ("python", "▮", "a = 1\n" * 5, "a = 1", "filtered"),
    "twice is no loop": ("python", "▮", "a = 1\na = 1", "a = 1\na = 1", ""),
    "block": ("go", "package a\n\n▮", "x(1)\n\ny(2)\n\n" * 3, "x(1)\n\ny(2)", "filtered"),
    "after something": ("", "▮", "one\n" + "two\n" * 4 + "three\n", "one\ntwo", "filtered"),
    "closers are no loop": ("", "▮", "[\n[\n[\n]\n]\n]\n", "[\n[\n[\n]\n]\n]", ""),
}
ENDS: dict[str, Case] = {
    "nothing": ("python", "▮", "", "", "filtered"),
    "whitespace": ("python", "x = ▮\n", " \n\t\n ", "", "filtered"),
    "newline at the end": ("python", "x = ▮\n", "1\n\n", "1", ""),
    "newline before a line": ("python", "def f():\n    ▮foo()\n", "x = 1\n    ", "x = 1\n    ", ""),
    "newline before a line at column one": ("python", "▮foo()\n", "import foo\n\n", "import foo\n", ""),
    "repeats the line it stands before": ("python", "▮foo()\n", "x = 1\nfoo()\n", "x = 1\n", "scope"),
    "space inside a line": ("python", "x = ▮+ b\n", "a ", "a ", ""),
    "leading space stays": ("python", "x =▮\n", " 1", " 1", ""),
    "controls": ("python", "x = ▮\n", "\x1b[31\x07]\r\n\x00\x9b\ud800", "[31]", ""),
}

REWRITES_LINE: dict[str, Case] = {
    "inside a word": ("javascript", "get('/u▮sers/:id', () => {\n", "sers/:id', () => {", "", "filtered"),
    "with another beginning": (
        "python",
        '"""S▮um of price and tax."""\n',
        'Total of price and tax."""',
        "",
        "filtered",
    ),
    "what comes before it is the answer": ("python", "x = ▮total(items)\n", "1 + total(items)", "1 +", "scope"),
    "a common end by chance": ("python", "x = a.▮strip()\n", "lower().", "lower().", ""),
    "closers only": ("python", "x = foo(a, ▮)\n", "bar(b))", "bar(b)", "scope"),
}
