"""Help, version and shell completion."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from codeassist import __version__
from tests.conftest import Run

OPTIONS: dict[str, tuple[str, ...]] = {
    "": (
        "try",
        "complete",
        "ask",
        "explain",
        "chat",
        "edit",
        "undo",
        "doctor",
        "model",
        "engine",
        "config",
        "--version",
        "Exit codes",
    ),
    "try": ("--model",),
    "complete": (
        "FILE",
        "--at",
        "LINE:COL",
        "--stdin-path",
        "--json",
        "--max-tokens",
        "--model",
        "--no-context",
        "--session",
    ),
    "context": ("FILE", "--at", "LINE:COL", "--stdin-path", "--json", "--model"),
    "ask": ("QUESTION", "--file", "--image", "--json", "--max-tokens", "--model", "--no-context"),
    "explain": ("PATH", "--json", "--max-tokens", "--model", "--no-context"),
    "chat": ("ID", "--file", "--resume", "--list", "--max-tokens", "--model", "--no-context"),
    "search": ("QUERY", "--limit", "--json"),
    "map": ("PATH", "--tokens", "--json"),
    "edit": (
        "INSTRUCTION",
        "PATH",
        "--apply",
        "--dry-run",
        "--check",
        "--check-timeout",
        "--drafts",
        "--insert",
        "--whole",
        "--side-by-side",
        "--json",
        "--model",
        "--no-context",
    ),
    "doc": (
        "PATH::NAME",
        "--apply",
        "--dry-run",
        "--drafts",
        "--side-by-side",
        "--json",
        "--model",
        "--no-context",
    ),
    "test": (
        "PATH::NAME",
        "--strict",
        "--apply",
        "--dry-run",
        "--check",
        "--check-timeout",
        "--drafts",
        "--side-by-side",
        "--json",
        "--model",
        "--no-context",
    ),
    "fix": (
        "FINDING",
        "--apply",
        "--dry-run",
        "--check",
        "--check-timeout",
        "--drafts",
        "--side-by-side",
        "--json",
        "--model",
        "--no-context",
    ),
    "undo": ("ID", "--yes", "--merge", "--json"),
    "history": ("--limit", "--json"),
    "review": (
        "PATH",
        "--staged",
        "--working",
        "--range",
        "--format",
        "--json",
        "--fail-on",
        "--no-model",
        "--budget",
        "--model",
        "--write-baseline",
        "--explain",
    ),
    "commit-msg": ("--apply", "--json", "--model"),
    "hook": ("install", "uninstall", "run"),
    "hook install": ("--commit-msg", "--force"),
    "hook uninstall": (),
    "hook run": ("NAME",),
    "doctor": ("--json",),
    "lsp": (),
    "stats": ("--json",),
    "model": ("list", "pull", "add", "use", "convert", "verify", "info", "remove"),
    "model list": ("--json",),
    "model pull": ("MODEL", "--from", "--projector"),
    "model add": ("PATH", "--name", "--projector"),
    "model use": ("MODEL",),
    "model convert": ("MODEL", "--engine", "--name"),
    "model tune": ("--target", "--requantise", "--rounds", "--model", "--dry-run", "--force", "--reset", "--json"),
    "model verify": ("MODEL",),
    "model info": ("MODEL", "--json"),
    "model remove": ("MODEL", "--yes"),
    "index": ("build", "status", "watch", "--json"),
    "index build": ("--json",),
    "index status": ("--skipped", "--json"),
    "index watch": (),
    "engine": ("status", "stop"),
    "engine status": ("--json",),
    "engine stop": (),
    "config": ("show", "path"),
    "config show": ("--json",),
    "config path": (),
}
HEAVY = (
    "httpx",
    "starlette",
    "uvicorn",
    "xllamacpp",
    "tree_sitter",
    "pygls",
    "lsprotocol",
    "git",
    "rich.markdown",
    "filelock",
    "tomlkit",
    "gguf",
    "ctransformers",
    "tokenizers",
    "jinja2",
    "prompt_toolkit",
    "rustworkx",
    "numpy",
    "sqlite3",
)
LOADED = f"""
import sys
from codeassist.cli import main
sys.argv = ["codeassist", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    heavy = [name for name in {HEAVY!r} if name in sys.modules]
    sys.stderr.write(f"{{ended.code}} {{heavy}}")
"""


@pytest.mark.parametrize("command", OPTIONS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_has_every_option(command: str, flag: str, run: Run) -> None:
    result = run(*command.split(), flag)
    assert (result.code, result.stderr) == (0, "")
    missing = [option for option in OPTIONS[command] if not re.search(rf"(?<![\w-]){option}(?![\w-])", result.stdout)]
    assert missing == []
    assert "\x1b" not in result.stdout


def test_every_command_is_here(run: Run) -> None:
    """The table above is what is checked: a new command or option needs its line."""
    from typer.main import get_command

    from codeassist.cli import app

    found: dict[str, set[str]] = {}
    pending: list[tuple[str, object]] = [("", get_command(app))]
    while pending:
        name, command = pending.pop()
        flags = {flag for param in getattr(command, "params", ()) for flag in param.opts if flag.startswith("--")}
        found[name] = flags - {"--install-completion", "--show-completion", "--help"}
        pending += [(f"{name} {sub}".strip(), each) for sub, each in getattr(command, "commands", {}).items()]
    told = {name: {each for each in options if each.startswith("--")} for name, options in OPTIONS.items()}
    assert found == told


@pytest.mark.parametrize("arguments", [["--help"], ["complete", "--help"], ["--version"], ["model", "--help"]], ids=str)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    command = [sys.executable, "-c", LOADED, *arguments]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, text=True)
    assert done.stderr == "0 []"


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"codeassist {__version__}\n"


def installed(*arguments: str, **environment: str) -> bytes:
    """What the installed program prints: shells complete it by that name."""
    program = str(Path(sys.executable).with_name("codeassist"))
    settings = {**os.environ, **environment}
    return subprocess.run([program, *arguments], env=settings, capture_output=True, timeout=60, check=True).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion_prints_a_script(shell: str) -> None:
    assert b"_CODEASSIST_COMPLETE=complete_" in installed("--show-completion", shell)
    assert b"_CODEASSIST_COMPLETE=complete_" in installed(_CODEASSIST_COMPLETE=f"source_{shell}")


def test_the_bash_script_parses_and_completes() -> None:
    script = installed(_CODEASSIST_COMPLETE="source_bash")
    subprocess.run(["bash", "-n"], input=script, check=True, timeout=60)
    words = {"COMP_WORDS": "codeassist mo", "COMP_CWORD": "1"}
    assert installed(_CODEASSIST_COMPLETE="complete_bash", **words).split() == [b"model"]
