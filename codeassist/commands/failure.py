"""What a person or a script sees when a command fails."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import sys
import traceback
from collections.abc import Mapping
from typing import Any

from codeassist import __version__
from codeassist.commands.output import write_json
from codeassist.errors import CodeassistError, UnwritableError, UsageError
from codeassist.paths import user_paths
from codeassist.terminal import one_line, write_error


def report(error: CodeassistError, *, as_json: bool) -> int:
    """Two lines on standard error, with `--json` also a document on standard output; returns the exit code."""
    write_error(error.message, error.hint)
    if as_json:
        with contextlib.suppress(OSError, UnwritableError):
            message, hint = one_line(error.message), one_line(error.hint)
            write_json({"schema": 1, "error": {"message": message, "hint": hint, "exit_code": error.exit_code}})
    return error.exit_code


def report_other(error: Exception, environ: Mapping[str, str], *, as_json: bool) -> int:
    """What is not ours: a wrong command line, an output that nobody reads, and faults."""
    if isinstance(error, BrokenPipeError):
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115  so that the interpreter's last flush is quiet
        return 1
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EBADF, errno.EIO):
        return report(
            UnwritableError(f"cannot write the output: {error.strerror}", "check where it goes"), as_json=False
        )
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):  # the parser's exceptions are not public
        return _wrong_command_line(error, as_json=as_json)
    return _report_unexpected(error, environ, as_json=as_json)


def _wrong_command_line(error: Any, *, as_json: bool) -> int:
    """The parser's complaint; a group without a command shows its help instead."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return int(error.exit_code)
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "codeassist"
    return report(UsageError(error.format_message(), f"see {command} --help"), as_json=as_json)


def _report_unexpected(error: Exception, environ: Mapping[str, str], *, as_json: bool) -> int:
    """A fault of ours: the stack (no values of variables) goes to a file, one line of it to the person."""
    trace = "".join(traceback.format_tb(error.__traceback__))
    text = f"codeassist {__version__}, Python {platform.python_version()}, {platform.platform()}\n{trace}"
    try:
        folder = user_paths(environ).logs
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "crash.log"
        file.write_text(f"{text}{type(error).__name__}\n", encoding="utf-8")
        hint = f"this is a fault of codeassist; please report it with {file}"
    except OSError:
        sys.stderr.write(text)
        hint = "this is a fault of codeassist; please report it with the lines above"
    return report(CodeassistError(f"unexpected {type(error).__name__}: {error}", hint), as_json=as_json)
