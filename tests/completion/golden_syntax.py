"""Golden cases of the rule that lets no syntax error in; `▮` is the cursor."""

from __future__ import annotations

from tests.completion.golden_scope import Case

SYNTAX: dict[str, Case] = {
    "whole": ("python", "def f(a):\n    return ▮\n", "a + g(a)", "a + g(a)", ""),
    "half a call": ("python", "def f(a):\n    return ▮\n", "a + g(a", "a + g", "filtered"),
    "half an operator": ("python", "def f(a):\n    x = ▮\n    return x\n", "a +", "a", "filtered"),
    "half a string": ("python", "x = ▮\ny = 1\n", "a + 'b", "a", "filtered"),
    "whole lines first": (
        "python",
        "def f(a):\n    ▮\n",
        "x = a\n    return g(x, [",
        "x = a\n    return g",
        "filtered",
    ),
    "nothing fits": ("python", "x = 1\n▮\ny = 2\n", "'abc", "", "filtered"),
    "a line that closes nothing": ("python", "x = f(▮\ny = 1\n", "a, b", "", "filtered"),
    "a line that closes what it should": ("python", "x = f(▮\ny = 1\n", "a, b)", "a, b)", ""),
    "a call over several lines goes on": ("python", "x = f(\n    a,\n    ▮\ny = 1\n", "b,", "b,", ""),
    "a word is not run into the next": ("python", "x = ▮total(y)\n", "round([", "", "filtered"),
    "a quote inside a string": ("python", 'print("▮")\n', 'he said "hi', "he said", "filtered"),
    "the header of a block that follows": (
        "python",
        "def f(a):\n    ▮\n        return 1\n",
        "if a > 1:",
        "if a > 1:",
        "",
    ),
    "a header with nothing under it": ("python", "def f(a):\n    ▮\n    return 1\n", "if a > 1:", "", "filtered"),
    "a header that was begun": ("python", "def f(a):\n    if ▮\n    return 1\n", "a > 1:", "a > 1:", ""),
    "what only the interpreter refuses": ("python", "def f(a):\n    ▮\n", "g(a) return", "g(a)", "filtered"),
    "a deeper line under no header": ("python", "x = 1\n▮\n", "y = 2\n    z = 3", "y = 2", "filtered"),
    "unknown escapes are no error": (
        "python",
        "x = ▮\n",
        r"re.compile('\d\N{DASH}\'')",
        r"re.compile('\d\N{DASH}\'')",
        "",
    ),
    "a broken line above is not counted": (
        "python",
        "def f(a):\n    if a\n    ▮\n    return a\n",
        "b = g(a)",
        "b = g(a)",
        "",
    ),
    "nor is a broken function": (
        "python",
        "def f(a:\n    x = = 2\n\n\ndef g(a):\n    return ▮\n\n\ndef h(\n",
        "f(a))",
        "f(a)",
        "filtered",
    ),
    "js whole": ("javascript", "function f(a) {\n  return ▮\n}\n", "a + g(a);", "a + g(a);", ""),
    "js half a call": ("javascript", "function f(a) {\n  return ▮\n}\n", "a + g(a, ", "a + g", "filtered"),
    "js body without its end": ("javascript", "function f(a) {\n  ▮", "return a;", "return a;", ""),
    "js header that was begun": ("javascript", "function f(a) {\n  if (▮\n}\n", "a > 1) {", "a > 1) {", ""),
    "js half a template": ("javascript", "const a = ▮\nconst b = 1;\n", "b + `c ${d", "b", "filtered"),
    "go half a call": ("go", "package a\n\nfunc F(a int) int {\n\treturn ▮\n}\n", "a + G(a", "a + G", "filtered"),
    "go two values": ("go", "package a\n\nfunc F() {\n\ta, err := ▮\n}\n", "G(1)\n\tif err", "G(1)", "filtered"),
    "rust half a call": ("rust", "fn f(a: i32) -> i32 {\n    ▮\n}\n", "a + g(a, &", "a + g", "filtered"),
    "rust whole": ("rust", "fn f<'a>(a: &'a str) {\n    ▮\n}\n", "let b: &'a str = a;", "let b: &'a str = a;", ""),
    "no grammar": ("", "x = ▮\n", "f((", "f((", ""),
}
