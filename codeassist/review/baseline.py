"""Findings that are known and told no more: a file of their fingerprints in the repository, one finding a line."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from codeassist.errors import ConfigError
from codeassist.review.disk import look
from codeassist.review.finding import Finding

_MOST_BYTES = 16 * 2**20
_HINT = "set review.baseline to a path below the repository, without links"


class Known(msgspec.Struct, frozen=True, order=True):
    """A finding that was accepted: what tells it, and for people what it is. The code, a secret maybe, is not in it."""

    path: str
    rule: str
    message: str
    fingerprint: str


class _File(msgspec.Struct):
    findings: list[msgspec.Raw]
    schema: int = 1


def read(root: Path, name: str) -> tuple[list[Known], str]:
    """What a baseline holds, and a sentence about why it cannot be read, "" if it can. No file is an empty one."""
    if not name:
        return [], ""
    found = look(root, name, _MOST_BYTES)
    if found is None:
        return [], ""
    if found.data is None:
        return [], f"the baseline {name} was not read: it is a link, no file, or over {_MOST_BYTES // 2**20} MiB"
    try:
        entries = msgspec.json.decode(found.data, type=_File).findings
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return [], f"the baseline {name} was not read: it is broken; --write-baseline makes a new one"
    return [each for each in map(_entry, entries) if each is not None], ""


def _entry(raw: msgspec.Raw) -> Known | None:
    """One line; None if somebody broke it: the others still count."""
    with contextlib.suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return msgspec.json.decode(raw, type=Known)
    return None


def known(findings: Iterable[Finding]) -> list[Known]:
    """Findings as a baseline holds them."""
    return [Known(_legible(each.path), each.rule, _legible(each.message), each.fingerprint) for each in findings]


def merged(root: Path, before: Sequence[Known], now: Sequence[Known], whole: Collection[str]) -> list[Known]:
    """What a new baseline holds: what was found now, and of before what was not looked at again.

    `whole` are the paths of files of which every line was reviewed. What is of a file that is gone is left out.
    """
    seen = {_legible(path) for path in whole}
    kept = [each for each in before if each.path not in seen and _is_there(root, each.path)]
    return sorted({each.fingerprint: each for each in (*kept, *now)}.values())


def write(root: Path, name: str, entries: Sequence[Known]) -> Path:
    """Write a baseline, wholly or not at all.

    Raises:
        ConfigError: the settings name none, or one outside of the tree; it cannot be written.
    """
    parts = PurePosixPath(name).parts
    if not parts or "\0" in name or ".." in parts or parts[0] == "/":
        raise ConfigError(f"review.baseline is {name!r}, which names no file below the repository", _HINT)
    file = Path(os.path.realpath(root), *parts)
    if Path(os.path.realpath(file.parent)) != file.parent or file.is_symlink() or ".git" in parts:
        raise ConfigError(f"review.baseline is {name!r}: a link is on the way, or it is git's", _HINT)
    lines = ",\n".join(msgspec.json.encode(each).decode() for each in entries)
    text = f'{{"schema":1,"findings":[\n{lines}{chr(10) if lines else ""}]}}\n'
    temporary = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("x", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot write {file}: {error.strerror}", "check its directory's permissions") from error
    return file


def _is_there(root: Path, path: str) -> bool:
    """Whether a file still exists; what its name was if that is no text nobody knows."""
    return "\ufffd" in path or ("\0" not in path and os.path.lexists(root / path))


def _legible(text: str) -> str:
    """Text as JSON can hold it: what is no text becomes U+FFFD."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
