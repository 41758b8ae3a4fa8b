from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeassist.context import captures
from codeassist.context.languages import Language, language_for, languages, parse, parse_within
from codeassist.context.tags import Tags, tags

SAMPLES = Path(__file__).with_name("samples")
FILES = sorted(path for path in SAMPLES.iterdir() if path.suffix != ".txt")
# Some of what each sample refers to: what it calls, inherits from, names as a type, and passes on.
REFERENCES = {
    "Sample.cs": {"Entity": 1, "Line": 4, "WriteAsync": 1, "Audited": 1, "Changed": 1, "Valid": 1},
    "Sample.java": {"AbstractCart": 1, "Item": 1, "MAX_ITEMS": 1, "requirePositive": 2, "apply": 1, "Override": 1},
    "sample.c": {"ring_size": 3, "default_visitor": 1, "RING_MAX": 1, "ring_state": 2, "memcpy": 1, "EMPTY": 1},
    "sample.cpp": {"Counted": 1, "clamp": 1, "push_back": 1, "Canvas": 1, "SCENE_VERSION": 1, "ParseError": 1},
    "sample.go": {"Job": 6, "retry": 1, "ErrClosed": 1, "maxRetries": 1, "Errorf": 1, "Handler": 1},
    "sample.js": {"Queue": 1, "MAX_RETRIES": 2, "merge": 1, "handle": 1, "Runner": 4, "emit": 1},
    "sample.php": {"Billable": 2, "Writer": 1, "LogsChanges": 1, "TAX_RATE": 1, "money": 2, "apply": 1, "Unit": 2},
    "sample.py": {"Measurement": 4, "MAX_AGE": 1, "StoreError": 1, "write": 1, "keep": 1, "partition": 1},
    "sample.rb": {"Planner": 2, "Comparable": 1, "notify": 1, "summary": 1, "minutes": 1, "HOME": 1},
    "sample.rs": {"Slot": 3, "Keep": 1, "describe": 1, "SHARDS": 2, "Clock": 4, "Formatter": 1, "count": 1},
    "sample.sh": {"retry": 1, "log_info": 1, "RETRIES": 1, "usage": 2, "upload": 1, "TARGET": 2},
    "sample.ts": {"Base": 1, "UserRepository": 1, "SessionService": 1, "handleLogin": 1, "Handler": 1, "Injectable": 1},
    "sample.tsx": {"Props": 2, "Button": 1, "Header": 1, "ItemList": 2, "EMPTY": 1, "pick": 1},
}
# What must not count as a reference: names that are defined or imported there and not used.
UNUSED = {
    "Cursor",
    "open_store=",
    "usage()",
    "Sample()",
    "scene_name",
    "ring_limit",
    "Deprecated()",
    "isOpen",
    "AddAsync",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_samples(path: Path) -> None:
    language = language_for(path)
    assert language is not None
    text = path.read_text(encoding="utf-8")
    assert not parse(language, text).root_node.has_error
    found = tags(language, text)
    lines = [
        f"{each.kind} {'.'.join(filter(None, [each.container, each.name]))} {each.start_line}-{each.end_line} "
        f"{each.body_line} | {' | '.join(filter(None, [each.signature, each.doc]))}"
        for each in found.definitions
    ]
    lines += [
        f"import {each.line} {each.module}" + " | " * bool(each.names) + ", ".join(each.names) for each in found.imports
    ]
    assert lines == (SAMPLES / f"{path.name}.txt").read_text(encoding="utf-8").splitlines()
    assert REFERENCES[path.name] == {name: found.references.get(name) for name in REFERENCES[path.name]}
    assert not UNUSED & set(found.references)


def test_every_language_has_a_sample() -> None:
    assert sorted(language.id for path in FILES if (language := language_for(path))) == sorted(languages())


def test_every_query_belongs_to_a_language() -> None:
    folder = Path(captures.__file__).with_name("queries")
    named = {name for row in languages().values() for name in row.queries or (row.id,)}
    assert {path.name for path in folder.iterdir()} == {f"{name}.scm" for name in named}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "from . import a\nimport b, c.d as e\nfrom ..x.y import *\n", [(".", "a"), "b", "c.d", "..x.y"]),
        ("a.py", "try:\n    from a import b\nexcept ImportError:\n    import c\n", [("a", "b"), "c"]),
        ("a.js", "import 'a'; export * from \"b\"; x(require('c')); import('d')", ["a", "b", "c", "d"]),
        ("a.ts", "import type { A } from './a'; import B from './b'; import './c'", [("./a", "A"), "./b", "./c"]),
        ("a.go", 'import "fmt"\nimport (\n\t. "a/b"\n\t_ "c"\n)\n', ["fmt", "a/b", "c"]),
        ("a.rs", "use a; use b::c; use d::{self, e::{f, g as h}};", ["a", ("b", "c"), "d", ("d::e", "f", "g")]),
        ("a.rs", "mod a; mod b {} pub(crate) use super::{c, d}; use crate::*;", ["a", ("super", "c", "d"), "crate"]),
        ("a.java", "import a.b.C; import a.*; import static a.B.c;", [("a.b", "C"), "a", ("a.B", "c")]),
        ("a.c", '#include <a.h>\n#include "b/c.h"\n', ["<a.h>", "b/c.h"]),
        ("a.cs", "using A.B; using static A.C; using D = A.E; global using F;", ["A.B", "A.C", "A.E", "F"]),
        ("a.rb", "require 'a/b'\nrequire_relative '../c'\nrequire x\n", ["a/b", "../c"]),
        ("a.php", r"<?php use A\B; use A\{C, D\E as F}; require 'g.php';", [("A", "B", "C"), (r"A\D", "E"), "g.php"]),
        ("a.sh", "source a.sh\n. \"$HERE/b.sh\"\n", ["a.sh", "$HERE/b.sh"]),
    ],
)  # fmt: skip
def test_imports(path: str, text: str, expected: list[str | tuple[str, ...]]) -> None:
    language = language_for(path)
    assert language is not None
    merged: dict[str, list[str]] = {}
    for each in tags(language, text).imports:
        merged.setdefault(each.module, []).extend(each.names)
    assert list(merged.items()) == [
        (each, []) if isinstance(each, str) else (each[0], list(each[1:])) for each in expected
    ]


def test_signature_and_documentation_are_bounded() -> None:
    python = languages()["python"]
    text = f"def f({', '.join(f'a{i}' for i in range(9000))}):\n    '''{'word ' * 9000}'''\n{'x' * 5000} = 1\n"
    only = tags(python, f"{text}def {'g' * 5000}(): return {'h' * 5000}()\n")
    assert [len(each.signature) for each in only.definitions] == [200, 200]
    assert [len(each.doc) for each in only.definitions] == [160, 0]
    assert len(only.definitions[1].name) == 100
    assert {len(name) for name in only.references} == {100}


@pytest.mark.parametrize("row", languages().values(), ids=lambda row: row.id)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0" * 20_000,
        "\ud800def f(): \udfff pass\n",
        "x" * 1_000_000,
        "f(" * 4_000,
        "a." * 20_000,
        "[," * 20_000,
        "class A { " * 2_000,
        "#if A\n" * 2_000,
        "use a::{" * 2_000,
        "// \ud83d\n/* " + "*" * 4_000,
        "\r\n".join(f"function f{i}() {{}}" for i in range(500)),
    ],
    ids=range(12),
)
def test_hostile_texts(row: Language, text: str) -> None:
    found = tags(row, text)
    assert all(1 <= each.start_line <= each.end_line <= text.count("\n") + 1 for each in found.definitions)
    str(found).encode()  # no lone surrogate


def test_depth_costs_no_square() -> None:
    """Without a limit on where patterns begin this takes minutes. (In a process: nothing interrupts a query.)"""
    code = (
        "from codeassist.context.languages import languages\n"
        "from codeassist.context.tags import tags\n"
        "found = tags(languages()['python'], f\"x = {'a.' * 200_000}b\\n\\n\\ndef f(): pass\\n\")\n"
        "print([each.name for each in found.definitions])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "['f']"


def test_a_file_that_cannot_be_asked_has_no_tags() -> None:
    python = languages()["python"]
    assert tags(python, "def f(): pass\n" + "(a " * 100_000) == Tags()
    assert captures._can_be_asked(parse(python, "def f(): pass\n" + "(a " * 1_000))


def test_parsing_is_bounded() -> None:
    text = "f() { a; }\n" * 5_000
    assert parse_within(languages()["bash"], text, 0.0) is None
    tree = parse_within(languages()["bash"], text[:1100], 60.0)
    assert tree is not None
    assert tree.root_node.child_count == 100


@settings(max_examples=200, deadline=None)
@given(
    row=st.sampled_from(list(languages().values())),
    text=st.one_of(
        st.text(max_size=200),
        st.tuples(st.sampled_from(FILES), st.integers(0, 4000), st.integers(0, 4000), st.text(max_size=3)).map(
            lambda drawn: drawn[0].read_text(encoding="utf-8")[drawn[1] :][: drawn[2]] + drawn[3]
        ),
    ),
)
def test_any_text_has_tags_within_it(row: Language, text: str) -> None:
    found = tags(row, text)
    lines = text.count("\n") + 1
    for each in found.definitions:
        assert each.name
        assert 1 <= each.start_line <= each.end_line <= lines
        assert each.start_line < each.body_line <= each.end_line + 1
        assert len(each.signature) <= 200 + 102
    assert all(1 <= each.line <= lines and each.module for each in found.imports)
    assert all(name and count > 0 for name, count in found.references.items())
