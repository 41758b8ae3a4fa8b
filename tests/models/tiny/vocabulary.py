"""Byte-complete vocabularies of the three kinds that llama.cpp knows: SentencePiece, byte-level BPE, WordPiece.

Each holds every byte, a few words so that tokens get merged, and the markers of its family.
Sources: llama.cpp's src/llama-vocab.cpp and conversion scripts; the byte alphabet is that of GPT-2's
encoder.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6
SPACE = "\u2581"  # SentencePiece's sign for a space
WORDS = ("def", " def", " return", "import", " a", " b", "    ", " total", "add", " the", "self", " in")


@dataclass(frozen=True)
class Vocabulary:
    """What a GGUF says of its tokenizer.

    Attributes:
        ids: keys below `tokenizer.ggml.` that name a token, with the token's text.
        flags: keys below `tokenizer.ggml.` that are true or false.
    """

    model: str
    pre: str
    tokens: list[str]
    types: list[int]
    scores: list[float] | None = None
    merges: list[str] | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)

    def id(self, text: str) -> int:
        """The id of a token."""
        return self.tokens.index(text)

    def show(self, ids: Iterable[int]) -> str:
        """What token ids stand for: text, with control tokens in double brackets."""
        sign = {text: bytes([byte]) for byte, text in byte_alphabet().items()}
        shown = b""
        for number in ids:
            token, kind = self.tokens[number], self.types[number]
            if kind in (CONTROL, UNKNOWN):
                shown += f"⟦{token}⟧".encode()
            elif kind == BYTE:
                shown += bytes([int(token[3:5], 16)])
            elif self.model == "gpt2" and kind == NORMAL:
                shown += b"".join(sign[char] for char in token)
            else:
                shown += token.replace(SPACE, " ").encode()
        return shown.decode()

    @property
    def controls(self) -> list[str]:
        """The control tokens."""
        return [token for token, kind in zip(self.tokens, self.types, strict=True) if kind == CONTROL]

    @property
    def plain(self) -> list[int]:
        """Ids of tokens that are printable ASCII: a random model that writes only these writes valid text."""
        return [
            number
            for number, (token, kind) in enumerate(zip(self.tokens, self.types, strict=True))
            if kind == NORMAL and token.replace(SPACE, " ").replace("\u0120", " ").isascii()
        ]


def sentencepiece(
    markers: Sequence[str],
    ids: Mapping[str, str],
    *,
    first: Sequence[str] = ("<unk>", "<s>", "</s>"),
    pre: str = "default",
    flags: Mapping[str, bool] | None = None,
    user_defined: Iterable[str] = (),
) -> Vocabulary:
    """As Llama 2, Mistral, Phi-3 and Gemma have: pieces with scores, and byte pieces for the rest."""
    pieces = [SPACE, *(chr(code) for code in range(33, 127))]
    for word in WORDS:
        text = word.replace(" ", SPACE)
        pieces += [text[:end] for end in range(2, len(text) + 1) if text[:end] not in pieces]
    loose = [text for text in user_defined if text not in pieces]
    tokens = [*first, *(f"<0x{byte:02X}>" for byte in range(256)), *pieces, *loose, *markers]
    types = [UNKNOWN if text == "<unk>" else CONTROL for text in first]
    types += [BYTE] * 256 + [NORMAL] * len(pieces) + [USER_DEFINED] * len(loose) + [CONTROL] * len(markers)
    scores = [0.0] * (len(first) + 256) + [-float(rank) for rank in range(len(pieces))]
    scores += [0.0] * (len(tokens) - len(scores))
    return Vocabulary("llama", pre, tokens, types, scores, None, ids, flags or {})


def byte_level(
    markers: Sequence[str],
    ids: Mapping[str, str],
    *,
    pre: str,
    flags: Mapping[str, bool] | None = None,
    kind: int = CONTROL,
    first: Sequence[str] = (),
) -> Vocabulary:
    """As GPT-2, Llama 3, Qwen2, DeepSeek and StarCoder2 have: an alphabet of bytes, and merges."""
    alphabet = byte_alphabet()
    pieces, merges = list(alphabet.values()), []
    for word in WORDS:
        signs = [alphabet[byte] for byte in word.encode()]
        built = signs[0]
        for sign in signs[1:]:
            if f"{built} {sign}" not in merges:
                merges.append(f"{built} {sign}")
            built += sign
            if built not in pieces:
                pieces.append(built)
    tokens = [*first, *pieces, *markers]
    types = [CONTROL] * len(first) + [NORMAL] * len(pieces) + [kind] * len(markers)
    return Vocabulary("gpt2", pre, tokens, types, None, merges, ids, flags or {})


def wordpiece() -> Vocabulary:
    """As BERT has. llama.cpp marks a word's beginning; continuations stand as they are."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    signs = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    words = [word.strip() for word in WORDS if word.strip()]
    pieces = list(dict.fromkeys([*(SPACE + each for each in [*signs, *words]), *signs]))
    ids = {
        "bos_token_id": "[CLS]",
        "eos_token_id": "[SEP]",
        "seperator_token_id": "[SEP]",
        "unknown_token_id": "[UNK]",
        "padding_token_id": "[PAD]",
        "mask_token_id": "[MASK]",
    }
    return Vocabulary("bert", "", special + pieces, [CONTROL] * 5 + [NORMAL] * len(pieces), None, None, ids)


def byte_alphabet() -> dict[int, str]:
    """The sign that byte-level BPE writes for each byte: printable ones stand for themselves."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {byte: chr(byte) for byte in plain} | {byte: chr(256 + place) for place, byte in enumerate(others)}
