"""What llama.cpp makes of texts, by the vocabularies of some files, as JSON. It never runs in the process of the tests.

`python -m tests.engine.vocabulary_probe TEXTS.json FILE …`
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from codeassist.engine.capi import xllamacpp_library
from codeassist.engine.capimodel import CapiModel


class Told(msgspec.Struct):
    """Of one file: token ids of the texts with specials off and on, bytes of each token (Latin-1), ending tokens."""

    plain: list[tuple[int, ...]]
    special: list[tuple[int, ...]]
    pieces: list[str]
    ends: list[int]


def main() -> None:
    """Ask for each file."""
    texts = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=list[str])
    library, told = xllamacpp_library(), {}
    for name in sys.argv[2:]:
        model = CapiModel(library, Path(name), 256, 32, 1)
        told[Path(name).stem] = Told(
            [model.tokens(text) for text in texts],
            [model.tokens(text, special=True) for text in texts],
            [piece.decode("latin-1") for piece in model.pieces.bytes],
            sorted(model.ends),
        )
    sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
