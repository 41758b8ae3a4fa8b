"""A conversation stays within the context, and evaluates what is new of it only."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeassist.chat.answering import Listener
from codeassist.chat.conversation import Conversation
from codeassist.chat.documents import Document
from codeassist.engine.api import Message
from codeassist.engine.fake import FakeEngine, Reply, Script
from codeassist.errors import EngineError
from codeassist.session import Session, open_session
from tests.conftest import FakeScript

FILE = Document("a.py", "def load(path):\n    return open(path)\n")


def deaf(_piece: str) -> None:
    """The text does not matter."""


def ask(conversation: Conversation, question: str, cancel: Callable[[], bool] = lambda: False) -> int:
    """Ask; the tokens that were evaluated."""
    return conversation.ask(question, Listener(deaf, cancel=cancel)).timings.evaluated_tokens


@pytest.fixture
def session(fake_engine: FakeScript) -> Session:
    fake_engine(Reply(text="It opens.", when="Question: first"), Reply(text="Yes."), context_tokens=4096)
    return open_session(os.environ)


def test_a_follow_up_evaluates_the_new_question_only(session: Session) -> None:
    conversation = Conversation(session)
    conversation.add(FILE)
    assert ask(conversation, "first") > len(FILE.text)
    markers = 2  # of the question and of the answer
    for _ in range(2):
        assert ask(conversation, "and then?") == len("Question: and then?") + markers
    assert [turn.answer for turn in conversation.turns] == ["It opens.", "It opens.", "It opens."]


def test_a_file_that_is_added_later_comes_with_the_next_question(session: Session) -> None:
    conversation = Conversation(session)
    ask(conversation, "first")
    conversation.add(FILE)
    cost = ask(conversation, "and?")
    assert len(FILE.text) < cost < len(FILE.text) + 60
    assert ask(conversation, "and?") == len("Question: and?") + 2


def test_a_dropped_file_is_gone_and_a_changed_one_is_new(fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="new", when="def other"), Reply(text="old", when="def load"), Reply(text="none"))
    conversation = Conversation(open_session(os.environ))
    conversation.add(FILE)
    assert conversation.ask("?", Listener(deaf)).answer == "old"
    conversation.add(Document("a.py", "def other(): pass\n"))
    assert conversation.ask("?", Listener(deaf)).answer == "new"
    assert conversation.drop("a.py")
    assert not conversation.drop("a.py")
    assert conversation.ask("?", Listener(deaf)).answer == "none"


class Seen(FakeEngine):
    """Keeps the conversations that it was shown."""

    messages: list[list[Message]]

    def render_chat(self, messages: object) -> tuple[int, ...]:
        assert isinstance(messages, list)
        self.messages = [*getattr(self, "messages", []), messages]
        return super().render_chat(messages)


def seeing(session: Session, context_tokens: int) -> Seen:
    engine = Seen(Script(replies=[Reply(text="answer " * 20)], context_tokens=context_tokens))
    session.engine = engine
    return engine


def test_the_oldest_questions_go_and_files_stay(session: Session) -> None:
    engine = seeing(session, 2000)
    conversation = Conversation(session)
    conversation.add(FILE)
    for number in range(12):
        ask(conversation, f"question {number} " + "x" * 60)
    assert conversation.first > 0
    system, first, *_rest = engine.messages[-1]
    assert system.role == "system"
    assert FILE.text in first.content
    assert sum(FILE.text in each.content for each in engine.messages[-1]) == 1
    assert f"question {conversation.first} " in first.content
    assert "question 11" in engine.messages[-1][-1].content


def test_when_questions_have_to_go_it_is_for_a_while(session: Session) -> None:
    """What goes changes the beginning of the prompt: everything after it is evaluated again."""
    seeing(session, 2000)
    conversation = Conversation(session)
    firsts = []
    for number in range(30):
        ask(conversation, f"question {number} " + "x" * 60)
        firsts.append(conversation.first)
    changes = sum(one != other for one, other in itertools.pairwise(firsts))
    assert 0 < changes <= 10


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    questions=st.lists(st.integers(1, 500), min_size=1, max_size=8),
    files=st.lists(st.integers(0, 6000), max_size=3),
    limit=st.integers(1, 600),
)
def test_every_prompt_fits(fake_engine: FakeScript, questions: list[int], files: list[int], limit: int) -> None:
    fake_engine("word " * 200, context_tokens=2500)
    conversation = Conversation(open_session(os.environ), reserve=256)
    for number, size in enumerate(files):
        conversation.add(Document(f"{number}.txt", "line of text\n" * (size // 13)))
    for size in questions:
        answer = conversation.ask("q" * size, Listener(deaf), limit)
        assert answer.timings.prompt_tokens + min(limit, 2500 // 3) <= 2500


def test_a_file_is_cut_alike_for_every_question(session: Session) -> None:
    engine = seeing(session, 2000)
    conversation = Conversation(session, reserve=300)
    conversation.add(Document("long.txt", "some words in a line\n" * 400))
    assert conversation.ask("short", Listener(deaf)).truncated == ["long.txt"]
    conversation.clear()
    conversation.ask("a longer question " * 5, Listener(deaf))
    one, other = (each[1].content.partition("Question")[0] for each in engine.messages)
    assert one == other


def test_what_came_of_a_stopped_answer_is_kept(session: Session) -> None:
    conversation = Conversation(session)
    pieces: list[str] = []
    answer = conversation.ask("first", Listener(pieces.append, cancel=lambda: "It " in "".join(pieces)))
    assert answer.answer
    assert "It opens".startswith(answer.answer)
    assert [turn.answer for turn in conversation.turns] == [answer.answer]
    conversation.ask("stopped at once", Listener(deaf, cancel=lambda: True))
    assert len(conversation.turns) == 1


def test_an_answer_that_repeats_itself_ends(fake_engine: FakeScript) -> None:
    fake_engine("Begin.\n" + "It is the same line.\n" * 500)
    answer = Conversation(open_session(os.environ)).ask("?", Listener(deaf))
    assert answer.answer.count("the same") == 4


def test_a_resumed_conversation_knows_what_was_said(session: Session) -> None:
    engine = seeing(session, 4096)
    conversation = Conversation(session)
    conversation.resume([("what?", "that."), ("how?", "so.")])
    ask(conversation, "and?")
    assert [(each.role, each.content) for each in engine.messages[-1][1:]] == [
        ("user", "Question: what?"),
        ("assistant", "that."),
        ("user", "Question: how?"),
        ("assistant", "so."),
        ("user", "Question: and?"),
    ]


def test_what_is_held_is_told(session: Session) -> None:
    conversation = Conversation(session)
    conversation.add(FILE)
    ask(conversation, "first")
    parts, size = conversation.held()
    assert size == 4096
    assert [part.what for part in parts] == ["instructions", "a.py", "question: first"]
    assert all(part.tokens > 0 for part in parts)
    assert abs(sum(part.tokens for part in parts) - conversation.turns[0].tokens) > len(FILE.text)


def test_a_question_that_cannot_fit_costs_no_other(session: Session) -> None:
    conversation = Conversation(session)
    ask(conversation, "first")
    with pytest.raises(EngineError):
        ask(conversation, "x" * 5000)
    assert conversation.first == 0
    assert len(conversation.turns) == 1
