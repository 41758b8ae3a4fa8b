"""Source trees of the repositories that the evaluation data names, as they were at a date.

The commits themselves are not in the data; the newest source distribution before the commit's date stands for its tree.
It is fetched once through pip, which asks the archive's build backend for its metadata; otherwise it is only read.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import platformdirs

_SECONDS = 300.0


def tree(repo: str, date: str) -> Path:
    """The tree of a repository ("owner/name", its name being the package's) before a day ("2025-03-18").

    Raises:
        SystemExit: there is no such source distribution to be had.
    """
    package = repo.split("/")[1]
    folder = platformdirs.user_cache_path("codeassist-benchmarks") / "trees"
    known = folder / f"{package}@{date}"
    if not known.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as temporary:
            archive = _download(package, date, Path(temporary))
            version = archive.name.removesuffix(".tar.gz")
            if not (folder / version).exists():
                with tarfile.open(archive) as packed:
                    packed.extractall(Path(temporary) / "out", filter="data")
                (root,) = (Path(temporary) / "out").iterdir()
                root.rename(folder / version)
            known.symlink_to(version)
    return known.resolve()


def _download(package: str, date: str, directory: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary=:all:", "--pre"]
    done = subprocess.run(
        [*command, f"--uploaded-prior-to={date}T00:00:00Z", "-d", str(directory), package],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    found = list(directory.glob("*.tar.gz"))
    if not found:
        raise SystemExit(f"no source distribution of {package} before {date}: {done.stderr[-500:]}")
    return found[0]
