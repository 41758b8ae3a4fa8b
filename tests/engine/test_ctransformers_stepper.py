"""What the library of ctransformers is asked: it checks nothing itself, so nothing wrong may reach it."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codeassist.engine.ctransformers import library, stepper
from codeassist.engine.ctransformers.library import Parameters
from codeassist.engine.ctransformers.stepper import CtransformersStepper, Sizes
from codeassist.errors import EngineError

WORDS, CONTEXT, BATCH = 50, 64, 8


class Stub:
    """A library that notes what it is asked. The logits after a token tell that token."""

    def __init__(self) -> None:
        self.evaluated: list[tuple[int, list[int], int]] = []  # context, tokens, place of the first
        self.asked: list[tuple[int, bool]] = []
        self.freed: list[int] = []
        self.fails = False
        self._logits = np.zeros((BATCH, WORDS), np.float32)

    def llama_context_default_params(self) -> Parameters:
        return Parameters()

    def llama_load_model_from_file(self, _path: bytes, _asked: Parameters) -> int:
        return 1

    def llama_new_context_with_model(self, _model: int, asked: Parameters) -> int:
        self.asked.append((asked.n_ctx, asked.logits_all))
        return len(self.asked)

    def llama_n_ctx(self, _context: int) -> int:
        return self.asked[-1][0]

    def llama_n_vocab(self, _context: int) -> int:
        return WORDS

    def llama_eval(self, context: int, ids: Any, count: int, place: int, _threads: int) -> int:
        self.evaluated.append((context, list(ids[:count]), place))
        self._logits[:] = 0
        rows = range(count) if self.asked[context - 1][1] else range(count - 1, count)
        for row, at in enumerate(rows):
            self._logits[row, ids[at]] = 1
        return int(self.fails)

    def llama_get_logits(self, _context: int) -> Any:
        return self._logits.ctypes.data_as(ctypes.POINTER(ctypes.c_float))

    def llama_free(self, context: int) -> None:
        self.freed.append(context)

    def llama_free_model(self, model: int) -> None:
        self.freed.append(-model)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    made = Stub()
    monkeypatch.setattr(stepper, "library", lambda: made)
    return made


def loaded(caches: int = 3, context: int = CONTEXT) -> CtransformersStepper:
    return CtransformersStepper(Path("model.gguf"), Sizes(context, BATCH, 1, (caches - 1) * context * 10, 10))


@pytest.mark.parametrize("tokens", [[], [1] * (BATCH + 1), [-1], [WORDS], [2**31 - 1]], ids=str)
def test_nothing_wrong_reaches_the_library(tokens: list[int], stub: Stub) -> None:
    model = loaded()
    model.reuse([1])
    with pytest.raises(EngineError):
        model.feed(tokens, 0)
    assert stub.evaluated == []


def test_no_place_behind_the_context_is_written(stub: Stub) -> None:
    model = loaded()
    model.reuse([1])
    for _ in range(CONTEXT // BATCH):
        model.feed([1] * BATCH, 0)
    with pytest.raises(EngineError, match="context"):
        model.feed([1], 0)
    assert max(place + len(tokens) for _, tokens, place in stub.evaluated) == CONTEXT


def test_logits_are_those_of_the_last_tokens(stub: Stub) -> None:
    model = loaded()
    assert model.shown_tokens == BATCH
    model.reuse([1])
    assert model.feed([3, 4, 5, 6], 2).argmax(axis=1).tolist() == [5, 6]
    assert model.feed([7], 0).shape == (0, WORDS)


def test_where_memory_is_short_only_the_last_logits_are_had(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sysconf", lambda _name: 10)
    model = loaded()
    assert model.shown_tokens == 1
    assert stub.asked == [(CONTEXT, False)]
    model.reuse([1])
    assert model.feed([3, 4], 1).argmax(axis=1).tolist() == [4]


def fed(model: CtransformersStepper, tokens: list[int]) -> int:
    """Evaluate a prompt as stepping does; how much was there."""
    kept = model.reuse(tokens[:-1])
    for at in range(kept, len(tokens), BATCH):
        model.feed(tokens[at : at + BATCH], 0)
    return kept


def test_a_prompt_goes_on_where_it_leaves_another(stub: Stub) -> None:
    model = loaded()
    base = [*range(1, 13)]
    assert fed(model, base) == 0
    assert fed(model, [*base, 20]) == 12
    assert fed(model, [*base, 21, 22]) == 12, "the end that differs is written over"
    assert stub.evaluated[-1][2] == 12
    assert len({context for context, _, _ in stub.evaluated}) == 1


def test_prompts_by_turns_keep_what_they_evaluated(stub: Stub) -> None:
    model = loaded()
    one, two, three = ([start, *range(1, 13)] for start in (30, 31, 32))
    assert [fed(model, each) for each in (one, two, three)] == [0, 0, 0]
    assert [fed(model, [*each, 40]) for each in (one, two, three)] == [13, 13, 13]
    assert fed(model, [33, *range(1, 13)]) == 0, "the one unused for longest gives way"
    assert fed(model, [*two, 41]) == 13
    assert fed(model, [*one, 41]) == 0


def test_there_are_as_many_caches_as_the_memory_for_them_holds(stub: Stub) -> None:
    model = loaded(caches=1)
    fed(model, [*range(1, 13)])
    fed(model, [*range(20, 33)])
    assert len({context for context, _, _ in stub.evaluated}) == 1
    assert fed(model, [*range(1, 13)]) == 0


def test_a_failure_forgets_what_was_evaluated(stub: Stub) -> None:
    model = loaded()
    fed(model, [1, 2, 3])
    stub.fails = True
    with pytest.raises(EngineError, match="failed"):
        model.feed([4], 0)
    stub.fails = False
    assert fed(model, [1, 2, 3, 4]) == 0


def test_everything_is_freed(stub: Stub) -> None:
    model = loaded()
    fed(model, [1, 2, 3])
    model.close()
    assert sorted(stub.freed) == [-1, 1, 2], "the first context was made anew for the logits of batches"


def test_the_struct_is_as_large_as_the_interface_of_2023_says() -> None:
    assert ctypes.sizeof(library.Parameters) == 64
