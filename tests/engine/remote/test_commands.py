"""What commands say of a team's server, and what none of them says: its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.engine.remote.conftest import Configure
from tests.engine.remote.scripted import Vllm, serving
from tests.engine.remote.servers import KEY
from tests.repository import git, repository


def test_doctor_says_where_prompts_go(configure: Configure, run: Run) -> None:
    with serving(Vllm().answers) as server:
        configure(server.url)
        done = run("doctor", "--json")
        checks = {check["id"]: check for check in done.document["checks"]}
        assert checks["model"]["status"] == checks["engine"]["status"] == "ok"
        assert "Qwen/Qwen2.5-Coder-7B" in checks["model"]["detail"]
        assert f"vLLM at {server.url}: prompts go there and nowhere else" in checks["engine"]["detail"]
        assert KEY not in done.stdout + done.stderr
        assert all(headers["Authorization"] == f"Bearer {KEY}" for _, headers, _ in server.requests)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"structured": False}, "takes no notice of grammars"),
        ({"cached": None}, "does not say what its prefix cache saves"),
        ({"model": "in-house"}, "no text below the cursor"),
    ],
)
def test_doctor_warns_of_what_a_server_cannot(
    change: dict[str, object], said: str, configure: Configure, run: Run
) -> None:
    vllm = Vllm()
    for name, value in change.items():
        setattr(vllm, name, value)
    with serving(vllm.answers) as server:
        configure(server.url)
        checks = {check["id"]: check for check in run("doctor", "--json").document["checks"]}
        assert (checks["engine"]["status"], checks["model"]["status"]) == ("warn", "ok")
        assert said in checks["engine"]["detail"]
        assert checks["engine"]["hint"]


def test_doctor_fails_where_a_server_cannot_be_used(configure: Configure, run: Run) -> None:
    with serving({}) as server:
        configure(server.url)
        done = run("doctor", "--json")
        assert done.code == 3
        checks = {check["id"]: check for check in done.document["checks"]}
        assert checks["model"]["status"] == checks["engine"]["status"] == "fail"


def test_status_says_which_server_it_is(configure: Configure, run: Run) -> None:
    with serving(Vllm().answers) as server:
        configure(server.url)
        document = run("engine", "status", "--json").document
        assert document["running"] is False
        assert document["remote"] == {"url": server.url, "detail": "vLLM, Qwen/Qwen2.5-Coder-7B"}
        assert run("engine", "status").stdout == f"remote   {server.url}: vLLM, Qwen/Qwen2.5-Coder-7B\n"
    configure(server.url, allow_remote="false")
    done = run("engine", "status")
    assert done.code == 0
    assert "allow_remote is not set" in done.stdout


def test_without_leave_no_command_connects(configure: Configure, run: Run, tmp_path: Path) -> None:
    with serving(Vllm().answers) as server:
        configure(server.url, allow_remote="false")
        (tmp_path / "a.py").write_text("x = 1\n")
        done = run("complete", str(tmp_path / "a.py"), "--at", "1:1")
        assert done.code == 2
        assert "engine.allow_remote is not set" in done.error[0]
        assert "allow_remote = true" in done.error[1]
        assert server.connections == 0


def test_no_command_shows_the_key(configure: Configure, run: Run, home: Path) -> None:
    with serving(Vllm().answers) as server:
        configure(server.url)
        for command in (("config", "show"), ("config", "show", "--json"), ("engine", "status"), ("doctor",)):
            done = run(*command)
            assert KEY not in done.stdout + done.stderr
        assert "TEAM_KEY" in run("config", "show").stdout
    files = [file.read_bytes() for file in home.rglob("*") if file.is_file()]
    assert not any(KEY.encode() in content for content in files)


def test_a_url_with_a_key_in_it_is_refused_without_showing_it(configure: Configure, run: Run) -> None:
    configure("https://user:s3cret@llm.example.com")
    done = run("config", "show")
    assert done.code == 2
    assert "s3cret" not in done.stdout + done.stderr
    assert "engine.url" in done.stderr


def test_a_completion_through_the_command_line(configure: Configure, run: Run, tmp_path: Path) -> None:
    with serving(Vllm("hello(name)\n").answers) as server:
        configure(server.url)
        (tmp_path / "a.py").write_text("def greet(name):\n    say_\n")
        done = run("complete", str(tmp_path / "a.py"), "--at", "2:9", "--json")
        assert done.code == 0, done.stderr
        assert done.document["text"] == "hello(name)"
        assert done.document["model"] == "Qwen/Qwen2.5-Coder-7B"
        (body, *_) = server.bodies("/v1/completions")
        assert (
            body["structured_outputs"]["regex"].startswith("    say_") or "say_" in body["structured_outputs"]["regex"]
        )
        assert body["prompt"][0] == 1, "the family's marker, by its id"
        assert body["prompt"].count(1) == body["prompt"].count(2) == body["prompt"].count(3) == 1


def test_a_review_without_likelihoods_has_its_checks_and_says_what_is_off(
    configure: Configure, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "repo", {"sums.py": "def add(first, second):\n    return first + second\n"})
    (root / "sums.py").write_text("def add(first, second):\n    breakpoint()\n    return first - second\n")
    git(root, "add", "-A")
    monkeypatch.chdir(root)
    with serving(Vllm().answers) as server:
        server.answers["/v1/completions"] = lambda handler, _body: handler.json({"choices": [{"text": "x"}]})
        configure(server.url)
        done = run("review", "--json", "--fail-on", "none", "--budget", "60")
    assert done.code == 0, done.stderr
    assert done.document["findings"], "the checks"
    assert "tells no likelihoods of code that is there" in done.stdout + done.stderr


def test_a_review_with_likelihoods_uses_them(
    configure: Configure, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "repo", {"sums.py": "def add(first, second):\n    return first + second\n"})
    (root / "sums.py").write_text("def add(first, second):\n    return first - second\n")
    git(root, "add", "-A")
    monkeypatch.chdir(root)
    with serving(Vllm().answers) as server:
        configure(server.url)
        done = run("review", "--json", "--fail-on", "none", "--budget", "60")
        assert done.code == 0, done.stderr
        assert any("prompt_logprobs" in body for body in server.bodies("/v1/completions"))
    assert "tells no likelihoods" not in done.stdout + done.stderr
