"""The GGUF reader: what it finds, and that no file makes it hang, grow or crash."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeassist.errors import ModelFileError
from codeassist.models import header as header_module
from codeassist.models.gguf import GgufFacts, read_gguf
from codeassist.models.header import read_header
from codeassist.models.inspection import inspect_gguf
from codeassist.models.manifest import FimTokens
from codeassist.models.tensors import HeaderError
from codeassist.templates import fim_templates

from .builders import QWEN, endless_array, head, text, write_gguf


def facts(folder: Path, **arguments: Any) -> GgufFacts:
    return read_gguf(str(write_gguf(folder / "m.gguf", **arguments)))


def test_plain_facts(tmp_path: Path) -> None:
    keys = {"general.name": "Näme", "general.license": "mit", "tokenizer.chat_template": "{{ x }}" * 1000}
    found = facts(tmp_path, architecture="qwen2", keys=keys)
    assert found.architecture == "qwen2"
    assert found.context_tokens == 512
    assert (found.name, found.licence, found.chat_template) == ("Näme", "mit", "{{ x }}" * 1000)
    assert (found.fim, found.family, found.bos, found.embedding) == (None, "", None, False)


def test_fim_from_the_vocabulary(tmp_path: Path) -> None:
    found = facts(tmp_path, tokens=("x", QWEN[1], QWEN[0], "y", QWEN[2], "<|endoftext|>", QWEN[3]))
    assert found.family == "qwen2.5-coder"
    assert found.fim == FimTokens(prefix=2, suffix=1, middle=4, end=(1, 2, 4, 5, 6))


def test_deepseek_markers_are_not_ascii(tmp_path: Path) -> None:
    found = facts(tmp_path, tokens=("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>", "<|EOT|>"))
    assert found.family == "deepseek-coder"
    assert found.fim == FimTokens(prefix=0, suffix=1, middle=2, end=(0, 1, 2, 3))


@pytest.mark.parametrize("names", [("fim_pre", "fim_suf", "fim_mid"), ("prefix", "suffix", "middle")])
def test_fim_from_the_files_own_ids(tmp_path: Path, names: tuple[str, str, str]) -> None:
    """The ids win over markers that happen to be in the vocabulary, and belong to no family then."""
    keys = {f"tokenizer.ggml.{name}_token_id": token for token, name in enumerate(names)}
    found = facts(tmp_path, tokens=("P", "S", "M", *QWEN, "E"), keys=keys | {"tokenizer.ggml.eos_token_id": 6})
    assert found.family == ""
    assert found.fim == FimTokens(prefix=0, suffix=1, middle=2, end=(6,))


def test_own_ids_that_are_the_markers_name_the_family(tmp_path: Path) -> None:
    keys = {"tokenizer.ggml.fim_pre_token_id": 0, "tokenizer.ggml.fim_suf_token_id": 1}
    found = facts(tmp_path, tokens=QWEN, keys=keys | {"tokenizer.ggml.fim_mid_token_id": 2})
    assert found.family == "qwen2.5-coder"


def test_ids_outside_the_vocabulary_are_not_used(tmp_path: Path) -> None:
    keys = {f"tokenizer.ggml.fim_{name}_token_id": 3 for name in ("pre", "suf", "mid")}
    found = facts(tmp_path, keys=keys | {"tokenizer.ggml.bos_token_id": 99, "tokenizer.ggml.add_bos_token": True})
    assert (found.fim, found.bos) == (None, None)


@pytest.mark.parametrize(
    ("keys", "bos"),
    [
        ({}, None),
        ({"tokenizer.ggml.add_bos_token": True}, 1),
        ({"tokenizer.ggml.add_bos_token": False, "tokenizer.ggml.pre": "llama-bpe"}, None),
        ({"tokenizer.ggml.pre": "llama-bpe"}, 1),
    ],
)
def test_bos(tmp_path: Path, keys: dict[str, object], bos: int | None) -> None:
    assert facts(tmp_path, keys=keys | {"tokenizer.ggml.bos_token_id": 1}).bos == bos


def test_embedding_models_are_known(tmp_path: Path) -> None:
    assert facts(tmp_path, architecture="nomic-bert").embedding
    assert facts(tmp_path, architecture="qwen3", keys={"qwen3.pooling_type": 3}).embedding
    assert not facts(tmp_path, architecture="qwen3", keys={"qwen3.pooling_type": 0}).embedding


@pytest.mark.parametrize("missing", [1, 100, 16000])
def test_truncated_weights_are_refused(tmp_path: Path, missing: int) -> None:
    path = write_gguf(tmp_path / "m.gguf")
    os.truncate(path, path.stat().st_size - missing)
    with pytest.raises(ModelFileError, match="truncated"):
        inspect_gguf(path)


def refused(data: bytes) -> str:
    with pytest.raises(HeaderError) as caught:
        read_header(data, len(data), ())
    return str(caught.value)


def test_the_49_bytes_that_hang_gguf(tmp_path: Path) -> None:
    assert refused(endless_array()) == "an array is longer than the file"
    (tmp_path / "m.gguf").write_bytes(endless_array())
    with pytest.raises(ModelFileError, match="longer than the file"):
        inspect_gguf(tmp_path / "m.gguf")


def tensor(shape: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    dimensions = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
    return text("t") + dimensions + struct.pack("<IQ", kind, offset)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not a GGUF"),
        (b"GGML" + bytes(60), "not a GGUF"),
        (b"GGUF" + struct.pack(">IQQ", 3, 1, 1), "big-endian"),
        (head(0, version=1), "version 1"),
        (head(0, tensors=0), "no weights"),
        (head(0, tensors=1 << 60), "too many tensors"),
        (head(1 << 60), "too many keys"),
        (head(1) + struct.pack("<Q", 1 << 63), "name is too long"),
        (head(1) + text("k") + struct.pack("<IQ", 8, 1 << 63), "ends inside"),
        (head(1) + text("k") + struct.pack("<I", 99), "unknown value type"),
        (head(1) + text("k") + struct.pack("<IIQ", 9, 99, 1), "unknown value type"),
        (head(1) + text("k") + struct.pack("<IIQ", 9, 10, 1 << 61), "ends inside"),
        (head(1) + text("k") + struct.pack("<IIQ", 9, 8, 1) + struct.pack("<Q", 1 << 63), "ends inside"),
        (head(1) + text(header_module.TOKENS) + struct.pack("<IIQQ", 9, 8, 1, 1 << 63), "ends inside"),
        (head(1) + text("k") + struct.pack("<IIQ", 9, 9, 1) * 1 + struct.pack("<IQ", 9, 1) * 50, "too deeply"),
        (head(2) + (text("k") + struct.pack("<IB", 0, 1)) * 2, "twice"),
        (head(1) + text("general.alignment") + struct.pack("<II", 4, 3) + tensor((1,)), "alignment"),
        (head(0) + tensor((1, 1, 1, 1, 1)), "four dimensions"),
        (head(0) + tensor((1,), kind=77), "unknown type"),
        (head(0) + tensor((31,), kind=2), "impossible shape"),
        (head(0) + tensor(((1 << 64) - 32,) * 4, kind=2), "impossible shape"),
        (head(0) + tensor((1,), offset=7) + bytes(100), "not aligned"),
        (head(0) + tensor((1,), offset=1 << 63) + bytes(100), "truncated"),
    ],
)
def test_crafted_headers_are_refused(data: bytes, problem: str) -> None:
    assert problem in refused(data)


def test_wide_nesting_costs_no_more_than_the_file() -> None:
    """Arrays of arrays with counts at each level: the counts multiply, the bytes do not."""
    data = head(1) + text("k") + struct.pack("<IIQ", 9, 9, 40) + struct.pack("<IQ", 8, 60) * 40
    assert refused(data) == "an array is longer than the file"


def test_a_header_larger_than_its_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(header_module, "MAX_HEADER", 64)
    data = head(1) + text("k") + struct.pack("<IQ", 8, 200) + bytes(200) + tensor((1,)) + bytes(64)
    assert "too large" in refused(data)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("gguf")
    keys = {"tokenizer.chat_template": "t", "tokenizer.ggml.merges": ["a b", "b c"], "tokenizer.ggml.scores": [1, 2]}
    return write_gguf(folder / "m.gguf", tokens=(*QWEN, "a", "b"), keys=keys, weights=64).read_bytes()


def bounded(data: bytes) -> None:
    """Either it is read, or it is refused: no other exception, no hang (pytest's own clock)."""
    wanted = {marker for family in fim_templates() for marker in family.markers}
    try:
        read_header(data, len(data), wanted)
    except HeaderError:
        return


def test_every_truncation_is_refused(sample: bytes) -> None:
    read_header(sample, len(sample), ())
    for length in range(len(sample)):
        refused(sample[:length])


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=8))
def test_mutated_headers(sample: bytes, changes: list[tuple[int, int]]) -> None:
    data = bytearray(sample)
    for place, value in changes:
        data[place % len(data)] = value
    bounded(bytes(data))


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 1 << 16), value=st.sampled_from([0, 1, 9, 1 << 31, 1 << 32, 1 << 62, (1 << 64) - 1]))
def test_mutated_counts(sample: bytes, place: int, value: int) -> None:
    at = place % (len(sample) - 8)
    bounded(sample[:at] + struct.pack("<Q", value) + sample[at + 8 :])


@settings(max_examples=300, deadline=None)
@given(tail=st.binary(max_size=400))
def test_random_tails(tail: bytes) -> None:
    bounded(head(3, 2) + tail)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"architecture": "clip", "context": None}, "not a language model"),
        ({"keys": {"split.count": 3}}, "one of 3 parts"),
        ({"weights": 0}, "no weights"),
    ],
)
def test_files_that_are_no_language_model(tmp_path: Path, arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(ModelFileError, match=problem):
        inspect_gguf(write_gguf(tmp_path / "m.gguf", **arguments))


def test_inspection_gives_the_facts(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "m.gguf", tokens=QWEN)
    assert inspect_gguf(path) == read_gguf(str(path))


def test_inspection_of_things_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "missing", Path("/dev/zero")):
        with pytest.raises(ModelFileError, match="cannot be used"):
            inspect_gguf(path)


def test_inspection_survives_a_reader_that_dies_or_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_gguf(tmp_path / "m.gguf")
    with pytest.raises(ModelFileError, match="it took more than"):
        inspect_gguf(path, wall_seconds=0.001)
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(ModelFileError, match="no process could be started"):
        inspect_gguf(path)
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(ModelFileError, match="its reader died"):
        inspect_gguf(path)
    monkeypatch.setattr("sys.executable", "/bin/true")
    with pytest.raises(ModelFileError, match="no answer"):
        inspect_gguf(path)


def test_inspection_runs_nothing_of_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_gguf(tmp_path / "m.gguf")
    for name in ("codeassist.py", "msgspec.py", "mmap.py"):
        (tmp_path / name).write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    assert inspect_gguf(Path("m.gguf")) == inspect_gguf(path)


def test_the_child_is_limited() -> None:
    """The reader's own limits hold: a header that would take long is cut off by processor time and memory."""
    import subprocess
    import sys

    code = (
        "import resource; from codeassist.models.reading import limit; limit();"
        "print(resource.getrlimit(resource.RLIMIT_CPU)[1], resource.getrlimit(resource.RLIMIT_CORE)[1])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "0"]
