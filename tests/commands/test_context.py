"""`codeassist context`, and that completions begin with what it prints."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript, Run
from tests.context.test_gather import FILES
from tests.context.trees import put, repository
from tests.models.cache import cached_model

APP = "from pkg.store import open_store\n\n\ndef main():\n    store = open_\n"
AT = ("--at", "5:18")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "repository", FILES | {"pkg/app.py": APP})
    monkeypatch.chdir(root)
    return root


def test_the_contract(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("x")
    document = run("context", "pkg/app.py", *AT, "--json").document
    assert set(document) == {"schema", "chunks", "tokens", "budget"}
    assert document["schema"] == 1
    assert document["budget"] == 256
    assert 0 < document["tokens"] <= document["budget"]
    for chunk in document["chunks"]:
        assert set(chunk) == {"path", "start", "end", "reason", "tokens", "text"}
        assert (root / chunk["path"]).is_file()
        assert chunk["tokens"] == len(chunk["text"])  # the scripted engine: a token is a character
    assert sum(chunk["tokens"] for chunk in document["chunks"]) == document["tokens"]


def test_two_calls_print_the_same_bytes(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("x")
    first, second = (run("context", "pkg/app.py", *AT, "--json").raw for _ in range(2))
    assert b"open_store" in first
    assert first == second


def test_people_see_where_each_chunk_is_from(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("x")
    result = run("context", "pkg/app.py", *AT)
    assert "── pkg/store.py:17  imported  80 tokens, 80 bytes\n# pkg/store.py\ndef open_store(" in result.stdout
    assert "of 256 tokens" in result.stderr


def test_a_completion_begins_with_the_chunks_and_says_so(root: Path, run: Run, fake_engine: FakeScript) -> None:
    shown = "# pkg/store.py\ndef open_store(path: str, *, create: bool = False) -> Store: ...\n"
    fake_engine(Reply(text="store(path)", when=shown), Reply(text="nothing"))
    document = run("complete", "pkg/app.py", *AT, "--json").document
    assert document["text"] == "store(path)"
    chunks = run("context", "pkg/app.py", *AT, "--json").document["chunks"]
    assert document["context"] == [{key: chunk[key] for key in chunk if key != "text"} for chunk in chunks]
    assert run("complete", "pkg/app.py", *AT, "--no-context").stdout == "nothing"
    assert run("complete", "pkg/app.py", *AT, "--no-context", "--json").document["context"] == []


def test_a_session_of_commands_begins_with_the_same_bytes(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("x")
    one = run("complete", "pkg/app.py", *AT, "--session", "s", "--json").document["context"]
    put(root, {"pkg/app.py": APP.replace("open_\n", "open_store(users)\n")})
    two = run("complete", "pkg/app.py", "--at", "5:23", "--session", "s", "--json").document["context"]
    assert one
    assert one == two


def test_what_was_just_written_is_known(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("x")
    run("context", "pkg/app.py", *AT)
    store = FILES["pkg/store.py"].replace("create: bool = False", "create: bool = False, mode: int = 0")
    put(root, {"pkg/store.py": store})
    assert "mode: int = 0" in run("context", "pkg/app.py", *AT).stdout


def test_outside_of_a_repository(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("x")
    put(tmp_path, {"alone/app.py": APP})
    result = run("context", str(tmp_path / "alone" / "app.py"), *AT)
    assert result.code == 3
    assert "no repository" in result.error[0]
    assert run("complete", str(tmp_path / "alone" / "app.py"), *AT, "--json").document["context"] == []


def test_a_secret_is_never_shown(root: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("x")
    canary = "def open_store_with_canary_7f3a(path): ...\n"
    put(root, {".env": canary, "server.key": canary, "left_out.py": canary, ".gitignore": "left_out.py\n"})
    put(root, {"pkg/app.py": APP + "    open_store_with_canary_7f3a\n"})
    text = run("context", "pkg/app.py", *AT, "--json").stdout
    assert "open_store(" in text
    assert "canary_7f3a(" not in text


@pytest.mark.model
@pytest.mark.timeout(300)
def test_tokens_are_the_models_own(root: Path, run: Run, home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(cached_model("smollm2-135m"))
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    model = ("--model", "smollm2-135m", "--json")
    document = run("context", "pkg/app.py", *AT, *model).document
    assert document["chunks"]
    alone = run("complete", "pkg/app.py", *AT, *model, "--no-context").document["timings"]["prompt_tokens"]
    beside = run("complete", "pkg/app.py", *AT, *model).document["timings"]["prompt_tokens"]
    assert beside - alone == document["tokens"]
