"""Renames that overwrite nothing: two names change places, or a name is taken only while it is free.

renameat2(2) of Linux, renameatx_np(2) of macOS. Python has neither.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from functools import cache
from typing import Any

_EXCHANGE = 2  # RENAME_EXCHANGE, RENAME_SWAP
_FREE = 4 if sys.platform == "darwin" else 1  # RENAME_EXCL, RENAME_NOREPLACE
_UNKNOWN = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
_NO_LINKS = frozenset({errno.EPERM, errno.ENOSYS, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP})


def exchange(folder: int, one: str, other: str) -> bool:
    """Let two names in a folder change places, at once; False where the file system or libc has no such thing.

    Raises:
        OSError: one of them is not there, or they may not be renamed.
    """
    return _rename(folder, one, other, _EXCHANGE)


def move(folder: int, name: str, to: str) -> None:
    """Give a file another name in its folder. Where neither a flag nor a link can do it, two looks must.

    Raises:
        FileExistsError: that name is taken; nothing has changed.
        OSError: it may not be renamed.
    """
    if _rename(folder, name, to, _FREE):
        return
    try:
        os.link(name, to, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _move_looking(folder, name, to)
    else:
        os.unlink(name, dir_fd=folder)


def move_aside(folder: int, name: str, to: str) -> None:
    """Give a file a hidden name, which nobody else takes.

    Raises:
        OSError: it is not there, or may not be renamed.
    """
    os.rename(name, to, src_dir_fd=folder, dst_dir_fd=folder)


def _move_looking(folder: int, name: str, to: str) -> None:
    try:
        os.stat(to, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(name, to, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), to)


def _rename(folder: int, name: str, to: str, flag: int) -> bool:
    call = _call()
    if call is None:
        return False
    if call(folder, os.fsencode(name), folder, os.fsencode(to), flag) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNKNOWN:
        return False
    raise OSError(code, os.strerror(code), name)


@cache
def _call() -> Any:
    """The function of libc: `(folder, name, folder, name, flags)`; None where it has none."""
    libc = ctypes.CDLL(None, use_errno=True)
    call = getattr(libc, "renameatx_np" if sys.platform == "darwin" else "renameat2", None)
    if call is not None:
        call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
        call.restype = ctypes.c_int
    return call
