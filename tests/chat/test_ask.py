"""Fitting files into the context, and citations that exist."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist import templates
from codeassist.chat.ask import ask
from codeassist.chat.documents import Document, fit
from codeassist.chat.sources import Citation
from codeassist.engine.fake import FakeEngine, Script
from codeassist.session import open_session
from tests.conftest import FakeScript
from tests.models.cache import cached_model

CODE = "def load(path):\n    return open(path)\n\n\nclass Store:\n    def save(self):\n        pass\n"


@given(sizes=st.lists(st.integers(0, 300), max_size=5), budget=st.integers(400, 1500))
def test_documents_fit_and_small_ones_are_whole(sizes: list[int], budget: int) -> None:
    engine, prompt = FakeEngine(Script(context_tokens=4096)), templates.ask_prompt()
    documents = [Document(f"{index}.txt", "line\n" * (size // 5)) for index, size in enumerate(sizes)]
    shown = fit(engine, documents, budget, "why?", prompt)
    fixed = len("why?") + len(prompt.system) + len(prompt.question)
    fixed += sum(len(prompt.file) + len(document.path) for document in documents)
    marks = len(prompt.truncated) * sum(each != full for each, full in zip(shown, documents, strict=True))
    assert sum(len(each.text) for each in shown) <= max(0, budget - fixed) + marks
    for each, full in zip(shown, documents, strict=True):
        assert each == full or each.text.endswith(prompt.truncated)


def test_the_answer_is_told_in_pieces_and_files_that_were_cut_are_named(fake_engine: FakeScript) -> None:
    fake_engine("`load` opens.", context_tokens=1500)
    pieces: list[str] = []
    with open_session(os.environ) as session:
        answer = ask(session, "how?", [Document("a.py", CODE), Document("b.txt", "word\n" * 2000)], pieces.append)
    assert "".join(pieces) == answer.answer == "`load` opens."
    assert answer.citations == [Citation("a.py", 1, 2)]
    assert answer.truncated == ["b.txt"]
    assert answer.timings.prompt_tokens < 1500


def test_braces_in_a_file_or_a_question_are_left_alone(fake_engine: FakeScript) -> None:
    fake_engine("fine")
    with open_session(os.environ) as session:
        answer = ask(session, "what is {files}?", [Document("a.py", "x = '{question}{path}'\n")], lambda _: None)
    assert answer.answer == "fine"


@pytest.mark.model
def test_a_real_model_answers(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "models").symlink_to(cached_model("smollm2-135m"))
    with open_session(os.environ, model="smollm2-135m") as session:
        answer = ask(session, "What does load do?", [Document("a.py", CODE)], lambda _: None, max_tokens=24)
    assert answer.answer
    assert answer.model == "smollm2-135m"
    assert answer.timings.generated_tokens > 1
