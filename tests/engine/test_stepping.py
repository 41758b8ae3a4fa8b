"""The generation loop over a model that only tells logits: a model of numpy stands for one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.engine.api import Chunk, Request
from codeassist.engine.drafting import Drafter
from codeassist.engine.logits import Logits, choose, likeliest
from codeassist.engine.output import Output
from codeassist.engine.pieces import Pieces
from codeassist.engine.stepping import generate, score
from codeassist.errors import EngineError
from tests.engine.steppers import CONTROL, END, PIECES, NumpyStepper, tokens_of
from tests.engine.support import Collector

PROMPT = tokens_of("def add(first):\n")


def writes(text: str, *, end: bool = True, **options: int) -> NumpyStepper:
    """A model that writes this after PROMPT."""
    return NumpyStepper((*tokens_of(text), *((END,) if end else ())), len(PROMPT), **options)


def run(
    stepper: NumpyStepper, prompt: Sequence[int] = PROMPT, drafter: Drafter | None = None, **options: object
) -> Collector:
    out = Collector()
    request = Request(prompt=tuple(prompt), **({"max_tokens": 30} | options))  # type: ignore[arg-type]
    generate(stepper, PIECES, frozenset({END}), request, out.emit, drafter)
    return out


def written(out: Collector) -> tuple[int, ...]:
    return tuple(token for chunk in out.chunks for token in chunk.tokens)


def test_it_writes_the_likeliest_until_the_end_token() -> None:
    out = run(writes(" return first\n"))
    assert out.text == " return first\n"
    assert out.last.finish == "stop"
    assert [chunk.finish for chunk in out.chunks[:-1]] == [""] * (len(out.chunks) - 1)
    assert out.last.usage.generated_tokens == len(tokens_of(" return first\n")) + 1


def test_prefill_goes_in_batches_and_tells_of_each() -> None:
    stepper = writes("x")
    out = run(stepper)
    assert stepper.fed[:-1] == [4] * (len(PROMPT) // 4) + ([len(PROMPT) % 4] if len(PROMPT) % 4 else [])
    counts = [chunk.usage.evaluated_tokens for chunk in out.chunks if not chunk.text and not chunk.finish]
    assert counts == [0, *np.cumsum(stepper.fed[:-1])]
    assert out.last.usage.evaluated_tokens == len(PROMPT)


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_prefill_can_be_ended_between_batches_and_goes_on_from_there(batches: int) -> None:
    stepper, seen = writes("x"), list[Chunk]()

    def emit(chunk: Chunk) -> bool:
        seen.append(chunk)
        return chunk.usage.evaluated_tokens >= 4 * batches

    generate(stepper, PIECES, frozenset({END}), Request(prompt=PROMPT, max_tokens=4), emit)
    assert stepper.fed == [4] * batches
    assert seen[-1].finish == ""
    again = run(stepper)
    assert again.last.usage.cached_tokens == 4 * batches
    assert again.text == "x"


def test_what_the_cache_holds_is_not_evaluated_again() -> None:
    stepper = writes("ab")
    run(stepper)
    out = run(stepper)
    assert (out.last.usage.cached_tokens, out.last.usage.evaluated_tokens) == (len(PROMPT) - 1, 1)
    longer = run(stepper, (*PROMPT[:8], *tokens_of("other")))
    assert longer.last.usage.cached_tokens == 8
    assert longer.last.usage.cached_tokens + longer.last.usage.evaluated_tokens == longer.last.usage.prompt_tokens


def test_the_limit_of_tokens_ends_it_without_a_needless_step() -> None:
    stepper = writes("abcdef")
    out = run(stepper, max_tokens=3)
    assert (out.text, out.last.finish) == ("abc", "length")
    assert stepper.fed.count(1) == 2 + (len(PROMPT) % 4 == 1), "the third is not evaluated"


def test_the_end_of_the_context_ends_it() -> None:
    out = run(writes("abcdef", context=len(PROMPT) + 2))
    assert (out.text, out.last.finish) == ("ab", "length")


@pytest.mark.parametrize("prompt", [PROMPT * 8, (), (1, 99_999)])
def test_what_cannot_be_evaluated_is_refused(prompt: tuple[int, ...]) -> None:
    with pytest.raises(EngineError) as caught:
        run(writes("x"), prompt)
    assert caught.value.hint
    assert ("context" in caught.value.message) == (len(prompt) > 64)


def test_a_model_that_computes_no_numbers_is_an_error() -> None:
    stepper = writes("x")
    stepper.broken = True
    with pytest.raises(EngineError, match="numbers"):
        run(stepper)
    with pytest.raises(EngineError, match="numbers"):
        run(stepper, scored=(1, 2))


def test_the_output_begins_with_what_is_forced() -> None:
    out = run(writes("qqqqqqqqqqqqqqqqqqqqqqqqqqqqq"), begin=" zebra(")
    assert out.text.startswith(" zebra(")
    assert not {END, CONTROL} & set(written(out)[:4])


def test_a_token_that_goes_beyond_what_is_forced_is_taken() -> None:
    out = run(writes(" adder x"), begin=" ad")
    assert out.text == " adder x"
    assert written(out)[0] == tokens_of(" adder")[0]


def test_a_character_is_forced_byte_by_byte_where_no_token_has_it() -> None:
    assert run(writes("qqqqq"), begin="é🐍x").text.startswith("é🐍x")


def test_an_end_token_that_has_a_text_is_text_where_it_is_forced() -> None:
    pieces, out = Pieces([b"a", b"</s>"]), Collector()
    generate(Tiny(), pieces, frozenset({1}), Request(prompt=(0,), begin="a</s>a", max_tokens=9), out.emit)
    assert (out.text, out.last.finish) == ("a</s>a", "stop")


def test_what_no_token_can_write_is_an_error() -> None:
    pieces = Pieces([b"a", b"b"])
    with pytest.raises(EngineError, match="begin with"):
        generate(Tiny(), pieces, frozenset(), Request(prompt=(0,), begin="ac", max_tokens=3), Collector().emit)


class Tiny:
    """Two tokens, the second always the likelier."""

    context_tokens, batch_tokens, shown_tokens = 8, 2, 1

    def reuse(self, tokens: Sequence[int]) -> int:  # noqa: ARG002
        return 0

    def feed(self, tokens: Sequence[int], shown: int) -> Logits:  # noqa: ARG002
        return np.array([[1.0, 2.0]] * shown, np.float32)


@given(st.binary(min_size=1, max_size=6), st.lists(st.binary(max_size=4), max_size=30))
def test_allowed_are_beginnings_and_what_begins_so(forced: bytes, pieces: list[bytes]) -> None:
    drawn = [*pieces, forced[:1], forced, forced + b"\xff", b"\xff", b""]
    wanted = {at for at, each in enumerate(drawn) if each and (each.startswith(forced) or forced.startswith(each))}
    found = Pieces(drawn).allowed(forced).tolist()
    assert set(found) == wanted
    assert len(found) == len(wanted)


def test_the_longest_token_is_allowed_where_more_is_forced() -> None:
    assert Pieces([b"ab", b"b"]).allowed(b"abc").tolist() == [0]


def test_a_stop_text_ends_it_and_its_beginning_is_held_back() -> None:
    out = run(writes("ab\n\ncd"), stop=("\n\nc",))
    assert (out.text, out.last.finish) == ("ab", "stop")
    assert [chunk.text for chunk in out.chunks if chunk.text] == ["a", "b"]


def test_what_only_looks_like_a_stop_text_is_said_with_its_tokens() -> None:
    out = run(writes("a<e<end"), stop=("<end>",))
    assert (out.text, out.last.finish) == ("a<e<end", "stop")
    assert "<e" in [chunk.text for chunk in out.chunks]
    assert written(out) == tokens_of("a<e<"), "a token whose text is held back comes with the next text"


@given(st.lists(st.binary(max_size=3)), st.lists(st.text("ab", min_size=1, max_size=3), max_size=2))
def test_text_comes_whole_whatever_the_tokens_cut(pieces: list[bytes], stops: list[str]) -> None:
    output, text = Output(stops), ""
    for piece in pieces:
        text += output.add(piece)
        if output.stopped:
            break
    whole = b"".join(pieces).decode("utf-8", "replace")
    found = [at for at in (whole.find(stop) for stop in stops) if at >= 0]
    assert output.stopped == bool(found)
    if found:
        assert whole.startswith(text)
        assert not any(stop in text for stop in stops)
    else:
        assert (text + output.rest()).rstrip("\ufffd") == whole.rstrip("\ufffd")


def test_half_a_character_is_held_back() -> None:
    out = run(writes("é🐍"))
    assert [chunk.text for chunk in out.chunks if chunk.text] == ["é", "🐍"]
    assert [len(chunk.tokens) for chunk in out.chunks if chunk.text] == [2, 4]
    cut = run(writes("a🐍"), max_tokens=3)
    assert (cut.text, cut.last.finish) == ("a", "length")


def test_each_token_comes_with_its_probability_and_the_likeliest_beside_it() -> None:
    stepper = writes(" return x")
    out = run(stepper, alternatives=3)
    said = [chunk for chunk in out.chunks if chunk.tokens]
    before = list(PROMPT)
    for chunk in said:
        row = stepper.row(before).astype(np.float64)
        chances = row - np.log(np.exp(row).sum())
        assert chunk.logprobs == pytest.approx([chances[chunk.tokens[0]]], abs=1e-4)
        assert [each for _, each in chunk.alternatives] == pytest.approx(sorted(chances)[:-4:-1], abs=1e-4)
        assert chunk.alternatives[0][0] == chunk.text
        before += chunk.tokens
    assert run(stepper).chunks[-2].alternatives == ()


def test_probabilities_are_the_models_own_where_the_output_is_forced() -> None:
    out = run(writes("qqqq"), begin="zeb")
    assert sum(next(chunk for chunk in out.chunks if chunk.tokens).logprobs) < -5


def test_a_seed_repeats_a_draw_and_another_differs() -> None:
    texts = [run(NumpyStepper(), temperature=1.5, seed=seed, max_tokens=20).text for seed in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]


def test_draws_follow_the_probabilities_and_leave_the_tail_out() -> None:
    row = np.log(np.array([0.5, 0.3, 0.16, 0.04], np.float32))
    random = np.random.default_rng(1)
    drawn = np.bincount([choose(row, None, 1.0, random) for _ in range(3000)], minlength=4) / 3000
    assert drawn == pytest.approx([0.521, 0.313, 0.167, 0.0], abs=0.04)
    assert drawn[3] == 0
    assert {choose(row, np.array([2, 3]), 0.01, random) for _ in range(50)} == {2}
    flat = np.log(np.array([0.8, *[0.02] * 10], np.float32))
    assert {choose(flat, None, 1.0, random) for _ in range(200)} == {0}, "under a twentieth of the likeliest's"
    assert likeliest(row, 9).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("shown", [1, 2, 4])
def test_scores_are_the_same_however_many_logits_are_told(shown: int) -> None:
    stepper, text = NumpyStepper(shown=shown), tokens_of(" return first\n")
    found = score(stepper, PIECES, PROMPT, text, (3, 4), lambda _cached, _evaluated: False)
    assert found is not None
    rows = [stepper.row((*PROMPT, *text[:at])).astype(np.float64) for at in range(len(text))]
    chances = [row - math.log(np.exp(row).sum()) for row in rows]
    assert found.tokens == text
    assert found.logprobs == pytest.approx([each[token] for each, token in zip(chances, text, strict=True)], abs=1e-4)
    assert found.best == tuple(int(each.argmax()) for each in chances)
    assert found.best_logprobs == pytest.approx([each.max() for each in chances], abs=1e-4)
    assert [each[1] for each in found.watched] == pytest.approx([each[4] for each in chances], abs=1e-4)
    assert sum(found.lengths) == len(" return first\n")
    assert found.evaluated_tokens == len(PROMPT) + len(text) - 1


def test_scoring_reuses_what_is_known_and_can_be_ended() -> None:
    stepper, seen = NumpyStepper(), list[Chunk]()
    run(stepper, scored=tokens_of(" return first\n"), max_tokens=1)
    again = run(stepper, scored=tokens_of(" return second\n"), max_tokens=1).last
    assert again.scores is not None
    assert again.scores.cached_tokens == len(PROMPT) - 1
    assert again.usage.cached_tokens + again.usage.evaluated_tokens == again.usage.prompt_tokens - 1

    def emit(chunk: Chunk) -> bool:
        seen.append(chunk)
        return chunk.usage.evaluated_tokens > 0

    request = Request(prompt=PROMPT[::-1], scored=PROMPT, max_tokens=1)
    generate(stepper, PIECES, frozenset({END}), request, emit)
    assert seen[-1].usage.evaluated_tokens == 4
    assert all(not chunk.finish for chunk in seen)


def test_what_is_too_long_to_score_is_refused() -> None:
    with pytest.raises(EngineError, match="exceeds the context"):
        run(NumpyStepper(), scored=PROMPT * 8)


def test_usage_only_grows() -> None:
    out = run(writes(" return first\n"))
    counts = [(each.usage.evaluated_tokens, each.usage.generated_tokens) for each in out.chunks]
    assert all(one <= other for one, other in pairwise(counts))


@pytest.mark.parametrize("guess", ["abcdefghij", "abXdefghij", "XXXXXXXXXX", ""])
@pytest.mark.parametrize("temperature", [0.0, 2.0])
def test_drafts_change_nothing_of_the_output(guess: str, temperature: float) -> None:
    alone, checked = writes("abcdefghij"), writes("abcdefghij")
    drafter = Drafter(writes(guess, context=48), 3, len(PIECES))
    plain = run(alone, temperature=temperature, max_tokens=14)
    drafted = run(checked, drafter=drafter, temperature=temperature, max_tokens=14)
    assert (drafted.text, drafted.last) == (plain.text, plain.last)
    assert [chunk.logprobs for chunk in drafted.chunks] == [chunk.logprobs for chunk in plain.chunks]
    assert (len(checked.fed) < len(alone.fed)) == (guess[:2] == "ab"), "right guesses save steps"
    again = run(checked, drafter=drafter, max_tokens=3)
    assert again.last.usage.cached_tokens == len(PROMPT) - 1
    assert again.text == "abc"


def test_a_draft_stops_at_the_end_of_the_context_and_where_it_is_unsure() -> None:
    checked = writes("abcdefghij", context=len(PROMPT) + 4)
    assert run(checked, drafter=Drafter(writes("abcdefghij"), 3, len(PIECES))).text == "abcdef", "four tokens"
    unsure = Drafter(NumpyStepper(), 3, len(PIECES))
    assert unsure.guess(PROMPT, 3) == []
    sure = Drafter(writes("abcdefghij"), 3, len(PIECES))
    assert len(sure.guess(PROMPT, 3)) == 3
    assert sure.guess(PROMPT, 0) == []
    assert Drafter(writes("abcdefghij"), 3, ord("b")).guess(PROMPT, 3) == list(b"a"), "what the other does not know"
