"""What a confined program can do, and what not: shown by one that tries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from codeassist.privacy.confined import command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filters are Linux's")


def ran(folder: Path, line: str, *writable: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["/bin/sh", "-c", command(line, writable)], cwd=folder, capture_output=True, text=True)


def python(code: str) -> str:
    return f'{sys.executable} -c "{code}"'


def test_it_runs_and_writes_in_its_folder(tmp_path: Path) -> None:
    done = ran(tmp_path, "echo one > made && cat made && exit 7")
    assert (done.returncode, done.stdout) == (7, "one\n")


def test_it_writes_nowhere_else(tmp_path: Path) -> None:
    (inside := tmp_path / "inside").mkdir()
    kept = tmp_path / "kept"
    kept.write_text("kept")
    for line in ("echo x > ../new", "echo x > ../kept", "rm ../kept", "mv ../kept here", "ln ../kept here"):
        assert ran(inside, line).returncode != 0, line
    assert kept.read_text() == "kept"
    assert not (tmp_path / "new").exists()


def test_a_further_folder_can_be_given(tmp_path: Path) -> None:
    for name in ("inside", "cache"):
        (tmp_path / name).mkdir()
    assert ran(tmp_path / "inside", "echo x > ../cache/new", str(tmp_path / "cache")).returncode == 0


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX"])
def test_there_is_no_socket(family: str, tmp_path: Path) -> None:
    done = ran(tmp_path, python(f"import socket; socket.socket(socket.{family})"))
    assert done.returncode != 0
    assert "PermissionError" in done.stderr


def test_what_it_starts_is_confined_too(tmp_path: Path) -> None:
    (inside := tmp_path / "inside").mkdir()
    done = ran(inside, python("import subprocess; subprocess.run(['sh', '-c', 'echo x > ../new; echo y > here'])"))
    assert done.returncode == 0, done.stderr
    assert (inside / "here").exists()
    assert not (tmp_path / "new").exists()


def test_pairs_of_sockets_and_temporary_files_are_had(tmp_path: Path) -> None:
    done = ran(tmp_path, python("import socket, tempfile; socket.socketpair(); print(tempfile.mkdtemp())"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path))
