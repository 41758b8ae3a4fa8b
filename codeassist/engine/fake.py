"""The scripted engine: deterministic replies, delays and failures, for every test above the model.

A script is JSON: {"context_tokens": 4096, "replies": [{"when": "text in the prompt", "text": "…", …}]}.
The first reply whose `when` is in the prompt (with what the output must begin with) and which has `times` left
answers. A token is one code point: its id is the code point plus 1000; ids below are markers (1 prefix, 2 suffix,
3 middle, 4–9 turns). With `dimensions` it embeds too: a vector counts the words of a text. Scored, every token is
likely but where a text of `surprises` begins: there the first token of what is expected instead is, and what follows is
less so.
"""

from __future__ import annotations

import math
import os
import re
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from codeassist.engine.api import Chunk, Emit, Message, ModelInfo, Request, Scores, Usage, Vectors
from codeassist.engine.prefix import common
from codeassist.errors import ConfigError, EngineError, UnsupportedError
from codeassist.models.manifest import FimTokens, Manifest, Projector

_FIRST = 1000
_ROLES = {"system": 4, "user": 5, "assistant": 6}
_LOGPROB, _DOUBT, _SURPRISE = -0.1, -0.6, -9.0
_TICK_SECONDS = 0.005

MANIFEST = Manifest(
    id="fake",
    path="",
    bytes=0,
    mtime_ns=0,
    sha256="",
    architecture="fake",
    family="fake",
    context_tokens=4096,
    fim=FimTokens(prefix=1, suffix=2, middle=3, end=(9,)),
    chat_template="fake",
    projector=Projector(path="", bytes=0, mtime_ns=0, sha256="", kind="fake"),
)


class Reply(msgspec.Struct, forbid_unknown_fields=True):
    """One scripted answer. `fail`: "error" reports one, "die" kills the process, "hang" never ends."""

    text: str = ""
    when: str = ""
    finish: str = "stop"
    prefill_ms: float = 0  # for each token that is not cached
    decode_ms: float = 0  # for each character
    fail: str = ""
    times: Annotated[int, msgspec.Meta(ge=1)] = 1_000_000


class Script(msgspec.Struct, forbid_unknown_fields=True):
    """All replies, and sizes in tokens. A text to embed fails as a reply says whose `when` is in it.

    `dimensions`: of vectors; 0 is a model that makes none.
    """

    replies: list[Reply] = []
    context_tokens: int = 4096
    batch_tokens: int = 64
    surprises: dict[str, str] = {}
    dimensions: Annotated[int, msgspec.Meta(ge=0, le=4096)] = 0


class FakeEngine:
    """An `Engine` that follows a script."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.embedded = 0  # texts so far
        self._kv: list[tuple[int, ...]] = []  # evaluated sequences: the longest common prefix of one is cached

    @classmethod
    def from_file(cls, path: Path) -> FakeEngine:
        """Read a script.

        Raises:
            ConfigError: it cannot be read or breaks the schema.
        """
        try:
            return cls(msgspec.json.decode(path.read_bytes(), type=Script))
        except (OSError, msgspec.MsgspecError) as error:
            raise ConfigError(f"cannot use the script {path}: {error}", "correct CODEASSIST_ENGINE") from error

    def info(self) -> ModelInfo:
        """The scripted model."""
        return ModelInfo(id=MANIFEST.id, context_tokens=self._script.context_tokens)

    @property
    def embedding_manifest(self) -> Manifest | None:
        """The scripted model as one that embeds; None if it does not."""
        if not self._script.dimensions:
            return None
        return msgspec.structs.replace(MANIFEST, id=f"fake-{self._script.dimensions}", embedding=True)

    def tokenize(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """One token for each code point."""
        return [tuple(ord(char) + _FIRST for char in text) for text in texts]

    def render_chat(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """A marker, then the content, for each turn; a last marker opens the answer."""
        turns = (((_ROLES[turn.role],), self.tokenize([turn.content])[0]) for turn in messages)
        return (*(token for marker, content in turns for token in (*marker, *content)), _ROLES["assistant"])

    def generate(self, request: Request, emit: Emit) -> None:
        """Follow the first reply that fits."""
        if request.turns:
            request = msgspec.structs.replace(request, prompt=self._seen(request.turns))
        if len(request.prompt) >= self._script.context_tokens:
            raise EngineError("the request exceeds the context", "give a shorter prompt or file")
        reply = Reply() if request.scored else self._reply(request)
        cached = max((common(known, request.prompt) for known in self._kv), default=0)
        cached = min(cached, max(0, len(request.prompt) - 1))
        usage = Usage(prompt_tokens=len(request.prompt), cached_tokens=cached)
        for end in (*range(cached, len(request.prompt), self._script.batch_tokens), len(request.prompt)):
            _sleep((end - cached - usage.evaluated_tokens) * reply.prefill_ms / 1000)
            usage = msgspec.structs.replace(usage, evaluated_tokens=end - cached)
            self._remember(request.prompt[:end])
            if emit(Chunk(usage=usage)):
                return
        if request.scored:
            emit(Chunk(finish="stop", usage=usage, scores=self._scores(request)))
        elif not self._fails(reply, emit, usage):
            self._decode(request, reply, emit, usage)

    def _seen(self, turns: Sequence[Message]) -> tuple[int, ...]:
        """A conversation in which an image is a word that names its hash."""
        begun = turns[-1].content if turns[-1].role == "assistant" else ""
        shown = [
            Message(turn.role, "".join(f"[image {zlib.crc32(image):08x}]" for image in turn.images) + turn.content)
            for turn in (turns[:-1] if begun else turns)
        ]
        return self.render_chat(shown) + self.tokenize([begun])[0]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Count each text's words, hashed into so many dimensions."""
        if not self._script.dimensions:
            raise UnsupportedError("this model makes no embeddings", "codeassist model list shows those that do")
        for reply in self._script.replies:
            if reply.fail and any(reply.when in text for text in texts):
                self._fails(reply, lambda _chunk: False, Usage())
        cut = [text[: self._script.context_tokens] for text in texts]
        self.embedded += len(cut)
        return Vectors([_bag_of_words(text, self._script.dimensions) for text in cut], sum(map(len, cut)))

    def cancel(self, session: str) -> None:
        """Nothing is queued here: the scheduler, or `emit`, ends a generation."""

    def close(self) -> None:
        """Nothing is held."""

    def _reply(self, request: Request) -> Reply:
        text = "".join(chr(token - _FIRST) if token >= _FIRST else "\0" for token in request.prompt) + request.begin
        for reply in self._script.replies:
            if reply.times > 0 and reply.when in text:
                reply.times -= 1
                return reply
        raise EngineError("the script has no reply for this prompt", "add one to the script")

    def _fails(self, reply: Reply, emit: Emit, usage: Usage) -> bool:
        """Fail as scripted; True if the generation was ended while it hung."""
        if reply.fail == "error":
            raise EngineError("a scripted failure", "change the script")
        if reply.fail == "die":
            os._exit(9)
        while reply.fail == "hang":
            if emit(Chunk(usage=usage)):
                return True
            _sleep(_TICK_SECONDS)
        return False

    def _scores(self, request: Request) -> Scores:
        text = "".join(chr(token - _FIRST) for token in request.scored)
        likely = {
            match.start(): ord(expected[0]) + _FIRST
            for written, expected in self._script.surprises.items()
            for match in re.finditer(re.escape(written), text)
        }
        best = tuple(likely.get(index, token) for index, token in enumerate(request.scored))
        return Scores(
            tokens=request.scored,
            lengths=tuple(len(char.encode()) for char in text),
            logprobs=tuple(
                _SURPRISE if index in likely else _DOUBT if index > min(likely, default=index) else _LOGPROB
                for index in range(len(text))
            ),
            best=best,
            best_logprobs=(_LOGPROB,) * len(text),
            watched=tuple(tuple(_LOGPROB if one == it else _SURPRISE for one in request.watched) for it in best),
        )

    def _decode(self, request: Request, reply: Reply, emit: Emit, usage: Usage) -> None:
        text = self._rest(request, reply)
        cuts = [text.index(stop) for stop in request.stop if stop in text]
        text, finish = (text[: min(cuts)], "stop") if cuts else (text, reply.finish)
        if len(text) > request.max_tokens:
            text, finish = text[: request.max_tokens], "length"
        for count, char in enumerate(text, start=1):
            _sleep(reply.decode_ms / 1000)
            usage = msgspec.structs.replace(usage, generated_tokens=count)
            if emit(Chunk(text=char, tokens=(ord(char) + _FIRST,), logprobs=(_LOGPROB,), usage=usage)):
                self._remember(request.prompt + self.tokenize([text[:count]])[0])
                return
        self._remember(request.prompt + self.tokenize([text])[0])
        emit(Chunk(finish=finish, usage=usage))

    def _rest(self, request: Request, reply: Reply) -> str:
        """What is left of the reply when the prompt already ends with a part of it (a resumed request)."""
        text = request.begin + reply.text
        (tokens,) = self.tokenize([text[: len(request.prompt)]])
        for length in range(len(tokens), 0, -1):
            if request.prompt[-length:] == tokens[:length]:
                return text[length:]
        return text

    def _remember(self, tokens: tuple[int, ...]) -> None:
        self._kv = [*[known for known in self._kv if tokens[: len(known)] != known][-3:], tokens]


def _bag_of_words(text: str, dimensions: int) -> list[float]:
    counts = [0.0] * dimensions
    for word in re.findall(r"[a-z0-9]+", text.lower()):
        counts[zlib.crc32(word.encode()) % dimensions] += 1
    length = math.hypot(*counts) or 1.0
    return [count / length for count in counts]


def _sleep(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)
