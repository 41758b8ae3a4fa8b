"""Answers one question about given files or a repository, with citations that were checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from codeassist.chat.answering import Answer, Listener
from codeassist.chat.conversation import Conversation
from codeassist.chat.documents import Document
from codeassist.chat.images import Image
from codeassist.context.index import Index
from codeassist.session import Session


def ask(
    session: Session,
    question: str,
    documents: Sequence[Document],
    listener: Listener | Callable[[str], None],
    max_tokens: int | None = None,
    index: Index | None = None,
    images: Sequence[Image] = (),
) -> Answer:
    """Answer about `documents` and `images`, and about what the index finds for the question if one is given.

    Raises:
        EngineError: the engine failed.
    """
    conversation = Conversation(session, index)
    for each in documents:
        conversation.add(each)
    told = listener if isinstance(listener, Listener) else Listener(listener)
    return conversation.ask(question, told, max_tokens, images)
