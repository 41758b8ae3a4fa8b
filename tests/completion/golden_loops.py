"""Golden cases of the rules that stop loops and copies; `▮` is the cursor."""

from __future__ import annotations

from tests.completion.golden_scope import Case

ABOVE: dict[str, Case] = {
    "the line above": ("python", "total = add(a, b)\n▮\n", "total = add(a, b)\nc = 1", "", "filtered"),
    "in a block": ("python", "def f(a):\n    log.info(a)\n    ▮\n", "log.info(a)\n", "", "filtered"),
    "two lines": (
        "javascript",
        "foo(1);\nbar(22);\n▮\n",
        "foo(1);\nbar(22);\nbaz();",
        "",
        "filtered",
    ),
    "with a change": ("python", "total = add(a, b)\n▮\n", "total = add(a, c)", "total = add(a, c)", ""),
    "a row of a table": ("python", 'x = [\n    ("a", 1),\n    ▮\n]\n', '("b", 1),', '("b", 1),', ""),
    "deeper": (
        "python",
        "def f():\n    run_it(1)\n    if 1:\n        ▮\n",
        "run_it(1)",
        "run_it(1)",
        "",
    ),
    "a trivial line": ("javascript", "f(() => {\n  g();\n});\n▮\n", "});", "", "filtered"),
    "a short line": ("python", "n += 1\n▮\n", "n += 1", "n += 1", ""),
    "typed again": ("python", "total = add(a, b)\ntotal = ad▮\n", "d(a, b)", "d(a, b)", ""),
    "no grammar": ("", "one two three\n▮\n", "one two three\nfour\n", "", "filtered"),
}
GROWING: dict[str, Case] = {
    "one more each time": (
        "python",
        "▮",
        'a = "hi"\na = "hi" + "!"\na = "hi" + "!" + "!"\na = "hi" + "!" + "!" + "!"\n',
        'a = "hi"',
        "filtered",
    ),
    "after something": (
        "javascript",
        "▮",
        "go();\nf(1)\nf(1, null)\nf(1, null, null)\nf(1, null, null, null)",
        "go();\nf(1)",
        "filtered",
    ),
    "one character is a table": (
        "python",
        "▮",
        'a = "#"\na = "##"\na = "###"\na = "####"',
        'a = "#"\na = "##"\na = "###"\na = "####"',
        "",
    ),
    "three lines are no loop": ("python", "▮", "f(a)\nf(a, 10)\nf(a, 10, 10)", "f(a)\nf(a, 10)\nf(a, 10, 10)", ""),
}
IN_LINE: dict[str, Case] = {
    "words": ("", "▮", "I am very very very very very very very good", "I am very", "filtered"),
    "items": ("python", "x = ▮\n", "[None, None, None, None, None, None, None", "", "filtered"),
    "operators": ("python", "x = ▮\n", "a" + " + str(b)" * 9, "a + str(b)", "filtered"),
    "numbers are data": ("python", "x = ▮\n", "[0, 0, 0, 0, 0, 0, 0, 0]", "[0, 0, 0, 0, 0, 0, 0, 0]", ""),
    "a rule of dashes": (
        "python",
        "▮",
        "# ----------------------------\nx = 1",
        "# ----------------------------\nx = 1",
        "",
    ),
    "three times": ("python", "x = ▮\n", "a.b().b().b()", "a.b().b().b()", ""),
}
TABLES: dict[str, Case] = {
    "equal rows": (
        "python",
        "grid = [\n    ▮\n]\n",
        "[0, 0, 0],\n    [0, 0, 0],\n    [0, 0, 0],\n    [0, 0, 0],",
        "[0, 0, 0],\n    [0, 0, 0],\n    [0, 0, 0],\n    [0, 0, 0],",
        "",
    ),
    "too many equal rows": ("python", "grid = [\n▮\n]\n", "    [0, 0],\n" * 9, "    [0, 0],", "filtered"),
}
_CHUNK = "import os\n\ndef load(path):\n    with open(path) as file:\n        return parse_all(file)\n"
CONTEXT: dict[str, Case] = {
    "three lines": (
        "python",
        "▮",
        "a = 1\ndef load(path):\n    with open(path) as file:\n        return parse_all(file)\n",
        "a = 1",
        "filtered",
    ),
    "two lines": (
        "python",
        "▮",
        "def load(path):\n    with open(path) as file:\n        return 1",
        "def load(path):\n    with open(path) as file:\n        return 1",
        "",
    ),
    "imports": ("python", "▮", "import os\nx = 1", "import os\nx = 1", ""),
}
CHUNKS = (_CHUNK, "import os\nimport sys\nimport re\nimport json\n")
