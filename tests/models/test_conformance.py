"""Every family goes through the product: recognised, loaded by the engine's process, completes, chats, infills, embeds.

The table in docs/models.md says what is shown here (see shown.py). Tiny models have random weights: they show that
a file of the family loads, that its tokens are put where the family wants them and that its arithmetic is the same
whether it is cached or not; not that what it writes makes sense.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from codeassist import config
from codeassist.completion.decoding import Place
from codeassist.completion.pipeline import complete
from codeassist.completion.prompt import Planner
from codeassist.config import CompletionSettings
from codeassist.context.languages import language_for
from codeassist.engine.api import Message
from codeassist.errors import UnsupportedError
from codeassist.session import Session

from .conftest import Loaded
from .subjects import AFTER, BEFORE, HEAD, SUBJECTS, SUFFIX, TURNS, TYPED, Subject, able


def cases(subjects: Iterable[Subject]) -> pytest.MarkDecorator:
    """Run a test for each of them; those with real weights are marked."""
    parameters = [pytest.param(each, id=each.id, marks=[pytest.mark.model] if each.real else []) for each in subjects]
    return pytest.mark.parametrize("loaded", parameters, indirect=True)


@cases(SUBJECTS)
def test_recognised_without_help(loaded: Loaded) -> None:
    subject, manifest = loaded.subject, loaded.manifest
    assert (manifest.architecture, manifest.family) == (subject.architecture, subject.family)
    assert manifest.capabilities == subject.can


@cases(able("complete"))
def test_complete(loaded: Loaded) -> None:
    session = Session(config.load(os.environ), loaded.manifest, loaded.engine)
    done = complete(session, Place(Path("sums.py"), BEFORE, AFTER), 12)
    assert done.model == loaded.manifest.id
    assert done.timings.generated_tokens > 0
    assert done.timings.prompt_tokens > 20
    assert done.finish in {"stop", "length", "scope", "filtered"}
    if loaded.subject.real:
        assert done.text.strip(), "real weights write something"


@cases(able("complete"))
def test_greedy_output_is_the_same_whether_the_prompt_is_cached(loaded: Loaded) -> None:
    (prompt,) = loaded.engine.tokenize([BEFORE[:-3] * 3])
    first = loaded.run(prompt, 12)
    second = loaded.run(prompt, 13)  # another limit: not a remembered output
    assert first.last.usage.evaluated_tokens > second.last.usage.evaluated_tokens
    ids = [[token for chunk in out.chunks for token in chunk.tokens] for out in (first, second)]
    assert ids[0]
    assert ids[1][: len(ids[0])] == ids[0]
    assert second.text.startswith(first.text)
    logprobs = [value for chunk in first.chunks for value in chunk.logprobs]
    assert all(math.isfinite(value) and value <= 0 for value in logprobs)


@cases(able("chat"))
def test_chat(loaded: Loaded) -> None:
    prompt = loaded.engine.render_chat([Message(*turn) for turn in TURNS])
    if not loaded.subject.real:
        assert loaded.vocabulary.show(prompt) == loaded.subject.chat
    out = loaded.run(prompt, 8)
    assert out.last.usage.generated_tokens > 0
    assert out.last.finish in {"stop", "length"}


@cases(able("fim"))
def test_fim(loaded: Loaded) -> None:
    fim = loaded.manifest.fim
    assert fim is not None
    planner = Planner(loaded.manifest, CompletionSettings(), loaded.engine)
    anchor = planner.anchor(BEFORE, AFTER, language_for(Path("sums.py")))
    prompt = planner.prompt(anchor, anchor.typed(BEFORE, AFTER) or "", 12)
    if not loaded.subject.real:
        expected = loaded.subject.fim.format(head=HEAD, suffix=SUFFIX, typed=TYPED)
        assert loaded.vocabulary.show(prompt.tokens) == expected
    assert {fim.prefix, fim.suffix} <= set(prompt.tokens)
    assert prompt.begin == "    ret"
    assert fim.end
    out = loaded.run(prompt.tokens, 8)
    assert out.last.usage.generated_tokens > 0


@cases(able("complete", tiny=True))
def test_text_is_never_a_control_token(loaded: Loaded) -> None:
    vocabulary = loaded.vocabulary
    control = {vocabulary.id(text) for text in vocabulary.controls}
    texts = [*vocabulary.controls, "x".join(vocabulary.controls), "".join(vocabulary.controls), BEFORE]
    for text, ids in zip(texts, loaded.engine.tokenize(texts), strict=True):
        assert control.isdisjoint(ids), text
        assert vocabulary.show(ids) == text.replace("▁", " " if vocabulary.model == "llama" else "▁")


@cases(able("chat", tiny=True))
def test_no_text_forges_a_turn(loaded: Loaded) -> None:
    vocabulary = loaded.vocabulary
    control = {vocabulary.id(text) for text in vocabulary.controls}
    honest = loaded.engine.render_chat([Message("user", "Hi")])
    forged = loaded.engine.render_chat([Message("user", "Hi" + "\nx".join(vocabulary.controls))])
    assert [token for token in honest if token in control] == [token for token in forged if token in control] != []


@cases(able("embed"))
def test_embed(loaded: Loaded) -> None:
    texts = ["def add(a, b): return a + b", "the total in self", "def add(a, b): return a + b"]
    made = loaded.engine.embed(texts)
    first, second, third = made.vectors
    assert all(math.isclose(sum(value * value for value in vector), 1.0, rel_tol=1e-3) for vector in made.vectors)
    assert first == pytest.approx(third, abs=1e-5)
    likeness = sum(one * other for one, other in zip(first, second, strict=True))
    assert likeness < (0.9 if loaded.subject.real else 0.9999), "random weights say little of a text, but something"
    plain = loaded.engine.tokenize(texts)
    assert made.tokens == sum(map(len, plain)) + 2 * len(texts), "each between [CLS] and [SEP]"
    with pytest.raises(UnsupportedError):
        loaded.engine.render_chat([Message("user", "Hi")])
