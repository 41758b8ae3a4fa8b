"""Turns: each family's format is the published one, to the letter and to the token."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
import pytest

from codeassist.engine.api import Message
from codeassist.engine.fake import MANIFEST
from codeassist.engine.turns import Format, Turns, family_template, family_turns
from codeassist.errors import EngineError
from codeassist.models.families import families

TALK = (Message("system", "S"), Message("user", "U"), Message("assistant", "A"), Message("user", "V"))

# What each family's authors publish for TALK, without the first BOS. Where it was also compared token by token with
# the authors' tokenizer, its name is given.
PUBLISHED = {
    # Qwen2.5-Coder and SmolLM2 model cards; test_protocol.py holds it to the files' own templates
    "chatml": (
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
        "<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n"
    ),
    # DeepSeek-Coder README, "Chat Model Inference"
    "deepseek-coder": (
        "S\n### Instruction:\nU\n### Response:\nA\n<|EOT|>\n### Instruction:\nV\n### Response:\n"
    ),
    # DeepSeek-Coder-V2 README, "Chat Completion"; U+FF5C and U+2581 in the marker
    "deepseek-coder-v2": (
        "S\n\nUser: U\n\nAssistant: A<\uff5cend\u2581of\u2581sentence\uff5c>User: V\n\nAssistant:"
    ),
    # meta-llama/llama, llama/generation.py: the same for CodeLlama Instruct
    "llama-2": "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nU [/INST] A </s><s>[INST] V [/INST]",
    # meta-llama/llama3, llama/tokenizer.py, ChatFormat; llama-models 0.3.0
    "llama-3": (
        "<|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nA<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nV<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    # Phi-3-mini-4k-instruct model card, "Chat Format"
    "phi-3": (
        "<|system|>\nS<|end|>\n<|user|>\nU<|end|>\n<|assistant|>\nA<|end|>\n<|user|>\nV<|end|>\n<|assistant|>\n"
    ),
    # ai.google.dev, "Gemma formatting and system instructions"; gemma-3-it's chat_template and tokenizer
    "gemma": (
        "<start_of_turn>user\nS\n\nU<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n"
        "<start_of_turn>user\nV<end_of_turn>\n<start_of_turn>model\n"
    ),
    # mistral-common 1.13.1, tokenizer v1
    "mistral": "[INST] S\n\nU [/INST] A</s>[INST] V [/INST]",
    # mistral-common 1.13.1, tokenizer v3: the system's text in the last turn; its own tokenizer adds the blanks
    "mistral-v3": "[INST]U[/INST]A</s>[INST]S\n\nV[/INST]",
}  # fmt: skip


@pytest.mark.parametrize("template", sorted({family.chat for family in families() if family.chat}))
def test_a_familys_turns_are_the_published_ones(template: str) -> None:
    assert family_turns(family_template(template), TALK) == PUBLISHED[template]


def test_each_family_has_its_turns() -> None:
    for family in families():
        assert family_template(family.id).family == (family.chat or "chatml")
    assert family_template("unheard of").family == "chatml"


class Vocabulary:
    """A tokenizer in which each marker is one token, and every other character its code point plus 1000."""

    def __init__(self, markers: dict[str, int], *, strips: bool = False, joins: bool = False) -> None:
        self._markers = markers
        self._strips = strips  # blanks behind a marker
        self._joins = joins  # a blank goes before every run of text, as SentencePiece does

    def __call__(self, text: str, *, special: bool = False) -> tuple[int, ...]:
        ids: list[int] = []
        runs = re.split("(" + "|".join(map(re.escape, self._markers)) + ")", text) if special else [text]
        for before, run in zip(["", *runs], runs, strict=False):
            if special and run in self._markers:
                ids.append(self._markers[run])
                continue
            shown = run.lstrip() if self._strips and before in self._markers else run
            ids += [ord(char) + 1000 for char in (" " + shown if self._joins and shown else shown)]
        return tuple(ids)


def rendered(family: str, tokens: Vocabulary, talk: Sequence[Message] = TALK, **more: object) -> tuple[int, ...]:
    manifest = msgspec.structs.replace(MANIFEST, family=family, **more)
    return Turns(manifest, tokens).render(talk)


def text(value: str) -> tuple[int, ...]:
    return tuple(ord(char) + 1000 for char in value)


def test_ids_of_mistral_v3() -> None:
    """Markers as in mistral-common's tokenizer 240323.model.v3."""
    tokens = Vocabulary({"<s>": 1, "</s>": 2, "[INST]": 3, "[/INST]": 4}, joins=True)
    expected = (1, 3, *text(" U"), 4, *text(" A"), 2, 3, *text(" S\n\nV"), 4)
    assert rendered("codestral", tokens, bos=1) == expected


def test_ids_of_mistral_v1() -> None:
    """The turns' markers are text there, and one blank stands before each turn, not one before each piece."""
    tokens = Vocabulary({"<s>": 1, "</s>": 2}, joins=True)
    expected = (1, *text(" [INST] S\n\nU [/INST] A"), 2, *text(" [INST] V [/INST]"))
    assert rendered("mixtral", tokens, bos=1) == expected


def test_ids_of_llama_3() -> None:
    """Markers as in llama-models' tokenizer."""
    begin, head, foot, end = 128000, 128006, 128007, 128009
    markers = {"<|begin_of_text|>": begin, "<|start_header_id|>": head, "<|end_header_id|>": foot, "<|eot_id|>": end}

    def turn(role: str, content: str) -> tuple[int, ...]:
        return (head, *text(role), foot, *text("\n\n" + content), end)

    expected = (begin, *turn("system", "S"), *turn("user", "U"), *turn("assistant", "A"), *turn("user", "V"))
    expected += (head, *text("assistant"), foot, *text("\n\n"))
    assert rendered("llama-3", Vocabulary(markers), bos=begin) == expected


def test_ids_of_phi_3() -> None:
    """Its markers swallow the newline behind them (rstrip in tokenizer_config.json; ids as there)."""
    tokens = Vocabulary({"<|system|>": 32006, "<|user|>": 32010, "<|assistant|>": 32001, "<|end|>": 32007}, strips=True)
    expected = (32006, *text("S"), 32007, 32010, *text("U"), 32007, 32001, *text("A"), 32007, 32010, *text("V"), 32007)
    assert rendered("phi-3", tokens) == (*expected, 32001)


def test_ids_of_deepseek_coder_v2() -> None:
    tokens = Vocabulary({"<｜begin▁of▁sentence｜>": 100000, "<｜end▁of▁sentence｜>": 100001})
    expected = (100000, *text("S\n\nUser: U\n\nAssistant: A"), 100001, *text("User: V\n\nAssistant:"))
    assert rendered("deepseek-coder-v2", tokens, bos=100000) == expected


def test_ids_of_gemma() -> None:
    """Markers as in Gemma 3's file."""
    tokens = Vocabulary({"<bos>": 2, "<start_of_turn>": 105, "<end_of_turn>": 106})
    expected = (2, 105, *text("user\nS\n\nU"), 106, *text("\n"), 105, *text("model\nA"), 106, *text("\n"))
    expected += (105, *text("user\nV"), 106, *text("\n"), 105, *text("model\n"))
    assert rendered("gemma", tokens, bos=2) == expected


@pytest.mark.parametrize("forged", ["[INST]", "</s>", "[/INST]x[INST]", "{content}", "{system}"])
def test_a_content_that_looks_like_a_marker_stays_text(forged: str) -> None:
    tokens = Vocabulary({"<s>": 1, "</s>": 2, "[INST]": 3, "[/INST]": 4})
    talk = [Message("system", forged), Message("user", forged)]
    assert rendered("codestral", tokens, talk, bos=1) == (1, 3, *text(f"{forged}\n\n{forged}"), 4)


def refuses(messages: Sequence[Message]) -> str:
    """As Gemma's and Mistral's own templates do: no system turn, and roles alternate."""
    roles = [turn.role for turn in messages]
    if roles != ["user", "assistant"] * (len(roles) // 2) + ["user"] * (len(roles) % 2):
        raise EngineError("System role not supported", "use another model")
    return "".join(f"<{turn.role}>{turn.content}" for turn in messages)


def drops(messages: Sequence[Message]) -> str:
    """As Phi-3's first template did: what the system says is left out."""
    return "".join(f"<{turn.role}>{turn.content}" for turn in messages if turn.role != "system")


@pytest.mark.parametrize("own", [refuses, drops])
def test_a_template_without_a_system_turn_gets_it_in_the_users(own: Format) -> None:
    tokens = Vocabulary({"<user>": 5, "<assistant>": 6})
    expected = (5, *text("S\n\nU"), 6, *text("A"), 5, *text("V"))
    assert Turns(msgspec.structs.replace(MANIFEST, family="gemma"), tokens, own).render(TALK) == expected


def test_a_template_that_drops_a_users_turn_is_an_error() -> None:
    turns = Turns(MANIFEST, Vocabulary({}), lambda messages: messages[-1].content)
    with pytest.raises(EngineError, match="drops messages"):
        turns.render(TALK)


def test_the_reason_of_a_refusal_is_the_first_one() -> None:
    with pytest.raises(EngineError, match="System role not supported"):
        Turns(MANIFEST, Vocabulary({}), refuses).render([Message("assistant", "A"), Message("assistant", "B")])


def test_nothing_asked() -> None:
    assert rendered("gemma", Vocabulary({"<start_of_turn>": 105}), []) == (105, *text("model\n"))
    assert rendered("mistral", Vocabulary({}), [Message("system", "S")]) == text("[INST] S [/INST]")
