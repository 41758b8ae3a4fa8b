"""The hook in real commits of every kind: the right files are reviewed, index and working tree stay as they are.

What is staged holds a conflict marker at a line of its own, so that the output of the review tells which version of
which file it saw. A hook around ours writes down the index and the tree before and after it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from codeassist.hooks.script import script
from tests.repository import repository

# Git itself gives hooks the index that is to be committed; the tree is all but what git keeps.
AROUND = """#!{python}
import hashlib, json, os, subprocess, sys

def look():
    index = os.environ.get("GIT_INDEX_FILE") or subprocess.check_output(
        ["git", "rev-parse", "--git-path", "index"], text=True).strip()
    seen = {{"index": hashlib.sha256(open(index, "rb").read()).hexdigest()}}
    for folder, folders, names in os.walk(".", onerror=print):
        folders[:] = [each for each in folders if each != ".git"]
        for name in names + folders:
            path = os.path.join(folder, name)
            found = os.lstat(path)
            content = open(path, "rb").read() if os.path.isfile(path) and not os.path.islink(path) else b""
            seen[ascii(path)] = [found.st_mode, found.st_mtime_ns, found.st_ino, hashlib.sha256(content).hexdigest()]
    return seen

before = look()
ours = os.path.join(os.path.dirname(sys.argv[0]), "ours")
done = subprocess.run([ours, *sys.argv[1:]], capture_output=True, text=True)
with open({log!r}, "a") as log:
    log.write(json.dumps({{"same": before == look(), "output": done.stdout, "said": done.stderr,
                           "code": done.returncode}}) + "\\n")
sys.exit(done.returncode)
"""


class Told(msgspec.Struct):
    """One run of the hook."""

    same: bool
    output: str
    said: str
    code: int

    @property
    def seen(self) -> list[str]:
        """`path:line` of each marker that was found."""
        return re.findall(r"^(.*:\d+): high: A conflict marker", self.output, re.MULTILINE)


@dataclass
class Sample:
    """A repository with the hook, which only informs."""

    root: Path
    log: Path

    def git(self, *arguments: str, folder: Path | None = None, fails: bool = False, **environ: str) -> str:
        who = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        settings = os.environ | who | {"GIT_EDITOR": "true"} | environ
        done = subprocess.run(
            ["git", *arguments], cwd=folder or self.root, env=settings, capture_output=True, text=True, check=False
        )
        assert (done.returncode != 0) == fails, done.stderr
        return done.stdout

    def told(self) -> Told:
        """The only run since the last call."""
        (line,) = self.log.read_bytes().splitlines()
        self.log.unlink()
        told = msgspec.json.decode(line, type=Told)
        assert told.same, "the index or the tree was changed"
        assert told.code == 0, told.said
        return told


def marked(line: int) -> str:
    """A text with a marker at a line."""
    return "x = 1\n" * (line - 1) + "<<<<<<< ours\ny = 1\n"


def install(folder: Path, log: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {
        "pre-commit": AROUND.format(python=sys.executable, log=str(log)).encode(),
        "ours": script("pre-commit", sys.executable),
    }.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o755)


@pytest.fixture
def sample(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Sample:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (home / "config").mkdir(parents=True)
    (home / "config/config.toml").write_text("[review]\nfail_on = 'none'\nmodel = false\n")
    root = repository(tmp_path / "repo", {"a.py": "x = 1\n" * 20, "b.py": "z = 1\n" * 20, "c.py": "c = 1\n"})
    install(root / ".git/hooks", tmp_path / "log")
    return Sample(root, tmp_path / "log")


def test_partial_staging(sample: Sample) -> None:
    """What is staged is reviewed, not what lies in the tree."""
    (sample.root / "a.py").write_text(marked(3))
    sample.git("add", "a.py")
    (sample.root / "a.py").write_text(marked(7))
    (sample.root / "b.py").write_text(marked(5))
    (sample.root / "new.py").write_text(marked(9))
    sample.git("commit", "-m", "Part of it")
    assert sample.told().seen == ["a.py:3"]
    assert (sample.root / "a.py").read_text() == marked(7)


def test_all_that_is_tracked(sample: Sample) -> None:
    """`git commit -a` has an index of its own, with everything in it."""
    (sample.root / "a.py").write_text(marked(3))
    (sample.root / "new.py").write_text(marked(9))
    sample.git("commit", "-a", "-m", "All")
    assert sample.told().seen == ["a.py:3"]


def test_only_one_file(sample: Sample) -> None:
    """`git commit FILE` has an index of its own, without what else is staged."""
    (sample.root / "a.py").write_text(marked(3))
    (sample.root / "b.py").write_text(marked(5))
    sample.git("add", "-A")
    (sample.root / "b.py").write_text(marked(6))
    sample.git("commit", "b.py", "-m", "One")
    assert sample.told().seen == ["b.py:6"]
    assert "a.py" in sample.git("diff", "--cached", "--name-only")


def test_renames_deletes_and_modes(sample: Sample) -> None:
    sample.git("mv", "a.py", "d e.py")
    (sample.root / "d e.py").write_text("x = 1\n" * 20 + "<<<<<<< ours\n")
    sample.git("rm", "-q", "b.py")
    (sample.root / "c.py").chmod(0o755)
    sample.git("add", "-A")
    sample.git("commit", "-m", "Move")
    assert sample.told().seen == ["d e.py:21"]


def test_odd_names(sample: Sample) -> None:
    for number, name in enumerate(
        [" lead.py", "new\nline.py", "tab\t.py", 'quo"te.py', "-dash.py", "ü.py", ":(top)x"], 1
    ):
        (sample.root / name).write_text(marked(number))
    sample.git("add", "-A")
    sample.git("commit", "-m", "Names")
    assert sorted(each.rpartition(":")[2] for each in sample.told().seen) == list("1234567")


def test_binary_links_and_a_submodule(sample: Sample, tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", {"i.py": marked(2)})
    (sample.root / "x.bin").write_bytes(b"\0<<<<<<< ours\n" * 99)
    (sample.root / "link").symlink_to(tmp_path / "inner/i.py")
    sample.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    (sample.root / "c.py").write_text(marked(4))
    sample.git("add", "-A")
    sample.git("commit", "-m", "Many kinds")
    assert sample.told().seen == ["c.py:4"]


def test_in_a_submodule(sample: Sample, tmp_path: Path) -> None:
    """Git gives a hook there a GIT_DIR and an index elsewhere."""
    inner = repository(tmp_path / "inner", {"i.py": "i = 1\n"})
    sample.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    install(sample.root / ".git/modules/sub/hooks", sample.log)
    (sample.root / "a.py").write_text(marked(3))
    sample.git("add", "a.py")
    (sample.root / "sub/i.py").write_text(marked(6))
    sample.git("commit", "-a", "-m", "Inside", folder=sample.root / "sub")
    assert sample.told().seen == ["i.py:6"]


def test_in_a_worktree(sample: Sample, tmp_path: Path) -> None:
    other = tmp_path / "other"
    sample.git("worktree", "add", "-q", str(other), "-b", "other")
    (sample.root / "a.py").write_text(marked(3))
    sample.git("add", "a.py")
    (other / "b.py").write_text(marked(5))
    sample.git("add", "b.py", folder=other)
    sample.git("commit", "-m", "There", folder=other)
    assert sample.told().seen == ["b.py:5"]


def test_from_a_folder_below(sample: Sample) -> None:
    (sample.root / "sub").mkdir()
    (sample.root / "sub/d.py").write_text(marked(2))
    (sample.root / "a.py").write_text(marked(3))
    sample.git("add", "-A")
    sample.git("commit", "-m", "Below", folder=sample.root / "sub")
    assert sample.told().seen == ["a.py:3", "sub/d.py:2"]


def test_the_first_commit(sample: Sample, tmp_path: Path) -> None:
    root = tmp_path / "fresh"
    root.mkdir()
    sample.git("init", "-q", folder=root)
    install(root / ".git/hooks", sample.log)
    (root / "a.py").write_text(marked(2))
    sample.git("add", "-A", folder=root)
    sample.git("commit", "-m", "Begin", folder=root)
    assert sample.told().seen == ["a.py:2"]


def test_amend(sample: Sample) -> None:
    (sample.root / "a.py").write_text(marked(3))
    sample.git("commit", "-a", "--no-verify", "-m", "Before")
    (sample.root / "b.py").write_text(marked(5))
    sample.git("add", "-A")
    sample.git("commit", "--amend", "-m", "Again")
    assert "b.py:5" in sample.told().seen


def test_a_merge_that_was_resolved(sample: Sample) -> None:
    """Only what is of neither side is new: the other side's files were reviewed when they were committed."""
    sample.git("checkout", "-q", "-b", "topic")
    (sample.root / "a.py").write_text("topic = 1\n" * 20)
    (sample.root / "topic.py").write_text(marked(9))
    sample.git("add", "-A")
    sample.git("commit", "--no-verify", "-m", "Topic")
    sample.git("checkout", "-q", "main")
    (sample.root / "a.py").write_text("main = 1\n" * 20)
    sample.git("commit", "-a", "--no-verify", "-m", "Main")
    sample.git("merge", "topic", fails=True)
    (sample.root / "a.py").write_text(marked(7))
    sample.git("add", "-A")
    sample.git("commit", "-m", "Merge")
    assert sample.told().seen == ["a.py:7"]


def test_a_rebase_that_was_resolved(sample: Sample) -> None:
    """Git runs the hook where somebody commits; what rebase itself commits, also with --continue, passes by it."""
    sample.git("checkout", "-q", "-b", "topic")
    (sample.root / "a.py").write_text("topic = 1\n" * 20)
    sample.git("commit", "-a", "--no-verify", "-m", "Topic")
    sample.git("checkout", "-q", "main")
    (sample.root / "a.py").write_text("main = 1\n" * 20)
    sample.git("commit", "-a", "--no-verify", "-m", "Main")
    sample.git("checkout", "-q", "topic")
    sample.git("rebase", "main", fails=True)
    assert not sample.log.exists()
    (sample.root / "a.py").write_text(marked(7))
    sample.git("add", "-A")
    sample.git("commit", "-m", "Topic, resolved")
    assert sample.told().seen == ["a.py:7"]
    sample.git("rebase", "--continue")
    assert not sample.log.exists()


def test_an_edited_commit_of_an_interactive_rebase(sample: Sample) -> None:
    (sample.root / "a.py").write_text("x = 2\n" * 20)
    sample.git("commit", "-a", "--no-verify", "-m", "Two")
    sample.git("rebase", "-i", "HEAD~1", GIT_SEQUENCE_EDITOR="sed -i.bak s/^pick/edit/")
    (sample.root / "a.py").write_text(marked(4))
    sample.git("commit", "-a", "--amend", "-m", "Two again")
    assert "a.py:4" in sample.told().seen
    sample.git("rebase", "--continue")


def test_cherry_picks_are_as_git_says(sample: Sample) -> None:
    """Git runs no pre-commit hook for what is picked without conflict."""
    sample.git("checkout", "-q", "-b", "topic")
    (sample.root / "a.py").write_text(marked(3))
    sample.git("commit", "-a", "--no-verify", "-m", "Topic")
    sample.git("checkout", "-q", "main")
    sample.git("cherry-pick", "topic")
    assert not sample.log.exists()


def test_a_change_of_the_tree_would_be_seen(sample: Sample) -> None:
    """That the matrix can fail: a hook that touches a file is told."""
    ours = sample.root / ".git/hooks/ours"
    ours.write_text("#!/bin/sh\ntouch b.py\n")
    (sample.root / "a.py").write_text(marked(3))
    sample.git("add", "-A")
    sample.git("commit", "-m", "x")
    with pytest.raises(AssertionError, match="was changed"):
        sample.told()
