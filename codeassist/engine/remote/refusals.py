"""What a server's refusal means to the one who asked."""

from __future__ import annotations

import msgspec

from codeassist.engine.remote.keys import Key
from codeassist.errors import EngineError
from codeassist.terminal import one_line

_SHOWN = 300  # characters of what a server says

_HINTS = {
    401: "the server wants a key: set engine.key_env or engine.key_keyring (docs/team.md)",
    403: "the server refuses this key: ask whoever runs it",
    404: "engine.url is the address without /v1; a gateway must pass /tokenize on too (docs/team.md)",
    413: "give less, or shorten the context",
    429: "others are busy there: try again in a moment",
}


class RefusedError(EngineError):
    """A server's answer other than 200; `status` is its HTTP status."""

    def __init__(self, status: int, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.status = status


def refusal(status: int, content: bytes, path: str, key: Key) -> RefusedError:
    """The error of an answer other than 200. What the server says is shown as untrusted text, without the key."""
    if 300 <= status < 400:
        hint = "redirects are not followed: set engine.url to where the server is"
        return RefusedError(status, f"the server sends {path} elsewhere ({status})", hint)
    said = shown(message_of(content), key)
    if "context" in said and status in (400, 413, 422):
        return RefusedError(status, f"the server refused the request: {said}", "give less")
    hint = _HINTS.get(status, "try again later, or ask whoever runs it" if status >= 500 else "codeassist doctor")
    return RefusedError(status, f"the server answered {status} to {path}" + (f": {said}" if said else ""), hint)


def shown(said: str, key: Key) -> str:
    """What a server says, for people."""
    return one_line(key.without(said), _SHOWN)


def message_of(content: bytes) -> str:
    """The message of an error as llama-server and vLLM write it; "" if there is none."""
    try:
        told = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    error = told.get("error", told) if isinstance(told, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) else ""
