"""What the model is shown of a real repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.context.chunk import Gathered
from codeassist.context.gather import Gatherer
from codeassist.context.here import Here
from codeassist.context.index import Index
from codeassist.context.languages import language_for
from codeassist.engine.fake import FakeEngine, Script
from tests.context.trees import repository

STORE = '''"""Keeps things."""


class Store:
    """A store of strings."""

    def __init__(self, path: str) -> None:
        self.path = path

    def save(self, key: str, value: str) -> bool:
        return bool(key and value)

    def _flush(self) -> None:
        pass


def open_store(path: str, *, create: bool = False) -> Store:
    return Store(path)
'''
OTHER = """def unrelated(one, two):
    return one + two
"""
EXPORT = """from pkg.store import open_store


def export_users(users, path):
    store = open_store(path, create=True)
    for user in users:
        if not user.active:
            continue
        store.save(user.name, user.email)
    return len(users)
"""
FILES = {"pkg/__init__.py": "", "pkg/store.py": STORE, "pkg/other.py": OTHER, "pkg/export.py": EXPORT}
LONG = "".join(f"number_{number} = {number}\n" for number in range(60))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    root = repository(tmp_path / "repository", FILES)
    with Index.open(root, tmp_path / "index") as opened:
        opened.refresh()
        yield opened


def gather(index: Index, before: str, after: str = "", path: str = "pkg/app.py", shown: int = 100) -> Gathered:
    here = Here(path, before, after, language_for(path), (min(shown, len(before)), min(shown, len(after))))
    return Gatherer(index, FakeEngine(Script())).gather(here, 3000)


def test_signatures_of_what_is_imported(index: Index) -> None:
    done = gather(index, "from pkg.store import open_store\n\n\ndef main():\n    store = open_")
    (chunk,) = [each for each in done.chunks if each.reason == "imported"]
    assert (chunk.path, chunk.start, chunk.end) == ("pkg/store.py", 17, 17)
    assert chunk.text == "# pkg/store.py\ndef open_store(path: str, *, create: bool = False) -> Store: ...\n"


def test_members_of_a_class_that_is_named_nearby_stand_under_it(index: Index) -> None:
    done = gather(index, "from pkg.store import Store\n\n\ndef main(store: Store):\n    store.")
    text = "".join(each.text for each in done.chunks if not each.reason.startswith("similar"))
    assert "class Store:\n" in text
    assert "    def save(self, key: str, value: str) -> bool: ...\n" in text
    assert "_flush" not in text, "private members are of no use elsewhere"


def test_imports_are_shown_where_the_prompt_does_not_show_them(index: Index) -> None:
    before = f"from pkg.store import (\n    Store,\n    open_store,\n)\nimport os\n\n{LONG}\n\ndef main():\n    "
    (first, *_) = gather(index, before).chunks
    assert first.text == "# pkg/app.py\nfrom pkg.store import ( Store, open_store, )\n"
    assert (first.path, first.start, first.end, first.reason) == ("pkg/app.py", 1, 4, "import of this file")
    assert all("import os" not in text for text in gather(index, before).texts), "it is not of this repository"
    visible = gather(index, before, shown=len(before))
    assert all(each.reason != "import of this file" for each in visible.chunks)


def test_code_like_this_with_what_follows_it(index: Index) -> None:
    before = f"{LONG}\ndef write_users(users, path):\n    for user in users:\n        if not user.active:\n            "
    (chunk,) = [each for each in gather(index, before).chunks if each.path == "pkg/export.py"]
    assert chunk.reason.startswith("similar code")
    assert "store.save(user.name, user.email)\n" in chunk.text


def test_what_is_around_the_cursor_is_not_shown_twice(index: Index) -> None:
    copied = EXPORT[: EXPORT.index("            continue")]
    done = gather(index, copied, EXPORT[len(copied) :], path="pkg/copy.py", shown=1000)
    assert all(chunk.path != "pkg/export.py" or chunk.start == chunk.end for chunk in done.chunks)


def test_this_file_is_shown_as_it_is_being_edited(index: Index) -> None:
    edited = EXPORT.replace("export_users", "export_everybody") + LONG + "\n\ndef last(users, path):\n    "
    done = gather(index, edited + "store = open_store(path, create=True)\n    for user in users:\n        ",
                  path="pkg/export.py")  # fmt: skip
    text = "".join(done.texts)
    assert "export_everybody" in text
    assert "export_users" not in text, "the saved file is older than the one in the editor"


def test_two_gatherings_are_the_same_bytes(index: Index) -> None:
    before = "from pkg.store import Store, open_store\n\n\ndef main(users, path):\n    for user in users:\n        "
    first, second = gather(index, before), gather(index, before)
    assert first.chunks
    assert first == second


def test_no_budget_is_no_chunk(index: Index) -> None:
    here = Here("a.py", "open_store", "", language_for("a.py"), (0, 0))
    assert Gatherer(index, FakeEngine(Script())).gather(here, 0) == Gathered()


@pytest.mark.parametrize("text", ["", "\0", "\ud800\n", "(" * 5000, "def " * 3000, "x" * 200_000])
def test_any_text_has_surroundings(index: Index, text: str) -> None:
    done = gather(index, text, text)
    assert done.tokens <= done.budget


def test_a_file_that_has_gone_is_passed_over(index: Index) -> None:
    (index.root / "pkg" / "export.py").unlink()
    before = f"{LONG}\ndef write_users(users, path):\n    for user in users:\n        if not user.active:\n            "
    assert all(chunk.path != "pkg/export.py" for chunk in gather(index, before).chunks)
