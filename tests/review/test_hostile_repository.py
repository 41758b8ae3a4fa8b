"""S2: whatever a repository's configuration, attributes, hooks and names say, no program of its runs, and nothing
outside of it is read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from codeassist.errors import CodeassistError
from codeassist.git import differences, process
from codeassist.git.objects import Blobs, TooLargeError
from codeassist.git.repository import opened
from codeassist.review import snapshot
from codeassist.review.standing import FILTERED
from codeassist.review.taking import LOST
from tests.repository import git, repository
from tests.review.traps import Traps, busy, everything, plain

CANARY = "outside-canary"


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return Traps(tmp_path / "traps")


CONFIGURED = {
    "core.fsmonitor": ["status"],
    "core.editor": ["commit"],
    "core.pager": ["-p", "-c", "color.pager=false", "version"],
    "diff.external": ["diff"],
    "diff.evil.command": ["diff"],
    "diff.evil.textconv": ["diff"],
    "filter.evil.clean": ["diff-files"],
    "filter.evil.process": ["diff-files"],
    "filter.a=b.c.clean": ["diff-files"],
    "filter.evil.smudge": ["checkout", "-f", "HEAD", "--", "."],
    "gpg.program": ["verify-commit", "HEAD"],
    "core.sshCommand": ["fetch", "ssh://nowhere.invalid/x"],
    "core.alternateRefsCommand": ["rev-list", "--alternate-refs"],
    "core.gitProxy": ["fetch", "git://nowhere.invalid/x"],
}
NEVER_SEEN = (
    "core.editor",
    "core.pager",
    "gpg.program",
    "core.alternateRefsCommand",
)  # need a terminal, a signature, …


@pytest.mark.parametrize("key", CONFIGURED)
@pytest.mark.parametrize("included", [False, True], ids=["own", "included"])
def test_no_program_of_the_configuration_runs(key: str, included: bool, tmp_path: Path, traps: Traps) -> None:
    root = busy(tmp_path / "repo")
    where: list[str] = []
    if included:
        where = ["-f", str(tmp_path / "included")]
        git(root, "config", "include.path", str(tmp_path / "included"))
    git(root, "config", *where, key, traps.program("trap"))
    if key.startswith("filter."):
        git(root, "config", *where, f"{key.rpartition('.')[0]}.required", "true")
    everything(root)
    assert traps.sprung() == set()
    plain(root, *CONFIGURED[key])
    assert traps.sprung() == (set() if key in NEVER_SEEN else {"trap"})  # the trap works


def test_no_hook_runs(tmp_path: Path, traps: Traps) -> None:
    root = busy(tmp_path / "repo")
    names = ("post-index-change", "pre-commit", "reference-transaction", "fsmonitor-watchman", "post-checkout")
    for folder in (root / ".git" / "hooks", root / "own hooks"):
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).symlink_to(traps.program(name))
    for setting in ("", "own hooks"):
        if setting:
            git(root, "config", "core.hooksPath", setting)
        everything(root)
        assert traps.sprung() == set()
    plain(root, "-c", "user.name=a", "-c", "user.email=a", "commit", "-m", "x")
    assert "pre-commit" in traps.sprung()


@pytest.mark.parametrize("older", [False, True], ids=["git", "older git"])
@pytest.mark.parametrize("transport", ["ext", "ssh", "helper", "file"])
def test_nothing_is_fetched_for_a_clone_that_lacks_contents(
    transport: str, older: bool, tmp_path: Path, traps: Traps, monkeypatch: pytest.MonkeyPatch
) -> None:
    if older:  # it knows no GIT_NO_LAZY_FETCH
        monkeypatch.delitem(process.ENVIRONMENT, "GIT_NO_LAZY_FETCH")
    root = busy(tmp_path / "repo")
    (root / "lacking").write_text("lacking\n")
    git(root, "add", "lacking")
    oid = subprocess.run(["git", "rev-parse", ":lacking"], cwd=root, check=True, capture_output=True, text=True).stdout
    (root / ".git" / "objects" / oid[:2] / oid[2:].strip()).unlink()
    trap = traps.program("trap")
    settings = {
        "ext": {"url": f"ext::{trap}", "x": ""},
        "ssh": {"url": "ssh://nowhere.invalid/x"},
        "helper": {"url": "x", "vcs": "evil"},
        "file": {"url": str(repository(tmp_path / "served", {"x": ""})), "uploadpack": trap},
    }[transport]
    for name, value in settings.items():
        git(root, "config", f"remote.origin.{name}", value)
    (traps.folder / "git-remote-evil").symlink_to(trap)
    monkeypatch.setenv("PATH", f"{traps.folder}:{os.environ['PATH']}")
    git(root, "config", "core.sshCommand", trap)
    for name in ("", "ext.", "ssh.", "evil.", "file."):
        git(root, "config", f"protocol.{name}allow", "always")
    git(root, "config", "extensions.partialClone", "origin")
    git(root, "config", "remote.origin.promisor", "true")
    git(root, "config", "core.repositoryFormatVersion", "1")
    found = everything(root)
    assert traps.sprung() == set()
    assert "lacking" in dict(found[0].skipped)
    assert {"b.evil", "moved.evil"} <= {each.path for each in found[0].files}  # the others are there
    plain(root, "cat-file", "-p", oid.strip())
    assert traps.sprung() == {"trap"}


def test_a_submodules_configuration_is_not_obeyed(tmp_path: Path, traps: Traps) -> None:
    inner = busy(tmp_path / "inner")
    git(inner, "reset", "-q", "--hard")
    root = repository(tmp_path / "repo", {"a.py": "a\n"})
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    git(root, "commit", "-qm", "With a submodule")
    (root / "a.py").write_text("b\n")
    git(root, "add", "-A")
    for key in ("core.fsmonitor", "filter.evil.clean", "diff.external"):
        git(root / "sub", "config", key, traps.program(key))
    (root / "sub" / "d.evil").write_text("x\n")
    everything(root)
    assert traps.sprung() == set()
    plain(root, "status")
    assert traps.sprung()


def test_a_working_tree_elsewhere_is_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in ("a.py", "unknown.py"):
        (outside / name).write_text(f"{CANARY}\n")
    root = busy(tmp_path / "repo")
    before = everything(root)
    git(root, "config", "core.worktree", str(outside))
    assert everything(root) == before
    assert CANARY not in "".join(taken.read("a.py") or "" for taken in before)


def test_links_lead_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text(f"{CANARY}\n")
    root = repository(tmp_path / "repo", {"folder/secret": "inside\n", "a.py": "a\n"})
    (root / "link").symlink_to(outside / "secret")
    git(root, "add", "-A")
    (root / "folder" / "secret").unlink()
    (root / "folder").rmdir()
    (root / "folder").symlink_to(outside)
    (root / "other").symlink_to(outside)
    for taken in everything(root):
        assert not [each for each in taken.files if CANARY in (each.new or "")]
        for path in ("link", "folder/secret", "other/secret", "../outside/secret", f"{outside}/secret", "a.py/../a.py"):
            assert CANARY not in (taken.read(path) or "")
    assert snapshot.working(os.environ, root).read("folder/secret") is None


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": "a\n", "b.py": "b\n"})
    (root / "a.py").unlink()
    os.mkfifo(root / "a.py")
    os.mkfifo(root / "pipe")
    taken = snapshot.working(os.environ, root)
    assert (taken.read("a.py"), taken.read("pipe")) == (None, None)
    assert all(each.new is None for each in taken.files)


def test_a_content_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "repo", {"a.py": "a\n"})
    (root / "a.py").write_text("other\n")
    (root / "b.py").write_text("b\n")
    git(root, "add", "-A")
    told = subprocess.run(["git", "rev-parse", ":a.py"], cwd=root, check=True, capture_output=True, text=True).stdout
    loose = root / ".git" / "objects" / told[:2] / told[2:].strip()
    loose.unlink()
    os.mkfifo(loose)
    monkeypatch.setattr(process, "SECONDS", 0.5)
    taken = snapshot.staged(os.environ, root)
    assert dict(taken.skipped)["a.py"] == LOST


def test_contents_behind_one_that_never_ends_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "repo", {"a.py": "a\n"})
    known = opened(root, process.environment(os.environ))
    blobs = Blobs(known)
    told = subprocess.run(["git", "rev-parse", ":a.py"], cwd=root, check=True, capture_output=True, text=True).stdout
    name = told.strip()
    assert blobs.read(name, 2) == b"a\n"
    with pytest.raises(TooLargeError):
        blobs.read(name, 1)
    assert (blobs.read(name, 2), blobs.read("0" * 40, 2), blobs.read(known.head, 999)) == (b"a\n", None, None)
    loose = root / ".git" / "objects" / name[:2] / name[2:]
    loose.unlink()
    os.mkfifo(loose)
    monkeypatch.setattr(process, "SECONDS", 0.5)
    assert Blobs(known).read(name, 2) is None


def test_what_a_filter_writes_is_left_out_with_the_reason(tmp_path: Path, traps: Traps) -> None:
    root = busy(tmp_path / "repo")
    git(root, "config", "filter.evil.clean", traps.program("trap"))
    taken = snapshot.working(os.environ, root)
    assert set(taken.skipped) == {("b.evil", FILTERED), ("d.evil", FILTERED)}
    assert [each.path for each in taken.files] == ["e.odd", "new.evil"]
    for number in range(100):
        git(root, "config", f"filter.x{number}.clean", "true")
    with pytest.raises(CodeassistError, match="filters"):
        snapshot.working(os.environ, root)
    assert differences.of_index(snapshot._around(os.environ, root), "HEAD")
