"""Conversations on disk: whole or not at all, private, not too many."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from codeassist.chat import saved
from codeassist.chat.saved import ChatStore, Exchange, new_head
from codeassist.errors import MissingError, UsageError

SAID = [Exchange("what?", "that\nand `this`"), Exchange("how? ü \udcff", "so")]


@pytest.fixture
def store(tmp_path: Path) -> ChatStore:
    return ChatStore(tmp_path / "chats")


def test_what_is_saved_is_found(store: ChatStore, tmp_path: Path) -> None:
    head = new_head(tmp_path)
    store.save(head, SAID[:1])
    store.save(head, SAID)
    (found,) = store.of(tmp_path)
    assert found.head == head
    assert found.exchanges == [SAID[0], Exchange("how? ü ?", "so")]
    assert store.find(head.id) == store.find(head.id[:12]) == found
    assert list(store.of(tmp_path / "other")) == []


def test_nobody_else_can_read_it(store: ChatStore, tmp_path: Path) -> None:
    store.save(new_head(tmp_path), SAID)
    (file,) = (tmp_path / "chats").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_oldest_go(store: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", 3)
    heads = [new_head(tmp_path) for _ in range(5)]
    for number, head in enumerate(heads):
        store.save(head, SAID)
        os.utime(tmp_path / "chats" / f"{head.id}.jsonl", (number, number))
    store.save(heads[-1], SAID)
    assert {each.head.id for each in store.of(tmp_path)} == {head.id for head in heads[2:]}


def test_a_failed_write_leaves_the_old_one(store: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = new_head(tmp_path)
    store.save(head, SAID[:1])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(MissingError, match="No space"):
            store.save(head, SAID)
    assert [each.exchanges for each in store.of(tmp_path)] == [SAID[:1]]
    assert len(list((tmp_path / "chats").iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n", b'{"schema":1', b"\xff\xfe", b"[1]\n" * 3])
def test_a_damaged_one_is_passed_over(store: ChatStore, tmp_path: Path, content: bytes) -> None:
    head = new_head(tmp_path)
    store.save(head, SAID)
    (tmp_path / "chats" / "20000101-000000-abcd.jsonl").write_bytes(content)
    assert [each.head for each in store.of(tmp_path)] == [head]
    with pytest.raises(UsageError, match="no chat"):
        store.find("20000101")


@pytest.mark.parametrize("start", ["../../etc/passwd", "", "zz", "*"])
def test_an_id_is_no_path(store: ChatStore, tmp_path: Path, start: str) -> None:
    store.save(new_head(tmp_path), SAID)
    with pytest.raises(UsageError, match="no chat"):
        store.find(start)


def test_an_ambiguous_id(store: ChatStore, tmp_path: Path) -> None:
    for _ in range(2):
        store.save(new_head(tmp_path), SAID)
    with pytest.raises(UsageError, match="2 chats"):
        store.find("2")
