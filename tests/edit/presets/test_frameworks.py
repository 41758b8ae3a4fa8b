"""Which framework a project uses, how it is run, what its output says; where tests go."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from codeassist.context.languages import language_for
from codeassist.edit.presets.frameworks import command, framework_of, frameworks, verdicts
from codeassist.edit.presets.testplace import path_of_tests
from codeassist.errors import UsageError

PYTEST = "def test_one():\n    assert True\n"
UNITTEST = "import unittest\n\n\nclass TestIt(unittest.TestCase):\n    def test_one(self): ...\n"


@pytest.mark.parametrize(
    ("files", "path", "name"),
    [
        ({"tests/test_a.py": PYTEST}, "b.py", "pytest"),
        ({"tests/test_a.py": UNITTEST}, "b.py", "unittest"),
        ({"conftest.py": ""}, "b.py", "pytest"),
        ({"pyproject.toml": '[dependency-groups]\ndev = ["pytest>=8"]\n'}, "b.py", "pytest"),
        ({"setup.cfg": "[tool:pytest]\n"}, "b.py", "pytest"),
        ({".venv/lib/python3.12/site-packages/pytest/__init__.py": ""}, "b.py", "pytest"),
        ({}, "b.py", "unittest"),
        ({"package.json": '{"devDependencies": {"jest": "1"}}'}, "b.js", "jest"),
        ({"package.json": '{"jest": {}}'}, "src/b.ts", "jest"),
        ({"package.json": '{"devDependencies": {"vitest": "1"}}'}, "b.tsx", "vitest"),
        ({"package.json": '{"scripts": {"test": "mocha -r ts-node"}}'}, "b.ts", "mocha"),
        (
            {"package.json": '{"devDependencies": {"mocha": "1"}}', "web/package.json": '{"scripts": {}}'},
            "web/b.js",
            "node",
        ),
        ({"package.json": "[" * 100_000}, "b.js", "node"),
        ({}, "b.mjs", "node"),
        ({}, "b.go", "go"),
        ({"core/Cargo.toml": ""}, "core/src/b.rs", "cargo"),
        ({"pom.xml": ""}, "src/main/java/B.java", "junit"),
    ],
)
def test_the_framework_is_told_from_the_project(files: dict[str, str], path: str, name: str, tmp_path: Path) -> None:
    for each, content in files.items():
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_text(content)
    assert framework_of(tmp_path, path, language_for(path), list(files)) == name


@pytest.mark.parametrize("path", ["a.rb", "a.ts", "a.rs", "A.java", "a.txt", "a.sh"])
def test_other_projects_are_told_what_there_is(path: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as told:
        framework_of(tmp_path, path, language_for(path), [path])
    assert all(name in told.value.hint for name in frameworks())


COMMANDS = {
    "pytest": "python3 -m pytest -q --tb=no -rfEp -p no:cacheprovider 'a b/test_c.py::one' 'a b/test_c.py::two'",
    "unittest": "python3 -m unittest discover -v -s 'a b'  -p test_c.py -k '*Box.one' -k '*Box.two'",
    "jest": "jest --ci --verbose --runTestsByPath 'a b/test_c.py' -t '^(?:one|two)$'",
    "vitest": "vitest run --reporter=verbose 'a b/test_c.py' -t '^(?:one|two)$'",
    "mocha": "mocha --reporter tap 'a b/test_c.py' --grep '^(?:one|two)$'",
    "node": "node --test --test-reporter=tap --test-name-pattern '^(?:one|two)$' 'a b/test_c.py'",
    "go": "cd 'a b' && go test -count=1 -v -run '^(?:one|two)$' .",
    "cargo": "cd . && cargo test --offline -- one two",
    "junit": "mvn -o -q -B test -Dtest='Box#one+two'",
}


@pytest.mark.parametrize("name", frameworks())
def test_the_command_runs_these_tests_only(name: str, tmp_path: Path) -> None:
    assert command(name, tmp_path, "a b/test_c.py", ["one", "two"], "Box") == COMMANDS[name]


@pytest.mark.parametrize("name", frameworks())
def test_names_stay_words_of_the_shell(name: str, tmp_path: Path) -> None:
    hostile = "x'; echo stolen; '$(echo stolen)`echo stolen`"
    line = command(name, tmp_path, f"{hostile}/t.py", [hostile], hostile).rpartition("&& ")[2]
    program, *rest = line.split(" ", 1)
    assert program
    shown = subprocess.run(["sh", "-c", f"printf '%s\\n' {rest[0]}"], capture_output=True, text=True, check=True).stdout
    assert "stolen\n" not in shown.replace("\n'", "'").split(hostile)


def test_the_environment_of_the_tree_goes_first(tmp_path: Path) -> None:
    for each in ("web/node_modules/.bin/jest", ".venv/bin/python"):
        (tmp_path / each).parent.mkdir(parents=True)
        (tmp_path / each).touch()
    assert command("jest", tmp_path, "web/src/a.test.js", ["x"]).startswith(f"{tmp_path}/web/node_modules/.bin/jest ")
    assert command("pytest", tmp_path, "tests/test_a.py", ["x"]).startswith(f"{tmp_path}/.venv/bin/python -m pytest ")


OUTPUTS = {
    "pytest": "PASSED t.py::one\nPASSED t.py::TestIt::two\nFAILED t.py::three - assert 1 == 2\nERROR t.py::four\n",
    "unittest": (
        "one (t.T.one) ... ok\ntwo (t.T.two)\nSay it. ... ok\nFAIL: three (t.T.three)\nERROR: four (t.T.four)\n"
    ),
    "jest": "PASS ./t.js\n  ✓ one (2 ms)\n  ✓ two\n  ✕ three (1 ms)\n  ✕ four\n",
    "vitest": " ✓ t.ts > one 1ms\n   ✓ two\n × t.ts > three 3ms\n   × four\n",
    "mocha": "1..4\nok 1 one\nok 2 two\nnot ok 3 three\nnot ok 4 four\n",
    "node": "TAP version 13\nok 1 - one\n    ok 2 - two\nnot ok 3 - three\n  ---\nnot ok 4 - four\n",
    "go": (
        "=== RUN   one\n--- PASS: one (0.00s)\n--- PASS: two (0.00s)\n--- FAIL: three (0.00s)\n--- FAIL: four (0.1s)\n"
    ),
    "cargo": "test tests::one ... ok\ntest two ... ok\ntest tests::three ... FAILED\ntest four ... FAILED\n",
    "junit": "[ERROR] BoxTest.three:12 expected: <1>\n[ERROR]   BoxTest.four:14 » Illegal x\n",
}


@pytest.mark.parametrize("name", frameworks())
def test_what_failed_is_told_from_the_output(name: str) -> None:
    passed, failed = verdicts(name, OUTPUTS[name], ["one", "two", "three", "four", "five"])
    assert failed == {"three", "four"}
    assert passed == (set() if name == "junit" else {"one", "two"})
    assert verdicts(name, OUTPUTS[name], ["five"]) == (set(), set())


@pytest.mark.parametrize(
    ("path", "known", "name", "expected"),
    [
        ("app/run.py", ["tests/test_run.py"], "pytest", "tests/test_run.py"),
        ("app/run.py", ["app/stop.py", "tests/test_stop.py"], "pytest", "tests/test_run.py"),
        ("app/core/run.py", ["app/io/stop.py", "tests/io/test_stop.py"], "pytest", "tests/core/test_run.py"),
        ("app/core/run.py", ["app/io/stop.py", "app/io/tests/test_stop.py"], "pytest", "app/core/tests/test_run.py"),
        ("app/run.py", ["app/stop.py", "app/stop_test.py"], "pytest", "app/run_test.py"),
        ("run.py", [], "pytest", "test_run.py"),
        ("app/run.py", [], "unittest", "tests/test_run.py"),
        ("app/run.py", ["spec/test_else.py"], "pytest", "spec/test_run.py"),
        ("src/a.ts", ["src/b.ts", "src/__tests__/b.spec.ts"], "jest", "src/__tests__/a.spec.ts"),
        ("src/a.ts", [], "vitest", "src/a.test.ts"),
        ("src/a.js", [], "mocha", "test/a.test.js"),
        ("pkg/a.go", [], "go", "pkg/a_test.go"),
        ("src/a.rs", [], "cargo", "src/a.rs"),
        ("src/main/java/org/Box.java", [], "junit", "src/test/java/org/BoxTest.java"),
    ],
)
def test_tests_go_where_the_project_has_them(path: str, known: list[str], name: str, expected: str) -> None:
    assert path_of_tests(path, [path, *known], frameworks()[name]) == expected


def test_every_expression_can_be_compiled() -> None:
    for each in frameworks().values():
        assert {"name"} == set(re.compile(each.passed).groupindex) | set(re.compile(each.failed).groupindex)
