"""What is read out of stacks, compilers' errors and checkers' findings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codeassist.edit.presets.complaint import complaint
from codeassist.edit.presets.places import Places
from codeassist.edit.presets.traces import read, table

FILES = (
    "app/run.py",
    "app/deep.py",
    "tests/test_deep.py",
    "src/main.rs",
    "src/shop.ts",
    "src/shop.js",
    "src/till.c",
    "shop/add.go",
    "shop/add_test.go",
    "src/org/acme/Shop.java",
    "src/org/acme/Till.java",
    "lib/shop.rb",
    "web/shop.php",
    "Shop.cs",
    "tool.sh",
    "json/decoder.py",
)
PYTHON = """\
starting
Traceback (most recent call last):
  File "/somewhere/repo/app/run.py", line 3, in main
    go()
  File "/somewhere/repo/app/deep.py", line 9, in go
    return json.loads(text)
  File "/usr/lib/python3.11/json/decoder.py", line 337, in decode
    obj, end = self.raw_decode(s)
ValueError: no
"""
CHAINED = """\
Traceback (most recent call last):
  File "app/deep.py", line 9, in go
    return 1 / 0
ZeroDivisionError: division by zero

{between}

Traceback (most recent call last):
  File "app/run.py", line 4, in main
    raise Failed() from error
app.run.Failed
"""
PYTEST = """\
=================================== FAILURES ===================================
___________________________________ test_go ____________________________________

    def test_go():
>       assert go("x") == 1

tests/test_deep.py:5:{blank}
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

    def go(text):
>       return text / 0
E       TypeError: unsupported operand

app/deep.py:9: TypeError
___________________________________ test_run ___________________________________
app/run.py:3: KeyError
=========================== short test summary info ============================
FAILED tests/test_deep.py::test_go - TypeError
""".replace("{blank}", " ")
OUTPUTS = {
    "python": (PYTHON, "app/deep.py", 9),
    "caused": (
        CHAINED.format(between="The above exception was the direct cause of the following exception:"),
        FILES[1],
        9,
    ),
    "handled": (
        CHAINED.format(between="During handling of the above exception, another exception occurred:"),
        FILES[0],
        4,
    ),
    "syntax": ('  File "app/run.py", line 7\n    def (:\n        ^\nSyntaxError: invalid syntax\n', "app/run.py", 7),
    "pytest": (PYTEST, "app/deep.py", 9),
    "pytest short": (
        "app/run.py:3: in main\n    go()\napp/deep.py:9: in go\n    x\nE   NameError: x\n",
        "app/deep.py",
        9,
    ),
    "group": ('  + Exception Group\n  |   File "app/deep.py", line 9, in go\n  | ValueError: x\n', "app/deep.py", 9),
    "node": (
        (
            "/repo/src/shop.js:3\n  throw new Error()\n  ^\n\nError: boom\n    at sell (/repo/src/shop.js:3:9)\n"
            "    at Module._compile (node:internal/modules/cjs/loader:1364:14)\n"
        ),
        "src/shop.js",
        3,
    ),
    "module": ("Error: x\n    at async file:///repo/src/shop.js:7:1\n", "src/shop.js", 7),
    "jest": ("  ● sells\n\n    TypeError: x\n\n      at Object.sell (src/shop.js:3:9)\n", "src/shop.js", 3),
    "tsc": ("src/shop.ts(3,5): error TS2322: Type 'a' is not assignable\n", "src/shop.ts", 3),
    "tsc pretty": ("src/shop.ts:3:5 - error TS2322: Type\n\n3  let x\n", "src/shop.ts", 3),
    "eslint": (
        "\n/repo/src/shop.js\n  2:1  warning  Unexpected  no-console\n  3:5  error  'x' is not defined  no-undef\n",
        "src/shop.js",
        3,
    ),
    "eslint unix": ("/repo/src/shop.js:3:5: 'x' is not defined. [Error/no-undef]\n", "src/shop.js", 3),
    "gcc": ("src/till.c: In function 'main':\nsrc/till.c:2:1: warning: w\nsrc/till.c:3:5: error: e\n", "src/till.c", 3),
    "go build": ("# acme/shop\nshop/add.go:3:5: undefined: x\n", "shop/add.go", 3),
    "go vet in its folder": ("./add.go:3:5: undefined: x\n", "shop/add.go", 3),
    "go panic": ("panic: x\n\ngoroutine 1 [running]:\nshop.Add(...)\n\t/tmp/b/shop/add.go:5 +0x1d\n", "shop/add.go", 5),
    "rustc": ("error[E0308]: mismatched types\n --> src/main.rs:2:18\n  |\n2 | x\n", "src/main.rs", 2),
    "rust panic": ("thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds\n", "src/main.rs", 4),
    "rust panic before 1.73": ("thread 'main' panicked at 'no', src/main.rs:4:5\n", "src/main.rs", 4),
    "rust panic with a number": ("\nthread 'main' (12) panicked at src/main.rs:4:5:\nno\n", "src/main.rs", 4),
    "javac": ("src/org/acme/Shop.java:3: error: ';' expected\n    int x\n", "src/org/acme/Shop.java", 3),
    "java": (
        (
            'Exception in thread "main" java.lang.RuntimeException: x\n\tat org.acme.Shop.sell(Shop.java:10)\n'
            "Caused by: java.lang.Error: y\n\tat org.acme.Till.open(Till.java:4)\n\t... 1 more\n"
        ),
        "src/org/acme/Till.java",
        4,
    ),
    "ruby": ("lib/shop.rb:3:in `sell': no (RuntimeError)\n\tfrom lib/shop.rb:7:in `<main>'\n", "lib/shop.rb", 3),
    "ruby 3.4": ("lib/shop.rb:3:in 'Shop#sell': no (RuntimeError)\n", "lib/shop.rb", 3),
    "php": ("PHP Fatal error:  Uncaught Error: no in /repo/web/shop.php:3\nStack trace:\n", "web/shop.php", 3),
    "php on line": ("PHP Parse error:  syntax error in web/shop.php on line 3\n", "web/shop.php", 3),
    "csc": ("Shop.cs(3,5): error CS0103: The name 'x' does not exist [/repo/a.csproj]\n", "Shop.cs", 3),
    "dotnet": (
        "Unhandled exception. System.Exception: x\n   at Shop.Sell(Int32 x) in /repo/Shop.cs:line 3\n",
        "Shop.cs",
        3,
    ),
    "bash": ("tool.sh: line 3: x: command not found\n", "tool.sh", 3),
    "mypy": ("app/deep.py:9: error: Incompatible return  [return-value]\nFound 1 error\n", "app/deep.py", 9),
    "flake8": ("app/deep.py:9:1: F821 undefined name 'x'\n", "app/deep.py", 9),
    "ruff": ("F821 Undefined name `x`\n --> app/deep.py:9:5\n  |\n", "app/deep.py", 9),
    "coloured": ("\x1b[1mapp/deep.py:9:1: \x1b[31merror:\x1b[0m no\x1b[0m\n", "app/deep.py", 9),
    "windows": ("app\\deep.py:9: error: no\r\n", "app/deep.py", 9),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_place_is_found(name: str, tmp_path: Path) -> None:
    output, path, line = OUTPUTS[name]
    found = complaint(output, Places(tmp_path, FILES))
    assert found is not None
    assert (found.path, found.line, found.tests) == (path, line, ())
    assert found.evidence.strip()
    assert "\x1b" not in found.evidence


def test_every_form_is_exercised() -> None:
    used: set[str] = set()
    for output, _path, _line in OUTPUTS.values():
        for line in read(output).lines:
            used.update({next((each.name for each in table().form if re.match(each.expression, line)), "")})
    used |= {"go test", "rust stack", "php stack"}
    assert {each.name for each in table().form} <= used


def test_the_evidence_is_the_failure_alone(tmp_path: Path) -> None:
    found = complaint(PYTEST, Places(tmp_path, FILES))
    assert found is not None
    assert "unsupported operand" in found.evidence
    assert "KeyError" not in found.evidence


def test_only_a_test_in_the_stack_tells_the_test(tmp_path: Path) -> None:
    output = (
        "    def test_go():\n>       assert go(2) == 3\nE       assert 4 == 3\n\ntests/test_deep.py:5: AssertionError\n"
    )
    found = complaint(output, Places(tmp_path, FILES))
    assert found is not None
    assert (found.path, found.tests) == ("", (("tests/test_deep.py", 5),))


def test_go_tests_are_told_by_their_base_names(tmp_path: Path) -> None:
    found = complaint("--- FAIL: TestAdd (0.00s)\n    add_test.go:8: got 3\n", Places(tmp_path, FILES))
    assert found is not None
    assert found.tests == (("shop/add_test.go", 8),)


@pytest.mark.parametrize(
    "output",
    [
        "",
        "all is well\n",
        '  File "/usr/lib/python3.11/json/decoder.py", line 3, in x\n',
        '  File "/repo/.venv/lib/python3.11/site-packages/app/run.py", line 3, in x\n',
        '  File "<string>", line 3, in x\n',
        "../../etc/passwd:3: error: x\n",
        "/etc/passwd:3: error: x\n",
        ".git/config:3: error: x\n",
        "a\0b.py:3: error: x\n",
    ],
)
def test_what_is_elsewhere_is_no_place(output: str, tmp_path: Path) -> None:
    assert complaint(output, Places(tmp_path, FILES)) is None


def test_a_link_out_of_the_tree_is_no_place(tmp_path: Path) -> None:
    root, outside = tmp_path / "repo", tmp_path / "outside.py"
    root.mkdir()
    outside.write_text("x = 1\n")
    (root / "inside.py").symlink_to(outside)
    (root / "real.py").write_text("x = 1\n")
    assert complaint("inside.py:1: error: x\n", Places(root)) is None
    assert complaint("real.py:1: error: x\n", Places(root)) is not None


def test_an_end_that_fits_two_files_tells_none(tmp_path: Path) -> None:
    places = Places(tmp_path, ["a/x.py", "b/x.py"])
    assert places.find("/copy/x.py") == ""
    assert places.find("/copy/b/x.py") == "b/x.py"
    assert Places(tmp_path, ["a/x.py", "b/x.py"], folder="a").find("x.py") == "a/x.py"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "line",
    [
        "a" * 1_000,
        ":" * 1_000,
        "in " * 400,
        "    at (" * 200,
        "PHP Warning: " + " in x" * 200,
        "(" * 1_000,
        " " * 1_000,
    ],
)
def test_hostile_lines_take_no_time(line: str) -> None:
    """A limit of the test alone: with a bounded expression all of this takes about a second."""
    assert len(read(f"{line}\n" * 1_000).lines) == 1_001
