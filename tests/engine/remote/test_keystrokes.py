"""What a keystroke costs a team's server: llama.cpp's own with the default model, over HTTP, in both layouts."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median

import pytest

from codeassist.completion.prompt import Planner
from codeassist.context.languages import language_for
from codeassist.engine.api import Chunk, Request, Usage
from codeassist.session import Session, open_session
from tests.conftest import Run
from tests.engine.remote.conftest import Configure
from tests.engine.remote.servers import llama_server

pytestmark = pytest.mark.model

MODEL = "qwen2.5-coder-0.5b"
ABOVE = "".join(f"def step_{number}(value: int) -> int:\n    return value * {number} + 1\n\n\n" for number in range(3))
BEFORE = ABOVE + "def total(prices: list[float], rate: float) -> float:\n    "
AFTER = "\n\n\ndef shown(prices: list[float]) -> str:\n    return ', '.join(f'{price:.2f}' for price in prices)\n"
TYPED = "summed = sum(pri"
KEYSTROKES = 6


def cost(session: Session, prompt: tuple[int, ...], begin: str = "") -> Usage:
    """What a request evaluates."""
    seen: list[Chunk] = []

    def take(chunk: Chunk) -> bool:
        seen.append(chunk)
        return False

    session.engine.generate(Request(prompt=prompt, begin=begin, max_tokens=2), take)
    return seen[-1].usage


def test_a_keystroke_evaluates_what_was_typed(configure: Configure, run: Run, tmp_path: Path) -> None:
    with llama_server(MODEL) as url:
        configure(url, remote_family=f'"{MODEL.removesuffix("-0.5b")}"')
        with open_session(os.environ) as session:
            fim = session.manifest.fim
            assert fim is not None
            assert session.manifest.family == "qwen2.5-coder"
            planner = Planner(session.manifest, session.settings.completion, session.engine)
            anchor = planner.anchor(BEFORE, AFTER, language_for(Path("a.py")))
            written = len(BEFORE) - (anchor.start + len(anchor.head))
            ours = []
            for count in range(len(TYPED) - KEYSTROKES, len(TYPED) + 1):
                prompt = planner.prompt(anchor, BEFORE[len(BEFORE) - written :] + TYPED[:count], 2)
                ours.append(cost(session, prompt.tokens, prompt.begin).evaluated_tokens)
            usual = []
            for count in range(1, 4):
                above, below = session.engine.tokenize([BEFORE + TYPED[:count], AFTER])
                prompt_ids = (fim.prefix, *above, fim.suffix, *below, *([] if fim.middle is None else [fim.middle]))
                usual.append(cost(session, prompt_ids).evaluated_tokens)
        assert ours[0] > 60, "the first one evaluates the prompt"
        assert max(ours[1:]) <= 8
        assert median(ours[1:]) <= 3
        assert min(usual[1:]) > len(below) > 20, "the usual layout evaluates the whole suffix again"
        (tmp_path / "a.py").write_text(BEFORE + TYPED + AFTER)
        place = f"{(BEFORE + TYPED).count(chr(10)) + 1}:{5 + len(TYPED)}"
        done = run("complete", str(tmp_path / "a.py"), "--at", place, "--json", "--no-context", "--max-tokens", "6")
        assert done.code == 0, done.stderr
        assert done.document["text"].startswith("ces")
