"""Who is at the other end of a Unix socket: user and process, as the kernel says."""

from __future__ import annotations

import socket
import struct
import sys

_DARWIN_SOL_LOCAL, _DARWIN_LOCAL_PEERCRED, _DARWIN_LOCAL_PEERPID = 0, 1, 2  # sys/un.h


def peer_of(connection: socket.socket) -> tuple[int, int]:
    """The peer's (user id, process id).

    Raises:
        OSError: the kernel does not say.
    """
    if sys.platform == "darwin":
        data = connection.getsockopt(_DARWIN_SOL_LOCAL, _DARWIN_LOCAL_PEERCRED, 76)
        _version, user = struct.unpack_from("=II", data)
        return user, connection.getsockopt(_DARWIN_SOL_LOCAL, _DARWIN_LOCAL_PEERPID)
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    process, user, _group = struct.unpack("3i", data)
    return user, process
