"""The sandbox holds, and the checks that say so can fail. Every test works in children: a filter is for good."""

from __future__ import annotations

import platform
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from codeassist.privacy import network, sandbox

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in network.ARCHITECTURES,
    reason="only Linux on x86_64 and aarch64 enforces it",
)


def child(code: str, *arguments: str) -> str:
    """What a new Python prints, with `enter` at hand."""
    prelude = "import sys\nfrom pathlib import Path\nfrom codeassist.privacy import sandbox, network\n"
    done = subprocess.run(
        [sys.executable, "-c", prelude + textwrap.dedent(code), *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


ATTEMPTS = {
    "IPv4": "import socket; socket.socket(socket.AF_INET)",
    "IPv4 datagram": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "IPv6": "import socket; socket.socket(socket.AF_INET6)",
    "raw": "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "netlink": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "in another thread": """
        import socket, threading
        caught = []
        def work():
            try:
                socket.socket(socket.AF_INET)
            except PermissionError as error:
                caught.append(error)
        thread = threading.Thread(target=work); thread.start(); thread.join()
        if caught:
            raise caught[0]""",
    "io_uring": "call(425, 1, bytes(120))",
    "ptrace": "call({'x86_64': 101, 'aarch64': 117}[platform.machine()], 0, 0)",
    "pidfd_getfd": "call(438, 0, 0, 0)",
    "a program": "import subprocess; subprocess.run(['/bin/true'])",
}

RUN = """
import ctypes, os, platform
def call(*numbers):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(*numbers) < 0 and ctypes.get_errno() == 1:
        raise PermissionError
code = sys.argv[2]
if sys.argv[1] == 'inside':
    sandbox.enter([], [])
try:
    exec(code)
    print('done')
except PermissionError:
    print('refused')
except OSError:
    print('done')
"""


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_no_way_out(attempt: str) -> None:
    code = textwrap.dedent(ATTEMPTS[attempt]).strip()
    assert child(RUN, "inside", code) == "refused"
    if attempt not in {"io_uring", "raw"}:  # kernels and containers may refuse these by themselves
        assert child(RUN, "outside", code) == "done", "the attempt must succeed without the sandbox"


def test_a_child_started_before_cannot_be_told_from_outside_but_new_ones_inherit() -> None:
    code = """
        import os, socket
        network.give_up_network()
        if os.fork() == 0:
            try:
                socket.socket(socket.AF_INET)
                print('leak', flush=True)
            except PermissionError:
                print('inherited', flush=True)
            os._exit(0)
        os.wait()
    """
    assert child(code) == "inherited"


def test_unix_sockets_still_work() -> None:
    code = """
        import socket
        sandbox.enter([], [])
        left, right = socket.socketpair()
        left.send(b'x')
        print(right.recv(1).decode(), network.network_is_gone())
    """
    assert child(code) == "x True"


def test_only_named_files_can_be_read_and_written(tmp_path: Path) -> None:
    model, other, state = tmp_path / "model.gguf", tmp_path / "other", tmp_path / "state"
    model.write_text("weights")
    other.write_text("secret")
    state.mkdir()
    code = """
        model, other, state = map(Path, sys.argv[1:])
        if sandbox.enter([model], [state]) != 'enforced':
            print('no Landlock')
            sys.exit()
        (state / 'new').write_text('x')
        results = [model.read_text()]
        for attempt in (other.read_text, lambda: model.write_text('y'), lambda: other.unlink(),
                        lambda: list(Path('/var').iterdir()), lambda: Path('/etc/passwd').read_text()):
            try:
                attempt()
                results.append('leak')
            except PermissionError:
                results.append('refused')
        print(*results)
    """
    got = child(code, str(model), str(other), str(state))
    if got == "no Landlock":
        pytest.skip("this kernel has no Landlock")
    assert got == "weights refused refused refused refused refused"


def test_the_proof_says_what_it_found() -> None:
    assert sandbox.prove() in {"enforced", "partial"}


def test_the_proof_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the filter left out and a claim of success, the child's attempt gets through and is reported."""
    code = """
        sandbox.give_up_network = lambda: True
        sandbox.give_up_files = lambda *_: True
        print(sandbox._try_to_leak())
    """
    assert child(code) == "broken: network, files, program"


def test_the_program_ends_with_a_verdict_for_every_path() -> None:
    for architecture in network.ARCHITECTURES.values():
        program = network.filter_program(architecture)
        rows = [program[start : start + 8] for start in range(0, len(program), 8)]
        returns = [index for index, row in enumerate(rows) if int.from_bytes(row[:2], "little") == 0x06]
        assert returns[-1] == len(rows) - 1
        for index, row in enumerate(rows):
            if int.from_bytes(row[:2], "little") in {0x15, 0x35}:
                assert max(index + 1 + row[2], index + 1 + row[3]) < len(rows), "a jump must stay inside"
