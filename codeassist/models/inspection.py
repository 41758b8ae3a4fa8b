"""Inspects a model file in a child process with limits: a crafted file can cost a child, never the caller."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TypeVar

import msgspec

from codeassist.errors import ModelFileError
from codeassist.models.gguf import Answer, GgufFacts
from codeassist.models.projector import ProjectorAnswer, ProjectorFacts

WALL_SECONDS = (
    10.0  # of a disk that stalls; the work is bounded by processor time (reading.py): 0.09 s for the default model
)
_Answer = TypeVar("_Answer")


def inspect_gguf(path: Path, *, wall_seconds: float = WALL_SECONDS) -> GgufFacts:
    """What the GGUF at `path` says of itself.

    Raises:
        ModelFileError: it is not a GGUF that can be loaded, or reading it took too much.
    """
    hint = "give a complete GGUF file of a language model"
    answer = _asked("codeassist.models.gguf", path, Answer, hint, wall_seconds)
    if answer.facts is None:
        raise ModelFileError(f"{path.name} cannot be used: {answer.problem}", hint)
    return answer.facts


def inspect_projector(path: Path, *, wall_seconds: float = WALL_SECONDS) -> ProjectorFacts:
    """What the vision projector at `path` says of itself.

    Raises:
        ModelFileError: it is none that can be loaded, or reading it took too much.
    """
    hint = "give the projector that belongs to the model: a GGUF whose name mostly begins with mmproj"
    answer = _asked("codeassist.models.projector", path, ProjectorAnswer, hint, wall_seconds)
    if answer.facts is None:
        raise ModelFileError(f"{path.name} cannot be used: {answer.problem}", hint)
    return answer.facts


def _asked(module: str, path: Path, kind: type[_Answer], hint: str, wall_seconds: float) -> _Answer:
    """What the child prints that runs `module` on the file."""
    command = [sys.executable, "-m", module, str(path.absolute())]
    try:
        child = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=wall_seconds,
            cwd="/",  # `-m` would put the current directory, perhaps a hostile repository, first on sys.path
            env=os.environ | {"PYTHONSAFEPATH": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelFileError(f"{path.name} cannot be read: it took more than {wall_seconds:g} s", hint) from error
    except OSError as error:
        raise ModelFileError(f"{path.name} cannot be read: no process could be started: {error}", hint) from error
    if child.returncode != 0:
        raise ModelFileError(f"{path.name} cannot be read: its reader died ({child.returncode})", hint)
    try:
        return msgspec.json.decode(child.stdout, type=kind)
    except msgspec.DecodeError as error:
        raise ModelFileError(f"{path.name} cannot be read: no answer from its reader", hint) from error
