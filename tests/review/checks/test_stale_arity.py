"""Go, Rust and C: calls by name alone that give another number of arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.review.callers.arity import rows
from codeassist.review.checks.stale_caller import RULE
from tests.review.changes import around, change, snapshot
from tests.review.repositories import looked


@pytest.mark.parametrize(
    ("path", "text", "old", "new", "reason"),
    [
        (
            "a.go",
            "package a\n\nfunc run({}) {{}}\n\nfunc f() {{ run(1, 2) }}\n",
            "a, b int",
            "a int",
            "takes 1 argument, 2 given",
        ),
        (
            "a.go",
            "package a\n\nfunc run({}) {{}}\n\nfunc f() {{ run(1) }}\n",
            "int",
            "a int, b string",
            "takes 2 arguments, 1 given",
        ),
        (
            "a.go",
            "package a\n\nfunc run({}) {{}}\n\nfunc f() {{ run() }}\n",
            "...int",
            "a int, b ...int",
            "takes at least 1 argument, 0 given",
        ),
        (
            "a.rs",
            "// a\n\nfn run({}) {{}}\n\nfn f() {{ run(1); }}\n",
            "a: i32",
            "a: i32, b: i32",
            "takes 2 arguments, 1 given",
        ),
        (
            "a.c",
            "// a\n\nint *run({}) {{}}\n\nint f(void) {{ run(1); }}\n",
            "int a",
            "void",
            "takes 0 arguments, 1 given",
        ),
    ],
)
def test_calls_that_no_longer_fit(path: str, text: str, old: str, new: str, reason: str) -> None:
    (finding,) = RULE.look(snapshot(change(path, text.format(old), text.format(new))), around())
    assert finding.message == f"`run` {reason} since {path}:3 changed"
    assert (finding.line, finding.severity) == (5, "medium")


GO = "package a\n\nfunc run({}) {{}}\n\n{}\n"
RUST = "fn run({}) {{}}\n\n{}\n"
C = "{} {{}}\n\n{}\n"


@pytest.mark.parametrize(
    ("path", "text", "old", "new", "use"),
    [
        ("a.go", GO, "a int", "a, b int", "func f() { run(g()) }"),
        ("a.go", GO, "a ...int", "a, b int", "func f() { run(x...) }"),
        ("a.go", GO, "a, b int", "a int", "func f() { run(1, 2, 3) }"),
        ("a.go", GO, "a, b int", "a, c int", "func f() { run(1, 2) }"),
        ("a.go", GO, "a, b int", "a int", "func f() { x.run(1, 2) }"),
        ("a.go", GO, "a, b int", "a int", "func f() { run := g; run(1, 2) }"),
        ("a.go", GO, "a, b int", "a int", "func f(run func(int, int)) { run(1, 2) }"),
        ("a.go", GO, "a, b int", "a int", "func run(a, b int) { run(1, 2) }"),
        ("a.go", GO, "a, b int", "a ...int", "func f() { run(1, 2) }"),
        ("a.rs", RUST, "a: i32", "", "fn f() { let run = g; run(1); }"),
        ("a.rs", RUST, "a: i32", "", "fn f() { other::run(1); }"),
        ("a.rs", RUST, "a: i32", "", "impl A { fn run(&self, a: i32) {} }\nfn f(a: A) { a.run(1); }"),
        ("a.c", C, "int run(int a)", "int run()", "int f(void) { run(1); }"),
        ("a.c", C, "int run(a) int a;", "int run(int a, int b)", "int f(void) { run(1); }"),
        ("a.cpp", C, "int run(int a)", "int run(int a, int b = 1)", "int f() { run(1); }"),
    ],
)
def test_calls_that_fit_or_mean_another(path: str, text: str, old: str, new: str, use: str) -> None:
    assert list(RULE.look(snapshot(change(path, text.format(old, use), text.format(new, use))), around())) == []


def test_who_is_within_reach(tmp_path: Path) -> None:
    others = {f"{path}.go": "package a\n\nfunc g() { run(1, 2) }\n" for path in ("a/user", "b/user")}
    one = ("a/lib.go", GO.format("a, b int", ""), GO.format("a int", ""))
    (finding,) = looked(RULE, tmp_path / "go", one, others=others)
    assert finding.message == "`run` takes 1 argument, 2 given, but is used as before in a/user.go:3"
    others = {"b/user.c": "void g(void) { run(1, 2); }\n"}
    texts = [
        C.format(f"{head}int run({parameters})", "")
        for head in ("", "static ")
        for parameters in ("int a, int b", "int a")
    ]
    assert len(looked(RULE, tmp_path / "c", ("a/lib.c", texts[0], texts[1]), others=others)) == 1
    assert looked(RULE, tmp_path / "static", ("a/lib.c", texts[2], texts[3]), others=others) == []


def test_defined_twice_within_reach(tmp_path: Path) -> None:
    """One for each system, say."""
    others = {"a/other.go": GO.format("a, b int", ""), "a/user.go": "package a\n\nfunc g() { run(1, 2) }\n"}
    one = ("a/lib.go", GO.format("a, b int", ""), GO.format("a int", ""))
    assert looked(RULE, tmp_path, one, others=others) == []


def test_a_function_that_is_gone(tmp_path: Path) -> None:
    user = {"a/user.go": "package a\n\nfunc g() { run(1, 2) }\n"}
    old, new = GO.format("a, b int", ""), "package a\n"
    (finding,) = looked(RULE, tmp_path / "gone", ("a/lib.go", old, new), others=user)
    assert finding.message == "`run` is gone, but is used as before in a/user.go:3"
    moved = (("a/lib.go", old, new), ("a/new.go", None, old))
    assert looked(RULE, tmp_path / "moved", *moved, others=user) == []
    rust = RUST.format("a: i32", "fn f() { run(1); }")
    assert len(list(RULE.look(snapshot(change("a.rs", rust, "fn f() { run(1); }\n")), around()))) == 1
    assert list(RULE.look(snapshot(change("a.rs", rust, "use b::*;\nfn f() { run(1); }\n")), around())) == []
    assert list(RULE.look(snapshot(change("a.rs", rust, "use b::run;\nfn f() { run(1); }\n")), around())) == []


def test_each_row() -> None:
    assert list(rows()) == ["go", "rust", "c"]
