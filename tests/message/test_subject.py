"""Subjects made of what a model wrote: properties for any output, and the habits one by one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.message.checking import Evidence, problem
from codeassist.message.facts import FileFacts, facts
from codeassist.message.fallback import fallback
from codeassist.message.style import LONGEST, Style
from codeassist.message.subject import body, in_style, taken_apart
from tests.message.changes import change, snapshot

OLD = "def load(path):\n    return path\n"
NEW = "def load(path):\n    return read_text(path)\n\n\ndef save(path, text):\n    path.write_text(text)\n"
FOUND = facts(snapshot(change("lib/store.py", OLD, NEW), change("tests/test_store.py", None, "def test_save(): ...\n")))

STYLES = st.builds(
    Style,
    prefix=st.sampled_from(["", "conventional", "area"]),
    types=st.just(("feat", "fix")),
    scopes=st.just(("store",)),
    scoped=st.booleans(),
    emoji=st.sampled_from(["", "code", "character"]),
    ticket=st.sampled_from(["", "[{}] ", "{}: "]),
    capital=st.booleans(),
    full_stop=st.booleans(),
    mood=st.sampled_from(["imperative", "past", "third", "gerund"]),
    language=st.sampled_from(["English", "German"]),
    limit=st.integers(50, LONGEST),
    body=st.booleans(),
)
PIECES = st.lists(
    st.sampled_from(
        ["```\n", "feat(store): ", "Add ", '"', "`", "\n", "- ", "# ", "Here is the message:\n", ". ", "👍 "]
    )
    | st.text(max_size=60),
    max_size=12,
).map("".join)


def is_one_line(text: str) -> bool:
    return not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text)


@given(PIECES, STYLES, st.sampled_from(["", "main", "AB-12-paging"]))
def test_any_output_gives_one_short_line(output: str, style: Style, branch: str) -> None:
    subject = in_style(taken_apart(output), FOUND, style, branch)
    assert len(subject) <= style.limit <= LONGEST
    assert is_one_line(subject)
    assert subject == subject.strip()


PATHS = st.text(max_size=300).map(lambda path: path.strip("/") or "a")


@given(STYLES, st.lists(PATHS, min_size=1, max_size=4), st.sampled_from(["", "AB-12-x"]))
def test_any_change_can_be_told_by_a_program(style: Style, paths: list[str], branch: str) -> None:
    found = [FileFacts(path, path, "modified", "source") for path in paths]
    subject = fallback(found, style, branch)
    assert 0 < len(subject) <= style.limit
    assert is_one_line(subject)


@pytest.mark.parametrize(
    "output",
    [
        "Add save to the store",
        '"Add save to the store"',
        "```\nAdd save to the store\n```",
        "```text\nfeat: add save to the store\n```",
        "Here is a commit message:\n\nAdd save to the store.",
        "Sure! Here's the message: **Add save to the store**",
        "Commit message: Added save to the store",
        "Subject: `Add save to the store`",
        "- Adds save to the store (#12)",
        "1. Adding save to the store",
        "# Add save to the store",
        "✨ feat(store): Add save to the store",
        "\n\n  Add\tsave to  the store  \r\n",
        "Add save\u202e to\x1b the store",
    ],
)
def test_what_is_around_a_subject_goes(output: str) -> None:
    assert in_style(taken_apart(output), FOUND, Style()) == "Add save to the store"


@pytest.mark.parametrize(
    ("style", "branch", "expected"),
    [
        (Style(prefix="conventional", capital=False), "", "feat: add save to the store"),
        (Style(prefix="conventional", capital=False, scoped=True), "", "feat(store): add save to the store"),
        (Style(prefix="conventional", types=("feature",), capital=False), "", "feature: add save to the store"),
        (Style(prefix="area", capital=False), "", "lib/store: add save to the store"),
        (Style(emoji="code"), "", ":sparkles: Add save to the store"),
        (Style(emoji="character"), "", "✨ Add save to the store"),
        (Style(ticket="[{}] "), "feature/AB-12-save", "[AB-12] Add save to the store"),
        (Style(ticket="[{}] "), "main", "Add save to the store"),
        (Style(full_stop=True), "", "Add save to the store."),
        (Style(mood="past"), "", "Added save to the store"),
        (Style(capital=False), "", "add save to the store"),
    ],
)
def test_the_habit_of_the_repository(style: Style, branch: str, expected: str) -> None:
    assert in_style(taken_apart("feat: Add save to the store."), FOUND, style, branch) == expected


def test_a_name_keeps_its_letters() -> None:
    assert in_style(taken_apart("HTTP is read"), FOUND, Style(capital=False)) == "HTTP is read"
    assert in_style(taken_apart("read_text is used"), FOUND, Style()) == "read_text is used"


def test_a_long_subject_ends_where_a_phrase_does() -> None:
    long = "Add save to the store, so that what was loaded can be written back again later by everybody"
    assert in_style(taken_apart(long), FOUND, Style()) == "Add save to the store"
    assert in_style(taken_apart("x" * 100), FOUND, Style()) == ""
    assert in_style(taken_apart("word " * 30), FOUND, Style()) == ""


def test_a_body_has_no_trailers() -> None:
    written = taken_apart("Add save\n\nIt writes. It is new.\nSigned-off-by: Somebody <a@example.org>\nFixes #12")
    assert body(written) == ["It writes.", "It is new."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Add save to the store", ""),
        ("Use `read_text` in load", ""),
        ("Test save", ""),
        ("Set it to 3", "the change has none of its words"),
        ("Fix it", "it says nothing"),
        ("Speichern hinzugefügt für store", ""),
        ("保存する", ""),
        ("Add `save_all` to the store", "the change has no save_all"),
        ("Add saveAll to the store", "the change has no saveAll"),
        ("Update lib/config.py", "the change has no lib/config.py"),
        ("Call Store.delete() in the store", "the change has no Store.delete"),
        ("Bump store to 2.1.3", "the change has no 2.1.3"),
        ("Fix the store of AB-99", "the change has no AB-99"),
        ("Improve login page", "the change has none of its words"),
        ("Update code", "it says nothing"),
        ("Add load function to lib/store.py", "the change adds no load"),
        ("feat: add the `load` function", "the change adds no load"),
        ("Add save function to lib/store.py", ""),
        ("Add store to load", ""),
        ("Fix bug", "it says nothing"),
        ("I'm sorry, but the store", "it is no message"),
    ],
)
def test_a_draft_names_only_what_is_there(text: str, said: str) -> None:
    assert problem(text, Evidence(FOUND)) == said


ONE = "def load():\n    return 1\n"
TWO = "def load():\n    return 2\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([change("a/b.py", None, ONE)], "Add a/b.py"),
        ([change("a/b.py", ONE, None)], "Remove a/b.py"),
        ([change("a/c.py", ONE, ONE, old_path="a/b.py")], "Rename a/b.py to a/c.py"),
        ([change("a/c.py", ONE, TWO, old_path="a/b.py")], "Update load in a/c.py"),
        ([change("a/b.py", ONE, TWO)], "Update load in a/b.py"),
        ([change("a/b.py", ONE, TWO), change("tests/test_b.py", ONE, TWO)], "Update load in a/b.py and tests"),
        ([change("a/b.py", ONE, TWO), change("a/c.py", ONE, None)], "Update a/b.py and a/c.py"),
        ([change(f"a/{'x' * 30}{n}.py", None, ONE) for n in range(3)], "Add 3 files in a"),
        ([change("a" * 200, ONE, TWO)], "Update 1 file"),
        ([change("a\nb\x1b.py", ONE, TWO)], "Update load in a b\\x1b.py"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_program_writes(files: list, expected: str) -> None:  # type: ignore[type-arg]
    assert fallback(facts(snapshot(*files)), Style()) == expected
