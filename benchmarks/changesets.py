"""Small working trees and change sets of all kinds: line endings, encodings, links, modes, new and empty files."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from random import Random

from codeassist.edit.change import ChangeSet, FileEdit

Snapshot = dict[str, tuple[str, int, bytes]]
_WORDS = (
    "if",
    "return",
    "name",
    "Größe",
    "éa",
    "x = 1",
    "    pass",
    "",
    "# ÿ",
    "\tindent",
    "}",
    "{",
    "<<<<<<< now",
    "=======",
)
_ENCODINGS: tuple[Callable[[str], bytes], ...] = (
    lambda text: text.encode(),
    lambda text: text.encode("utf-8-sig"),
    lambda text: text.encode("latin-1"),
    lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
)
_MODES = (0o644, 0o600, 0o755, 0o664, 0o700, 0o640)


def lines(random: Random, most: int = 12) -> list[str]:
    """Some lines without ends."""
    return [random.choice(_WORDS) for _ in range(random.randrange(most))]


def ended(random: Random, said: list[str]) -> str:
    """Lines with ends: all alike, or each its own; the last one may have none."""
    ends = random.choice((("\n",), ("\r\n",), ("\n", "\r\n", "\r")))
    text = "".join(line + random.choice(ends) for line in said)
    return text.rstrip("\r\n") if random.random() < 0.3 else text


def other(random: Random, text: str) -> str:
    """The same with something changed, taken away or added."""
    parts = text.splitlines(keepends=True) or [""]
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(parts))
        parts[at : at + random.randrange(2)] = [ended(random, lines(random, 3))]
        parts = parts or [""]
    changed = "".join(parts)
    return changed if changed != text else changed + "more"


def generate(root: Path, random: Random) -> ChangeSet:
    """Make a tree and a change set for it: one to four files, of which one may be new and one is reached by a link."""
    root.mkdir(parents=True)
    (root / "bystander").write_bytes(os.urandom(16))
    edits = []
    for number in range(random.randrange(1, 5)):
        folder = random.choice(("", "inner/", "inner/ö deep/"))
        path = f"{folder}file {number}.py"
        encode = random.choice(_ENCODINGS)
        before = "" if random.random() < 0.1 else ended(random, lines(random))
        after = other(random, before) if random.random() > 0.1 or not before else ""
        if random.random() < 0.25:
            path = f"new {number}/in/{path}" if random.random() < 0.5 else path
            edits.append(FileEdit(path, None, encode(after), random.choice((0o644, 0o755))))
            continue
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        data = encode(before) if before else b""
        place.write_bytes(data)
        place.chmod(random.choice(_MODES))
        if random.random() < 0.2:
            path = f"link {number}"
            (root / path).symlink_to(place if random.random() < 0.5 else place.relative_to(root))
        edits.append(FileEdit(path, data, encode(after)))
    return ChangeSet(root, f"edit of {len(edits)}", tuple(each for each in edits if each.before != each.after))


def snapshot(root: Path) -> Snapshot:
    """Everything below a folder: kind, mode, content or where a link leads."""
    found: Snapshot = {}
    for path in sorted(root.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            found[str(path.relative_to(root))] = ("link", 0, os.fsencode(path.readlink()))
        elif stat.S_ISDIR(mode):
            found[str(path.relative_to(root))] = ("folder", stat.S_IMODE(mode), b"")
        else:
            found[str(path.relative_to(root))] = ("file", stat.S_IMODE(mode), path.read_bytes())
    return found


def restore(root: Path, known: Snapshot) -> None:
    """Make a folder hold just this."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)  # it may be where something is mounted
    for name, (kind, mode, data) in known.items():
        place = root / name
        if kind == "link":
            place.symlink_to(os.fsdecode(data))
        elif kind == "folder":
            place.mkdir()
            place.chmod(mode)
        else:
            place.write_bytes(data)
            place.chmod(mode)
