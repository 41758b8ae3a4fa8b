"""Reads contents by their names, through one process."""

from __future__ import annotations

import os
import select
import subprocess
import weakref
from collections.abc import Callable, Iterable
from threading import Lock
from time import monotonic

from codeassist.git import process
from codeassist.git.repository import Repository

_HEADER = 4096
_CHUNK = 1 << 16
_MOST_STARTS = 50  # of a process that ends or hangs again and again


class TooLargeError(Exception):
    """A content is larger than what was asked for; the size in bytes is `args[0]`."""


def sizes(repository: Repository, names: Iterable[str]) -> dict[str, int]:
    """The sizes in bytes of those contents that the repository has, as far as git answers in time."""
    left = list(dict.fromkeys(names))
    found: dict[str, int] = {}
    for _start in range(_MOST_STARTS):
        if not left:
            break
        answered = 0
        done = process.run(
            ["cat-file", "--batch-check"],
            repository.root,
            variables=repository.variables,
            given="".join(f"{name}\n" for name in left).encode(),
        )
        if done is None:  # it hangs: who reads is told no more
            break
        for line in done.stdout.splitlines():
            answered += 1
            name, kind, *rest = line.decode("ascii", "replace").split(" ")
            if kind == "blob" and rest:
                found[name] = int(rest[0])
        left = left[answered + 1 :]  # it ended at one that is lacking, in a clone that may lack some
    return found


class Blobs:
    """Contents of a repository. The process starts when it is needed and ends with this object."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._lock = Lock()
        self._starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Callable[[], object] = int

    def read(self, name: str, most: int) -> bytes | None:
        """A content by its name; None if the repository lacks it, or git does not give it in time.

        Raises:
            TooLargeError: it is over `most` bytes.
        """
        with self._lock:
            try:
                return self._read(name, most)
            except TimeoutError:  # a pipe among the objects, say: there may be many
                self._starts = _MOST_STARTS
                self._stop()
                return None
            except (OSError, ValueError, EOFError):  # it ended, or broke off: the next one is asked anew
                self._stop()
                return None
            except TooLargeError:
                self._stop()
                raise

    def _stop(self) -> None:
        self._end()
        self._process = None

    def _read(self, name: str, most: int) -> bytes | None:
        running = self._running()
        if running.stdin is None or running.stdout is None:  # for the type checker: both are pipes
            raise EOFError
        running.stdin.write(f"{name}\n".encode())
        source = running.stdout.fileno()
        until = monotonic() + process.SECONDS
        header = bytearray()
        while b"\n" not in header and len(header) < _HEADER:
            header += _some(source, _HEADER, until)
        line, _newline, data = header.partition(b"\n")
        parts = line.decode("ascii", "replace").split(" ")
        if len(parts) != 3:
            return None
        size = int(parts[2])
        if size > most:
            raise TooLargeError(size)
        while len(data) <= size:  # a newline follows
            data += _some(source, _CHUNK, until)
        return bytes(data[:size]) if parts[1] == "blob" else None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None:
            return self._process
        self._starts += 1
        if self._starts > _MOST_STARTS:
            raise EOFError
        self._process = subprocess.Popen(
            ["git", *process.HARDENED, "cat-file", "--batch"],
            cwd=self._repository.root,
            env=dict(self._repository.variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._end = weakref.finalize(self, _ended, self._process)
        return self._process


class Listing:
    """The paths of a tree or of the index, with what they name. Asked for when first needed, then kept."""

    def __init__(self, repository: Repository, tree: str = "") -> None:
        self._repository = repository
        self._tree = tree
        self._lines: bytes | None = None

    def find(self, path: str) -> tuple[str, str]:
        """The mode and the name of the content at a path; ("", "") if there is none, or it is unmerged."""
        if self._lines is None:
            self._lines = b"\0" + self._asked()
        wanted = b"\t" + os.fsencode(path) + b"\0"
        at = self._lines.find(wanted)
        while at >= 0:
            fields = self._lines[self._lines.rfind(b"\0", 0, at) + 1 : at].split(b" ")
            # A name may hold a tab and this path: then what is before is more than fields.
            if len(fields) == 3 and b"\t" not in fields[2]:
                return _found(fields)
            at = self._lines.find(wanted, at + 1)
        return "", ""

    def _asked(self) -> bytes:
        what = ["ls-tree", "-r", "-z", "--full-tree", self._tree] if self._tree else ["ls-files", "-s", "-z"]
        done = process.run(
            ["--work-tree=.", *what],
            self._repository.root,
            process.LONG_SECONDS,
            self._repository.variables,
        )
        return done.stdout if done is not None and done.returncode == 0 else b""


def _found(fields: list[bytes]) -> tuple[str, str]:
    """Of `mode kind name` (ls-tree) or `mode name stage` (ls-files)."""
    mode, second, third = (each.decode("ascii", "replace") for each in fields)
    if second in ("blob", "commit", "tree"):
        return mode, third
    return (mode, second) if third == "0" else ("", "")


def _some(source: int, most: int, until: float) -> bytes:
    """Some bytes of a pipe.

    Raises:
        EOFError: it ended.
        TimeoutError: there is nothing in time.
    """
    poll = select.poll()  # unlike select it takes any number of open files
    poll.register(source, select.POLLIN)
    if not poll.poll(max(0.0, until - monotonic()) * 1000):
        raise TimeoutError
    data = os.read(source, most)
    if not data:
        raise EOFError
    return data


def _ended(running: subprocess.Popen[bytes]) -> None:
    """End a process and what is open to it."""
    running.kill()
    for pipe in (running.stdin, running.stdout):
        if pipe is not None:
            pipe.close()
    running.wait()
