"""`codeassist index [build|status|watch]`."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from codeassist.commands.output import megabytes, say, write_json
from codeassist.context.index import Index, Refreshed
from codeassist.errors import EngineError, MissingError
from codeassist.session import open_embedder, open_index
from codeassist.terminal import console, write_text

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SHOWN_AFTER_SECONDS = 1.0
_PATIENCE_SECONDS = 600.0  # for another process that builds the same index
_FEW = 200  # changed files that are looked at one by one
_STEP_MS, _SETTLE_MS, _TIMEOUT_MS = 50, 200, 1000


def build(environ: Mapping[str, str], *, as_json: bool = False) -> int:
    """Bring the index of the repository here up to date, or make one of this directory."""
    index = open_index(environ, Path.cwd(), create=True)
    assert index is not None  # noqa: S101  create
    with index:
        done = _refreshed(index)
        embedded = _embedded(environ, index)
        if as_json:
            write_json(
                {
                    "schema": 1,
                    "root": str(index.root),
                    "database": str(index.database.path),
                    "files": done.files,
                    "read": done.read,
                    "parsed": done.parsed,
                    "removed": done.removed,
                    "skipped": done.skipped,
                    **({} if embedded is None else {"embedded": embedded}),
                }
            )
        else:
            sys.stdout.write(_summary(index, done) + "\n")
    return 0


def status(environ: Mapping[str, str], *, skipped: bool = False, as_json: bool = False) -> int:
    """What is known of the repository here, without changing it."""
    with _existing(environ) as index:
        files, left_out = index.files(), index.skipped()
        languages = dict(Counter(file.language or "text" for file in files).most_common())
        reasons = dict(Counter(reason for _path, reason in left_out).most_common())
        changed = index.pending()
        if as_json:
            document: dict[str, object] = {
                "schema": 1,
                "root": str(index.root),
                "database": str(index.database.path),
                "bytes": index.database.size(),
                "read_only": index.read_only,
                "files": len(files),
                "lines": sum(file.lines for file in files),
                "languages": languages,
                "skipped": reasons,
                "changed": changed,
                "up_to_date": changed == 0,
            }
            if skipped:
                document["skipped_files"] = [{"path": path, "reason": reason} for path, reason in left_out]
            write_json(document)
            return 0
        rows = [
            ("root", str(index.root)),
            ("database", f"{index.database.path} ({megabytes(index.database.size())})"),
            ("files", f"{len(files)} with {sum(file.lines for file in files)} lines: {_counts(languages)}"),
            ("left out", f"{len(left_out)}: {_counts(reasons)}" if left_out else "none"),
            ("changed", f"{changed} since the last refresh" if changed else "none: up to date"),
        ]
        write_text("".join(f"{name:9} {value}\n" for name, value in rows))
        if skipped:
            write_text("".join(f"{reason:10} {path}\n" for path, reason in left_out))
    return 0


def watch(environ: Mapping[str, str]) -> int:
    """Keep the index up to date until Ctrl-C."""
    from watchfiles import watch as changes_of

    index = open_index(environ, Path.cwd(), create=True)
    assert index is not None  # noqa: S101  create
    with index:
        sys.stdout.write(_summary(index, _refreshed(index)) + "\n")
        sys.stdout.flush()
        missed = True  # what changed between that and the first event
        events = changes_of(
            index.root, step=_STEP_MS, debounce=_SETTLE_MS, rust_timeout=_TIMEOUT_MS, yield_on_timeout=True
        )
        for changes in events:
            paths = [Path(path).relative_to(index.root).as_posix() for _change, path in changes]
            if paths or missed:
                done = index.refresh(only=paths if not missed and len(paths) <= _FEW else None)
                missed = not done.complete
                if done.parsed or done.removed:
                    say(f"{_counted(done.parsed, 'file')} parsed, {done.removed} gone")
    return 0


@contextmanager
def _existing(environ: Mapping[str, str]) -> Iterator[Index]:
    index = open_index(environ, Path.cwd())
    if index is None:
        raise MissingError("there is no repository here", "codeassist index makes an index of this directory")
    with index:
        yield index


def _refreshed(index: Index) -> Refreshed:
    """Refresh, with progress on a terminal if it takes long.

    Raises:
        MissingError: the index cannot be written.
    """
    progress = _Bar("indexing")
    try:
        done = index.refresh(progress=progress, patience=_PATIENCE_SECONDS)
    finally:
        progress.end()
    if not done.complete:
        raise MissingError(
            f"the index in {index.database.path.parent} cannot be written now",
            "check the directory's permissions, the free space, and what else is indexing",
        )
    return done


def _embedded(environ: Mapping[str, str], index: Index) -> int | None:
    """Make the vectors that are missing, if an embedding model is installed, and say how many; all goes on without."""
    from codeassist.context.embeddings import update

    embedder = open_embedder(environ, notice=say)
    if embedder is None:
        return None
    progress = _Bar("embedding")
    try:
        return update(index, embedder, progress=progress).embedded
    except EngineError as error:
        say(f"{error.message}: search and ask do without what has no vector yet")
        return 0
    finally:
        progress.end()
        embedder.close()


def _summary(index: Index, done: Refreshed) -> str:
    lines, definitions = index.totals()
    left_out = sum(done.skipped.values())
    text = f"{_counted(done.files, 'file')}, {_counted(lines, 'line')}, {_counted(definitions, 'definition')}"
    return f"{text}; {left_out} left out (codeassist index status --skipped)" if left_out else text


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


class _Bar:
    """Progress on standard error, if it is a terminal and there is something to wait for."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._since = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None and sys.stderr.isatty() and time.monotonic() - self._since > _SHOWN_AFTER_SECONDS:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn(self._doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=console(stderr=True), transient=True)
            self._task = self._bar.add_task(self._doing, total=total)
            self._bar.start()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total)

    def end(self) -> None:
        """Show nothing any more."""
        if self._bar is not None:
            self._bar.stop()
