"""`codeassist model …`: the contract of `list --json`, and what happens to files and settings."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from codeassist.models.catalog import load_catalog
from codeassist.models.manifest import Manifest
from codeassist.models.store import Store
from tests.conftest import Run, RunProcess
from tests.models.builders import QWEN, write_gguf

from .support import types_of, write

CAPABILITIES = {"complete", "chat", "fim", "embed", "image"}
DEFAULT = "qwen2.5-coder-0.5b"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A GGUF of the user's own."""
    return write_gguf(tmp_path / "Tiny Model.gguf", tokens=(*QWEN, "a"), keys={"general.license": "mit"})


@pytest.fixture
def added(tiny: Path, run: Run) -> Path:
    """The same, added as "mine"."""
    result = run("model", "add", str(tiny), "--name", "mine")
    assert (result.code, result.raw) == (0, b""), result.stderr
    return tiny


def install(home: Path, model: str = DEFAULT) -> Path:
    """A record and a file as a pull leaves them; the file of a few bytes."""
    store = Store(home / "models")
    store.prepare()
    entry = load_catalog().get(model)
    assert entry is not None
    file = store.files / entry.file
    file.write_bytes(b"weights")
    status = file.stat()
    digest = hashlib.sha256(b"weights").hexdigest()
    facts = {"bytes": status.st_size, "mtime_ns": status.st_mtime_ns, "context_tokens": 512}
    store.put(Manifest(id=model, path=str(file), sha256=digest, architecture="llama", family="", **facts))  # type: ignore[arg-type]
    return file


def test_list_json_is_the_contract(run: Run, added: Path) -> None:
    result = run("model", "list", "--json")
    models = result.document["models"]
    assert (result.code, result.document["schema"], set(result.document)) == (0, 1, {"schema", "models"})
    fields = {"id": str, "installed": bool, "default": bool, "bytes": int, "sha256": str, "licence": str}
    for model in models:
        assert types_of(model) == {**fields, "capabilities": list}
        assert set(model["capabilities"]) <= CAPABILITIES
    assert [model["id"] for model in models if model["default"]] == [DEFAULT]
    mine = next(model for model in models if model["id"] == "mine")
    assert (mine["installed"], mine["bytes"]) == (True, added.stat().st_size)
    assert mine["sha256"] == hashlib.sha256(added.read_bytes()).hexdigest()
    assert {"complete", "fim"} <= set(mine["capabilities"])


def test_list_on_a_pipe_is_whole(run_process: RunProcess) -> None:
    """A script that takes the first column must get names that exist."""
    lines = run_process("model", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(load_catalog().ids)
    assert not [line for line in lines if "…" in line or "\x1b" in line]


def test_info_says_how_it_completes(run: Run, tmp_path: Path) -> None:
    """Of a model with fill-in-the-middle and of one without, in the text and in the document; the family is told."""
    markers = ("[PREFIX]", "[SUFFIX]", "[INST]", "[/INST]", "</s>")
    files = {
        "codestral": write_gguf(tmp_path / "a.gguf", tokens=markers, keys={"general.name": "Codestral 22B"}),
        "llama-3": write_gguf(tmp_path / "b.gguf", tokens=("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")),
    }
    for family, file in files.items():
        added = run("model", "add", str(file), "--name", family)
        assert (added.code, f"added {family}: {family}, can complete" in added.stderr) == (0, True)
        info = run("model", "info", family, "--json").document
        shown = run("model", "info", family).stdout
        assert info["family"] == family
        assert all(info[each] in shown for each in ("completes", "answers"))
        assert ("fim" in info["capabilities"]) == info["completes"].startswith("fill-in-the-middle")
    assert run("model", "info", "codestral", "--json").document["completes"].endswith("(the markers of codestral)")


def test_add_takes_its_name_from_the_file(run: Run, tiny: Path) -> None:
    assert run("model", "add", str(tiny)).code == 0
    info = run("model", "info", "tiny-model", "--json").document
    assert (info["schema"], info["installed"], info["path"]) == (1, True, str(tiny))


@pytest.mark.parametrize(
    ("content", "code"), [(b"not a model at all", 3), (b"GGUF\x03\0\0\0\xff\xff\xff\xff", 3), (None, 2)]
)
def test_add_refuses_what_is_no_model(content: bytes | None, code: int, tmp_path: Path, run: Run) -> None:
    path = tmp_path / "x.gguf"
    if content is not None:
        path.write_bytes(content)
    result = run("model", "add", str(path))
    assert (result.code, result.raw) == (code, b"")
    assert result.error
    assert all(model["id"] != "x" for model in run("model", "list", "--json").document["models"])


def test_add_cannot_take_a_name_of_the_catalogue(run: Run, tiny: Path) -> None:
    result = run("model", "add", str(tiny), "--name", DEFAULT)
    assert result.code == 2
    assert DEFAULT in result.error[0]
    assert run("model", "add", str(tiny), "--name", "../x").code == 2


def test_use_keeps_the_comments_of_the_settings(home: Path, run: Run, added: Path) -> None:
    (home / "config").mkdir(parents=True)
    before = "# mine\n\n[completion]  # short ones\nmax_tokens = 32   # few\n"
    write(home / "config" / "config.toml", before)
    assert run("model", "use", "mine").code == 0
    after = (home / "config" / "config.toml").read_text()
    for part in ("# mine", "[completion]  # short ones", "max_tokens = 32   # few"):
        assert part in after
    shown = {each["name"]: each for each in run("config", "show", "--json").document["settings"]}
    assert (shown["model"]["value"], shown["model"]["origin"]) == ("mine", "file")
    assert (shown["completion.max_tokens"]["value"], shown["completion.max_tokens"]["origin"]) == (32, "file")
    models = run("model", "list", "--json").document["models"]
    assert [model["id"] for model in models if model["default"]] == ["mine"]


def test_a_model_that_embeds_cannot_be_the_one_that_writes(home: Path, run: Run, tmp_path: Path) -> None:
    encoder = write_gguf(tmp_path / "e.gguf", architecture="bert", keys={"bert.pooling_type": 1})
    result = run("model", "add", str(encoder), "--name", "mine")
    assert (result.code, "model use" in result.stderr, "context.embeddings" in result.stderr) == (0, False, True)
    refused = run("model", "use", "mine")
    assert (refused.code, "embeds" in refused.error[0]) == (2, True)
    assert not (home / "config" / "config.toml").exists()
    info = run("model", "info", "mine", "--json").document
    assert info["capabilities"] == ["embed"]
    assert {"completes", "answers"}.isdisjoint(info)
    models = {model["id"]: model for model in run("model", "list", "--json").document["models"]}
    assert (models["mine"]["capabilities"], models["mine"]["default"]) == (["embed"], False)
    write(tmp_path / "a.py", "x = 1\n")
    assert run("complete", str(tmp_path / "a.py"), "--at", "1:1", "--model", "mine").code == 3


def test_embedding_models_can_be_pulled_by_name(run: Run) -> None:
    models = {model["id"]: model for model in run("model", "list", "--json").document["models"]}
    assert models["bge-small-en-v1.5"]["capabilities"] == ["embed"]
    assert models["nomic-embed-text-v1.5"]["capabilities"] == ["embed"]
    assert run("model", "info", "bge-small-en-v1.5", "--json").document["installed"] is False


def test_use_of_a_model_that_is_not_there(home: Path, run: Run) -> None:
    known, unknown = run("model", "use", DEFAULT), run("model", "use", "zzz")
    assert (known.code, unknown.code) == (3, 3)
    assert f"codeassist model pull {DEFAULT}" in known.error[1]
    assert unknown.error
    assert not (home / "config" / "config.toml").exists()


def test_remove_keeps_a_file_of_the_users_own(run: Run, added: Path) -> None:
    result = run("model", "remove", "mine", "--yes")
    assert result.code == 0
    assert str(added) in result.stderr
    assert added.exists()
    assert run("model", "info", "mine").code == 3


def test_remove_deletes_what_was_downloaded(home: Path, run: Run) -> None:
    file = install(home)
    assert run("model", "remove", DEFAULT, "--yes").code == 0
    assert not file.exists()
    assert run("model", "remove", DEFAULT, "--yes").code == 3


def test_remove_of_a_damaged_record(home: Path, run: Run) -> None:
    """It is the command that the error of a damaged record names."""
    install(home)
    write(home / "models" / f"{DEFAULT}.json", "{bad")
    listed = run("model", "list", "--json")
    assert (listed.code, listed.document["models"][0]["installed"]) == (0, False)
    assert run("model", "remove", DEFAULT, "--yes").code == 0
    assert not (home / "models" / f"{DEFAULT}.json").exists()


def test_verify(home: Path, run: Run, added: Path) -> None:
    assert run("model", "verify", "mine").code == 0
    install(home)
    assert run("model", "verify").code == 0
    added.write_bytes(added.read_bytes()[:-1] + b"X")
    altered = run("model", "verify", "mine")
    assert altered.code == 3
    assert "altered" in altered.error[0]
    assert run("model", "verify").code == 3


def test_verify_of_nothing(run: Run) -> None:
    result = run("model", "verify")
    assert result.code == 3
    assert result.error


def test_info(run: Run) -> None:
    document = run("model", "info", "--json").document
    assert (document["schema"], document["id"], document["installed"]) == (1, DEFAULT, False)
    lines = run("model", "info").stdout.splitlines()
    assert lines[0].split() == ["id", DEFAULT]
    assert run("model", "info", "zzz").code == 3


def test_pull_takes_no_other_file_for_the_model(home: Path, run: Run, tiny: Path) -> None:
    result = run("model", "pull", DEFAULT, "--from", str(tiny))
    assert result.code == 3
    assert "Traceback" not in result.stderr
    assert run("model", "list", "--json").document["models"][0]["installed"] is False
    assert list((home / "models").glob("*.json")) == []


def test_pull_of_an_unknown_name(run: Run, added: Path) -> None:
    unknown = run("model", "pull", "qwen2.5-coder-0.5")
    assert unknown.code == 3
    assert DEFAULT in unknown.error[1]
    own = run("model", "pull", "mine")
    assert own.code == 2
    assert "mine" in own.error[0]


def test_pull_of_a_default_of_the_users_own(run: Run, added: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEASSIST_MODEL", "mine")
    own = run("model", "pull")
    assert own.code == 2
    assert "mine" in own.error[0]
