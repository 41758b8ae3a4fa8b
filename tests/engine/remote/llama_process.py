"""llama.cpp's own HTTP server on a port of this machine, as a team would run it: `python -m … MODEL KEY`.

Prints its address, and ends when standard input does.
"""

from __future__ import annotations

import os
import sys

import xllamacpp

CONTEXT, SLOTS, BATCH = 4096, 2, 64


def main() -> None:
    """Serve until nobody holds the other end of standard input."""
    model, key = sys.argv[1:3]
    chosen = xllamacpp.CommonParams()
    chosen.model.path = model
    chosen.model_alias = {"the-model"} if isinstance(chosen.model_alias, set) else chosen.model_alias
    chosen.hostnames = ["127.0.0.1"]
    chosen.port = 0
    chosen.api_keys = [key]
    chosen.n_ctx, chosen.n_parallel, chosen.kv_unified = CONTEXT, SLOTS, True
    chosen.n_batch = chosen.n_ubatch = BATCH
    chosen.warmup = False
    chosen.ui = False
    chosen.verbosity = 1
    server = xllamacpp.Server(chosen)
    sys.stdout.write(server.listening_address + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
