"""A model with eyes: llama.cpp with a vision projector, for text and for conversations with images.

Facts about this build that the file relies on (tests hold it to them):
- with a projector the OpenAI-shaped completion, which xllamacpp's own calls reach, takes no token ids (llama.cpp's
  tools/server/server-context.cpp); `/completion` takes both, so everything goes there, over the engine's inner socket;
- an image stands in a prompt as a marker of the server's own, random for each start (`/props` tells it), and the prompt
  that holds it is text, in which llama.cpp reads control tokens wherever they stand. So what people wrote is disarmed
  first, and the whole is checked: it holds the control tokens of the model's template and no others;
- a buffer that stb_image cannot decode is tried as a video, by starting ffprobe: the sandbox refuses that;
- encoding an image is not interrupted: a cancel acts when it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec
from msgspec.structs import replace

from codeassist.engine.api import Chunk, Emit, Message, Request, Usage
from codeassist.engine.disarming import check, disarmed
from codeassist.engine.events import Failure, Progress, Timings, Token, finite
from codeassist.engine.images import IMAGE_TOKENS
from codeassist.engine.llama import Llama, begun_with
from codeassist.engine.turns import Turns
from codeassist.engine.uds import http_client
from codeassist.errors import EngineError
from codeassist.models.manifest import Manifest

_SILENCE_SECONDS = 3600.0  # a large encoder on a slow machine says nothing for minutes
_DATA = "data: "


class _Event(msgspec.Struct):
    content: str = ""
    stop: bool = False
    stop_type: str = ""
    tokens_evaluated: int = 0  # of the prompt, images included
    completion_probabilities: list[Token] = []
    prompt_progress: Progress | None = None
    timings: Timings | None = None
    error: Failure | None = None


class _Refused(msgspec.Struct):
    error: Failure


def equip(chosen: Any, manifest: Manifest) -> None:
    """Have llama.cpp load the projector too. Models that cut images as they please make so many tokens of one."""
    if manifest.projector is not None:
        chosen.mmproj.path = manifest.projector.path
        chosen.mmproj_use_gpu = False
        chosen.image_max_tokens = IMAGE_TOKENS


class Vision:
    """Generates with a loaded model that has a projector."""

    def __init__(self, llama: Llama, manifest: Manifest, turns: Turns, socket: Path) -> None:
        self._llama = llama
        self._manifest = manifest
        self._turns = turns
        self._http = http_client(socket, _SILENCE_SECONDS)
        self._marker = str(self._http.get("/props").json()["media_marker"])

    def generate(self, request: Request, emit: Emit) -> None:
        """One generation, of token ids or of a conversation with images.

        Raises:
            EngineError: an image cannot be decoded, it does not fit, or the text cannot be disarmed.
        """
        run = _Run(request, emit)
        body = msgspec.json.encode(_body(request, self._prompt(request)))
        try:
            # The server closes after a stream; httpx would take the connection up again.
            with self._http.stream("POST", "/completion", content=body, headers={"Connection": "close"}) as reply:
                if reply.status_code != httpx.codes.OK:
                    raise refusal(msgspec.json.decode(reply.read(), type=_Refused).error.message)
                for line in reply.iter_lines():
                    if line.startswith(_DATA) and run.take(line.removeprefix(_DATA).encode()):
                        return
        except httpx.HTTPError as error:
            raise EngineError(f"the model does not answer: {error}", "run the command again") from error

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _prompt(self, request: Request) -> Any:
        if not request.turns:
            return list(request.prompt)
        images = [image for turn in request.turns for image in turn.images]
        return {"prompt_string": self._text(request.turns), "multimodal_data": images}

    def _text(self, turns: Sequence[Message]) -> str:
        """The conversation as one text: a marker and a newline for each image, nothing else that is not plain text."""
        begun = turns[-1].content if turns[-1].role == "assistant" else ""
        parts: list[list[str]] = [[]]  # between two markers: what is tokenised in one piece
        for piece in self._turns.pieces(turns[:-1] if begun else turns):
            if isinstance(piece, str):
                parts[-1].append(piece)
                continue
            parts.extend(["\n"] for _ in piece.images)
            parts[-1].append(self._plain(piece.content))
        parts[0][:1] = [self._without_bos(parts[0][0])] if parts[0] else []
        parts[-1].append(self._plain(begun))
        for stretch in parts:
            check(self._llama, stretch)
        return self._marker.join("".join(stretch) for stretch in parts)

    def _plain(self, text: str) -> str:
        if self._marker in text:
            raise EngineError("what is asked holds the engine's marker of an image", "leave it out")
        return disarmed(self._llama, text)

    def _without_bos(self, text: str) -> str:
        """llama.cpp puts the token first by itself."""
        first = self._llama.pieces(text)[:1]
        if first and first[0][0] == self._manifest.bos:
            return text.removeprefix(first[0][1])
        return text


class _Run:
    """Turns the events of a stream into chunks."""

    def __init__(self, request: Request, emit: Emit) -> None:
        self._emit = emit
        self._alternatives = request.alternatives
        self._usage = Usage(prompt_tokens=len(request.prompt))
        self._decoder = msgspec.json.Decoder(_Event)

    def take(self, line: bytes) -> bool:
        """One event; True if the generation is over."""
        event = self._decoder.decode(line)
        if event.error is not None:
            raise refusal(event.error.message)
        self._count(event)
        likely = event.completion_probabilities
        others = likely[-1].top_logprobs[: self._alternatives] if likely else []
        chunk = Chunk(
            text=event.content,
            tokens=tuple(token.id for token in likely),
            logprobs=tuple(finite(token.logprob) for token in likely),
            alternatives=tuple((each.token, finite(each.logprob)) for each in others),
            finish=("length" if event.stop_type == "limit" else "stop") if event.stop else "",
            usage=self._usage,
        )
        return self._emit(chunk) or event.stop

    def _count(self, event: _Event) -> None:
        prompt = self._usage.prompt_tokens or event.tokens_evaluated
        if event.timings is not None:
            done = event.timings
            self._usage = Usage(
                prompt_tokens=prompt,
                cached_tokens=done.cache_n,
                evaluated_tokens=done.prompt_n,
                generated_tokens=done.predicted_n,
            )
        elif event.prompt_progress is not None:
            seen = event.prompt_progress
            self._usage = replace(
                self._usage,
                prompt_tokens=prompt,
                cached_tokens=seen.cache,
                evaluated_tokens=seen.processed - seen.cache,
            )
        elif event.content:
            self._usage = replace(self._usage, generated_tokens=self._usage.generated_tokens + 1)


def refusal(message: str) -> EngineError:
    """What llama.cpp says of a request, for people."""
    hint = "codeassist doctor"
    if "context" in message:
        hint = "give less, or raise engine.context_tokens"
    if "Failed to load image" in message:
        message, hint = "an image cannot be decoded", "save it again as PNG, without interlacing"
    return EngineError(f"the model refused the request: {message}", hint)


def _body(request: Request, prompt: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "prompt": prompt,
        "n_predict": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stop": list(request.stop),
        "stream": True,
        "return_progress": True,
        "cache_prompt": True,
        "n_probs": max(1, request.alternatives),
    }
    if request.begin:
        body["grammar"] = begun_with(request.begin)
    return body
