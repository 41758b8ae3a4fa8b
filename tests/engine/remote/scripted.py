"""A scripted HTTP server on this machine: each path answers as a test says. `Vllm` imitates vLLM's documented wire."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

FIRST = 100  # the token of a character is its code point plus this; below are markers
_NAMES = (
    *("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|endoftext|>", "<|fim_pad|>", "<|repo_name|>"),
    *("<|file_sep|>", "<|im_end|>", "<|im_start|>", "[INST]", "<s>"),
)
MARKERS = {text: number for number, text in enumerate(_NAMES, start=1)}
_SPLIT = re.compile("(" + "|".join(map(re.escape, MARKERS)) + ")")


class Handler(BaseHTTPRequestHandler):
    """Reads a request whole, keeps it, and hands it to the test's answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._handle(b"")

    def do_POST(self) -> None:
        self._handle(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _handle(self, body: bytes) -> None:
        self.server.requests.append((self.path, dict(self.headers), body))
        with suppress(OSError, ValueError):
            self.server.answers.get(self.path, not_found)(self, body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def json(self, value: object, status: int = 200) -> None:
        self.raw(msgspec.json.encode(value), status)

    def raw(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def begin(self) -> None:
        """The head of a stream of events."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def piece(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(content), content))
        self.wfile.flush()

    def event(self, value: object) -> None:
        self.piece(b"data: " + msgspec.json.encode(value) + b"\n\n")

    def end(self) -> None:
        self.piece(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")


Answer = Callable[[Handler, bytes], None]


def not_found(handler: Handler, _body: bytes) -> None:
    handler.json({"error": {"message": "Not Found"}}, 404)


class Server(ThreadingHTTPServer):
    """`answers` by path; `requests` that came, as (path, headers, body)."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, answers: dict[str, Answer], context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.connections = 0
        self.left = threading.Event()  # set when the test is over: answers that hang wait for it
        self._context = context

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.server_address[1]}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        if self._context is None:
            super().finish_request(request, client_address)
            return
        with suppress(OSError), self._context.wrap_socket(request, server_side=True) as wrapped:
            super().finish_request(wrapped, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is no fault."""

    def bodies(self, path: str) -> list[Any]:
        """The JSON documents that were sent to a path."""
        return [msgspec.json.decode(body) for where, _, body in self.requests if where == path]


@contextmanager
def serving(answers: dict[str, Answer], context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server for as long as the block runs."""
    server = Server(answers, context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.left.set()
        server.shutdown()
        server.server_close()


def ids_of(text: str) -> list[int]:
    """As a tokenizer of Hugging Face does it, markers in the text become control tokens."""
    parts = (part for part in _SPLIT.split(text) if part)
    return [
        token for part in parts for token in ([MARKERS[part]] if part in MARKERS else [ord(c) + FIRST for c in part])
    ]


def text_of(tokens: list[int]) -> str:
    """The text of tokens, markers included."""
    names = {number: text for text, number in MARKERS.items()}
    return "".join(names.get(token) or chr(token - FIRST) for token in tokens)


class Vllm:
    """Answers as vLLM's protocol files describe, for a model that writes `text`."""

    def __init__(self, text: str = "hello", model: str = "Qwen/Qwen2.5-Coder-7B") -> None:
        self.text = text
        self.model = model
        self.version = "0.12.1"
        self.structured = True  # takes notice of what it is asked to begin with
        self.cached: int | None = 5
        self.chat = True
        self.usage = True
        self.strs = True  # names tokens where it is asked to

    @property
    def answers(self) -> dict[str, Answer]:
        return {
            "/v1/models": lambda handler, _body: handler.json(
                {"object": "list", "data": [{"id": self.model, "owned_by": "vllm", "max_model_len": 2048}]}
            ),
            "/version": lambda handler, _body: handler.json({"version": self.version}),
            "/tokenize": self.tokenize,
            "/detokenize": lambda handler, body: handler.json({"prompt": text_of(msgspec.json.decode(body)["tokens"])}),
            "/v1/completions": self.complete,
        }

    def tokenize(self, handler: Handler, body: bytes) -> None:
        asked = msgspec.json.decode(body)
        if "messages" in asked and not self.chat:
            handler.json({"error": {"message": "no chat template", "code": 400}}, 400)
            return
        if "messages" in asked:
            turns = [f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n" for turn in asked["messages"]]
            tokens = ids_of("".join(turns) + "<|im_start|>assistant\n")
        else:
            tokens = ids_of(asked["prompt"])
        strs = [text_of([token]) for token in tokens] if asked.get("return_token_strs") and self.strs else None
        handler.json({"count": len(tokens), "max_model_len": 2048, "tokens": tokens, "token_strs": strs})

    def complete(self, handler: Handler, body: bytes) -> None:
        asked = msgspec.json.decode(body)
        if "prompt_logprobs" in asked:
            self.score(handler, asked)
            return
        text = self.begun(asked) + self.text
        handler.begin()
        shared = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": self.model}
        for char in text[: asked["max_tokens"]]:
            told = {"text_offset": [0], "token_logprobs": [-0.25], "tokens": [char]}
            told["top_logprobs"] = [{char: -0.25, "z": -2.0, "y": -1.0}]
            choice = {
                "index": 0,
                "text": char,
                "logprobs": told,
                "finish_reason": None,
                "token_ids": [ord(char) + FIRST],
            }
            handler.event(shared | {"choices": [choice]})
        reason = "length" if len(text) > asked["max_tokens"] else "stop"
        last = {"index": 0, "text": "", "logprobs": None, "finish_reason": reason, "stop_reason": None, "token_ids": []}
        handler.event(shared | {"choices": [last]})
        if self.usage:
            usage: dict[str, Any] = {"prompt_tokens": len(asked["prompt"]), "completion_tokens": len(text)}
            if self.cached is not None:
                usage["prompt_tokens_details"] = {"cached_tokens": self.cached}
            handler.event(shared | {"choices": [], "usage": usage})
        handler.end()

    def begun(self, asked: dict[str, Any]) -> str:
        """What a server that takes notice begins with: what a regular expression asks for."""
        pattern = asked.get("structured_outputs", {}).get("regex") or asked.get("guided_regex", "")
        if not self.structured or not pattern:
            return ""
        literal = pattern.removesuffix("(.|\\n)*").replace("\\n", "\n").replace("\\t", "\t")
        return re.sub(r"\\(.)", r"\1", literal)

    def score(self, handler: Handler, asked: dict[str, Any]) -> None:
        entries: list[dict[str, Any] | None] = [None]
        for token in asked["prompt"][1:]:
            char = text_of([token])
            likely = token if char != "!" else ord("?") + FIRST
            entry = {str(likely): {"logprob": -0.125, "rank": 1, "decoded_token": text_of([likely])}}
            entry.setdefault(str(token), {"logprob": -9.0, "rank": 40, "decoded_token": char})
            entries.append(entry)
        handler.json({"choices": [{"index": 0, "text": "x", "finish_reason": "length", "prompt_logprobs": entries}]})
