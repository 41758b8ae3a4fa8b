"""Questions in natural language ask the embedding model too, if there is one."""

from __future__ import annotations

import os
from pathlib import Path

from codeassist.chat.answering import Listener
from codeassist.chat.conversation import Conversation
from codeassist.context.embeddings import update
from codeassist.engine.embedder import Embedder
from codeassist.session import open_index, open_session
from tests.conftest import FakeScript
from tests.repository import repository

FILES: dict[str, str | bytes] = {
    "shop.py": 'def pay(amount):\n    """Take the money."""\n    return amount\n',
    "mail.py": "def send():\n    pass\n",
}


def embedded(embedder: Embedder | None) -> int:
    return int(embedder._engine.embedded) if embedder else -1  # type: ignore[attr-defined]


def test_a_question_is_embedded_where_there_are_vectors(tmp_path: Path, fake_engine: FakeScript) -> None:
    fake_engine("pay takes it.", dimensions=32)
    index = open_index(os.environ, repository(tmp_path / "shop", FILES))
    assert index is not None
    with index, open_session(os.environ) as session:
        index.refresh()
        listener = Listener(lambda _piece: None)
        Conversation(session, index).ask("who takes the money here?", listener)
        assert embedded(session.embedder) == 0, "no vectors: the model is not asked"
        assert session.embedder is not None
        made = update(index, session.embedder).embedded
        Conversation(session, index).ask("who takes the money here?", listener)
        assert embedded(session.embedder) == made + 1


def test_without_an_embedding_model_all_is_as_ever(tmp_path: Path, fake_engine: FakeScript) -> None:
    fake_engine("pay takes it.")
    index = open_index(os.environ, repository(tmp_path / "shop", FILES))
    assert index is not None
    with index, open_session(os.environ) as session:
        index.refresh()
        answer = Conversation(session, index).ask("who takes the money here?", Listener(lambda _piece: None))
        assert answer.answer == "pay takes it."
        assert session.embedder is None
