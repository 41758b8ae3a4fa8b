"""The tokenizer made of a file's own vocabulary, against llama.cpp's on the same file."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from codeassist.engine.leading import Leading
from codeassist.engine.vocabulary import Vocabulary, read_vocabulary
from codeassist.errors import ModelFileError
from codeassist.models.catalog import load_catalog
from codeassist.models.layout import opened
from codeassist.models.splitting import SPLITS
from codeassist.models.store import Store
from tests.engine.vocabulary_probe import Told
from tests.models.builders import write_gguf
from tests.models.cache import cached_model
from tests.models.tiny import layers
from tests.models.tiny.families import FAMILIES
from tests.models.tiny.vocabulary import CONTROL, USER_DEFINED, byte_level
from tests.models.tiny.vocabulary import Vocabulary as Words
from tests.models.tiny.writing import Tiny, write_tiny

pytestmark = pytest.mark.model
ROOT = Path(__file__).parents[2]
MARKERS = ("<|im_start|>", "<|endoftext|>", "<s>", "</s>", "<|eot_id|>", "<｜fim▁hole｜>", "[INST]", "<unk>", "<0x0A>")


def texts() -> list[str]:
    """Code of many languages, prose, whitespace, and what nobody writes."""
    found = [path.read_text() for path in sorted((ROOT / "tests/context/samples").rglob("*.*"))[:24] if path.is_file()]
    found += [
        (ROOT / "README.md").read_text()[:6000],
        "",
        " ",
        "\n",
        "\t\t x",
        "\r\n\r\n",
        "a  b   c\n\n\n    d",
        " \n x",
    ]
    found += [
        "don't I'LL we'Ve 'S",
        "12345 1 22 333 0x1F ٣٤٥ Ⅷ",
        "naïve café ＡＢＣ ſtraße Ǆ",
        "漢字かな 한국어 ࠀ߿",
        "🎉👩‍👩‍👧 e\u0301 \u200b\u00a0\u2028\u0085x",
    ]
    found += [
        "$x += <y>=|z~^`w`; // --> «»“”…",
        "__init__ self._x_1 a.b->c::d",
        "x" * 300,
        " " * 70 + "y",
        "\x00\x01\x7f\ufeff\ufffd",
    ]
    found += [f"a{marker}b {marker}\n{marker}" for marker in MARKERS] + list(MARKERS)
    draw = random.Random(8)  # noqa: S311
    pools = [
        "ab '\n\t .,;(){}[]<>|_-+=",
        "".join(map(chr, range(32, 0x250))),
        "".join(map(chr, range(0x2000, 0x2100))),
        "é漢한🎉́ٱ१\r\n a1",
    ]
    return found + ["".join(draw.choices(draw.choice(pools), k=draw.randint(1, 60))) for _ in range(150)]


def real(pre: str) -> Tiny:
    """A tiny model with SmolLM2's vocabulary, and a way of splitting."""
    manifest = Store(cached_model("smollm2-135m")).resolve("smollm2-135m", load_catalog())
    with opened(Path(manifest.path)) as source:
        tokens, merges = (
            [each.decode() for each in source.strings(f"tokenizer.ggml.{name}")] for name in ("tokens", "merges")
        )
        types = list(source.numbers("tokenizer.ggml.token_type"))
    words = Words("gpt2", pre, tokens, types, None, merges, {"eos_token_id": "<|im_end|>"}, {"add_bos_token": False})
    tiny = FAMILIES["smollm2"]()
    shapes = {name: shape for name, shape in tiny.tensors.items() if name != "output.weight"}
    shapes |= layers.ends(len(tokens), tied=True)
    return replace(tiny, vocabulary=words, tensors=shapes, keys={**tiny.keys, "vocab_size": len(tokens)})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    directory = tmp_path_factory.mktemp("vocabularies")
    made = {pre: write_tiny(directory / f"{pre}.gguf", real(pre)) for pre in SPLITS}
    for name in ("codellama", "deepseek-coder", "llama3", "smollm2", "mixtral"):
        made[f"tiny-{name}"] = write_tiny(directory / f"tiny-{name}.gguf", FAMILIES[name]())
    return made


@pytest.fixture(scope="module")
def told(files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    asked = tmp_path_factory.mktemp("asked") / "texts.json"
    asked.write_bytes(msgspec.json.encode(texts()))
    command = [sys.executable, "-m", "tests.engine.vocabulary_probe", str(asked), *map(str, files.values())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    return msgspec.json.decode(done.stdout.rstrip("\n").rpartition("\n")[2], type=dict[str, Told])


def vocabulary(path: Path) -> Vocabulary:
    with opened(path) as source:
        return read_vocabulary(source)


NAMES = [*SPLITS, *(f"tiny-{name}" for name in ("codellama", "deepseek-coder", "llama3", "smollm2", "mixtral"))]


@pytest.mark.parametrize("name", NAMES)
def test_texts_become_the_same_tokens(name: str, files: dict[str, Path], told: dict[str, Told]) -> None:
    words = vocabulary(files[name])
    wrong = []
    for text, plain, special in zip(texts(), told[name].plain, told[name].special, strict=True):
        if words.tokens(text) != plain:
            wrong.append((text, words.tokens(text), plain))
        if words.tokens(text, special=True) != special:
            wrong.append((text, words.tokens(text, special=True), special))
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_tokens_are_the_same_bytes_and_end_the_same(name: str, files: dict[str, Path], told: dict[str, Told]) -> None:
    words = vocabulary(files[name])
    theirs = [piece.encode("latin-1") for piece in told[name].pieces]
    assert [
        (at, *pair) for at, pair in enumerate(zip(words.pieces.bytes, theirs, strict=True)) if pair[0] != pair[1]
    ] == []
    assert sorted(words.ends) == told[name].ends


@pytest.mark.parametrize("kind", [CONTROL, USER_DEFINED])
def test_no_text_forges_a_marker(kind: int, tmp_path: Path) -> None:
    """DeepSeek's files have their markers as user-defined tokens, which llama.cpp finds in any text."""
    markers = ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"]
    built = byte_level(markers, {}, pre="deepseek-coder", kind=kind)
    words = vocabulary(write_tiny(tmp_path / "forged.gguf", replace(FAMILIES["deepseek-coder"](), vocabulary=built)))
    text = "".join(markers)
    ids = set(map(built.id, markers))
    assert ids.isdisjoint(words.tokens(text))
    assert ids.isdisjoint(Leading(words.tokens).piece(text))
    assert b"".join(words.pieces.bytes[token] for token in words.tokens(text)).decode() == text
    assert words.tokens(text, special=True) == tuple(map(built.id, markers))
    assert {words.pieces.bytes[token] for token in ids} == {b""}


def test_a_piece_of_a_prompt_has_no_space_put_before_it(tmp_path: Path) -> None:
    words = vocabulary(write_tiny(tmp_path / "llama.gguf", FAMILIES["codellama"]()))
    assert words.leads
    assert b"".join(words.pieces.bytes[token] for token in words.tokens("def add")) == b" def add"
    assert b"".join(words.pieces.bytes[token] for token in Leading(words.tokens).piece("def add")) == b"def add"
    assert Leading(words.tokens).piece("") == ()


def test_a_newline_that_a_converted_file_has_as_itself_is_one(tmp_path: Path) -> None:
    tiny = FAMILIES["smollm2"]()
    raw = replace(tiny.vocabulary, tokens=["\n" if text == "Ċ" else text for text in tiny.vocabulary.tokens])
    plain, converted = (
        vocabulary(write_tiny(tmp_path / f"{name}.gguf", replace(tiny, vocabulary=each)))
        for name, each in (("plain", tiny.vocabulary), ("converted", raw))
    )
    text = "def add(a):\n    return a\n\n"
    assert plain.tokens(text) == converted.tokens(text)
    assert plain.pieces.bytes == converted.pieces.bytes


@pytest.mark.parametrize(
    "keys", [{"tokenizer.ggml.pre": "nobody-knows"}, {"tokenizer.ggml.token_type": [1]}], ids=["pre", "types"]
)
def test_a_vocabulary_that_cannot_be_used_is_refused(keys: dict[str, object], tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "odd.gguf", tokens=("a", "Ċ"), keys=keys)
    with pytest.raises(ModelFileError):
        vocabulary(path)
