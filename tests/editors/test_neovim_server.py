"""A real Neovim with the plugin and `codeassist lsp`: over the scripted engine, and once with a real model."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript
from tests.editors.neovim import Neovim, find_neovim, running, wait_for
from tests.models.cache import cached_model
from tests.repository import repository

pytestmark = pytest.mark.skipif(find_neovim()[0] is None, reason=find_neovim()[1])
ADD = "def add(a, b):\n    "


class Editor(Protocol):
    def __call__(self, text: str, *settings: str, name: str = "sum.py") -> Neovim: ...


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    """Opens a file in a Neovim served by the real server with an engine of its own; the plugin shows the text."""
    with ExitStack() as stack:

        def opened(text: str, *settings: str, name: str = "sum.py") -> Neovim:
            given = ", ".join(["engine = { mode = 'private' }", *settings])
            command = [sys.executable, "-m", "codeassist", "lsp"]
            neovim = stack.enter_context(Neovim(tmp_path, command, "display = 'own'", f"settings = {{ {given} }}"))
            (tmp_path / name).write_bytes(text.encode())
            neovim.open(tmp_path / name)
            return neovim

        yield opened


def status(neovim: Neovim) -> Any:
    """The server's answer to `codeassist.status`."""
    return msgspec.json.decode(
        neovim.lua("""
        local command = { command = 'codeassist.status' }
        local answers = vim.lsp.buf_request_sync(0, 'workspace/executeCommand', command, 60000)
        for _, answer in pairs(answers) do return vim.json.encode(answer.result) end""")
    )


def test_typed_seen_typed_through_taken_and_undone(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine("urn a + b")
    neovim = editor("def add(a, b):\n")
    neovim.keys("Goret")
    neovim.sees("urn a + b")
    neovim.keys("ur")
    neovim.sees("n a + b")
    neovim.keys("<M-w>")
    assert neovim.lines[1] == "    return"
    neovim.sees(" a + b")
    neovim.keys("<Tab>")
    assert neovim.lines == ["def add(a, b):", "    return a + b"]
    assert neovim.cursor == (2, 16)
    neovim.keys("<Esc>u")
    assert neovim.lines[1] == "    return"
    assert status(neovim)["counters"]["requests"] >= 1


def test_a_body_of_several_lines(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine("total = a\n    total += b\n    return total\n")
    neovim = editor("def add(a, b):\n")
    neovim.keys("Go")
    neovim.sees("total = a\n    total += b\n    return total")
    neovim.keys("<M-l>")
    assert neovim.lines[1:] == ["    total = a"]
    neovim.sees("\n    total += b\n    return total")
    neovim.keys("<Tab>")
    assert neovim.lines[1:] == ["    total = a", "    total += b", "    return total"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_after_tabs_and_astral_characters(editor: Editor, fake_engine: FakeScript, newline: str) -> None:
    fake_engine("'🎉' + b")
    neovim = editor(newline.join(["func f() {", "\tx := '😀' + ", "}", ""]), name="f.go")
    neovim.keys("jA")
    neovim.sees("'🎉' + b")
    neovim.keys("<Tab>")
    assert neovim.lines[1] == "\tx := '😀' + '🎉' + b"
    neovim.command("write")
    path = Path(neovim.lua("return vim.api.nvim_buf_get_name(0)"))
    assert path.read_bytes().decode() == newline.join(["func f() {", "\tx := '😀' + '🎉' + b", "}", ""])


def test_an_answer_under_way_is_given_up_when_something_else_is_typed(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="urn slow", fail="hang", times=1), Reply(text="urn a"))
    neovim = editor("")
    neovim.keys("idef add(a, b):<CR>ret")
    wait_for(lambda: status(neovim)["counters"]["requests"], bool)
    neovim.keys("<BS>t")
    neovim.sees("urn a")


def test_dismissed(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine("urn a + b")
    neovim = editor("def add(a, b):\n")
    neovim.keys("Goret")
    neovim.sees("urn a + b")
    neovim.keys("<C-]>")
    assert neovim.ghost == ""
    assert neovim.lines[1] == "    ret"


def test_a_language_that_is_switched_off(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine("urn a + b")
    neovim = editor("def add(a, b):\n", "languages = { python = { enabled = false } }")
    neovim.keys("Goret")
    answer = neovim.lua("""
        local params = vim.lsp.util.make_position_params(0, 'utf-8')
        params.context = { triggerKind = 1 }
        for _, answer in pairs(vim.lsp.buf_request_sync(0, 'textDocument/inlineCompletion', params, 60000)) do
          return vim.json.encode(answer)
        end""")
    assert msgspec.json.decode(answer)["result"]["items"] == []
    assert neovim.ghost == ""


def test_the_status_command_tells_the_model(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine("urn a + b")
    neovim = editor("def add(a, b):\n")
    neovim.keys("Goret")
    neovim.sees("urn a + b")
    neovim.command("CodeAssistStatus")
    said = wait_for(lambda: neovim.lua("return vim.fn.execute('messages')"), lambda said: "counters" in said)
    assert 'model = "fake"' in said


ACT = """
    local begins = ...
    local function wanted(action) return vim.startswith(action.title, begins) end
    vim.lsp.buf.code_action({ apply = true, filter = wanted })
"""
FLOATING = """
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true), '\\n')
      end
    end
    return ''
"""


def findings(neovim: Neovim) -> list[str]:
    """The lines and rules of the diagnostics."""
    told: list[str] = neovim.lua("""
        return vim.tbl_map(function(each) return each.lnum .. ' ' .. each.code end, vim.diagnostic.get(0))""")
    return told


def test_a_finding_is_explained_fixed_and_gone(editor: Editor, fake_engine: FakeScript, tmp_path: Path) -> None:
    fake_engine(
        Reply(when="again, corrected", text="return a + b  # '😀'\n```"),
        Reply(when="tell the author", text="write `b`."),
        "x = 1\n",
    )
    repository(tmp_path, {"sum.py": "def add(a, b):\n    return a + b\n"})
    neovim = editor("def add(a, b):\n    return a + b\n", "review = 'checks'")
    assert findings(neovim) == []
    neovim.keys("jA + c  # '😀'<Esc>")
    neovim.command("write")
    wait_for(lambda: findings(neovim), lambda found: found == ["1 ruff/F821"])
    neovim.lua(ACT, "Explain:")
    shown = wait_for(lambda: neovim.lua(FLOATING), bool)
    assert "In this line, write `b`." in shown
    assert "NameError" in shown
    neovim.lua(ACT, "Fix:")
    wait_for(lambda: neovim.lines, lambda lines: lines == ["def add(a, b):", "    return a + b  # '😀'"])
    neovim.command("write")
    wait_for(lambda: findings(neovim), lambda found: found == [])


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_quitting_while_an_answer_is_awaited_leaves_no_process(
    editor: Editor, fake_engine: FakeScript, home: Path
) -> None:
    fake_engine(Reply(text="urn a", fail="hang"))
    neovim = editor("def add(a, b):\n")
    neovim.keys("Goret")
    wait_for(lambda: running(str(home)), lambda found: len(found) >= 3)  # the editor, the server, the engine
    neovim.quit()
    wait_for(lambda: running(str(home)), lambda left: not left)


@pytest.mark.model
def test_a_real_model(editor: Editor, home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(cached_model("smollm2-135m"))
    neovim = editor("def add(a, b):\n    return a + b\n\n\ndef subtract(a, b):\n", "model = 'smollm2-135m'")
    wait_for(lambda: status(neovim)["running"], bool)  # opening a file loads the model
    neovim.keys("Goret")
    ghost = wait_for(lambda: neovim.ghost, bool)
    assert ghost.startswith("urn "), ghost
    neovim.keys("ur")
    neovim.sees(ghost[2:])
    neovim.keys("<Tab>")
    assert "\n".join(neovim.lines).endswith("    ret" + ghost)
    assert status(neovim)["model"] == "smollm2-135m"
