from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from codeassist.errors import MissingError
from codeassist.paths import MAX_SOCKET_PATH, private_directory, user_paths

SOCKET = "embed/engine-private-12345678/llama-1234567/llama.sock"


def test_codeassist_home_moves_everything(tmp_path: Path) -> None:
    paths = user_paths({"CODEASSIST_HOME": "/h", "XDG_RUNTIME_DIR": str(tmp_path), "XDG_CONFIG_HOME": "/elsewhere"})
    assert paths.config_file == Path("/h/config/config.toml")
    assert (paths.cache, paths.state, paths.models) == (Path("/h/cache"), Path("/h/state"), Path("/h/models"))
    assert paths.runtime == Path("/h/run")
    assert paths.logs == Path("/h/state/logs")


def test_codeassist_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/u")
    assert user_paths({"CODEASSIST_HOME": "here"}).config == tmp_path / "here/config"
    assert user_paths({"CODEASSIST_HOME": "~/ca"}).config == Path("/home/u/ca/config")
    assert user_paths({"CODEASSIST_HOME": "~no-such-user/ca"}).config == tmp_path / "~no-such-user/ca/config"


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="XDG directories are Linux's")
def test_xdg(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Path(tempfile.mkdtemp(dir="/tmp"))
    environ = {
        "XDG_CONFIG_HOME": "/x/config",
        "XDG_CACHE_HOME": "/x/cache",
        "XDG_STATE_HOME": "/x/state",
        "XDG_DATA_HOME": "/x/data",
        "XDG_RUNTIME_DIR": str(run),
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    paths = user_paths(environ)
    assert paths.config == Path("/x/config/codeassist")
    assert paths.cache == Path("/x/cache/codeassist")
    assert paths.state == Path("/x/state/codeassist")
    assert paths.models == Path("/x/data/codeassist/models")
    assert paths.runtime == run / "codeassist"
    run.rmdir()
    for unusable in (str(run), "", "tmp", "."):
        assert user_paths({**environ, "XDG_RUNTIME_DIR": unusable}).runtime == Path("/x/state/codeassist/run")


def test_a_socket_path_is_never_too_long() -> None:
    for length in range(1, 200, 7):
        for letter in "aä":
            home = "/" + letter * length
            runtime = user_paths({"CODEASSIST_HOME": home}).runtime
            assert len(os.fsencode(runtime / SOCKET)) <= MAX_SOCKET_PATH
            assert runtime == Path(home, "run") or runtime.parent == Path(tempfile.gettempdir())
    long = {letter: user_paths({"CODEASSIST_HOME": "/" + letter * 90}).runtime for letter in "ab"}
    assert long["a"] != long["b"]
    assert str(os.getuid()) in long["a"].name


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_private_directory_is_made(tmp_path: Path) -> None:
    made = private_directory(tmp_path / "a" / "b")
    assert _mode(made) == 0o700
    assert private_directory(made) == made


@pytest.mark.parametrize("mode", [0o777, 0o755, 0o750, 0o701])
def test_a_loose_directory_is_tightened(tmp_path: Path, mode: int) -> None:
    loose = tmp_path / "loose"
    loose.mkdir()
    loose.chmod(mode)
    assert _mode(private_directory(loose)) == 0o700


def test_somebody_elses_directory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o755)
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    with pytest.raises(MissingError, match="not a directory of yours") as caught:
        private_directory(theirs)
    assert "CODEASSIST_HOME" in caught.value.hint
    assert _mode(theirs) == 0o755


def test_links_and_files_are_refused(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir(mode=0o755)
    file = tmp_path / "file"
    file.touch()
    link, dangling = tmp_path / "link", tmp_path / "dangling"
    link.symlink_to(real)
    dangling.symlink_to("nowhere")
    for path in (link, dangling, file, file / "below"):
        with pytest.raises(MissingError):
            private_directory(path)
    assert _mode(real) == 0o755
    assert not (tmp_path / "nowhere").exists()
