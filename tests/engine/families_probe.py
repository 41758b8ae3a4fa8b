"""Each family's tiny model by llama.cpp's C functions and by its server, in a process of its own; prints what differs.

`python -m tests.engine.families_probe DIRECTORY xllamacpp|native`
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from codeassist.config import EngineSettings
from codeassist.engine.api import Message
from codeassist.engine.llamacpp import LlamaCppEngine
from codeassist.engine.xllamacpp import NativeEngine
from codeassist.models.add import add
from codeassist.models.store import Store
from tests.engine.llamacpp_probe import LIBRARIES, write
from tests.models.tiny.families import FAMILIES, write_family

SETTINGS = EngineSettings(context_tokens=512, batch_tokens=16, threads=1)
TEXT = "def add(first, second):\n    return first + second\n<|im_start|> <s> é\n" * 3


def differences(directory: Path, family: str, library: str) -> list[str] | None:
    """What the two ways do differently, by name; None of a model that writes nothing."""
    store = Store(directory / family)
    store.prepare()
    manifest = add(write_family(family, directory / f"{family}.gguf"), store)
    if manifest.embedding:
        return None
    default = NativeEngine(manifest, SETTINGS, directory / f"{family}.sock")
    own = LlamaCppEngine(manifest, SETTINGS, LIBRARIES[library]())
    turns = (Message("user", "a <s> b"), Message("assistant", "c"), Message("user", "d"))
    prompt = default.tokenize([TEXT])[0]
    same = {
        "tokens": own.tokenize([TEXT])[0] == prompt,
        "turns": own.render_chat(turns) == default.render_chat(turns),
        "greedy": write(own, prompt, max_tokens=20).tokens == write(default, prompt, max_tokens=20).tokens,
        "cached": write(own, prompt, max_tokens=1).usage.evaluated_tokens == 1,
        "forced": write(own, prompt, begin="de f(").tokens == write(default, prompt, begin="de f(").tokens,
    }
    return [name for name, held in same.items() if not held]


def main() -> None:
    """Compare all, print the report."""
    found = {family: differences(Path(sys.argv[1]), family, sys.argv[2]) for family in FAMILIES}
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
