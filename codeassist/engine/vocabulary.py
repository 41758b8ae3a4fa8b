"""A model's tokenizer made of what its GGUF holds, for backends whose own cannot be used (package `tokenizers`).

Two kinds: byte-level merges ("gpt2") and SentencePiece pieces with scores ("llama"). What control tokens look like is
text wherever specials are off: they are in no vocabulary that texts are made of. That goes for user-defined tokens that
look like markers, too (DeepSeek's `<｜fim▁hole｜>`), which llama.cpp would let any text forge.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codeassist.engine.pieces import Pieces
from codeassist.errors import ModelFileError
from codeassist.models.layout import Source
from codeassist.models.splitting import SPLITS, WHOLE_WORDS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_NORMAL, _UNKNOWN, _CONTROL, _USER_DEFINED, _BYTE = 1, 2, 3, 4, 6  # llama.h, llama_token_type
_MARKER = re.compile(r"<[^<>\s]{1,64}>|\[[^\[\]\s]{1,64}\]")
_SPACE = "\u2581"  # SentencePiece's sign for one
_ENDS = ("eos", "eot", "eom", "fim_pad", "fim_rep", "fim_sep")
# Tokens that end a turn or a text in files that do not name them (llama.cpp, src/llama-vocab.cpp, special_eog_ids).
_ENDING = frozenset(
    {"<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|endoftext|>", "<|eom_id|>", "<|end_of_text|>", "</s>"}
    | {"<EOT>", "_<EOT>", "< EOT >", "[EOT]", "[EOS]", "<|EOT|>", "<end_of_turn>", "<end_of_utterance>"}
    | {"<｜end▁of▁sentence｜>", "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "<|fim_repo|>", "<|repo_name|>"}
    | {"<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>"}
)


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer.

    Attributes:
        pieces: the bytes of each token; control tokens have none.
        ends: tokens that end an output.
        leads: a space goes before each text that is not the rest of another (SentencePiece).
        begin, end: the texts of the tokens that begin and end a text; "" where none is named.
    """

    pieces: Pieces
    ends: frozenset[int]
    leads: bool
    begin: str
    end: str
    model: Tokenizer
    markers: Mapping[str, int]
    loose: Mapping[str, int]

    def tokens(self, text: str, *, special: bool = False) -> tuple[int, ...]:
        """Token ids of a text. `special`: markers in it become control tokens."""
        return self._ids(text, {**self.loose, **self.markers} if special else self.loose, leads=self.leads)

    def _ids(self, text: str, whole: Mapping[str, int], *, leads: bool) -> tuple[int, ...]:
        """`whole`: texts that are one token wherever they stand, the longest first."""
        if not whole:
            return tuple(self._encoded(text, leads=leads))
        found = "|".join(map(re.escape, sorted(whole, key=len, reverse=True)))
        ids: list[int] = []
        for part in filter(None, re.split(f"({found})", text)):
            if part in whole:
                ids.append(whole[part])
                leads = self.leads
            else:
                ids += self._encoded(part, leads=leads)
                leads = False
        return tuple(ids)

    def _encoded(self, text: str, *, leads: bool) -> list[int]:
        encoded = self.model.encode(f" {text}" if leads and text else text, add_special_tokens=False)
        return list(encoded.ids)


def read_vocabulary(source: Source) -> Vocabulary:
    """The vocabulary of an open GGUF.

    Raises:
        ModelFileError: it is of a kind that is not known here, or malformed.
    """
    kind = source.values.get("tokenizer.ggml.model")
    texts = [token.decode("utf-8", "replace") for token in source.strings("tokenizer.ggml.tokens")]
    types = source.numbers("tokenizer.ggml.token_type") or (_NORMAL,) * len(texts)
    if kind not in ("gpt2", "llama") or len(types) != len(texts) or not texts:
        raise ModelFileError(f"the vocabulary of this file cannot be used ({str(kind)[:20]})", "use another model")
    if kind == "gpt2":  # as the alphabet of bytes has it: see codeassist/models/dialect.py
        texts = ["Ċ" if text == "\n" else text for text in texts]
    table = list(zip(texts, types, strict=True))
    marks = {at for at, (text, each) in enumerate(table) if _is_marker(text, each)}
    normal = {text: at for at, (text, each) in enumerate(table) if each in (_NORMAL, _BYTE) and at not in marks}
    loose = {text: at for at, (text, each) in enumerate(table) if each == _USER_DEFINED and at not in marks and text}
    build = _byte_level if kind == "gpt2" else _sentence_piece
    return Vocabulary(
        pieces=Pieces([b"" if at in marks else _bytes(kind, *each) for at, each in enumerate(table)]),
        ends=frozenset(_ends(source, table)),
        leads=kind == "llama" and source.values.get("tokenizer.ggml.add_space_prefix", True) is True,
        begin=_named(source, "bos", texts),
        end=_named(source, "eos", texts),
        model=build(source, normal),
        markers={table[at][0]: at for at in marks},
        loose={text.replace(_SPACE, " ") if kind == "llama" else text: at for text, at in loose.items()},
    )


def _named(source: Source, name: str, texts: Sequence[str]) -> str:
    token = source.values.get(f"tokenizer.ggml.{name}_token_id")
    return texts[token] if type(token) is int and 0 <= token < len(texts) else ""


def _is_marker(text: str, kind: int) -> bool:
    return kind in (_CONTROL, _UNKNOWN) or (kind == _USER_DEFINED and _MARKER.fullmatch(text) is not None)


def _ends(source: Source, table: Sequence[tuple[str, int]]) -> Iterable[int]:
    named = (source.values.get(f"tokenizer.ggml.{name}_token_id") for name in _ENDS)
    yield from (token for token in named if type(token) is int and 0 <= token < len(table))
    yield from (at for at, (text, kind) in enumerate(table) if text in _ENDING and _is_marker(text, kind))


def _bytes(vocabulary: str, text: str, kind: int) -> bytes:
    """What a token is in a text."""
    if kind not in (_NORMAL, _USER_DEFINED, _BYTE):
        return b""
    if vocabulary == "gpt2":
        if kind == _USER_DEFINED:
            return text.encode()
        return b"".join(_BYTES.get(sign) or sign.encode() for sign in text)
    if kind == _BYTE and re.fullmatch("<0x[0-9A-F]{2}>", text):
        return bytes([int(text[3:5], 16)])
    return text.replace(_SPACE, " ").encode()


def _alphabet() -> dict[str, bytes]:
    """The sign of each byte in a byte-level vocabulary (encoder.py of GPT-2): printable ones stand for themselves."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): bytes([byte]) for byte in plain} | {
        chr(256 + place): bytes([byte]) for place, byte in enumerate(others)
    }


_BYTES = _alphabet()


def _byte_level(source: Source, normal: dict[str, int]) -> Tokenizer:
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    pre = str(source.values.get("tokenizer.ggml.pre") or "default")
    if pre not in SPLITS:
        raise ModelFileError(f"the tokenizer of this file is not known ({pre[:40]})", "use another model")
    pairs: list[tuple[str, str]] = []
    for line in source.strings("tokenizer.ggml.merges"):
        left, _, right = _cut(line.decode("utf-8", "replace"))
        if left in normal and right in normal and left + right in normal:
            pairs.append((left, right))
    made = Tokenizer(models.BPE(vocab=normal, merges=pairs, ignore_merges=pre in WHOLE_WORDS))
    splits: list[Any] = [pre_tokenizers.Split(Regex(each), "isolated") for each in SPLITS[pre]]
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [*splits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    return made


def _cut(line: str) -> tuple[str, str, str]:
    """A merge's two sides; the first may begin with a space."""
    left, between, right = line[1:].partition(" ")
    return line[:1] + left, between, right


def _sentence_piece(source: Source, normal: dict[str, int]) -> Tokenizer:
    """Any two neighbours that together are a token are merged, the highest score first: as merges, in that order."""
    from tokenizers import Tokenizer, models, normalizers

    scores = source.numbers("tokenizer.ggml.scores")
    ranked: list[tuple[float, int, str, str]] = []
    for text, token in normal.items():
        score = float(scores[token]) if token < len(scores) else 0.0
        rank = -score if math.isfinite(score) else math.inf
        cuts = [(text[:at], text[at:]) for at in range(1, len(text))]
        ranked += [(rank, token, *cut) for cut in cuts if cut[0] in normal and cut[1] in normal]
    ranked.sort(key=lambda each: each[:2])
    made = Tokenizer(models.BPE(vocab=normal, merges=[each[2:] for each in ranked], byte_fallback=True, fuse_unk=False))
    made.normalizer = normalizers.Replace(" ", _SPACE)
    return made
