"""The shapes of the engine's answers: whole, as server-sent events, and refusals."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.responses import Response

from codeassist.engine.api import Chunk
from codeassist.engine.wire import Frame, openai_usage
from codeassist.errors import CodeassistError, UnsupportedError, UsageError

Item = Chunk | CodeassistError


async def events(items: AsyncIterator[Item | None], model: str, *, chat: bool) -> AsyncIterator[bytes]:
    """A generation as server-sent events; a comment while there is nothing new."""
    kind = "chat.completion.chunk" if chat else "text_completion"
    async with contextlib.aclosing(items) as source:  # type: ignore[type-var]
        async for item in source:
            if item is None:
                yield b": waiting\n\n"
                continue
            frame = Frame.of(item)
            choice: dict[str, Any] = {"index": 0, "finish_reason": frame.finish or None}
            choice |= {"delta": {"content": frame.text}} if chat else {"text": frame.text}
            event: dict[str, Any] = {"object": kind, "model": model, "choices": [choice], "codeassist": frame}
            if frame.error:
                event["error"] = {"message": frame.error, "type": "engine_error"}
            yield b"data: " + msgspec.json.encode(event) + b"\n\n"
    yield b"data: [DONE]\n\n"


async def whole(items: AsyncIterator[Item | None], model: str, *, chat: bool) -> Response:
    """A generation in one document."""
    text, last = "", Chunk()
    async for item in items:
        if isinstance(item, CodeassistError):
            return error_reply(item)
        if item is not None:
            text, last = text + item.text, item
    choice: dict[str, Any] = {"index": 0, "finish_reason": last.finish}
    choice |= {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
    kind = "chat.completion" if chat else "text_completion"
    return json_reply({"object": kind, "model": model, "choices": [choice], "usage": openai_usage(last.usage)})


def json_reply(value: object, status: int = 200) -> Response:
    """A JSON document."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def stopping() -> Response:
    """The refusal of an engine that takes no more requests."""
    return error_reply(CodeassistError("the engine is stopping", "run the command again"))


def error_reply(error: CodeassistError) -> Response:
    """An error, OpenAI-shaped: 400 for a wrong request, 501 for what the model cannot do, else 503."""
    status = 400 if isinstance(error, UsageError) else 501 if isinstance(error, UnsupportedError) else 503
    kind = "invalid_request_error" if status == 400 else "engine"
    return json_reply({"error": {"message": error.message, "hint": error.hint, "type": kind}}, status)
