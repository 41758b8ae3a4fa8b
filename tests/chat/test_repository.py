"""Questions about a real git repository with its real index: what is shown, what is cited, what is left out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.chat.answering import Listener
from codeassist.chat.ask import ask
from codeassist.chat.conversation import Conversation
from codeassist.chat.evidence import closest, copied
from codeassist.chat.excerpts import find_excerpts
from codeassist.chat.explain import Target, explain
from codeassist.chat.sources import Citation, Sources
from codeassist.context.index import Index
from codeassist.engine.api import Message
from codeassist.engine.fake import FakeEngine, Reply, Script
from codeassist.session import Session, open_index, open_session
from tests.conftest import FakeScript
from tests.models.cache import cached_model
from tests.repository import repository

FILES: dict[str, str | bytes] = {
    "shop/cart.py": '''"""Shopping carts."""

from shop.prices import discount


class Cart:
    """Holds items until they are paid."""

    def __init__(self):
        self.items = []

    def add(self, item):
        """Put an item into the cart."""
        self.items.append(item)

    def total(self):
        """What all items cost, less the discount."""
        return discount(sum(item.price for item in self.items))
''',
    "shop/prices.py": '''"""Prices and discounts."""

THRESHOLD = 100


def discount(amount):
    """Take ten percent off large amounts."""
    if amount > THRESHOLD:
        return amount * 0.9
    return amount
''',
    "shop/mail.py": 'def send_invoice(address, cart):\n    """Mail the invoice."""\n    connect(address)\n',
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_discount_of_total():\n    Cart().total()\n",
    "README.md": "# Shop\n\nA shop with carts, prices and discounts.\n",
    ".env": "PASSWORD=discount-canary-secret\n",
    "big.py": "".join(
        f"def handler_{number}(request):\n    return request.discount_{number}\n\n\n" for number in range(200)
    ),
}


class Seen(FakeEngine):
    """Keeps the conversations that it was shown."""

    def __init__(self, *replies: str, context_tokens: int = 8192) -> None:
        super().__init__(Script(replies=[Reply(text=each, times=1) for each in replies], context_tokens=context_tokens))
        self.messages: list[list[Message]] = []

    def render_chat(self, messages: object) -> tuple[int, ...]:
        assert isinstance(messages, list)
        self.messages.append(messages)
        return super().render_chat(messages)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    found = open_index(os.environ, repository(tmp_path / "repo", FILES))
    assert found is not None
    with found:
        found.refresh()
        yield found


@pytest.fixture
def session(fake_engine: FakeScript) -> Session:
    fake_engine("unused")
    return open_session(os.environ)


def asked(session: Session, index: Index, question: str, *replies: str) -> tuple[str, list[str], str]:
    """The answer, its citations as text, and what the model saw."""
    engine = session.engine = Seen(*replies)
    answer = ask(session, question, [], Listener(lambda _piece: None), None, index)
    return (
        answer.answer,
        [f"{each.path}:{each.start}-{each.end}" for each in answer.citations],
        engine.messages[0][1].content,
    )


def test_the_places_that_a_question_speaks_of_are_shown(session: Session, index: Index) -> None:
    _, _, prompt = asked(session, index, "How is the discount computed?", "so")
    assert "Lines of `shop/prices.py`:\n```\n" in prompt
    assert '6 def discount(amount):\n7     """Take ten percent off large amounts."""\n' in prompt
    assert prompt.endswith("Question: How is the discount computed?")


def test_what_is_shown_is_told(session: Session, index: Index) -> None:
    session.engine = Seen("so")
    answer = ask(session, "How is the discount computed?", [], Listener(lambda _piece: None), None, index)
    assert any(each.path == "shop/prices.py" and each.start <= 6 <= each.end for each in answer.context)
    assert all(each.tokens > 0 and each.reason for each in answer.context)
    assert sum(each.tokens for each in answer.context) <= session.settings.ask.context_tokens


def test_places_are_in_the_order_of_paths(session: Session, index: Index) -> None:
    for question in ("discount of the total?", "total and discount?"):
        session.engine = Seen("so")
        answer = ask(session, question, [], Listener(lambda _piece: None), None, index)
        places = [(each.path, each.start) for each in answer.context]
        assert len(places) > 2
        assert places == sorted(places)


@pytest.mark.parametrize(
    ("reply", "shown", "cited"),
    [
        ("`discount` is in shop/prices.py:6.", None, ["shop/prices.py:6-6"]),
        ("`discount` is in prices.py:1.", "`discount` is in shop/prices.py:6-10.", ["shop/prices.py:6-10"]),
        ("`discount` is in shop/price.py:1.", "`discount` is in shop/prices.py:6-10.", ["shop/prices.py:6-10"]),
        ("`Cart.total` calls it.", None, ["shop/cart.py:16-18"]),
        ("It is done in `shop/prices.py`.", None, ["shop/prices.py:1-3", "shop/prices.py:6-10"]),
        ("If it is over `THRESHOLD`.", None, ["shop/prices.py:3-3"]),
        ("It is .env:1, PASSWORD.", "It is .env:1, PASSWORD.", []),
        ("In secret.env.py:1 is it.", "In secret.env.py (no such file) is it.", []),
        ("Large amounts: ten percent off large amounts.", None, ["shop/prices.py:7-7"]),
        ("Amounts over the threshold get percents off.", None, ["shop/prices.py:6-10"]),
        ("I do not know.", None, []),
    ],
)
def test_citations_hold(session: Session, index: Index, reply: str, shown: str | None, cited: list[str]) -> None:
    answer, citations, _ = asked(session, index, "How is the discount of amounts computed?", reply)
    assert answer == (shown or reply)
    assert citations == cited


def test_secrets_are_not_shown(session: Session, index: Index) -> None:
    for question in ("What is the PASSWORD in .env?", "discount canary secret"):
        _, _, prompt = asked(session, index, question, "so")
        assert "canary-secret" not in prompt


def test_a_link_that_leads_out_is_not_followed(session: Session, index: Index, tmp_path: Path) -> None:
    """It has come since the index looked."""
    (tmp_path / "secret.py").write_text('def discount(): return "canary"\n' * 10)
    (index.root / "shop/prices.py").unlink()
    (index.root / "shop/prices.py").symlink_to(tmp_path / "secret.py")
    _, _, prompt = asked(session, index, "How is the discount computed?", "so")
    assert "canary" not in prompt


def test_a_file_that_has_gone_is_no_matter(session: Session, index: Index) -> None:
    (index.root / "shop/prices.py").unlink()
    answer, citations, _ = asked(session, index, "How is the discount computed?", "By `discount`, shop/prices.py:6.")
    assert answer == "By `discount`, shop/prices.py."
    assert [each for each in citations if "prices.py" in each] == []


def test_tests_come_last_unless_they_are_asked_for(index: Index) -> None:
    (index.root / "big.py").unlink()
    index.refresh()
    for query, shown in (("discount of the total", False), ("test_discount_of_total", True)):
        found = find_excerpts(Seen(), index, Sources((), index), query, 260)
        assert [each.place.path for each in found] != []
        assert any(each.place.path == "tests/test_cart.py" for each in found) == shown, query


@pytest.mark.parametrize("budget", [0, 40, 100, 300, 1000, 5000])
def test_the_budget_holds(index: Index, budget: int) -> None:
    found = find_excerpts(Seen(), index, Sources((), index), "which handler takes the discount?", budget)
    assert sum(each.tokens for each in found) <= budget


def test_what_is_too_long_is_shown_without_bodies(index: Index, tmp_path: Path) -> None:
    body = "".join(f"    def method_{number}(self):\n" + "        pass\n" * 30 for number in range(8))
    (index.root / "long.py").write_text(f'class Gizmo:\n    """A gizmo."""\n\n{body}')
    index.refresh()
    found = find_excerpts(Seen(), index, Sources((), index), "Gizmo", 800)
    text = "\n".join(line for each in found for row in each.lines if row for line in [row[1]])
    assert "class Gizmo:" in text


def test_a_follow_up_shows_nothing_twice(session: Session, index: Index) -> None:
    engine = session.engine = Seen("`discount` takes off.", "`total` calls it.")
    conversation = Conversation(session, index)
    first = conversation.ask("How is the discount computed?", Listener(lambda _piece: None))
    second = conversation.ask("And who calls it?", Listener(lambda _piece: None))
    assert second.timings.cached_tokens >= first.timings.prompt_tokens - 1
    prompts = "\n".join(each.content for each in engine.messages[-1])
    assert prompts.count("6 def discount(amount):") == 1
    assert sum(each.tokens for each in second.context) <= session.settings.ask.context_tokens // 2


def test_names_that_lines_use_are_shown_with_them(session: Session, index: Index) -> None:
    engine = session.engine = Seen("so")
    path = index.root / "shop/cart.py"
    target = Target(str(path), path.read_text(), 18, 18, whole=False)
    answer = explain(session, target, index, Listener(lambda _piece: None))
    prompt = engine.messages[0][1].content
    assert "Lines of `shop/prices.py`:\n```\n6 def discount(amount):" in prompt
    assert "12     def add(self, item):\n…\n16     def total(self):" in prompt
    assert [each.path for each in answer.context] == ["shop/prices.py", str(path)]


def test_evidence_is_what_the_question_does_not_say(index: Index) -> None:
    sources, shown = Sources((), index), [Citation("shop/prices.py", 1, 10), Citation("shop/cart.py", 1, 18)]
    question = "Does it take ten percent off large amounts?"
    assert copied("It does take ten percent off large amounts.", question, sources, shown) == []
    assert copied("It does take ten percent off.", "Does it?", sources, shown) == [Citation("shop/prices.py", 7, 7)]
    assert closest("Yes.", question, sources, shown) == []
    assert closest("Percents off amounts.", question, sources, shown) == shown[:1]


@pytest.mark.model
def test_a_real_model_answers_about_a_repository(home: Path, index: Index) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(cached_model("qwen2.5-coder-0.5b"))
    with open_session(os.environ) as session:
        conversation = Conversation(session, index)
        listener = Listener(lambda _piece: None)
        answer = conversation.ask("Which function computes the discount?", listener, max_tokens=40)
        assert any(each.path == "shop/prices.py" for each in answer.citations)
        follow_up = conversation.ask("How much does it take off?", listener, max_tokens=40)
        assert follow_up.timings.cached_tokens >= answer.timings.prompt_tokens - 1
        assert follow_up.timings.evaluated_tokens < answer.timings.prompt_tokens
