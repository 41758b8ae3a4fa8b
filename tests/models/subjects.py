"""What is taken through the conformance cases: tiny models of every family, and real weights that a package ships.

Each row says what a family's files must turn into, written down from the families' documentation, not from our code:
its conversation and its infilling prompt as token texts, control tokens in double brackets.
"""

from __future__ import annotations

from dataclasses import dataclass

TURNS = (("system", "Be short."), ("user", "Hi"), ("assistant", "Yes"), ("user", "Go on"))
BEFORE = "import os\n\n\ndef add(a, b):\n    total = a + b\n    ret"  # the unfinished word is forced, not shown
AFTER = "\n\n\nprint(add(1, 2))\n"
HEAD, TYPED = "import os\n\n\n", "def add(a, b):\n    total = a + b\n"
SUFFIX = AFTER


@dataclass(frozen=True)
class Subject:
    """A model, and what it must turn out to be.

    Attributes:
        row: of the table in docs/models.md.
        model: a tiny family (tests/models/tiny/families.py) or an id of the catalogue.
        real: whether its weights are those of its makers; `size` says which of them.
        family: the file in prompts/ that it must be recognised as, "" for none.
        chat: TURNS as the family writes them, with what its tokenizer adds.
        fim: an infilling prompt of the family; {head}, {suffix} and {typed} stand for code.
    """

    row: str
    model: str
    architecture: str
    family: str
    can: tuple[str, ...]
    chat: str = ""
    fim: str = ""
    real: bool = False
    size: str = ""

    @property
    def id(self) -> str:
        """Name of the case."""
        return f"{self.model}-{'real' if self.real else 'tiny'}"


ALL, NO_CHAT, NO_FIM = ("complete", "chat", "fim"), ("complete", "fim"), ("complete", "chat")
_CHATML = (
    "⟦<|im_start|>⟧system\nBe short.⟦<|im_end|>⟧\n⟦<|im_start|>⟧user\nHi⟦<|im_end|>⟧\n"
    "⟦<|im_start|>⟧assistant\nYes⟦<|im_end|>⟧\n⟦<|im_start|>⟧user\nGo on⟦<|im_end|>⟧\n⟦<|im_start|>⟧assistant\n"
)
_HEADER = "⟦<|start_header_id|>⟧{}⟦<|end_header_id|>⟧\n\n"
_LLAMA3 = (
    "⟦<|begin_of_text|>⟧"
    + _HEADER.format("system") + "Be short.⟦<|eot_id|>⟧" + _HEADER.format("user") + "Hi⟦<|eot_id|>⟧"
    + _HEADER.format("assistant") + "Yes⟦<|eot_id|>⟧" + _HEADER.format("user") + "Go on⟦<|eot_id|>⟧"
    + _HEADER.format("assistant")
)  # fmt: skip
# SentencePiece puts a space behind each control token; Phi-3's markers swallow the line's end behind them.
_LLAMA2 = "⟦<s>⟧ [INST] <<SYS>>\nBe short.\n<</SYS>>\n\nHi [/INST] Yes ⟦</s>⟧⟦<s>⟧ [INST] Go on [/INST]"
# The template refuses a system turn: llama.cpp puts it before the first user turn, a line apart.
_MISTRAL = "⟦<s>⟧ [INST] Be short.\nHi [/INST]Yes⟦</s>⟧ [INST] Go on [/INST]"
_MISTRAL_V3 = "⟦<s>⟧⟦[INST]⟧  Hi⟦[/INST]⟧  Yes⟦</s>⟧⟦[INST]⟧  Be short.\n\nGo on⟦[/INST]⟧"
_PHI3 = (
    "⟦<s>⟧⟦<|system|>⟧ Be short.⟦<|end|>⟧⟦<|user|>⟧ Hi⟦<|end|>⟧⟦<|assistant|>⟧ Yes⟦<|end|>⟧"
    "⟦<|user|>⟧ Go on⟦<|end|>⟧⟦<|assistant|>⟧"
)
_GEMMA = (
    "⟦<bos>⟧⟦<start_of_turn>⟧user\nBe short.\n\nHi⟦<end_of_turn>⟧\n⟦<start_of_turn>⟧model\nYes⟦<end_of_turn>⟧\n"
    "⟦<start_of_turn>⟧user\nGo on⟦<end_of_turn>⟧\n⟦<start_of_turn>⟧model\n"
)
_DEEPSEEK_CODER = (
    "⟦<｜begin▁of▁sentence｜>⟧Be short.### Instruction:\nHi\n### Response:\nYes\n⟦<|EOT|>⟧\n"
    "### Instruction:\nGo on\n### Response:\n"
)
_DEEPSEEK_V2 = (
    "⟦<｜begin▁of▁sentence｜>⟧Be short.\n\nUser: Hi\n\nAssistant: Yes⟦<｜end▁of▁sentence｜>⟧User: Go on\n\nAssistant:"
)
_QWEN_FIM = "⟦<|fim_prefix|>⟧{head}⟦<|fim_suffix|>⟧{suffix}⟦<|fim_middle|>⟧{typed}"
_DEEPSEEK_FIM = "⟦<｜begin▁of▁sentence｜>⟧⟦<｜fim▁begin｜>⟧{head}⟦<｜fim▁hole｜>⟧{suffix}⟦<｜fim▁end｜>⟧{typed}"
_STARCODER_FIM = "⟦<fim_prefix>⟧{head}⟦<fim_suffix>⟧{suffix}⟦<fim_middle>⟧{typed}"
_CODEGEMMA_FIM = "⟦<bos>⟧⟦<|fim_prefix|>⟧{head}⟦<|fim_suffix|>⟧{suffix}⟦<|fim_middle|>⟧{typed}"
# The prefix begins with the tokenizer's own space. Without a marker for the middle the prefix is all that goes before.
_CODESTRAL_FIM = "⟦<s>⟧⟦[SUFFIX]⟧{suffix}⟦[PREFIX]⟧ {head}{typed}"
_CODELLAMA_FIM = "⟦<s>⟧⟦▁<PRE>⟧ {head}⟦▁<SUF>⟧{suffix}⟦▁<MID>⟧{typed}"

SUBJECTS: tuple[Subject, ...] = (
    Subject("Qwen2.5-Coder", "qwen2.5-coder", "qwen2", "qwen2.5-coder", ALL, _CHATML, _QWEN_FIM),
    Subject("Qwen2.5-Coder", "qwen2.5-coder-0.5b", "qwen2", "qwen2.5-coder", ALL, real=True, size="0.5B"),
    Subject("DeepSeek-Coder", "deepseek-coder", "llama", "deepseek-coder", ALL, _DEEPSEEK_CODER, _DEEPSEEK_FIM),
    Subject(
        "DeepSeek-Coder-V2", "deepseek-coder-v2", "deepseek2", "deepseek-coder-v2", ALL, _DEEPSEEK_V2, _DEEPSEEK_FIM
    ),
    Subject(
        "DeepSeek-Coder-V2",
        "deepseek-coder-v2-lite",
        "deepseek2",
        "deepseek-coder-v2",
        ALL,
        _DEEPSEEK_V2,
        _DEEPSEEK_FIM,
    ),
    Subject("StarCoder2", "starcoder2", "starcoder2", "starcoder2", NO_CHAT, "", _STARCODER_FIM),
    Subject("CodeLlama", "codellama", "llama", "codellama", ALL, _LLAMA2, _CODELLAMA_FIM),
    Subject("Llama 3", "llama3", "llama", "llama-3", NO_FIM, _LLAMA3),
    Subject("MiniCPM-Llama3-V 2.5", "minicpm-v", "llama", "llama-3", NO_FIM, _LLAMA3),
    Subject("Phi-3", "phi3", "phi3", "phi-3", NO_FIM, _PHI3),
    Subject("Mixtral 8x7B", "mixtral", "llama", "mixtral", NO_FIM, _MISTRAL),
    Subject("Mistral 7B", "mistral", "llama", "mistral-v3", NO_FIM, _MISTRAL_V3),
    Subject("Codestral", "codestral", "llama", "codestral", ALL, _MISTRAL_V3, _CODESTRAL_FIM),
    Subject("SmolLM2", "smollm2", "llama", "smollm2", NO_FIM, _CHATML),
    Subject("SmolLM2", "smollm2-135m", "llama", "smollm2", NO_FIM, real=True, size="135M"),
    Subject("Gemma 3", "gemma3", "gemma3", "gemma", NO_FIM, _GEMMA),
    Subject("Gemma 3", "gemma-3-270m", "gemma3", "gemma", ("complete",), real=True, size="270M"),
    Subject("CodeGemma", "codegemma", "gemma", "codegemma", ALL, _GEMMA, _CODEGEMMA_FIM),
    Subject("BERT (all-MiniLM-L6-v2)", "bert", "bert", "", ("embed",)),
    Subject("BERT (BGE small)", "bge", "bert", "", ("embed",)),
    Subject("Nomic Embed", "nomic", "nomic-bert", "", ("embed",)),
    Subject("BERT (all-MiniLM-L6-v2)", "all-minilm-l6-v2", "bert", "", ("embed",), real=True, size="22M"),
)


def able(capability: str, *, tiny: bool = False) -> list[Subject]:
    """The subjects with a capability."""
    return [each for each in SUBJECTS if capability in each.can and not (tiny and each.real)]
