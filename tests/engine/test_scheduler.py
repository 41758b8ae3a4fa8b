"""The scheduler over the scripted engine: order, preemption, cancellation, remembered outputs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from codeassist.engine.api import Priority, Request
from codeassist.engine.fake import FakeEngine, Reply
from codeassist.engine.scheduler import Job, Scheduler
from tests.engine.support import DEADLINE_SECONDS, Collector, fake, tokens

SLOW = 3.0  # milliseconds for each character: long enough to be interrupted, short enough for a test


@pytest.fixture
def schedulers() -> Iterator[list[Scheduler]]:
    made: list[Scheduler] = []
    yield made
    for scheduler in made:
        scheduler.close()


def schedule(schedulers: list[Scheduler], engine: FakeEngine) -> Scheduler:
    schedulers.append(Scheduler(engine))
    return schedulers[0]


def finished(job: Job) -> bool:
    return job.done.wait(DEADLINE_SECONDS)


def request(prompt: str, priority: Priority = Priority.INTERACTIVE, **more: object) -> Request:
    return Request(prompt=tokens(prompt), max_tokens=400, priority=priority, **more)  # type: ignore[arg-type]


def test_one_request_gives_its_text_and_its_counts(schedulers: list[Scheduler]) -> None:
    scheduler, out = schedule(schedulers, fake(Reply(text="hello"))), Collector()
    assert finished(scheduler.submit(request("say"), out))
    assert (out.text, out.last.finish) == ("hello", "stop")
    assert out.last.usage.evaluated_tokens == 3
    assert scheduler.counters.generated_tokens == 5


def test_the_same_request_again_evaluates_nothing(schedulers: list[Scheduler]) -> None:
    scheduler = schedule(schedulers, fake(Reply(text="hello", times=1)))
    first, second = Collector(), Collector()
    assert finished(scheduler.submit(request("say"), first))
    assert finished(scheduler.submit(request("say"), second))
    assert (second.text, second.last.finish) == (first.text, "stop")
    usage = second.last.usage
    assert (usage.prompt_tokens, usage.cached_tokens, usage.evaluated_tokens, usage.generated_tokens) == (3, 3, 0, 0)


def test_sampled_requests_are_not_remembered(schedulers: list[Scheduler]) -> None:
    scheduler = schedule(schedulers, fake(Reply(text="one", times=1), Reply(text="two")))
    first, second = Collector(), Collector()
    assert finished(scheduler.submit(request("say", temperature=0.8), first))
    assert finished(scheduler.submit(request("say", temperature=0.8), second))
    assert (first.text, second.text) == ("one", "two")


def test_an_urgent_request_preempts_and_the_other_goes_on_where_it_was(schedulers: list[Scheduler]) -> None:
    long = "a long answer that takes its time to be written. " * 4
    scheduler = schedule(schedulers, fake(Reply(when="slow", text=long, decode_ms=SLOW), Reply(text="quick")))
    slow, quick = Collector(), Collector()
    low = scheduler.submit(request("slow", Priority.REVIEW), slow)
    assert slow.reached(10)
    high = scheduler.submit(request("fast", Priority.COMPLETION), quick)
    assert finished(high)
    assert not low.done.is_set()
    assert finished(low)
    assert (slow.text, quick.text) == (long, "quick")
    assert scheduler.counters.preempted == 1
    # resumed from its KV cache: the prompt is not evaluated again, only the last token
    assert low.usage.evaluated_tokens <= len("slow") + 2


def test_preempted_prefill_goes_on_with_the_chunks_that_were_evaluated(schedulers: list[Scheduler]) -> None:
    prompt = "slow" + "x" * 640
    engine = fake(Reply(when="slow", text="done", prefill_ms=1.0), Reply(text="quick"))
    scheduler = schedule(schedulers, engine)
    slow, quick = Collector(), Collector()
    low = scheduler.submit(request(prompt, Priority.WARMUP), slow)
    assert slow.started()
    assert finished(scheduler.submit(request("fast", Priority.COMPLETION), quick))
    assert finished(low)
    assert scheduler.counters.preempted == 1
    assert low.usage.evaluated_tokens <= len(prompt) + 1, "what was evaluated before must come from the KV cache"


def test_equal_priority_waits_its_turn(schedulers: list[Scheduler]) -> None:
    scheduler = schedule(schedulers, fake(Reply(when="one", text="1" * 30, decode_ms=SLOW), Reply(text="2")))
    one, two = Collector(), Collector()
    first = scheduler.submit(request("one"), one)
    assert one.reached(3)
    second = scheduler.submit(request("two"), two)
    assert finished(second)
    assert first.done.is_set()
    assert scheduler.counters.preempted == 0


def test_a_newer_request_of_a_session_cancels_the_older(schedulers: list[Scheduler]) -> None:
    scheduler = schedule(schedulers, fake(Reply(when="old", text="o" * 300, decode_ms=SLOW), Reply(text="new")))
    old, new = Collector(), Collector()
    first = scheduler.submit(request("old", session="s"), old)
    assert old.reached(2)
    assert finished(scheduler.submit(request("next", session="s"), new))
    assert finished(first)
    assert (old.last.finish, new.text) == ("cancelled", "new")
    assert scheduler.counters.cancelled == 1


def test_cancelled_while_waiting_never_runs(schedulers: list[Scheduler]) -> None:
    scheduler = schedule(schedulers, fake(Reply(when="busy", text="b" * 60, decode_ms=SLOW), Reply(text="no")))
    busy, waiting = Collector(), Collector()
    first = scheduler.submit(request("busy"), busy)
    assert busy.reached(2)
    second = scheduler.submit(request("other"), waiting)
    second.cancel()
    assert finished(first)
    assert finished(second)
    assert (waiting.text, waiting.last.finish) == ("", "cancelled")


def test_a_deadline_ends_a_request(schedulers: list[Scheduler]) -> None:
    scheduler, out = schedule(schedulers, fake(Reply(fail="hang"))), Collector()
    assert finished(scheduler.submit(request("any", deadline_ms=30), out))
    assert out.last.finish == "cancelled"


def test_what_was_cancelled_early_is_used_by_the_next_request(schedulers: list[Scheduler]) -> None:
    scheduler = schedule(schedulers, fake(Reply(text="0123456789" * 5, decode_ms=SLOW)))
    first, second = Collector(), Collector()
    job = scheduler.submit(request("count"), first)
    assert first.reached(20)
    job.cancel()
    assert finished(job)
    assert finished(scheduler.submit(request("count"), second))
    assert second.text == "0123456789" * 5
    assert second.last.usage.generated_tokens <= 30


def test_what_the_running_request_has_produced_is_used_by_the_same_request(schedulers: list[Scheduler]) -> None:
    scheduler = schedule(schedulers, fake(Reply(text="0123456789" * 5, decode_ms=SLOW)))
    first, second = Collector(), Collector()
    job = scheduler.submit(request("count"), first)
    assert first.reached(20)
    job.cancel()
    again = scheduler.submit(request("count"), second)
    assert again.usage.cached_tokens == len("count")
    assert finished(again)
    assert second.text == "0123456789" * 5


def test_equal_requests_that_wait_are_decoded_once(schedulers: list[Scheduler]) -> None:
    scheduler = schedule(schedulers, fake(Reply(text="0123456789", decode_ms=SLOW)))
    outs = [Collector() for _ in range(10)]
    jobs = [scheduler.submit(request("count"), out) for out in outs]
    assert all(map(finished, jobs))
    assert {out.text for out in outs} == {"0123456789"}
    assert {out.last.finish for out in outs} == {"stop"}
    assert scheduler.counters.generated_tokens == 10


def test_an_error_reaches_the_one_who_asked_and_the_next_request_works(schedulers: list[Scheduler]) -> None:
    scheduler = schedule(schedulers, fake(Reply(when="bad", fail="error"), Reply(text="fine")))
    bad, good = Collector(), Collector()
    assert finished(scheduler.submit(request("bad"), bad))
    assert bad.error is not None
    assert "scripted failure" in bad.error.message
    assert finished(scheduler.submit(request("good"), good))
    assert good.text == "fine"


def test_a_fault_of_the_engine_does_not_kill_the_thread(
    schedulers: list[Scheduler], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fake(Reply(text="fine"))
    scheduler, bad, good = schedule(schedulers, engine), Collector(), Collector()
    with monkeypatch.context() as patch:
        patch.setattr(engine, "generate", lambda *_: 1 / 0)
        assert finished(scheduler.submit(request("one"), bad))
    assert bad.error is not None
    assert bad.error.exit_code == 4
    assert finished(scheduler.submit(request("two"), good))
    assert good.text == "fine"


def test_close_answers_those_who_wait(schedulers: list[Scheduler]) -> None:
    scheduler = schedule(schedulers, fake(Reply(fail="hang")))
    running, waiting = Collector(), Collector()
    scheduler.submit(request("one"), running)
    assert running.started()
    job = scheduler.submit(request("two"), waiting)
    scheduler.close()
    assert finished(job)
    assert waiting.error is not None
