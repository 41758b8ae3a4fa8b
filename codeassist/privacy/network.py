"""Gives up the network: a seccomp filter under which only AF_UNIX sockets can be made.

Classic BPF over `struct seccomp_data` (seccomp(2), linux/filter.h, linux/seccomp.h), installed with TSYNC
for every thread, inherited by children, and not to be undone. Ways round it are closed too: io_uring can
make sockets without socket(2); ptrace, process_vm_writev and pidfd_getfd can borrow another process's;
a new program is never needed.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
from dataclasses import dataclass, replace

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _RETURN = 0x20, 0x15, 0x35, 0x06
_OFFSET_NUMBER, _OFFSET_ARCHITECTURE, _OFFSET_FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _KILL_PROCESS, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _EACCES = 1, 13
_AF_UNIX = 1
_X32_BIT = 0x40000000
_STARTS = 2
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER, _FILTER_FLAG_TSYNC = 1, 1


@dataclass(frozen=True)
class Architecture:
    """System call numbers of one machine type, from its unistd.h."""

    audit: int  # AUDIT_ARCH_*, linux/audit.h
    seccomp: int
    sockets: tuple[int, ...]  # socket, socketpair: allowed for AF_UNIX
    denied: tuple[int, ...]  # see the module's docstring; the first two start programs (execve, execveat)
    x32: bool = False


ARCHITECTURES = {
    "x86_64": Architecture(0xC000003E, 317, (41, 53), (59, 322, 101, 310, 311, 425, 426, 427, 438), x32=True),
    "aarch64": Architecture(0xC00000B7, 277, (198, 199), (221, 281, 117, 270, 271, 425, 426, 427, 438)),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _statement(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, operand)


def filter_program(architecture: Architecture) -> bytes:
    """The BPF program as bytes, eight for each instruction."""
    program = [
        _statement(_LOAD, _OFFSET_ARCHITECTURE),
        _statement(_JUMP_EQUAL, architecture.audit, 1, 0),
        _statement(_RETURN, _KILL_PROCESS),
        _statement(_LOAD, _OFFSET_NUMBER),
    ]
    if architecture.x32:  # the second x86_64 ABI has numbers of its own
        program += [_statement(_JUMP_GREATER_EQUAL, _X32_BIT, 0, 1), _statement(_RETURN, _ERRNO | _EPERM)]
    for number in architecture.denied:
        program += [_statement(_JUMP_EQUAL, number, 0, 1), _statement(_RETURN, _ERRNO | _EPERM)]
    for number in architecture.sockets:
        program += [
            _statement(_JUMP_EQUAL, number, 0, 4),
            _statement(_LOAD, _OFFSET_FIRST_ARGUMENT),
            _statement(_JUMP_EQUAL, _AF_UNIX, 0, 1),
            _statement(_RETURN, _ALLOW),
            _statement(_RETURN, _ERRNO | _EACCES),
        ]
    return b"".join([*program, _statement(_RETURN, _ALLOW)])


def give_up_network(*, programs: bool = False) -> bool:
    """Install the filter on every thread of this process. `programs`: it may start others, which have the filter too;
    then sockets with names cannot be had either, through which those who still have the network could be asked.

    Returns:
        True if the kernel enforces it; False where it cannot (not Linux, another processor, an old kernel).
    """
    architecture = ARCHITECTURES.get(platform.machine()) if sys.platform == "linux" else None
    if architecture is None:
        return False
    if programs:
        architecture = replace(
            architecture,
            sockets=architecture.sockets[1:],
            denied=(architecture.sockets[0], *architecture.denied[_STARTS:]),
        )
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    code = filter_program(architecture)
    program = _Program(len(code) // 8, code)
    done = libc.syscall(
        ctypes.c_long(architecture.seccomp),
        ctypes.c_ulong(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_ulong(_FILTER_FLAG_TSYNC),
        ctypes.byref(program),
    )
    return bool(done == 0)


def network_is_gone() -> bool:
    """The proof: try to make the sockets that must not be had, in this process."""
    import socket

    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.socket(family, socket.SOCK_STREAM).close()
        except OSError:
            continue  # refused, or a kernel without that family
        return False
    for end in socket.socketpair(socket.AF_UNIX):  # what must still be had
        end.close()
    return True
