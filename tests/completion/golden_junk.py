"""Golden cases of the rules against what is no code, and of the ends of an output; `▮` is the cursor."""

from __future__ import annotations

from tests.completion.golden_scope import Case

MARKERS: dict[str, Case] = {
    "end of text": ("python", "x = ▮\n", "1<|endoftext|>y = 2", "1", "scope"),
    "fill in the middle": ("javascript", "a = ▮;\n", "1;<fim_suffix>b", "1", "scope"),
    "full-width": ("python", "x = ▮\n", "1<｜end▁of▁sentence｜>", "1", "scope"),
    "nothing before it": ("python", "x = ▮\n", "<|fim_pad|>", "", "filtered"),
    "a file that has them": ("python", 'a = "<|im_end|>"\nb = ▮\n', '"<|im_end|>"', '"<|im_end|>"', ""),
    "operators": ("javascript", "a = ▮;\n", "b<|c", "b", "filtered"),
    "types": ("rust", "fn f() {\n    ▮\n}\n", "let a: Vec<u8> = b;", "let a: Vec<u8> = b;", ""),
    "no grammar": ("", "x ▮\n", "one [/INST] two", "one", "scope"),
}
FENCES: dict[str, Case] = {
    "at the end": ("python", "def f():\n    ▮\n", "return 1\n```\nThis returns one.", "return 1", "scope"),
    "of no definition": ("python", "▮\n", "x = 1\n```\nThis is one.", "x = 1", "filtered"),
    "at the beginning": ("python", "▮\n", "```python\nx = 1\n```", "", "filtered"),
    "that could be a template": ("javascript", "▮\n", "a();\n```\nb\n```", "a();", "filtered"),
    "in a string": ("python", 'x = """\n▮', 'a\n```\nb\n"""', 'a\n```\nb\n"""', ""),
    "a template": ("javascript", "const a = ▮;\n", "`b`", "`b`", ""),
}
PLACEHOLDERS: dict[str, Case] = {
    "alone": ("python", "def f():\n    ▮\n", "# TODO: your code here\n    pass", "", "filtered"),
    "go": ("go", "package a\n\nfunc F() {\n\t▮\n}\n", "a()\n\t// Add your code here\n", "a()", "filtered"),
    "after the statement": ("python", "def f():\n    ▮\n", "pass  # your code goes here", "pass", "filtered"),
    "in a comment that was begun": (
        "python",
        "def f():\n    # ▮\n    pass\n",
        "TODO: write your code here",
        "",
        "filtered",
    ),
    "a comment with a meaning": (
        "python",
        "▮\n",
        "# TODO: your keys are read twice\nx = 1",
        "# TODO: your keys are read twice\nx = 1",
        "",
    ),
}
SAYS_NOTHING: dict[str, Case] = {
    "hash": ("python", "x = 1\n▮\n", "#", "", "filtered"),
    "slashes": ("javascript", "a();\n▮\n", "// TODO:\n//", "", "filtered"),
    "something": ("python", "x = 1\n▮\n", "# y", "# y", ""),
    "dots": ("python", "def f():\n    ▮\n", "...", "...", ""),
}
UNSEEN: dict[str, Case] = {
    "writing direction": ("python", "x = ▮\n", "a\u202e\u2066 + b\u2069", "a + b", ""),
    "writing direction in pairs": ("python", "x = ▮\n", '"\u202ba\u202c"', '"\u202ba\u202c"', ""),
    "no width": ("python", "x = ▮\n", "a\u200b.b\ufeff", "a.b", ""),
    "joined emoji": ("python", "x = ▮\n", '"👩\u200d🔧"', '"👩\u200d🔧"', ""),
}
ONE_LINE: dict[str, Case] = {
    "argument": ("python", "x = f(▮, b)\ny = 1\n", "a\nz = 2\n", "a", "scope"),
    "js": ("javascript", "if (▮ && b) {\n}\n", "a\n  c();\n", "a", "scope"),
    "no grammar": ("", "one ▮ three\n", "two\nfour", "two", "scope"),
    "only closers follow": ("python", "f(▮)\n", "[\n    1,\n]", "[\n    1,\n]", ""),
    "lines before a line": ("python", "▮foo()\n", "a = 1\nb = 2\n", "a = 1\nb = 2\n", ""),
}
LOOSE_COMMENT: dict[str, Case] = {
    "of what comes next": ("python", "def f():\n    ▮\n", "return 1\n\n\n# The next one.", "return 1", "scope"),
    "of the definition": ("python", "def f():\n    ▮\n", "return 1\n    # So.", "return 1\n    # So.", ""),
    "at the top level": ("python", "x = 1\n▮\n", "y = 2\n# So.", "y = 2\n# So.", ""),
}
INDENTATION: dict[str, Case] = {
    "said twice": ("python", "def f():\n    a()\n    ▮\n", "    return 1", "return 1", ""),
    "said twice, all lines": (
        "python",
        "def f():\n    a()\n    ▮\n",
        "    if b:\n            c()\n        d()",
        "if b:\n        c()\n    d()",
        "",
    ),
    "said twice, the first line": (
        "javascript",
        "function f() {\n  a();\n  ▮\n}\n",
        "  if (b) {\n    c();\n  }",
        "if (b) {\n    c();\n  }",
        "",
    ),
    "under a header": ("python", "def f():\n    ▮\n", "    return 1", "return 1", ""),
    "the cursor left of the line above": (
        "javascript",
        "function f() {\n    a();\n  ▮\n}\n",
        "     b();",
        "     b();",
        "",
    ),
    "the cursor too far left": ("python", "class A:\n    def f():\n    ▮\n", "    return 1", "    return 1", ""),
    "the cursor at column one": ("python", "def f():\n▮\n", "    return 1", "    return 1", ""),
    "in a string": ("python", 'x = """\n  a\n  ▮\n"""\n', "    b", "    b", ""),
    "no grammar": ("", "a\n  ▮\n", "  b", "  b", ""),
    "tabs for spaces": (
        "go",
        "package a\n\nfunc F() {\n\ta()\n\t▮\n}\n",
        "if b {\n        c()\n    }",
        "if b {\n\t\tc()\n\t}",
        "",
    ),
    "tabs for two spaces": (
        "javascript",
        "function f() {\n\ta();\n\t▮\n}\n",
        "if (b) {\n    c();\n  }",
        "if (b) {\n\t\tc();\n\t}",
        "",
    ),
    "spaces for tabs": (
        "python",
        "def f():\n  a()\n  ▮\n",
        "if b:\n\t\tc()\n\treturn 1",
        "if b:\n    c()\n  return 1",
        "",
    ),
    "a file with both": ("python", "if a:\n\tb()\nif c:\n    d()\n▮\n", "if e:\n    f()", "if e:\n    f()", ""),
    "spaces inside a line stay": ("go", "package a\n\nfunc F() {\n\ta()\n\tb :=▮\n}\n", "    1", "    1", ""),
}
# After the token limit.
UNFINISHED: dict[str, Case] = {
    "last whole line": ("python", "def f():\n    ▮\n", "a = 1\n    return sel", "a = 1", ""),
    "last whole word": ("python", "x = ▮\n", "alpha + bet", "alpha", ""),
    "an open string": ("python", "f(▮)\n", 'alpha, "some words and', "alpha,", ""),
    "an open docstring": ("python", "def f():\n    ▮\n", '"""Say something. And', "", "filtered"),
    "a closed string": ("python", "x = ▮\n", 'a + "some"', 'a + "some"', ""),
    "a comment": ("python", "x = 1\n▮\n", "# Some words and", "# Some words", ""),
    "one word": ("python", "x = ▮\n", "alpha", "alpha", ""),
    "js": ("javascript", "function f() {\n  ▮\n}\n", "a();\n  b(`some", "a();", ""),
    "no grammar": ("", "▮", "Some words and mo", "Some words and", ""),
}
# The closing bracket or quote that the editor has put behind the cursor is not written twice.
PAIRS: dict[str, Case] = {
    "bracket": ("python", "f(▮)\n", "a)", "a", "scope"),
    "two brackets": ("javascript", "f(g(▮));\n", "a));", "a", "scope"),
    "bracket and one of its own": ("python", "f(▮)\n", "g(a))", "g(a)", "scope"),
    "index": ("python", "x = a[▮]\n", "0]", "0", "scope"),
    "quote": ("python", "x = '▮'\n", "abc'", "abc", "scope"),
    "quote and bracket": ("go", 'package a\n\nfunc F() {\n\tg("▮")\n}\n', 'abc")', "abc", "scope"),
    "brace": ("javascript", "const a = {▮};\n", " b: 1 };", " b: 1", "scope"),
    "more closers than are open": ("javascript", "f(▮", "a, g(b)));\n", "a, g(b))", "scope"),
}
