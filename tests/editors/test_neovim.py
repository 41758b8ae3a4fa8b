"""The Neovim plugin in a real Neovim: what is typed, shown, taken, dropped, and left behind."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.editors.neovim import Neovim, find_neovim, running, wait_for

pytestmark = pytest.mark.skipif(find_neovim()[0] is None, reason=find_neovim()[1])
SERVER = Path(__file__).with_name("scripted_server.py")
RETURN = {"after": "ret", "items": [{"insertText": "urn a + b\n    # end"}]}

# Asks the server and waits for the answer: those before it have come then.
SYNC = """
    local params = vim.lsp.util.make_position_params(0, 'utf-16')
    return vim.lsp.buf_request_sync(0, 'textDocument/inlineCompletion', params, 60000)"""

# Without a range, only the client can know that it no longer fits.
LATE = {"after": "re", "items": [{"insertText": "ally late", "around": None}], "late": True}


class Editor(Protocol):
    def __call__(self, *replies: dict[str, Any], options: tuple[str, ...] = (), encoding: str = "utf-16") -> Neovim: ...


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Every message that reached the scripted server, one a line."""
    return tmp_path / "record"


@pytest.fixture
def editor(tmp_path: Path, record: Path) -> Iterator[Editor]:
    """Opens f.py (`x = 1`) in a Neovim served by a scripted server; the plugin itself shows the text."""
    with ExitStack() as stack:

        def opened(*replies: dict[str, Any], options: tuple[str, ...] = (), encoding: str = "utf-16") -> Neovim:
            script = tmp_path / "script.json"
            script.write_text(json.dumps({"encoding": encoding, "replies": replies}), encoding="utf-8")
            command = [sys.executable, str(SERVER), str(script), str(record)]
            neovim = stack.enter_context(Neovim(tmp_path, command, "display = 'own'", *options))
            (tmp_path / "f.py").write_text("x = 1\n", encoding="utf-8")
            neovim.open(tmp_path / "f.py")
            return neovim

        yield opened


def received(record: Path, method: str) -> list[Any]:
    """The parameters of each message of this method."""
    messages = map(json.loads, record.read_text(encoding="utf-8").splitlines())
    return [message.get("params") for message in messages if message.get("method") == method]


def test_ghost_text_follows_what_is_typed_without_asking_again(editor: Editor, record: Path) -> None:
    neovim = editor(RETURN)
    neovim.keys("Goret")
    neovim.sees("urn a + b\n    # end")
    asked = len(received(record, "textDocument/inlineCompletion"))
    neovim.keys("ur")
    neovim.sees("n a + b\n    # end")
    neovim.keys("<BS>")
    neovim.sees("rn a + b\n    # end")
    neovim.keys("rn a + b<CR>")
    neovim.sees("    # end")
    assert len(received(record, "textDocument/inlineCompletion")) == asked
    neovim.keys("!")
    assert neovim.ghost == ""


def test_a_word_a_line_and_all_are_taken_and_each_can_be_undone(editor: Editor) -> None:
    neovim = editor(RETURN)
    neovim.keys("Goret")
    neovim.sees("urn a + b\n    # end")
    neovim.keys("<M-w>")
    assert neovim.lines == ["x = 1", "return"]
    neovim.sees(" a + b\n    # end")
    neovim.keys("<M-l>")
    assert neovim.lines == ["x = 1", "return a + b"]
    neovim.sees("\n    # end")
    neovim.keys("<Tab>")
    assert neovim.lines == ["x = 1", "return a + b", "    # end"]
    assert neovim.cursor == (3, 9)
    assert neovim.ghost == ""
    neovim.keys("!<Esc>")
    for lines in (["return a + b", "    # end"], ["return a + b"], ["return"], ["ret"], []):
        neovim.keys("u")
        assert neovim.lines == ["x = 1", *lines]


def test_the_command_of_an_item_runs_once_all_of_it_is_taken(editor: Editor, record: Path) -> None:
    command = {"title": "", "command": "codeassist.taken", "arguments": [7]}
    neovim = editor({"after": "ret", "items": [{"insertText": "urn a", "command": command}]})
    neovim.keys("Goret")
    neovim.sees("urn a")
    neovim.keys("<M-w>")
    neovim.sees(" a")
    assert received(record, "workspace/executeCommand") == []
    neovim.keys("<Tab>")
    wait_for(lambda: received(record, "workspace/executeCommand"), bool)
    assert received(record, "workspace/executeCommand") == [{"command": "codeassist.taken", "arguments": [7]}]


def test_a_part_that_was_taken_is_told_when_the_rest_goes(editor: Editor, record: Path) -> None:
    command = {"title": "", "command": "codeassist.accepted", "arguments": ["7"]}
    neovim = editor({"after": "ret", "items": [{"insertText": "urn é", "command": command}]})
    neovim.keys("Goret")
    neovim.sees("urn é")
    neovim.keys("<M-w><Esc>")
    told = wait_for(lambda: received(record, "workspace/executeCommand"), bool)
    assert told == [{"command": "codeassist.accepted", "arguments": ["7", 3]}]


def test_keys_do_what_they_did_before_while_nothing_is_shown(editor: Editor) -> None:
    neovim = editor(RETURN, options=("keys = { accept_word = '<C-f>', accept_line = '<C-h>' }",))
    neovim.keys("Goa<Tab>b<C-h>c<Esc>")
    assert neovim.lines[1] == "a" + " " * 3 + "c"


@pytest.mark.parametrize(
    "mapping",
    [
        "vim.keymap.set('i', '<C-f>', 'mapped')",
        "vim.keymap.set('i', '<C-f>', function() return 'mapped' end, { expr = true })",
        "vim.keymap.set('i', '<C-f>', function() vim.api.nvim_put({ 'mapped' }, 'c', false, true) end)",
        "vim.cmd([[inoremap <expr> <C-f> 'map' .. 'ped']])",
    ],
)
def test_a_mapping_that_was_there_before_still_works(editor: Editor, mapping: str) -> None:
    neovim = editor(RETURN)
    neovim.lua(f"{mapping} require('codeassist').setup(...)", {"keys": {"accept": "<C-f>"}, "display": "own"})
    neovim.keys("Go<C-f>!")
    assert neovim.lines[1] == "mapped!"
    neovim.keys("ret")
    neovim.sees("urn a + b\n    # end")
    neovim.keys("<C-f>")
    assert neovim.lines[1:] == ["mapped!return a + b", "    # end"]


def test_what_is_dismissed_comes_back_only_after_a_change(editor: Editor, record: Path) -> None:
    neovim = editor(RETURN)
    neovim.keys("Goret")
    neovim.sees("urn a + b\n    # end")
    asked = len(received(record, "textDocument/inlineCompletion"))
    neovim.keys("<C-]>")
    assert neovim.ghost == ""
    assert neovim.lines == ["x = 1", "ret"]
    assert len(received(record, "textDocument/inlineCompletion")) == asked
    neovim.keys("<BS>t")
    neovim.sees("urn a + b\n    # end")


def test_an_answer_that_comes_late_is_cancelled_and_never_shown(editor: Editor, record: Path) -> None:
    neovim = editor(LATE)
    neovim.lua("""
        shown = {}
        local set = vim.api.nvim_buf_set_extmark
        vim.api.nvim_buf_set_extmark = function(buffer, space, row, column, options)
          table.insert(shown, options.virt_text and options.virt_text[1][1])
          return set(buffer, space, row, column, options)
        end""")
    neovim.keys("Gore")
    asked = wait_for(
        lambda: received(record, "textDocument/inlineCompletion"),
        lambda asked: bool(asked) and asked[-1]["position"] == {"line": 1, "character": 2},
    )
    neovim.keys("x")  # the answer to `re` comes now
    wait_for(lambda: received(record, "textDocument/inlineCompletion"), lambda now: len(now) > len(asked))
    neovim.lua(SYNC)
    assert neovim.lua("return shown") == []
    assert len(received(record, "$/cancelRequest")) >= 1


def test_an_answer_counts_only_where_cursor_and_text_are_still_the_same(editor: Editor) -> None:
    """Without the autocommand that would cancel it, the answer is judged by the place alone."""
    neovim = editor(LATE)
    neovim.keys("Gore")
    neovim.command("autocmd! codeassist")
    neovim.keys("x")
    neovim.lua(SYNC)
    assert neovim.ghost == ""


@pytest.mark.parametrize("keys", ["<Esc>", "<C-o>0", "<Up>"])
def test_leaving_the_place_hides_it(editor: Editor, keys: str) -> None:
    neovim = editor(RETURN)
    neovim.keys("Goret")
    neovim.sees("urn a + b\n    # end")
    neovim.keys(keys)
    neovim.sees("")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_columns_are_right_after_tabs_and_astral_characters(editor: Editor, encoding: str) -> None:
    cursor = {"utf-8": 4, "utf-16": 2, "utf-32": 1}[encoding]
    item = {"insertText": "😀🎉 = '\t'\n\tend", "around": (-cursor, 1)}
    neovim = editor({"after": "\té\t😀", "items": [item]}, encoding=encoding)
    neovim.command("set noexpandtab tabstop=4")
    neovim.keys("Go<Tab>é<Tab>)<Left>😀")
    neovim.sees("🎉 = '    '\n    end")
    neovim.keys("🎉")
    neovim.sees(" = '    '\n    end")
    neovim.keys("<Tab>")
    assert neovim.lines == ["x = 1", "\té\t😀🎉 = '\t'", "\tend"]
    assert neovim.cursor == (3, 4)


def test_a_bracket_that_is_there_already_is_not_shown_twice(editor: Editor) -> None:
    neovim = editor({"after": "f(", "items": [{"insertText": "a, b)", "around": (0, 1)}]})
    neovim.keys("Gof()<Left>")
    neovim.sees("a, b")
    neovim.keys("<Tab>")
    assert neovim.lines[1] == "f(a, b)"


def test_an_item_that_does_not_fit_around_the_cursor_is_left_out(editor: Editor) -> None:
    misfits = [{"insertText": "urn", "around": (1, 1)}, {"insertText": "Return", "around": (-3, 0)}]
    neovim = editor({"after": "ret", "items": [*misfits, {"insertText": "return", "around": (-3, 0)}]})
    neovim.keys("Goret")
    neovim.sees("urn")


def test_the_rest_of_the_line_is_shown_after_a_suggestion_of_several_lines(editor: Editor) -> None:
    neovim = editor({"after": "f(", "items": [{"insertText": "\n    a,\n"}]})
    neovim.keys("Gof()<Left>")
    neovim.sees(" \n    a,\n)")


def test_the_next_of_several_suggestions(editor: Editor) -> None:
    neovim = editor({"after": "ret", "items": [{"insertText": "urn"}, {"insertText": "ry"}]})
    neovim.keys("Goret")
    neovim.sees("urn")
    neovim.keys("<M-]>")
    neovim.sees("ry")
    neovim.keys("<M-]>")
    neovim.sees("urn")


def test_asking_by_hand(editor: Editor, record: Path) -> None:
    neovim = editor(RETURN)
    neovim.keys("Goret")
    neovim.sees("urn a + b\n    # end")
    neovim.keys("<C-]><M-]>")
    neovim.sees("urn a + b\n    # end")
    assert received(record, "textDocument/inlineCompletion")[-1]["context"] == {"triggerKind": 1}


def test_switched_off_nothing_is_asked(editor: Editor, record: Path) -> None:
    neovim = editor(RETURN)
    neovim.command("CodeAssistToggle")
    neovim.keys("Goret<Esc>")
    assert received(record, "textDocument/inlineCompletion") == []
    neovim.command("CodeAssistToggle")
    neovim.keys("o<BS>ret")
    neovim.sees("urn a + b\n    # end")


def test_a_file_type_can_be_left_out(editor: Editor, tmp_path: Path) -> None:
    neovim = editor(RETURN, options=("filetypes = { text = false }",))
    neovim.command(f"edit {tmp_path / 'notes.txt'}")
    assert neovim.lua("return #vim.lsp.get_clients({ bufnr = 0 })") == 0


def test_settings_reach_the_server(editor: Editor, record: Path) -> None:
    editor(RETURN, options=("settings = { maxLines = 2 }",))
    assert received(record, "initialize")[0]["initializationOptions"] == {"maxLines": 2, "prompts": True}
    assert received(record, "initialize")[0]["capabilities"]["textDocument"]["inlineCompletion"]


def test_an_unusable_option_is_named_and_the_rest_holds(editor: Editor) -> None:
    neovim = editor(RETURN, options=("keys = 3", "colour = 'red'"))
    said = neovim.lua("return vim.fn.execute('messages')")
    assert "the option keys must be a table" in said
    assert 'there is no option "colour"' in said
    neovim.keys("Goret")
    neovim.sees("urn a + b\n    # end")


def test_restart_serves_the_buffer_again(editor: Editor, record: Path) -> None:
    neovim = editor(RETURN)
    neovim.command("CodeAssistRestart")
    wait_for(lambda: received(record, "initialize"), lambda starts: len(starts) == 2)
    wait_for(lambda: neovim.lua("return #vim.lsp.get_clients({ bufnr = 0 })"), lambda count: count == 1)
    neovim.keys("Goret")
    neovim.sees("urn a + b\n    # end")


def test_neovims_own_inline_completion_is_used_where_there_is_one(editor: Editor, record: Path) -> None:
    command = {"title": "", "command": "codeassist.taken"}
    rest = {"after": "return", "items": [{"insertText": " a"}]}
    neovim = editor(
        {"after": "ret", "items": [{"insertText": "return a", "around": (-3, 0), "command": command}]},
        rest,
        options=("display = 'native'",),
    )
    if not neovim.lua("return vim.lsp.inline_completion ~= nil"):
        assert "the plugin shows the text" in neovim.lua("return vim.fn.execute('messages')")
        neovim.keys("Goret")
        neovim.sees("urn a")
        return
    neovim.keys("Go<Tab><BS>ret")
    neovim.sees("urn a")
    neovim.keys("<C-]>")
    neovim.sees("")
    neovim.keys("<BS>t")
    neovim.sees("urn a")
    neovim.keys("<M-w>")
    wait_for(lambda: neovim.lines, lambda lines: lines == ["x = 1", "return"])
    neovim.sees(" a")
    neovim.keys("<C-]>")
    neovim.sees("")
    neovim.keys("<BS><BS><BS><BS>t")
    neovim.sees("urn a")
    neovim.keys("<Tab>")
    wait_for(lambda: neovim.lines, lambda lines: lines == ["x = 1", "return a"])
    wait_for(lambda: received(record, "workspace/executeCommand"), bool)
    neovim.keys("<Esc>u")
    assert neovim.lines == ["x = 1", "ret"]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_quitting_leaves_no_process(editor: Editor, record: Path, home: Path) -> None:
    neovim = editor(RETURN)
    neovim.keys("Goret")
    neovim.sees("urn a + b\n    # end")
    assert any(SERVER.name in line for line in running(str(home)))
    neovim.quit()
    wait_for(lambda: running(str(home)), lambda left: not left)
    assert received(record, "shutdown") == [None]
