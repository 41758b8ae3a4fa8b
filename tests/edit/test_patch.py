"""Patches, as the real git takes them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.patch import patch_of, patch_text
from tests.repository import git, repository

LINES = "".join(f"line {number}\n" for number in range(40))
CONTENTS: dict[str, tuple[bytes | None, bytes | None]] = {
    "lf": (b"a\nb\nc\n", b"a\nB\nc\n"),
    "far apart": (LINES.encode(), LINES.replace("e 3\n", "e three\nmore\n").replace("line 30\n", "").encode()),
    "crlf": (b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n"),
    "to crlf": (b"a\nb\n", b"a\r\nb\r\n"),
    "mixed": (b"a\r\nb\nc\rd\r\n", b"a\r\nb\nC\rd\r\n"),
    "bom": (b"\xef\xbb\xbfa\nb\n", b"\xef\xbb\xbfa\nB\n"),
    "bom goes": (b"\xef\xbb\xbfa\nb\n", b"a\nb\n"),
    "utf-16": ("\ufeffa\nb\u010a\nc\n".encode("utf-16-le"), "\ufeffa\nB\u010a\nc\n".encode("utf-16-le")),
    "latin-1": (b"caf\xe9\nb\nc\n", b"caf\xe9\nb\xfc\nc\n"),
    "latin-1 far away": (b"caf\xe9\n" + LINES.encode(), b"caf\xe9\n" + LINES.replace("e 30", "e dreissig").encode()),
    "unended": (b"a\nb", b"a\nB"),
    "end comes": (b"a\nb", b"a\nb\n"),
    "end goes": (b"a\nb\n", b"a\nb"),
    "unended below": (b"a\nb\nc", b"a\nB\nc"),
    "unended crlf": (b"a\r\nb", b"a\r\nb\r\n"),
    "added below unended": (b"a", b"a\nb"),
    "new": (None, b"a\nb\n"),
    "new, unended": (None, b"a"),
    "new, empty": (None, b""),
    "filled": (b"", b"a\n"),
    "emptied": (b"a\nb\n", b""),
    "deleted": (b"a\nb", None),
    "deleted, empty": (b"", None),
    "form feed": (b"a\x0cb\n\x0c\nc\xe2\x80\xa8d\n", b"a\x0cb\n\x0c\nC\xe2\x80\xa8d\n"),
    "signs": (b"-- a\n++ b\n@@ c\n\\ d\ndiff --git a/x b/x\n", b"-- A\n++ B\n@@ C\n\\ D\ndiff --git a/y b/y\n"),
    "escapes": (b"a\x1b[31m\n", b"b\x1b[31m\n"),
    "large": (b"x\n", bytes(range(1, 256)) * 200 + b"\0"),
}
NAMES = [
    "a.py",
    "deep/er/a.py",
    "with blank.py",
    " blank/at both ends ",
    'quote"and\\backslash.py',
    "new\nline\tand tab.py",
    "ünïcödé.py",
    "日本.py",
    "e\u0301.py",
    "-dash.py",
    "a b/b a",
    "bidi\u202e.py",
    os.fsdecode(b"caf\xe9.py"),
    "\x1b[31m.py",
]


def applied(root: Path, patch: bytes, *options: str) -> None:
    done = subprocess.run(["git", "apply", *options, "-"], cwd=root, input=patch, capture_output=True, check=False)
    assert done.returncode == 0, (done.stderr, patch)


def check_both(root: Path, *edits: FileEdit, extra: dict[str, str | bytes] | None = None) -> None:
    """The patch in bytes and the one in JSON make of what was before exactly what is to be after."""
    before = {each.path: each.before for each in edits if each.before is not None}
    repository(root, {"other": "x\n", **(extra or {}), **before})
    change = ChangeSet(root.resolve(), "do", edits)

    def contents() -> list[bytes | None]:
        return [(root / each.path).read_bytes() if (root / each.path).exists() else None for each in edits]

    for patch in dict.fromkeys((patch_of(change), patch_text(change).encode("utf-8"))):
        applied(root, patch, "--check")
        assert contents() == [each.before for each in edits]
        applied(root, patch)
        assert contents() == [each.after for each in edits]
        applied(root, patch, "--reverse")
        assert contents() == [each.before for each in edits]


@pytest.mark.parametrize("name", CONTENTS)
def test_git_makes_of_it_the_same_bytes(name: str, tmp_path: Path) -> None:
    check_both(tmp_path / "repo", FileEdit("dir/a.txt", *CONTENTS[name]))


@pytest.mark.parametrize("attributes", ["* -text", "* binary", "* whitespace=error"])
@pytest.mark.parametrize("name", ["crlf", "lf", "latin-1", "unended crlf", "new"])
def test_whatever_the_attributes_say(name: str, attributes: str, tmp_path: Path) -> None:
    check_both(tmp_path / "repo", FileEdit("a.txt", *CONTENTS[name]), extra={".gitattributes": attributes + "\n"})


@pytest.mark.parametrize("name", ["crlf", "unended crlf"])
def test_where_git_keeps_other_newlines_than_the_tree(name: str, tmp_path: Path) -> None:
    check_both(
        tmp_path / "repo", FileEdit("a.txt", *CONTENTS[name]), extra={".gitattributes": "* text=auto eol=crlf\n"}
    )


@pytest.mark.parametrize("name", ["lf", "new", "new, empty", "deleted", "latin-1"])
def test_any_name(name: str, tmp_path: Path) -> None:
    check_both(tmp_path / "repo", *(FileEdit(path, *CONTENTS[name]) for path in NAMES))


def test_binaries_of_any_length(tmp_path: Path) -> None:
    """The last line of one has 1 to 52 bytes."""
    random = Random(7)  # noqa: S311
    check_both(tmp_path / "repo", *(FileEdit(f"{n}", None, b"\0" + random.randbytes(n + 60)) for n in range(52)))


def test_a_new_file_gets_its_mode_and_an_old_one_keeps_its(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"run.sh": "a\n", "gone.sh": "a\n"})
    (root / "run.sh").chmod(0o755)
    (root / "gone.sh").chmod(0o755)
    git(root, "commit", "-q", "-am", "Let them run")
    edits = (
        FileEdit("bin/new.sh", None, b"b\n", 0o755),
        FileEdit("run.sh", b"a\n", b"b\n"),
        FileEdit("gone.sh", b"a\n", None),
    )
    patch = patch_of(ChangeSet(root.resolve(), "do", edits))
    applied(root, patch, "--index")  # which complains of a mode that is another
    assert (root / "bin/new.sh").stat().st_mode & 0o777 == 0o755
    assert (root / "run.sh").stat().st_mode & 0o777 == 0o755
    assert not (root / "gone.sh").exists()
    assert b"deleted file mode 100755" in patch


def test_what_a_link_leads_to_is_what_changes(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"real/a.py": "a\n"})
    (root / "link.py").symlink_to("real/a.py")
    (root / "folder").symlink_to("real")
    edits = (FileEdit("link.py", b"a\n", b"b\n"), FileEdit("folder/new.py", None, b"c\n"))
    applied(root, patch_of(ChangeSet(root.resolve(), "do", edits)))
    assert ((root / "real/a.py").read_bytes(), (root / "real/new.py").read_bytes()) == (b"b\n", b"c\n")
    assert (root / "link.py").is_symlink()


def test_names_of_a_repository_that_hashes_otherwise(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "--object-format=sha256")
    check_both(root, FileEdit("a.txt", *CONTENTS["latin-1"]))


@pytest.mark.parametrize("name", ["far apart", "new", "deleted", "emptied", "filled", "unended crlf"])
@pytest.mark.parametrize("path", ["a.py", "with blank.py", 'quote".py', "back\\slash.py", "ünï.py", "tab\t.py"])
def test_it_reads_as_git_writes_it(name: str, path: str, tmp_path: Path) -> None:
    """What people see; git's own but for the object names and the name of the function."""
    before, after = CONTENTS[name]
    root = repository(tmp_path / "repo", {"other": "x\n"} if before is None else {path: before})
    change = ChangeSet(root.resolve(), "do", (FileEdit(path, before, after),))
    patch = patch_of(change)
    assert patch_text(change).encode() == patch
    if after is None:
        (root / path).unlink()
    else:
        (root / path).write_bytes(after)
    git(root, "add", "-A")
    told = subprocess.run(
        ["git", "-c", "core.quotepath=false", "diff", "--cached"], cwd=root, capture_output=True, check=True
    )
    expected = [line for line in told.stdout.split(b"\n") if not line.startswith(b"index ")]
    expected = [line.rpartition(b"@@")[0] + b"@@" if line.startswith(b"@@") else line for line in expected]
    assert patch.split(b"\n") == expected


TEXT = st.lists(st.sampled_from([b"a", b"b", b"\n", b"\r\n", b"\xe9", b"\r", b"\xc3\xa9", b"c"]), max_size=24).map(
    b"".join
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=TEXT, after=TEXT)
def test_any_text(before: bytes, after: bytes, tmp_path: Path) -> None:
    root = tmp_path / "plain"
    root.mkdir(exist_ok=True)
    file = root / "a.txt"
    change = ChangeSet(root.resolve(), "do", (FileEdit("a.txt", before, after),) if before != after else ())
    for patch in (patch_of(change), patch_text(change).encode()):
        file.write_bytes(before)
        if change.files:
            applied(root, patch)
        assert file.read_bytes() == after
