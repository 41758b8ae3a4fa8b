"""What a file would be had a change never been made: three contents merged by git, which keeps the changes since."""

from __future__ import annotations

import codecs
import tempfile
from pathlib import Path

from codeassist.edit.journal.store import MERGING
from codeassist.git.process import run

_MOST_CONFLICTS = 127  # over that git's exit code is an error
_LABELS = ("now", "with the edit", "before the edit")
# Longest first: UTF-32's begins with that of UTF-16.
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def merge(now: bytes, base: bytes, other: bytes, folder: Path) -> tuple[bytes, bool] | None:
    """Take the way from `base` to `other` on `now`; whether it goes without an overlap (else both are marked).

    None: the contents are no text, or git cannot be run. `folder`: where git may be given them as files; private.
    """
    wide = _wide(now)
    if wide is None:
        return _merged(now, base, other, folder)
    try:
        texts = [each.decode(wide).encode() for each in (now, base, other)]
        found = _merged(texts[0], texts[1], texts[2], folder)
        return (found[0].decode().encode(wide), found[1]) if found else None
    except UnicodeError:
        return None


def _wide(data: bytes) -> str | None:
    return next((encoding for mark, encoding in _WIDE if data.startswith(mark)), None)


def _merged(now: bytes, base: bytes, other: bytes, folder: Path) -> tuple[bytes, bool] | None:
    labels = [part for each in _LABELS for part in ("-L", each)]
    try:
        with tempfile.TemporaryDirectory(prefix=MERGING, dir=folder) as place:
            for name, data in (("now", now), ("base", base), ("other", other)):
                (Path(place) / name).write_bytes(data)
            done = run(["merge-file", "-p", "-q", "--diff3", *labels, "now", "base", "other"], Path(place))
    except OSError:
        return None
    if done is None or done.returncode > _MOST_CONFLICTS or done.returncode < 0:
        return None
    return done.stdout, done.returncode == 0
