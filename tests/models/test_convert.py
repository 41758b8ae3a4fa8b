"""`model convert`: what is written for ctransformers, what is refused, and what an interruption leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from codeassist.errors import MissingError, ModelFileError, UsageError
from codeassist.models.add import add
from codeassist.models.convert import convert
from codeassist.models.files import hash_file, no_progress
from codeassist.models.inspection import inspect_gguf
from codeassist.models.layout import Source, opened
from codeassist.models.manifest import Manifest
from codeassist.models.store import Store
from tests.conftest import Run
from tests.models.tiny.families import FAMILIES
from tests.models.tiny.writing import Tiny, write_tiny


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "models")
    made.prepare()
    return made


def installed(store: Store, tiny: Tiny, keys: dict[str, Any] | None = None) -> Manifest:
    return add(write_tiny(store.directory.parent / "tiny.gguf", tiny, keys), store)


def content(source: Source, name: str) -> bytes:
    tensor = next(each for each in source.tensors if each.name == name)
    return b"".join(source.pieces(tensor, 1000))


def left(store: Store) -> list[str]:
    """What is in the files' directory, locks aside."""
    return sorted(path.name for path in store.files.iterdir() if path.suffix != ".lock")


@pytest.mark.parametrize("family", ["codellama", "deepseek-coder", "smollm2"])
def test_what_is_written(family: str, store: Store) -> None:
    origin = installed(store, FAMILIES[family]())
    before = Path(origin.path).read_bytes()
    made = convert(origin, store)
    assert (made.id, made.backend) == ("tiny-ctransformers", "ctransformers")
    assert origin.sha256 in made.source
    kept = ("architecture", "family", "context_tokens", "licence", "bos", "fim", "chat_template")
    assert [getattr(made, name) for name in kept] == [getattr(origin, name) for name in kept]
    assert made.sha256 == hash_file(Path(made.path), no_progress, "").hexdigest()
    assert store.get(made.id) == made
    assert left(store) == ["tiny-ctransformers.ctransformers.gguf"]
    assert Path(origin.path).read_bytes() == before
    assert inspect_gguf(Path(made.path)).fim == origin.fim
    with opened(Path(origin.path)) as old, opened(Path(made.path)) as new:
        assert new.version == 2
        count = len(old.strings("tokenizer.ggml.tokens"))
        assert len(new.numbers("tokenizer.ggml.scores")) == len(new.numbers("tokenizer.ggml.token_type")) == count
        assert new.values["codeassist.converted_from"] == origin.sha256
        names = {each.name for each in old.tensors}
        assert {each.name for each in new.tensors} == names | {"output.weight"}
        for name in names:
            assert content(new, name) == content(old, name), name
        tied = "output.weight" if "output.weight" in names else "token_embd.weight"
        assert content(new, "output.weight") == content(old, tied)
        lines = [each for each in new.strings("tokenizer.ggml.tokens") if each in (b"\n", "Ċ".encode())]
        assert lines == ([] if family == "codellama" else [b"\n"])


def test_a_second_conversion_has_nothing_to_do(store: Store) -> None:
    origin = installed(store, FAMILIES["smollm2"]())
    made = convert(origin, store)
    assert convert(origin, store) == made
    Path(made.path).write_bytes(b"altered")
    with pytest.raises(ModelFileError):
        convert(origin, store)


@pytest.mark.parametrize(
    ("family", "why"),
    [
        ("qwen2.5-coder", "architecture is qwen2"),
        ("phi3", "architecture is phi3"),
        ("starcoder2", "architecture is starcoder2"),
        ("gemma3", "architecture is gemma3"),
        ("deepseek-coder-v2", "architecture is deepseek2"),
        ("mixtral", "mixture of experts"),
    ],
)
def test_what_ctransformers_cannot_run_is_refused(family: str, why: str, store: Store) -> None:
    origin = installed(store, FAMILIES[family]())
    with pytest.raises(UsageError, match=why):
        convert(origin, store)
    assert left(store) == []


def test_an_embedding_model_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="embeds"):
        convert(installed(store, FAMILIES["bert"]()), store)


def layer(name: str, shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return {**FAMILIES["smollm2"]().tensors, name: shape}


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"llama.rope.scaling.type": "yarn"}, "rope scaling of type yarn"),
        ({"llama.attention.sliding_window": 64}, "attention.sliding_window"),
        ({"llama.attention.key_length": 8}, "size of its heads"),
        ({"llama.rope.dimension_count": 2}, "size of its heads"),
        ({"llama.attention.head_count_kv": [1, 2]}, "heads of different kinds"),
        ({"llama.attention.head_count": None}, "heads of different kinds"),
        ({"llama.block_count": 77}, "no tensor blk"),
        ({"tokenizer.ggml.pre": "tekken"}, "tokenizer"),
        ({"tokenizer.ggml.model": "rwkv"}, "tokenizer"),
    ],
    ids=str,
)
def test_keys_that_would_be_ignored_are_refused(keys: dict[str, Any], why: str, store: Store) -> None:
    origin = installed(store, FAMILIES["smollm2"](), keys)
    with pytest.raises(UsageError, match=why):
        convert(origin, store)
    assert left(store) == []


@pytest.mark.parametrize("name", ["rope_freqs.weight", "blk.0.attn_q.bias", "blk.0.attn_q_norm.weight"])
def test_tensors_that_would_be_ignored_are_refused(name: str, store: Store) -> None:
    origin = installed(store, replace(FAMILIES["smollm2"](), tensors=layer(name, (32,))))
    with pytest.raises(UsageError, match=f"does not know its tensor {name}"):
        convert(origin, store)


@pytest.mark.parametrize(
    ("family", "keys", "why"),
    [
        ("smollm2", {"tokenizer.ggml.merges": 77}, "no merges"),
        ("smollm2", {"tokenizer.ggml.merges": [1 << 30] * 300}, "no merges"),
        ("smollm2", {"tokenizer.ggml.merges": None}, "no merges"),
        ("codellama", {"tokenizer.ggml.merges": [1 << 30] * 300}, "no merges"),
    ],
    ids=["scalar", "numbers", "none", "unused"],
)
def test_what_the_old_loader_would_read_as_something_else_is_refused(
    family: str, keys: dict[str, Any], why: str, store: Store
) -> None:
    with pytest.raises(UsageError, match=why):
        convert(installed(store, FAMILIES[family](), keys), store)


def test_a_vector_that_is_a_matrix_is_refused(store: Store) -> None:
    origin = installed(store, replace(FAMILIES["smollm2"](), tensors=layer("blk.0.attn_norm.weight", (1, 64))))
    with pytest.raises(UsageError, match=r"attn_norm\.weight has another shape"):
        convert(origin, store)


@pytest.mark.parametrize("family", ["codellama", "smollm2"])
def test_tokens_that_are_not_in_the_vocabulary_are_not_named(family: str, store: Store) -> None:
    """The old loader looks them up in a vector, without a check: this ended it by SIGSEGV."""
    names = [f"tokenizer.ggml.{name}_token_id" for name in ("bos", "eos", "unknown", "seperator", "padding")]
    size = len(FAMILIES[family]().vocabulary.tokens)
    for wrong in (size, (1 << 31) - 1, (1 << 32) - 1):
        origin = installed(store, FAMILIES[family](), dict.fromkeys(names, wrong))
        made = convert(origin, store)
        with opened(Path(made.path)) as new:
            assert not set(names) & new.values.keys()
        store.remove(made.id)


@pytest.mark.parametrize("token", ["a" * 5000, None], ids=["long", "few"])
def test_a_vocabulary_that_is_none_is_refused(token: str | None, store: Store) -> None:
    tiny = FAMILIES["codellama"]()
    plain = tiny.vocabulary
    assert plain.scores is not None
    size = len(plain.tokens) if token else 200
    tokens = [*plain.tokens[: size - 1], token or "x"]
    words = replace(plain, tokens=tokens, types=plain.types[:size], scores=plain.scores[:size], ids={})
    shapes = {
        name: (size, *shape[1:]) if "output.w" in name or "embd" in name else shape
        for name, shape in tiny.tensors.items()
    }
    keys = {"llama.vocab_size": size}
    origin = installed(store, replace(tiny, vocabulary=words, tensors=shapes), keys)
    with pytest.raises(UsageError, match="vocabulary is none"):
        convert(origin, store)


def test_stretched_positions_keep_their_factor(store: Store) -> None:
    keys = {"llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 4.0}
    made = convert(installed(store, FAMILIES["deepseek-coder"](), keys), store)
    with opened(Path(made.path)) as new:
        assert new.values["llama.rope.scale_linear"] == 4.0


class Interruption:
    """Progress that ends the program in the middle."""

    def __call__(self, phase: str, done: int, total: int) -> None:
        if phase == "convert" and done < total:
            raise KeyboardInterrupt


def test_an_interruption_leaves_nothing(store: Store) -> None:
    origin = installed(store, FAMILIES["smollm2"]())
    with pytest.raises(KeyboardInterrupt):
        convert(origin, store, Interruption())
    assert left(store) == []
    assert store.get("tiny-ctransformers") is None


def test_what_a_kill_left_is_written_over(store: Store) -> None:
    origin = installed(store, FAMILIES["smollm2"]())
    (store.files / ".tiny-ctransformers.ctransformers.partial").write_bytes(b"half" * 100_000)
    (store.files / "tiny-ctransformers.ctransformers.gguf").write_bytes(b"whole, but without its record")
    made = convert(origin, store)
    assert inspect_gguf(Path(made.path)).architecture == "llama"
    assert left(store) == ["tiny-ctransformers.ctransformers.gguf"]


def test_a_full_disk_is_told_before_anything_is_written(store: Store) -> None:
    with pytest.raises(MissingError, match="no space"):
        convert(installed(store, FAMILIES["smollm2"]()), store, free=lambda _path: 1000)
    assert left(store) == []


@pytest.mark.parametrize("name", ["tiny", "reserved", "../x", "A b"])
def test_a_name_that_cannot_be_had_is_refused(name: str, store: Store) -> None:
    origin = installed(store, FAMILIES["smollm2"]())
    with pytest.raises(UsageError):
        convert(origin, store, model=name, reserved=["reserved"])
    assert store.get("tiny") == origin


def test_an_altered_file_is_not_converted(store: Store) -> None:
    origin = installed(store, FAMILIES["smollm2"]())
    with Path(origin.path).open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x55")
    with pytest.raises(ModelFileError, match="altered"):
        convert(origin, store)


def test_a_copy_is_not_converted_again(store: Store) -> None:
    made = convert(installed(store, FAMILIES["smollm2"]()), store)
    with pytest.raises(UsageError, match="was made for ctransformers"):
        convert(made, store)


def test_removing_the_copy_leaves_the_model(store: Store) -> None:
    origin = installed(store, FAMILIES["smollm2"]())
    made = convert(origin, store)
    assert store.remove(made.id) == Path(made.path)
    assert left(store) == []
    assert Path(origin.path).exists()


def test_the_command(run: Run, tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "small.gguf", FAMILIES["deepseek-coder"]())
    assert run("model", "add", str(path)).code == 0
    done = run("model", "convert", "small", "--engine", "ctransformers", "--name", "small-old")
    assert (done.code, done.stdout) == (0, "")
    assert "codeassist model use small-old" in done.stderr
    rows = msgspec.json.decode(run("model", "list", "--json").stdout)["models"]
    assert next(row for row in rows if row["id"] == "small-old")["capabilities"] == ["complete", "chat", "fim"]
    assert run("model", "use", "small-old").code == 0
    assert run("model", "verify", "small-old").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (["--engine", "other"], 2, "no model is converted for 'other'"),
        (["nobody"], 3, "no model is called 'nobody'"),
        (["deepseek-coder-1.3b"], 3, "is not installed"),
    ],
    ids=str,
)
def test_the_command_refuses(arguments: list[str], code: int, what: str, run: Run) -> None:
    done = run("model", "convert", *arguments)
    assert done.code == code
    assert what in done.stderr
