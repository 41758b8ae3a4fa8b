"""A hunk's new lines in the user's editor."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from codeassist.commands import hunk_text
from codeassist.commands.output import say
from codeassist.edit.change import FileEdit
from codeassist.edit.hunk import Hunk

_MOST_BYTES = 1_000_000
_FALLBACK = "vi"


def edited(environ: Mapping[str, str], edit: FileEdit, hunk: Hunk) -> Hunk | None:
    """The hunk as the user's editor left it; None, with a notice, if there is nothing of that kind.

    The editor is given UTF-8 with LF newlines; lines that stay keep their bytes, new ones end as most of the others.
    """
    encoding = hunk_text.encoding_of(edit)
    lines = hunk_text.texts(hunk.new, encoding)
    given = "".join(f"{line}\n" for line in hunk_text.bodies(lines))
    text = _from_editor(environ, given, PurePosixPath(edit.path).suffix)
    if text is None:
        return None
    if text == given:
        return hunk
    if not text.strip():
        say("it was left empty: the hunk stays as it is (n leaves it out)")
        return None
    try:
        return hunk.rewritten([line.encode(encoding) for line in _ended(text, lines)])
    except UnicodeEncodeError as error:
        say(f"{edit.path} is {encoding}, which has no {error.object[error.start]!r}: the hunk stays as it is")
        return None


def _ended(text: str, lines: Sequence[str]) -> list[str]:
    """The lines of a text with ends: their own where they were there before, else the most frequent."""
    bodies = hunk_text.bodies(lines)
    known = {body: hunk_text.ends(line)[1] for body, line in zip(bodies, lines, strict=True)}
    usual = Counter(each for each in known.values() if each).most_common(1)
    newline = usual[0][0] if usual else "\n"
    found = [f"{body}{known.get(body) or newline}" for body in text.removesuffix("\n").split("\n")]
    if lines and not lines[-1].endswith("\n"):  # the end of a file without a final newline, which editors add
        found[-1] = found[-1].removesuffix("\n").removesuffix("\r")
    mark = hunk_text.ends(lines[0])[0] if lines else ""
    return [mark + found[0], *found[1:]]


def _from_editor(environ: Mapping[str, str], given: str, suffix: str) -> str | None:
    """What becomes of a text in the editor; it lies in a file that only this user can read."""
    command = environ.get("VISUAL") or environ.get("EDITOR") or _FALLBACK
    folder = tempfile.mkdtemp(prefix="codeassist-hunk-")
    file = Path(folder, f"hunk{suffix if suffix[1:].isalnum() else ''}")
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(given.encode("utf-8", "replace"))
        ended = subprocess.run([*shlex.split(command), str(file)], check=False).returncode
        data = file.read_bytes()[: _MOST_BYTES + 1]
        text = data.decode("utf-8").replace("\r\n", "\n")
    except (OSError, ValueError) as error:  # ValueError: quotes in $EDITOR, or what is no UTF-8
        reason = getattr(error, "strerror", None) or error
        say(f"cannot edit with {command}: {reason} (VISUAL or EDITOR names the editor)")
        return None
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)
    if ended or len(data) > _MOST_BYTES:
        say("the editor failed: the hunk stays as it is" if ended else "that is too long: the hunk stays as it is")
        return None
    return text
