"""Truncated and crafted files of every architecture are refused with a reason before an engine sees them.

The reader's time is bounded by a limit on processor time and by how much it agrees to read (header.py), so nothing here
looks at a clock; what it takes is in ARCHITECTURE.md.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codeassist.config import EngineSettings
from codeassist.engine.client import EngineClient
from codeassist.engine.launch import Launcher, stop_engine
from codeassist.engine.wire import Spec
from codeassist.errors import EngineError, ModelFileError
from codeassist.models.add import add
from codeassist.models.gguf import read_gguf
from codeassist.models.header import MAX_STRINGS, MAX_TEMPLATE
from codeassist.models.inspection import inspect_gguf
from codeassist.models.layout import opened
from codeassist.models.reading import CPU_SECONDS
from codeassist.models.store import Store
from codeassist.models.tensors import HeaderError

from .builders import head, text
from .tiny.families import FAMILIES, write_family

LLAMA = "smollm2"


def boundaries(path: Path) -> dict[str, int]:
    """Where each part of a file begins or ends, and the middle of each, in bytes."""
    with opened(path) as source:
        first = min(place.start for place in source.places.values())
        keys = max(place.end for place in source.places.values())
        data, size = source.data, path.stat().st_size
    tensors = keys + (data - keys) // 2
    return {
        "empty": 0, "magic": 4, "head": 24, "first key": first, "keys": (24 + keys) // 2, "last key": keys,
        "tensors": tensors, "weights": data, "half": (data + size) // 2, "last byte": size - 1,
    }  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_truncated_at_each_boundary(family: str, tmp_path: Path) -> None:
    path = write_family(family, tmp_path / "model.gguf")
    whole = path.read_bytes()
    assert read_gguf(str(path)).architecture
    for place, size in boundaries(path).items():
        path.write_bytes(whole[:size])
        with pytest.raises(HeaderError) as caught:
            read_gguf(str(path))
        assert str(caught.value), place
    path.write_bytes(whole[:-1])
    with pytest.raises(ModelFileError, match="truncated"):
        inspect_gguf(path)


IMPOSSIBLE: dict[str, tuple[str, dict[str, Any], str]] = {
    "no heads": (LLAMA, {"llama.attention.head_count": 0}, "0 attention heads"),
    "no shared heads": (LLAMA, {"llama.attention.head_count_kv": 0}, "4 attention heads share 0 keys"),
    "heads that do not divide": (LLAMA, {"llama.attention.head_count_kv": 3}, "share 3 keys"),
    "context of nothing": (LLAMA, {"llama.context_length": 0}, "not a language model"),
    "huge context": (LLAMA, {"llama.context_length": 1 << 31}, "not a language model"),
    "no blocks": (LLAMA, {"llama.block_count": 0}, "block_count is 0"),
    "too many blocks": (LLAMA, {"llama.block_count": 513}, "block_count is 513"),
    "width of nothing": (LLAMA, {"llama.embedding_length": 0}, "embedding_length is 0"),
    "another width": (LLAMA, {"llama.embedding_length": 128}, "embedding_length is 128"),
    "no feed-forward": (LLAMA, {"llama.feed_forward_length": 0}, "feed_forward_length is 0"),
    "norm that is no number": (LLAMA, {"llama.attention.layer_norm_rms_epsilon": float("nan")}, "epsilon is nan"),
    "negative norm": (LLAMA, {"llama.attention.layer_norm_rms_epsilon": -1.0}, "epsilon is -1"),
    "rope of nothing": (LLAMA, {"llama.rope.freq_base": 0.0}, "freq_base is 0.0"),
    "more experts used than there are": ("mixtral", {"llama.expert_used_count": 9}, "uses 9 of 4 experts"),
    "no expert used": ("mixtral", {"llama.expert_used_count": 0}, "uses 0 of 4 experts"),
    "too many experts": ("mixtral", {"llama.expert_count": 1 << 20}, "1048576 experts"),
    "vocabulary larger than the embedding": (LLAMA, {"tokenizer.ggml.tokens": ["x"] * 5000}, "5,000 tokens"),
    "vocabulary smaller than the embedding": (LLAMA, {"tokenizer.ggml.tokens": ["a", "b"]}, "2 tokens"),
    "unknown pooling": ("bert", {"bert.pooling_type": 77}, "pooling_type is 77"),
    "a template that loops": (
        LLAMA,
        {"tokenizer.chat_template": "{% for a in range(1000000000) %}{% for b in range(9) %}x{% endfor %}{% endfor %}"},
        "template loops",
    ),
    "a template that multiplies": (
        LLAMA,
        {"tokenizer.chat_template": "{% for a in range(9 ** 9 ** 9) %}x{% endfor %}"},
        "template loops",
    ),
    "a deep template": (
        LLAMA,
        {"tokenizer.chat_template": "{{ " + "(" * 100000 + "1" + ")" * 100000 + " }}"},
        "nested 100,0",
    ),
    "a template of 10 MB": (LLAMA, {"tokenizer.chat_template": "x" * (10 << 20)}, "template is too long"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_impossible_numbers_are_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    family, keys, reason = IMPOSSIBLE[name]
    path = write_family(family, tmp_path / "model.gguf", keys)
    with pytest.raises(HeaderError) as caught:
        read_gguf(str(path))
    assert reason in str(caught.value)


def test_a_refusal_reaches_the_one_who_adds(tmp_path: Path) -> None:
    path = write_family("mixtral", tmp_path / "model.gguf", {"llama.expert_used_count": 9})
    store = Store(tmp_path / "models")
    store.prepare()
    with pytest.raises(ModelFileError) as caught:
        add(path, store)
    assert caught.value.message == "model.gguf cannot be used: it uses 9 of 4 experts"
    assert not store.installed().manifests


DOUBLES = "{% set a = namespace(s=messages[0].content) %}{% for i in range(64) %}{% set a.s = a.s + a.s %}{% endfor %}"
ENDLESS: dict[str, tuple[str, str]] = {
    "a text that doubles itself": (DOUBLES, "does not end"),
    "loops in loops": ("{% for i in range(9999) %}" * 4 + "{% endfor %}" * 4, "does not end"),
    "a macro that calls itself": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "does not end"),
    "a loop of a counted length": ("{% set n = 9999 %}{% for i in range(n * n) %}x{% endfor %}", "does not end"),
    "a text of many megabytes": (
        "{% for i in range(9999) %}{{ messages[0].content }}{% endfor %}",
        "characters of a short conversation",
    ),
    "a product": ("{{ 'x' * 99999999999 }}", "does not end"),
    "a power": ("{{ 9 ** (9 ** 9) }}", "does not end"),
    "a disguise": ("{% generation %}{{ 'x' * 99999999999 }}{% endgeneration %}", "does not end"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_chat_template_that_does_not_end_is_refused(name: str, tmp_path: Path) -> None:
    template, reason = ENDLESS[name]
    path = write_family(LLAMA, tmp_path / "model.gguf", {"tokenizer.chat_template": template})
    with pytest.raises(ModelFileError) as caught:
        inspect_gguf(path)
    assert reason in caught.value.message


REFUSES = (
    "{{ raise_exception('no system turn') }}",
    "{% generation %}x{% endgeneration %}",
    "{{ messages[9].role }}",
    "{{",
)


@pytest.mark.parametrize("template", REFUSES)
def test_a_chat_template_that_refuses_a_conversation_is_taken(template: str, tmp_path: Path) -> None:
    path = write_family(LLAMA, tmp_path / "model.gguf", {"tokenizer.chat_template": template})
    assert inspect_gguf(path).chat_template == template


def tensor(name: str, offset: int, kind: int = 0, shape: tuple[int, ...] = (8,)) -> bytes:
    """A tensor's entry in a header."""
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


def with_tensors(*tensors: bytes) -> bytes:
    """A file that says that it is a llama, with so many tensors and 4 kB of weights."""
    keys = text("general.architecture") + struct.pack("<I", 8) + text("llama")
    keys += text("llama.context_length") + struct.pack("<II", 4, 512)
    return head(2, len(tensors)) + keys + b"".join(tensors) + bytes(4096)


CRAFTED: dict[str, tuple[Callable[[], bytes], str]] = {
    "tensors upon each other": (lambda: with_tensors(tensor("a", 0), tensor("b", 0)), "lie upon each other"),
    "a part upon another": (lambda: with_tensors(tensor("a", 0, shape=(64,)), tensor("b", 64)), "lie upon each other"),
    "a tensor twice": (lambda: with_tensors(tensor("a", 0), tensor("a", 32)), "the same name"),
    "outside of the file": (lambda: with_tensors(tensor("a", 1 << 40)), "truncated"),
    "an offset that overflows": (lambda: with_tensors(tensor("a", (1 << 64) - 32)), "truncated"),
    "not aligned": (lambda: with_tensors(tensor("a", 4)), "not aligned"),
    "a size that overflows": (lambda: with_tensors(tensor("a", 0, shape=(1 << 32, 1 << 32))), "impossible shape"),
    "a tensor of nothing": (lambda: with_tensors(tensor("a", 0, shape=(8, 0))), "impossible shape"),
    "an unknown type": (lambda: with_tensors(tensor("a", 0, kind=99)), "unknown type 99"),
    "half a block": (lambda: with_tensors(tensor("a", 0, kind=8, shape=(33,))), "impossible shape"),
    "five dimensions": (lambda: with_tensors(tensor("a", 0, shape=(1, 1, 1, 1, 1))), "four dimensions"),
    "too many strings": (
        lambda: head(1) + text("k") + struct.pack("<IIQ", 9, 8, MAX_STRINGS + 1) + bytes(8 * MAX_STRINGS + 64),
        "hold too much",
    ),
    "too many arrays": (
        lambda: head(1) + text("k") + struct.pack("<IIQ", 9, 9, MAX_STRINGS // 8 + 1) + bytes(2 * MAX_STRINGS),
        "hold too much",
    ),
    "too long a template": (
        lambda: head(1) + text("tokenizer.chat_template") + struct.pack("<I", 8) + text("x" * (MAX_TEMPLATE + 1)),
        "template is too long",
    ),
}


@pytest.mark.parametrize("name", CRAFTED)
def test_crafted_headers_are_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    build, reason = CRAFTED[name]
    path = tmp_path / "model.gguf"
    path.write_bytes(build())
    with pytest.raises(HeaderError) as caught:
        read_gguf(str(path))
    assert reason in str(caught.value)


def test_the_reader_has_little_time() -> None:
    assert CPU_SECONDS <= 2, "what `model add` refuses, it refuses within two seconds"


# Calls itself without end when it is shown a few words, as llama.cpp does when it loads.
DISGUISED = "{% macro m() %}{{ m() }}{% endmacro %}{% if messages[0].content|length < 40 %}{{ m() }}{% endif %}"
# What no header shows: llama.cpp refuses it, or ends its process; the client tells it and lives.
ENDS_THE_ENGINE: dict[str, tuple[str, dict[str, Any], str]] = {
    "abort": (LLAMA, {"tokenizer.ggml.tokens": ["a"] * len(FAMILIES[LLAMA]().vocabulary.tokens)}, "SIGABRT"),
    "stack overflow": (LLAMA, {"tokenizer.chat_template": DISGUISED}, "SIGSEGV"),
    "exception": (LLAMA, {"llama.rope.dimension_count": 17}, "the model model cannot be loaded: "),
    "unknown tokenizer": ("llama3", {"tokenizer.ggml.pre": "unheard-of"}, "the model model cannot be loaded: "),
}


@pytest.mark.parametrize("name", ENDS_THE_ENGINE)
def test_what_ends_the_engine_is_an_error_of_the_client(name: str, tmp_path: Path) -> None:
    family, keys, reason = ENDS_THE_ENGINE[name]
    store = Store(tmp_path / "models")
    store.prepare()
    manifest = add(write_family(family, tmp_path / "model.gguf", keys), store)
    spec = Spec(manifest=manifest, settings=EngineSettings(), directory=str(tmp_path / "run"))
    client = EngineClient(Launcher(spec, tmp_path / "engine.log"))
    try:
        with pytest.raises(EngineError) as caught:
            client.info()
        assert caught.value.exit_code == 4
        assert reason in caught.value.message
        assert caught.value.hint
    finally:
        client.close()
        stop_engine(tmp_path / "run")
