"""`codeassist engine status|stop`."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import msgspec

from codeassist import config
from codeassist.commands.output import say, write_json
from codeassist.engine.api import Counters
from codeassist.engine.launch import running_engine, stop_engine
from codeassist.engine.uds import SOCKET, listener_of
from codeassist.errors import EngineGoneError
from codeassist.session import engine_directory


def status(environ: Mapping[str, str], *, as_json: bool = False) -> int:
    """Show the shared engine. Exit code 0 whether it runs or not."""
    directory = engine_directory(config.load(environ))
    listener = listener_of(directory / SOCKET)
    try:
        health = running_engine(directory)
    except EngineGoneError as error:  # it runs, and hangs: that is its status
        health = None
        say(f"{error.message}; codeassist engine stop ends it")
    counters = health.counters if health else Counters()
    if as_json:
        write_json(
            {
                "schema": 1,
                "running": listener is not None,
                "pid": listener[1] if listener else None,
                "socket": str(directory / SOCKET),
                "model": health.spec.manifest.id if health else None,
                "sandbox": health.sandbox if health else "none",
                "counters": counters,
            }
        )
        return 0
    if health is None and listener is not None:
        sys.stdout.write(f"running  pid {listener[1]}, does not answer\n")
        return 0
    if health is None:
        sys.stdout.write("the engine is not running; it starts when it is needed\n")
        return 0
    sys.stdout.write(f"running  pid {health.pid}, {health.spec.manifest.id}, sandbox {health.sandbox}\n")
    sys.stdout.write(f"socket   {directory / SOCKET}\n")
    for name, value in msgspec.to_builtins(counters).items():
        sys.stdout.write(f"{name:17} {value}\n")
    return 0


def stop(environ: Mapping[str, str]) -> int:
    """Stop the shared engine; what it is doing is finished first, for at most 10 seconds."""
    stopped = stop_engine(engine_directory(config.load(environ)))
    say("the engine has stopped" if stopped else "the engine was not running")
    return 0
