"""A hook: writes what it takes of the commit that is being made, and whether anything changed meanwhile.

Arguments: where to write. Exit code 1 stops the commit, so that the test looks at what was there.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

from codeassist.review import snapshot


def digest(*tops: Path) -> str:
    """Of every file and directory below: names, kinds, modes, times, contents."""
    found = hashlib.sha256()
    for top in tops:
        for folder, folders, files in os.walk(top):
            folders.sort()
            for name in sorted([*folders, *files]):
                path = Path(folder, name)
                about = path.lstat()
                found.update(os.fsencode(path) + f"\0{about.st_mode} {about.st_mtime_ns} {about.st_size}\0".encode())
                if path.is_symlink():
                    found.update(os.fsencode(path.readlink()))
                elif path.is_file():
                    found.update(path.read_bytes())
    return found.hexdigest()


def probe(tops: list[Path]) -> dict[str, object]:
    before = digest(*tops)
    taken = snapshot.staged(os.environ, Path.cwd())
    read = [taken.read(each.path) == each.new for each in taken.files if not each.omitted]
    return {
        "files": [[each.path, each.status, sorted(each.touched), each.omitted] for each in taken.files],
        "skipped": taken.skipped,
        "root": str(taken.root),
        "read": all(read),
        "untouched": digest(*tops) == before,
    }


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.write_text(json.dumps(probe([Path(each) for each in sys.argv[2:]])))
