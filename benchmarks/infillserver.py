"""llama.cpp's own server from the same engine build, with `/infill`, as llama.vim's documentation recommends it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeassist.engine.launch import BRIEF_SPINNING  # as our engine has it: only the protocols are to differ
from codeassist.engine.uds import http_client

CONTEXT, BATCH, REUSE = 8192, 1024, 256  # tokens; one slot
_SECONDS = 120.0


@dataclass
class InfillServer:
    """A server process on a Unix socket; it ends with its standard input."""

    process: subprocess.Popen[bytes]
    directory: tempfile.TemporaryDirectory[str]

    @classmethod
    def start(cls, model: Path, threads: int) -> InfillServer:
        """Start it; returns when the model is loaded."""
        directory = tempfile.TemporaryDirectory(prefix="ca-infill-")
        command = [sys.executable, "-m", "benchmarks.infillserver"]
        process = subprocess.Popen(
            [*command, str(model), f"{directory.name}/infill.sock", str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=BRIEF_SPINNING | os.environ,
        )
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise SystemExit("the infill server did not start")
        return cls(process, directory)

    def __post_init__(self) -> None:
        self._http = http_client(Path(self.directory.name) / "infill.sock", _SECONDS)

    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """One `/infill` request."""
        reply = self._http.post("/infill", content=json.dumps(body))
        reply.raise_for_status()
        answer: dict[str, Any] = reply.json()
        return answer

    def close(self) -> None:
        """End it."""
        self._http.close()
        self.process.communicate()
        self.directory.cleanup()


def main() -> None:
    """`python -m benchmarks.infillserver MODEL SOCKET THREADS`."""
    import xllamacpp

    model, socket, threads = sys.argv[1:]
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.hostnames = [socket]
    parameters.n_ctx = CONTEXT
    parameters.n_batch = parameters.n_ubatch = BATCH
    parameters.n_parallel = 1
    parameters.n_cache_reuse = REUSE
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = int(threads)
    parameters.warmup = False
    parameters.ui = False
    parameters.verbosity = 1
    server = xllamacpp.Server(parameters)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    del server
    os._exit(0)  # unloading can hang; the kernel frees everything


if __name__ == "__main__":
    main()
