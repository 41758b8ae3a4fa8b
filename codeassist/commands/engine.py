"""`codeassist engine status|stop`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from codeassist import config
from codeassist.commands.output import say, write_json
from codeassist.doctor.remote import reachable
from codeassist.engine.api import Counters
from codeassist.engine.launch import running_engine, stop_engine
from codeassist.engine.uds import SOCKET, listener_of
from codeassist.engine.wire import Health
from codeassist.errors import EngineGoneError
from codeassist.session import embedding_directory, engine_directory
from codeassist.terminal import one_line


class Seen(NamedTuple):
    """One engine: who listens at its socket, and what it says of itself (None if it does not answer)."""

    socket: Path
    pid: int | None
    health: Health | None


def status(environ: Mapping[str, str], *, as_json: bool = False) -> int:
    """Show the shared engine, that of the embedding model if it runs, and the server of `engine.url`. Exit code 0
    whether they run or not."""
    loaded = config.load(environ)
    main = _look(engine_directory(loaded))
    embedding = _look(embedding_directory(loaded))
    server = reachable(loaded.settings.engine, environ) if loaded.settings.engine.url else None
    if as_json:
        more: dict[str, object] = {"embedding": _document(embedding)} if embedding.pid else {}
        if server:
            more["remote"] = {"url": server[0], "detail": server[1]}
        write_json({"schema": 1, **_document(main), **more})
        return 0
    if server:
        where, what = (one_line(text, 300) for text in server)
        sys.stdout.write(f"remote   {where or 'not used'}: {what}\n")
    if main.pid or not server:
        _show(main)
    if embedding.pid:
        sys.stdout.write("\nembeddings\n")
        _show(embedding)
    return 0


def _look(directory: Path) -> Seen:
    listener = listener_of(directory / SOCKET)
    try:
        health = running_engine(directory)
    except EngineGoneError as error:  # it runs, and hangs: that is its status
        health = None
        say(f"{error.message}; codeassist engine stop ends it")
    return Seen(directory / SOCKET, listener[1] if listener else None, health)


def _document(seen: Seen) -> dict[str, object]:
    health = seen.health
    return {
        "running": seen.pid is not None,
        "pid": seen.pid,
        "socket": str(seen.socket),
        "model": health.spec.manifest.id if health else None,
        "sandbox": health.sandbox if health else "none",
        "counters": health.counters if health else Counters(),
    }


def _show(seen: Seen) -> None:
    health = seen.health
    if health is None:
        hangs = f"running  pid {seen.pid}, does not answer\n"
        sys.stdout.write(hangs if seen.pid else "the engine is not running; it starts when it is needed\n")
        return
    sys.stdout.write(f"running  pid {health.pid}, {health.spec.manifest.id}, sandbox {health.sandbox}\n")
    sys.stdout.write(f"socket   {seen.socket}\n")
    for name, value in msgspec.to_builtins(health.counters).items():
        sys.stdout.write(f"{name:17} {value}\n")


def stop(environ: Mapping[str, str]) -> int:
    """Stop the shared engines; what they are doing is finished first, for at most 10 seconds each."""
    loaded = config.load(environ)
    stopped = [stop_engine(directory(loaded)) for directory in (engine_directory, embedding_directory)]
    say("the engine has stopped" if any(stopped) else "the engine was not running")
    return 0
