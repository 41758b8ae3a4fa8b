"""What travels over the engine's socket: OpenAI-shaped JSON with a few fields of our own."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from codeassist import __version__
from codeassist.config import EngineSettings
from codeassist.engine.api import Chunk, Counters, Message, Priority, Request, Scores, Usage, Vectors
from codeassist.errors import CodeassistError, EngineError
from codeassist.models.manifest import Manifest

MAX_BODY_BYTES = 32 * 1024 * 1024  # images are a third larger in JSON
MAX_TEXTS = 2048  # as OpenAI's
MAX_TURNS = 4096
MAX_SCORED, MAX_WATCHED = 4096, 256  # tokens
Text = Annotated[str, msgspec.Meta(min_length=1)]
TokenId = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine process is to be. Two equal specs can share one process."""

    manifest: Manifest
    settings: EngineSettings
    directory: str  # for the socket and the lock; only this user can enter it
    draft: Manifest | None = None  # a model whose drafts this one checks
    fake_script: str = ""
    version: str = __version__

    @property
    def files(self) -> tuple[str, ...]:
        """What the engine may read of the user's: the model's files."""
        each_file = (self.manifest, self.manifest.projector, self.draft)
        return tuple(each.path for each in each_file if each is not None)


class Health(msgspec.Struct, kw_only=True):
    """The answer of `/health`."""

    pid: int
    spec: Spec
    sandbox: str
    context_tokens: int
    counters: Counters
    draining: bool = False


class CompletionBody(msgspec.Struct, kw_only=True):
    """The body of `/v1/completions`; fields of OpenAI's that are not here are ignored."""

    prompt: str | list[TokenId]
    turns: Annotated[list[Message], msgspec.Meta(max_length=MAX_TURNS)] = []
    max_tokens: int = 64
    stop: str | list[str] | None = None
    temperature: float = 0.0
    seed: int = 0
    stream: bool = False
    begin: str = ""
    scored: Annotated[list[TokenId], msgspec.Meta(max_length=MAX_SCORED)] = []
    watched: Annotated[list[TokenId], msgspec.Meta(max_length=MAX_WATCHED)] = []
    alternatives: Annotated[int, msgspec.Meta(ge=0, le=20)] = 0
    priority: Priority = Priority.INTERACTIVE
    session: str = ""
    deadline_ms: int = 0

    def request(self, prompt: tuple[int, ...]) -> Request:
        """The request for the scheduler."""
        stop = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())
        return Request(
            prompt=prompt,
            turns=tuple(self.turns),
            max_tokens=max(1, self.max_tokens),
            begin=self.begin,
            scored=tuple(self.scored),
            watched=tuple(self.watched),
            alternatives=self.alternatives,
            stop=tuple(text for text in stop if text),
            temperature=max(0.0, self.temperature),
            seed=self.seed,
            priority=self.priority,
            session=self.session,
            deadline_ms=self.deadline_ms,
        )


class ChatBody(CompletionBody, kw_only=True):
    """The body of `/v1/chat/completions`."""

    prompt: str | list[TokenId] = ""
    messages: list[Message]


class EmbeddingsBody(msgspec.Struct):
    """The body of `/v1/embeddings`; fields of OpenAI's that are not here are ignored."""

    input: Text | Annotated[list[Text], msgspec.Meta(min_length=1, max_length=MAX_TEXTS)]

    @property
    def texts(self) -> list[str]:
        """The texts."""
        return [self.input] if isinstance(self.input, str) else self.input


class TokenizeBody(msgspec.Struct):
    """The body of `/tokenize`: specials are off, nothing is added."""

    texts: list[str]


class CancelBody(msgspec.Struct):
    """The body of `/cancel`."""

    session: str


class TemplateBody(msgspec.Struct):
    """The body of `/apply-template`."""

    messages: list[Message]


class Frame(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Our part of one server-sent event of `/v1/completions`."""

    text: str = ""
    tokens: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    finish: str = ""
    usage: Usage = Usage()
    scores: Scores | None = None
    error: str = ""
    hint: str = ""

    @classmethod
    def of(cls, item: Chunk | CodeassistError) -> Frame:
        """The frame of a chunk or an error."""
        if isinstance(item, CodeassistError):
            return cls(error=item.message, hint=item.hint)
        return cls(**{name: getattr(item, name) for name in item.__struct_fields__})

    def chunk(self) -> Chunk:
        """The chunk of a frame.

        Raises:
            EngineError: the frame is an error.
        """
        if self.error:
            raise EngineError(self.error, self.hint)
        return Chunk(**{name: getattr(self, name) for name in Chunk.__struct_fields__})


class Event(msgspec.Struct):
    """One server-sent event as the client reads it."""

    codeassist: Frame


class Embedding(msgspec.Struct, tag_field="object", tag="embedding"):
    """One vector of an answer of `/v1/embeddings`."""

    index: int
    embedding: list[float]


class EmbeddingsUsage(msgspec.Struct):
    """Tokens under OpenAI's names."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingsReply(msgspec.Struct, tag_field="object", tag="list"):
    """The answer of `/v1/embeddings`."""

    data: list[Embedding]
    model: str
    usage: EmbeddingsUsage

    @classmethod
    def of(cls, model: str, made: Vectors) -> EmbeddingsReply:
        """The answer that carries these vectors."""
        data = [Embedding(index, vector) for index, vector in enumerate(made.vectors)]
        return cls(data, model, EmbeddingsUsage(made.tokens, made.tokens))


def openai_usage(usage: Usage) -> dict[str, Any]:
    """Usage under OpenAI's names."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.generated_tokens,
        "total_tokens": usage.prompt_tokens + usage.generated_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }
