"""A language server that does as a script says, faults included, and writes down every message that reaches it.

Arguments: the script, the record. The script is JSON: {"encoding": "utf-16", "replies": [{"after": …, "items": […]}]}.
A request is answered by the first reply whose `after` ends the text before the cursor. An item's `around` gives its
range by two offsets from the cursor; null is no range. A reply that is `late` comes only with the next request, even
when it was cancelled.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO, Any

PROVIDES = {"textDocumentSync": 1, "inlineCompletionProvider": True, "executeCommandProvider": {"commands": []}}


def read(stream: IO[bytes]) -> Any:
    """One message; None at the end of the stream."""
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(stream.read(length)) if length else None


def write(message: dict[str, Any]) -> None:
    """Send one message."""
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    sys.stdout.buffer.flush()


def before(text: str, position: dict[str, int], encoding: str) -> str:
    """The text up to a position of the protocol."""
    lines = text.split("\n")[: position["line"] + 1]
    codec = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    unit = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    lines[-1] = lines[-1].encode(codec)[: position["character"] * unit].decode(codec)
    return "\n".join(lines)


def items(reply: dict[str, Any], position: dict[str, int]) -> list[Any]:
    """The items of a reply, with their ranges."""
    made = []
    for item in reply["items"]:
        around = item.pop("around", (0, 0))
        if around is None:
            made.append(item)
            continue
        line, column = position["line"], position["character"]
        ends = [{"line": line, "character": column + offset} for offset in around]
        made.append({**item, "range": {"start": ends[0], "end": ends[1]}})
    return made


def main(script_path: str, record_path: str) -> None:
    """Serve until the stream ends."""
    script = json.loads(Path(script_path).read_text(encoding="utf-8"))
    encoding = script.get("encoding", "utf-16")
    documents: dict[str, str] = {}
    late: list[dict[str, Any]] = []
    with Path(record_path).open("a", encoding="utf-8") as record:
        while message := read(sys.stdin.buffer):
            record.write(json.dumps(message) + "\n")
            record.flush()
            method, params = message.get("method"), message.get("params") or {}
            if method == "initialize":
                write({"id": message["id"], "result": {"capabilities": {"positionEncoding": encoding, **PROVIDES}}})
            elif method == "textDocument/didOpen":
                documents[params["textDocument"]["uri"]] = params["textDocument"]["text"]
            elif method == "textDocument/didChange":
                documents[params["textDocument"]["uri"]] = params["contentChanges"][-1]["text"]
            elif method == "textDocument/inlineCompletion":
                while late:
                    write(late.pop())
                text = before(documents[params["textDocument"]["uri"]], params["position"], encoding)
                fitting = (reply for reply in script["replies"] if text.endswith(reply["after"]))
                reply: dict[str, Any] = next(fitting, {"items": []})
                answer = {
                    "id": message["id"],
                    "result": {"items": items(json.loads(json.dumps(reply)), params["position"])},
                }
                if reply.get("late"):
                    late.append(answer)
                else:
                    write(answer)
            elif method == "exit":
                return
            elif "id" in message and method:
                write({"id": message["id"], "result": {"model": "scripted"} if "execute" in method else None})


if __name__ == "__main__":
    main(*sys.argv[1:])
