"""A chat as a person has it: questions, the files that were added, and what is kept of it after every answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from codeassist import text
from codeassist.chat.answering import Answer, Listener
from codeassist.chat.conversation import Conversation
from codeassist.chat.documents import Document
from codeassist.chat.saved import ChatStore, Exchange, Head, Saved, new_head
from codeassist.commands import answers
from codeassist.commands.output import Waiting, say
from codeassist.context.index import Cancel, Index, never
from codeassist.errors import UsageError
from codeassist.session import Session

_RESERVE_TOKENS = 512  # for a question: files beside it are cut the same whatever its length


class Chat:
    """One conversation on one terminal or pipe. `head` says where it is kept."""

    def __init__(
        self, session: Session, index: Index | None, store: ChatStore, head: Head, max_tokens: int | None = None
    ) -> None:
        self.conversation = Conversation(session, index, reserve=_RESERVE_TOKENS)
        self.head = head
        self.index = index
        self._store = store
        self._max_tokens = max_tokens
        self._told = False  # that old questions do not fit any more

    def resume(self, saved: Saved) -> None:
        """Go on with a conversation of before."""
        self.conversation.resume([(each.question, each.answer) for each in saved.exchanges])
        for name in saved.head.files:
            try:
                self.add(str(Path(self.head.root) / name))
            except UsageError as error:
                say(error.message)

    def ask(self, question: str, cancel: Cancel = never) -> Answer:
        """Answer on standard output, and keep it.

        Raises:
            EngineError: the engine failed.
        """
        self._read_again()
        with Waiting("reading") as waiting:
            if self.index is not None:
                self.index.refresh(cancel=cancel)

            def answering(listener: Listener) -> Answer:
                return self.conversation.ask(question, listener, self._max_tokens)

            answer = answers.show(answering, waiting, cancel)
        if answer.answer:
            self._save()
        if self.conversation.first and not self._told:
            self._told = True
            say("the oldest questions no longer fit the model's context: it does not see them any more (/context)")
        return answer

    def add(self, path: str) -> str:
        """Show a file with every question; the name it goes by.

        Raises:
            UsageError: it cannot be read.
        """
        file = Path(path).absolute()
        root = Path(self.head.root)
        name = file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
        self.conversation.add(Document(name, text.read_source(file).text))
        self.head = msgspec.structs.replace(self.head, files=tuple(self.files()))
        return name

    def drop(self, name: str) -> bool:
        """Show a file no longer; False if it was not shown."""
        root = Path(self.head.root)
        names = {name, str(Path(name).absolute())}
        names |= {each.removeprefix(f"{root}/") for each in names}
        dropped = [each for each in names if self.conversation.drop(each)]
        self.head = msgspec.structs.replace(self.head, files=tuple(self.files()))
        return bool(dropped)

    def clear(self) -> None:
        """Begin anew with the files that were added; what was said stays kept."""
        self.conversation.clear()
        self.head = msgspec.structs.replace(new_head(Path(self.head.root)), files=self.head.files)

    def files(self) -> Sequence[str]:
        """The names of those that were added."""
        return [each.path for each in self.conversation.documents]

    def _read_again(self) -> None:
        """Files may have changed since they were added."""
        for name in self.files():
            try:
                self.conversation.add(Document(name, text.read_source(Path(self.head.root) / name).text))
            except UsageError as error:
                say(f"{error.message}: it stays as it was read before")

    def _save(self) -> None:
        kept = [Exchange(each.question, each.answer) for each in self.conversation.turns]
        self._store.save(self.head, kept)
