"""Looks in on the system calls by which the journal changes files: before each of them something can happen."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

from codeassist.edit.journal import renaming

CALLS: tuple[tuple[ModuleType, tuple[str, ...]], ...] = (
    (
        os,
        (
            *("open", "close", "read", "write", "fsync", "stat", "lstat", "fstat", "listdir", "scandir"),
            *("mkdir", "rmdir", "rename", "replace", "link", "unlink"),
            *("chmod", "fchmod", "fchown", "listxattr", "getxattr", "setxattr"),
        ),
    ),
    (fcntl, ("fcntl", "flock")),
    (renaming, ("_rename",)),
)
Act = Callable[[int, str], None]


class Counted:
    """How many calls there were."""

    calls = 0


class _Watch:
    """Stands in for calls: counts them and calls `act`, whose own calls are not counted."""

    def __init__(self, act: Act, counted: Counted, *, after: bool, sync: bool) -> None:
        self._act, self._counted, self._after, self._sync = act, counted, after, sync
        self._inside = False

    def wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """What is to be called instead."""

        def wrapper(*arguments: Any, **named: Any) -> Any:
            if self._inside:
                return call(*arguments, **named)
            self._counted.calls += 1
            if not self._after:
                self._happen(name)
            result = None if name == "fsync" and not self._sync else call(*arguments, **named)
            if self._after:
                try:
                    self._happen(name)
                except BaseException:
                    if name == "open":
                        os.close(result)  # type: ignore[arg-type]  # as if it had failed
                    raise
            return result

        return wrapper

    def _happen(self, name: str) -> None:
        self._inside = True
        try:
            self._act(self._counted.calls, name)
        finally:
            self._inside = False


@contextmanager
def intercepted(act: Act, *, after: bool = False, sync: bool = False) -> Iterator[Counted]:
    """Have `act` be called with the number (from 1) and the name of each call: before it, or `after` it was made.

    Without `sync` nothing is really flushed: that costs most of the time, and a killed process leaves what it wrote to
    the system anyway.
    """
    counted = Counted()
    watch = _Watch(act, counted, after=after, sync=sync)
    with ExitStack() as stack:
        for module, names in CALLS:
            for name in names:
                if hasattr(module, name):
                    stack.enter_context(mock.patch.object(module, name, watch.wrapped(name, getattr(module, name))))
        yield counted


def nothing(_number: int, _name: str) -> None:
    """For counting only."""
