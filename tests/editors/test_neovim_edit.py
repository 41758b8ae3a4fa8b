"""Edits in a real Neovim over `codeassist lsp` with the scripted engine: shown, taken, undone by one `u`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript
from tests.editors.neovim import Neovim, find_neovim, wait_for
from tests.repository import repository

pytestmark = pytest.mark.skipif(find_neovim()[0] is None, reason=find_neovim()[1])
TEXT = """import os


def fact(n):
    if n < 2:
        return 1
    return n * fact(n - 1)


def other():
    return os.name, '😀'
"""
NEW = """def fact(n):
    result = 1
    for each in range(2, n + 1):
        result *= each
    return result
"""
AFTER = TEXT.replace(TEXT[TEXT.index("def fact") : TEXT.index("\n\ndef other")], NEW)
WRITTEN = f"```python\n{NEW}```\n"
FLOATING = """
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true), '\\n')
      end
    end
    return ''
"""
ANSWERS = """
    local given = ...
    vim.ui.input = function(options, done)
      _G.prompt = options.prompt
      done(given ~= '' and given or nil)
    end"""
ACT = """
    local begins = ...
    local function wanted(action) return vim.startswith(action.title, begins) end
    vim.lsp.buf.code_action({ apply = true, filter = wanted })
"""


class Editor(Protocol):
    def __call__(self, text: str = TEXT, *options: str) -> Neovim: ...


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    """Opens math.py of a repository in a Neovim served by the real server."""
    with ExitStack() as stack:

        def opened(text: str = TEXT, *options: str) -> Neovim:
            root = repository(tmp_path / "project", {"math.py": text})
            command = [sys.executable, "-m", "codeassist", "lsp"]
            settings = "settings = { engine = { mode = 'private' }, review = false, enabled = false }"
            neovim = stack.enter_context(Neovim(tmp_path, command, settings, *options))
            neovim.open(root / "math.py")
            neovim.command("normal! 4G")
            return neovim

        yield opened


def messages(neovim: Neovim) -> str:
    return str(neovim.lua("return vim.fn.execute('messages')"))


def shown(neovim: Neovim) -> str:
    """The window over the text, once there is one."""
    seen, said = wait_for(lambda: (str(neovim.lua(FLOATING)), messages(neovim)), any)
    assert seen, said
    return seen


def test_an_edit_is_shown_taken_and_undone_by_one_u(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text=WRITTEN, when="make it iterative"))
    neovim = editor()
    neovim.keys("ggOimport sys<Esc>5G")
    before = neovim.lines
    neovim.command("CodeAssistEdit make it iterative")
    diff = shown(neovim)
    assert "+    for each in range(2, n + 1):" in diff
    assert "-    return n * fact(n - 1)" in diff
    assert neovim.lines != AFTER.splitlines()
    neovim.keys("y")
    wait_for(lambda: neovim.lines, lambda lines: lines == ["import sys", *AFTER.splitlines()])
    assert neovim.lua(FLOATING) == ""
    neovim.keys("u")
    assert neovim.lines == before
    neovim.keys("u")
    assert neovim.lines == TEXT.splitlines()


@pytest.mark.parametrize("key", ["q", "<Esc>", "<C-w>p"])
def test_an_edit_is_left(editor: Editor, fake_engine: FakeScript, key: str) -> None:
    fake_engine(WRITTEN)
    neovim = editor()
    neovim.command("CodeAssistEdit make it iterative")
    shown(neovim)
    neovim.keys(key)
    wait_for(lambda: neovim.lua(FLOATING), lambda text: text == "")
    assert neovim.lines == TEXT.splitlines()


@pytest.mark.parametrize(("bang", "option"), [("!", "preview = true"), ("", "preview = false")])
def test_an_edit_without_a_preview(editor: Editor, fake_engine: FakeScript, bang: str, option: str) -> None:
    fake_engine(WRITTEN)
    neovim = editor(TEXT, option)
    neovim.command(f"CodeAssistEdit{bang} make it iterative")
    wait_for(lambda: neovim.lines, lambda lines: lines == AFTER.splitlines())
    neovim.keys("u")
    assert neovim.lines == TEXT.splitlines()


def test_lines_and_an_instruction_that_is_asked_for(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="```python\n    return os.name, '🎉'\n```", when="celebrate"))
    neovim = editor()
    neovim.lua(ANSWERS, "celebrate")
    neovim.command("11CodeAssistEdit!")
    wait_for(lambda: neovim.lines, lambda lines: lines == TEXT.replace("😀", "🎉").splitlines())
    assert neovim.lua("return _G.prompt") == "Edit with codeassist: "


def test_nothing_is_asked_without_an_instruction(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine(WRITTEN)
    neovim = editor()
    neovim.lua(ANSWERS, "")
    neovim.command("CodeAssistEdit!")
    wait_for(lambda: neovim.lua("return _G.prompt or ''"), bool)
    neovim.command("CodeAssistCancel")
    wait_for(lambda: messages(neovim), lambda said: "nothing is being written" in said)


def test_an_instruction_in_a_comment_is_not_asked_for(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text=WRITTEN, when="make it iterative"))
    neovim = editor(TEXT.replace("def fact", "# codeassist: make it iterative\ndef fact"))
    neovim.command("5CodeAssistEdit!")
    wait_for(lambda: neovim.lines, lambda lines: lines == AFTER.splitlines())


def test_a_code_action_asks_shows_and_applies(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text=WRITTEN, when="make it iterative"))
    neovim = editor()
    neovim.lua(ANSWERS, "make it iterative")
    neovim.lua(ACT, "Edit with codeassist…")
    assert "+    result = 1" in shown(neovim)
    neovim.keys("y")
    wait_for(lambda: neovim.lines, lambda lines: lines == AFTER.splitlines())


def test_a_text_that_changed_under_the_preview_is_left(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine(WRITTEN)
    neovim = editor()
    neovim.command("CodeAssistEdit make it iterative")
    shown(neovim)
    neovim.lua("vim.api.nvim_buf_set_lines(vim.fn.bufnr('math.py'), 0, 1, true, { 'import re' })")
    neovim.keys("y")
    wait_for(lambda: messages(neovim), lambda said: "the text has changed since" in said)
    assert neovim.lines == ["import re", *TEXT.splitlines()[1:]]


def test_what_does_not_hold_is_told(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine("```python\ndef fact(n):\n    return (\n```")
    neovim = editor()
    neovim.command("CodeAssistEdit make it iterative")
    wait_for(lambda: messages(neovim), lambda said: "holds" in said)
    assert neovim.lines == TEXT.splitlines()


def test_cancelled(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine(Reply(when="make it iterative", fail="hang"), WRITTEN)
    neovim = editor()
    neovim.command("CodeAssistEdit make it iterative")
    wait_for(lambda: neovim.lua("return vim.lsp.status()"), lambda said: "draft 1 of 4" in said)
    neovim.command("CodeAssistEdit make it shorter")
    wait_for(lambda: messages(neovim), lambda said: "already" in said)
    neovim.command("CodeAssistCancel")
    neovim.command("CodeAssistEdit! otherwise")
    wait_for(lambda: neovim.lines, lambda lines: lines == AFTER.splitlines())


def test_a_diagnostic_of_another_source_is_fixed(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text=WRITTEN, when="this recurses too deep"))
    neovim = editor()
    neovim.lua("""
        local namespace = vim.api.nvim_create_namespace('other')
        local told = { lnum = 6, col = 4, end_col = 10, message = 'this recurses too deep', source = 'deep' }
        vim.diagnostic.set(namespace, 0, { told })""")
    neovim.command("7CodeAssistFix!")
    wait_for(lambda: neovim.lines, lambda lines: lines == AFTER.splitlines())
    neovim.command("1CodeAssistFix!")
    wait_for(lambda: messages(neovim), lambda said: "there is no diagnostic here" in said)


def test_tests_are_shown_and_written_into_a_new_file(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine("```python\ndef test_of_three():\n    assert fact(3) == 6\n```\n")
    neovim = editor()
    neovim.command("CodeAssistTest")
    assert "    assert fact(3) == 6" in shown(neovim)
    neovim.keys("y")
    wait_for(lambda: neovim.lines, lambda lines: "assert fact(3) == 6" in "\n".join(lines))
    assert str(neovim.lua("return vim.api.nvim_buf_get_name(0)")).endswith("test_math.py")


def test_a_file_that_appeared_is_not_written_over(editor: Editor, fake_engine: FakeScript, tmp_path: Path) -> None:
    fake_engine("```python\ndef test_of_three():\n    assert fact(3) == 6\n```\n")
    neovim = editor()
    neovim.command("CodeAssistTest")
    diff = shown(neovim)
    made = tmp_path / "project" / diff.splitlines()[0].rpartition("project/")[2].removeprefix("--- ")
    made.parent.mkdir(exist_ok=True)
    made.write_text("mine\n", encoding="utf-8")
    neovim.keys("y")
    wait_for(lambda: messages(neovim), lambda said: "is there already" in said)
    assert made.read_text(encoding="utf-8") == "mine\n"


def test_an_explanation(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine("It multiplies, see `fact`.")
    neovim = editor()
    neovim.command("CodeAssistExplain")
    assert shown(neovim) == "It multiplies, see `fact`."


def test_hover_is_left_to_other_servers(editor: Editor, fake_engine: FakeScript) -> None:
    fake_engine("x")
    neovim = editor()
    assert neovim.lua("return #vim.lsp.get_clients({ bufnr = 0, method = 'textDocument/hover' })") == 0
