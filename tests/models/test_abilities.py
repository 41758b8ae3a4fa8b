"""What `model info` says of how a model completes and answers."""

from __future__ import annotations

import msgspec

from codeassist.engine.fake import MANIFEST
from codeassist.models.abilities import answers, completes
from codeassist.models.manifest import FimTokens, Manifest


def model(family: str = "", **more: object) -> Manifest:
    given: dict[str, object] = {"family": family, "fim": None, "chat_template": ""}
    return msgspec.structs.replace(MANIFEST, **(given | more))


FIRST = FimTokens(prefix=1, suffix=2, middle=3)
LAST = FimTokens(prefix=1, suffix=2, middle=None, order="suffix-first")


def test_fill_in_the_middle_names_its_order_and_its_markers() -> None:
    assert completes(model("codellama", fim=FIRST)) == (
        "fill-in-the-middle: what is above, what is below, then what was typed (the markers of codellama)"
    )
    assert completes(model("codestral", fim=LAST)) == (
        "fill-in-the-middle: what is below, then what is above with what was typed (the markers of codestral)"
    )
    assert completes(model("deepseek-coder-v2", fim=FIRST)).endswith("(the markers of deepseek-coder)")
    assert completes(model("", fim=FIRST)).endswith("(markers that the file names)")
    assert completes(model("llama-3", fim=FIRST)).endswith("(markers that the file names)")


def test_a_model_without_it_says_so() -> None:
    assert completes(model("phi-3")).startswith("from the text above the cursor, without an instruction")


def test_turns() -> None:
    assert answers(model("gemma", chat_template="x")) == "the file's own template"
    assert answers(model("deepseek-coder-v2", instruct=True)) == "the turns of deepseek-coder-v2"
    assert answers(model("", instruct=True)) == "the turns of chatml, for want of its own"
    assert answers(model("starcoder2")) == (
        "the turns of chatml, for want of its own; it is not known to follow instructions"
    )


def test_a_model_that_embeds_does_neither() -> None:
    assert completes(model(embedding=True)) == answers(model(embedding=True)) == ""
