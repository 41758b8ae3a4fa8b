"""Decides which request the model works on: one at a time, the most urgent first.

A more urgent request preempts the running one after its current batch. The preempted request goes on later
from where it was: its prompt and what it generated are still in the KV cache. A newer request of a session
cancels the older ones of it.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable

import msgspec

from codeassist.engine.api import Chunk, Counters, Engine, Message, Request, Scores, Usage
from codeassist.engine.results import Output, ResultCache, key_of
from codeassist.errors import CodeassistError, EngineError

Sink = Callable[[Chunk | CodeassistError], None]
"""Receives chunks, in order, from any thread; an error ends them."""


class Job:
    """A request on its way, with what it has produced."""

    def __init__(self, request: Request, sink: Sink) -> None:
        self.request = request
        self.sink = sink
        self.output = Output()
        self.usage = Usage(prompt_tokens=len(request.prompt))
        self.started = False  # a segment of it has run: its counts are of the prompt, later ones of a resumption
        self.done = threading.Event()
        self._cancelled = threading.Event()
        self._deadline = time.monotonic() + request.deadline_ms / 1000 if request.deadline_ms else None

    def cancel(self) -> None:
        """Nobody wants it any more."""
        self._cancelled.set()

    @property
    def unwanted(self) -> bool:
        """True once cancelled or past its deadline."""
        return self._cancelled.is_set() or (self._deadline is not None and time.monotonic() > self._deadline)

    def end(self, last: Chunk | CodeassistError) -> None:
        """Deliver the last chunk or an error."""
        self.sink(last)
        self.done.set()


class Scheduler:
    """Owns the thread that runs the model."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._results = ResultCache()
        self._waiting: list[tuple[int, int, Job]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._running: Job | None = None
        self._preempting = False
        self._closed = False
        self.counters = Counters()
        self._thread = threading.Thread(target=self._work, name="scheduler", daemon=True)
        self._thread.start()

    def submit(self, request: Request, sink: Sink) -> Job:
        """Queue a request; its chunks go to `sink`. Known outputs are delivered at once."""
        job = Job(request, sink)
        with self._changed:
            self.counters.requests += 1
            self._supersede(request.session)
            known = self._results.get(request) or self._in_flight(request)
            if known is not None and self._replay(job, known):
                return job
            heapq.heappush(self._waiting, (request.priority, next(self._order), job))
            if self._running is not None and request.priority < self._running.request.priority:
                self._preempting = True
            self._changed.notify()
        return job

    @property
    def idle(self) -> bool:
        """True if nothing runs or waits."""
        with self._changed:
            return self._running is None and not self._waiting

    def close(self) -> None:
        """Cancel what runs and stop the thread."""
        with self._changed:
            self._closed = True
            if self._running is not None:
                self._running.cancel()
            self._changed.notify()
        self._thread.join(timeout=10)

    def count_embedded(self, tokens: int) -> None:
        """Count a request for vectors, which the scheduler does not run."""
        with self._changed:
            self.counters.requests += 1
            self.counters.evaluated_tokens += tokens

    def cancel(self, session: str) -> None:
        """Cancel every request of a session: the running one ends after its current batch."""
        with self._changed:
            self._supersede(session)

    def _supersede(self, session: str) -> None:
        if not session:
            return
        for job in (*(job for _, _, job in self._waiting), self._running):
            if job is not None and job.request.session == session:
                job.cancel()

    def _in_flight(self, request: Request) -> Output | None:
        """What the running job has produced, if it is of this very request: its client may just have left it."""
        job = self._running
        if job is None or not job.output.chunks or key_of(request) is None or key_of(job.request) != key_of(request):
            return None
        return Output(list(job.output.chunks))

    def _replay(self, job: Job, known: Output) -> bool:
        """Deliver a remembered output as cached tokens; True if nothing is left to generate."""
        prompt = len(job.request.prompt) or known.chunks[-1].usage.prompt_tokens
        job.usage = Usage(prompt_tokens=prompt, cached_tokens=prompt)
        self.counters.cached_tokens += prompt
        job.output = Output(list(known.chunks))
        for chunk in known.chunks:
            job.sink(msgspec.structs.replace(chunk, usage=job.usage))
        if known.finish:
            job.end(Chunk(finish=known.finish, usage=job.usage))
        job.started = True
        return bool(known.finish)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    break
                priority, order, job = heapq.heappop(self._waiting)
                self._running, self._preempting = job, False
                known = None if job.started else self._results.get(job.request)  # an equal one may have run meanwhile
            again = not (known is not None and self._replay(job, known)) and self._run(job)
            with self._changed:
                self._running = None
                if again:
                    self.counters.preempted += 1
                    heapq.heappush(self._waiting, (priority, order, job))
        for _, _, job in self._waiting:
            job.end(EngineError("the engine is stopping", "run the command again"))

    def _run(self, job: Job) -> bool:
        """Run one segment of a job; True if it was preempted and must go on later."""
        segment = _Segment(job, lambda: self._preempting)
        try:
            if not job.unwanted:
                self._engine.generate(self._rest(job), segment.emit)
        except CodeassistError as error:
            self._account(segment)
            job.end(error)
            return False
        except Exception as error:  # noqa: BLE001  the thread must live: the fault goes to the one who asked
            job.end(EngineError(f"the engine failed: {error}", "run: codeassist doctor"))
            return False
        self._account(segment)
        finish = segment.finish or ("cancelled" if job.unwanted else "")
        if not finish:
            return True
        with self._changed:
            job.output.finish = "" if finish == "cancelled" else finish
            self._results.put(job.request, job.output)
            self.counters.cancelled += finish == "cancelled"
        job.end(Chunk(finish=finish, usage=job.usage, scores=segment.scores))
        return False

    def _rest(self, job: Job) -> Request:
        """The request that goes on where the job's output ends."""
        text = job.output.text
        if not text:
            return job.request
        begin, turns = job.request.begin, job.request.turns
        return msgspec.structs.replace(
            job.request,
            prompt=() if turns else job.request.prompt + self._engine.tokenize([text])[0],
            turns=(*turns, Message("assistant", text)) if turns else (),
            max_tokens=max(1, job.request.max_tokens - len(job.output.chunks)),
            begin=begin[len(text) :] if begin.startswith(text) else "",
        )

    def _account(self, segment: _Segment) -> None:
        with self._changed:
            self.counters.evaluated_tokens += segment.usage.evaluated_tokens
            self.counters.generated_tokens += segment.usage.generated_tokens
            if not segment.resumed:
                self.counters.cached_tokens += segment.usage.cached_tokens


class _Segment:
    """One uninterrupted run of a job: adds its chunks to the job and its counts to the job's."""

    def __init__(self, job: Job, preempting: Callable[[], bool]) -> None:
        self._job = job
        self._preempting = preempting
        self._before = job.usage
        self.resumed = job.started
        self.usage = Usage()
        self.finish = ""
        self.scores: Scores | None = None

    def emit(self, chunk: Chunk) -> bool:
        """Take one chunk of the engine; True makes it stop."""
        job = self._job
        job.started = True
        self.usage = chunk.usage
        job.usage = Usage(
            prompt_tokens=len(job.request.prompt) or self._before.prompt_tokens or chunk.usage.prompt_tokens,
            cached_tokens=self._before.cached_tokens if self.resumed else chunk.usage.cached_tokens,
            evaluated_tokens=self._before.evaluated_tokens + chunk.usage.evaluated_tokens,
            generated_tokens=self._before.generated_tokens + chunk.usage.generated_tokens,
        )
        told = msgspec.structs.replace(chunk, usage=job.usage, finish="")
        if chunk.text:
            job.output.chunks.append(told)
        if chunk.text or not chunk.finish:
            job.sink(told)
        self.finish, self.scores = chunk.finish, chunk.scores
        return job.unwanted or (self._preempting() and not chunk.finish)
