"""What an editor's documents are completed with, of the repository that they are in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript
from tests.context.test_gather import FILES
from tests.context.trees import put, repository
from tests.lsp.client import Client, until

APP = "from pkg.store import open_store\n\n\ndef main():\n    store = "
SHOWN = "def open_store(path: str, *, create: bool = False) -> Store: ...\n"
CHANGED = "def open_store(path: str, *, create: bool = False, mode: int = 0) -> Store: ...\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "repository", FILES)


def _type_until(client: Client, uri: str, text: str, wanted: str, typed: int = 0) -> None:
    """Type letters until a suggestion is made from what the repository holds."""

    def suggested() -> bool:
        nonlocal typed, text
        typed, text = typed + 1, text + "a"
        client.change(uri, typed, {"text": text})
        line = text.rpartition("\n")[2]
        return client.suggestion(uri, text.count("\n"), len(line)) == wanted

    until(suggested, f"the suggestion {wanted!r}")


def test_suggestions_know_the_repository_and_what_is_saved(
    root: Path, start: Callable[..., Client], fake_engine: FakeScript
) -> None:
    fake_engine(Reply(text="changed()", when=CHANGED), Reply(text="known()", when=SHOWN), Reply(text="unknown()"))
    client = start()
    client.initialize({"debounceMs": 0})
    uri = (root / "pkg" / "app.py").as_uri()
    client.open(uri, APP)
    _type_until(client, uri, APP, "known()")
    put(root, {"pkg/store.py": FILES["pkg/store.py"].replace("= False)", "= False, mode: int = 0)")})
    store = (root / "pkg" / "store.py").as_uri()
    client.open(store, "")
    client.notify("textDocument/didSave", {"textDocument": {"uri": store}})
    client.change(uri, 100, {"text": APP.replace("main", "other")})  # another place: the anchor does not stand
    _type_until(client, uri, APP.replace("main", "other"), "changed()", 100)
    assert client.shown() == []
    assert client.end() == 0


def test_the_setting_turns_it_off(root: Path, start: Callable[..., Client], fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="known()", when=SHOWN), Reply(text="unknown()"))
    client = start()
    client.initialize({"debounceMs": 0, "context": False})
    uri = (root / "pkg" / "app.py").as_uri()
    client.open(uri, APP)
    for typed in range(1, 8):
        client.change(uri, typed, {"text": APP + "a" * typed})
        assert client.suggestion(uri, 4, 12 + typed) == "unknown()"
    assert client.end() == 0
