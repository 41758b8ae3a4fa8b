"""Trees of files for tests of what looks at repositories."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path

GIT = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(root: Path, *arguments: str) -> None:
    """Run git in a repository."""
    subprocess.run([*GIT, *arguments], cwd=root, check=True, capture_output=True)


def repository(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """A git repository with these files, none of them committed."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    put(root, files)
    return root


def put(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, with the directories that they need."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What an index's database says, without the numbers and times that two builds do not share."""
    blob = "(SELECT hash FROM blob WHERE blob.id = {0}.blob)"
    name = "(SELECT text FROM name WHERE name.id = {0}.name)"
    queries = {
        "file": f"SELECT path, size, reason, {blob} FROM file",
        "blob": "SELECT hash, language, lines, reason FROM blob",
        "definition": f"SELECT {blob}, {name}, container, kind, first, last, body, signature, doc FROM definition",
        "reference": f"SELECT {blob}, {name}, count FROM reference",
        "import": f"SELECT {blob}, position, module, names, line FROM import",
        "stretch": f"SELECT {blob}, first, last, symbol FROM stretch",
        "bag": f"SELECT {blob}, words FROM bag",
        "words": "SELECT term, doc, cnt FROM temp.terms",
        "place": "SELECT words, count(*) FROM place GROUP BY words",
    }
    database = sqlite3.connect(path)
    try:
        database.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, words, row)")
        return {
            table: sorted(database.execute(query.format(table)).fetchall(), key=repr)
            for table, query in queries.items()
        }
    finally:
        database.close()
