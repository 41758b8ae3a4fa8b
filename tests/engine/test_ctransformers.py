"""Models through ctransformers: the same arithmetic as llama.cpp's of today; which files it opens, where it runs."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from codeassist.config import EngineSettings
from codeassist.engine.api import Message
from codeassist.engine.client import EngineClient
from codeassist.engine.ctransformers import files, library
from codeassist.engine.launch import Launcher, stop_engine
from codeassist.engine.scoring import score
from codeassist.engine.wire import Spec
from codeassist.errors import CodeassistError, EngineError, MissingError, ModelFileError
from codeassist.models.add import add
from codeassist.models.convert import convert
from codeassist.models.files import hash_file, no_progress
from codeassist.models.manifest import Manifest
from codeassist.models.store import Store
from tests.conftest import RunProcess
from tests.engine.smollm2 import converted, original
from tests.models.subjects import SUBJECTS, TURNS
from tests.models.tiny.families import FAMILIES, write_family
from tests.models.tiny.writing import write_tiny

STEPS, BEFORE = 200, 60  # tokens that are compared, and tokens before them
STRETCHED = {  # as DeepSeek-Coder's own configuration has it
    "llama.rope.freq_base": 100000.0,
    "llama.rope.scaling.type": "linear",
    "llama.rope.scaling.factor": 4.0,
}
TINY = ("codellama", "deepseek-coder", "llama3", "smollm2")


@contextmanager
def engine_of(manifest: Manifest, directory: Path, **settings: object) -> Iterator[EngineClient]:
    chosen = EngineSettings(context_tokens=1024, batch_tokens=32, **settings)  # type: ignore[arg-type]
    spec = Spec(manifest=manifest, settings=chosen, directory=str(directory / manifest.id))
    client = EngineClient(Launcher(spec, directory / f"{manifest.id}.log"))
    try:
        yield client
    finally:
        client.close()
        stop_engine(Path(spec.directory))


def refused(manifest: Manifest, directory: Path, **settings: object) -> CodeassistError:
    """Why an engine does not start."""
    with engine_of(manifest, directory, **settings) as engine, pytest.raises(CodeassistError) as caught:
        engine.info()
    return caught.value


@pytest.mark.model
def test_the_likeliest_tokens_are_those_of_xllamacpp(tmp_path: Path) -> None:
    """Under teacher forcing, 200 steps a file. With these weights (Q4_1) both libraries round activations to 8 bits,
    each in its way, and are as far from the exact result as from each other (0.06 nats a token); with the same weights
    in F32 they differ by 0.001 and agree in 1,200 of 1,200 steps."""
    samples = Path(__file__).parents[1] / "context" / "samples"
    texts = [(samples / name).read_text() for name in ("sample.py", "sample.ts", "sample.cpp")]
    with engine_of(original(), tmp_path) as engine:
        tokens = [each[: BEFORE + STEPS] for each in engine.tokenize(texts)]
        theirs = [score(engine, each[:BEFORE], each[BEFORE:]) for each in tokens]
    with engine_of(converted(tmp_path), tmp_path) as engine:
        assert [each[: BEFORE + STEPS] for each in engine.tokenize(texts)] == tokens
        watched = [sorted(set(each.best)) for each in theirs]
        ours = [
            score(engine, each[:BEFORE], each[BEFORE:], watched=more)
            for each, more in zip(tokens, watched, strict=True)
        ]
    gaps = []
    for own, other, more in zip(ours, theirs, watched, strict=True):
        differing = [at for at in range(STEPS) if own.best[at] != other.best[at]]
        gaps += [own.best_logprobs[at] - own.watched[at][more.index(other.best[at])] for at in differing]
        assert sum(own.logprobs) == pytest.approx(sum(other.logprobs), rel=0.03)
    assert len(gaps) <= 0.05 * STEPS * len(texts)
    assert max(gaps, default=0) < 1, "where they differ, the other's token is nearly as likely"


@pytest.mark.parametrize(("family", "keys"), [*((each, {}) for each in TINY), ("deepseek-coder", STRETCHED)], ids=str)
def test_a_family_is_converted_and_run(family: str, keys: dict[str, object], tmp_path: Path) -> None:
    store = Store(tmp_path / "models")
    store.prepare()
    plain = add(write_tiny(tmp_path / "tiny.gguf", FAMILIES[family](), keys), store)
    made = convert(plain, store)
    subject = next(each for each in SUBJECTS if each.model == family and not each.real)
    text = "import os\n\n\ndef add(a, b):\n    total = a + b\n" * 12
    with engine_of(made, tmp_path) as ours, engine_of(plain, tmp_path) as theirs:
        turns = [Message(*turn) for turn in TURNS]
        vocabulary = FAMILIES[family]().vocabulary
        assert vocabulary.show(ours.render_chat(turns)) == subject.chat
        assert ours.tokenize([text, "<s>", "x"]) == theirs.tokenize([text, "<s>", "x"])
        tokens = ours.tokenize([text])[0]
        own, other = (score(each, tokens[:40], tokens[40:200]) for each in (ours, theirs))
    assert own.logprobs == pytest.approx(other.logprobs, abs=0.1), "weights in F32: only the KV cache is rounded"
    agreed = sum(one == two for one, two in zip(own.best, other.best, strict=True))
    assert agreed >= 0.98 * len(own.best)


@pytest.mark.model
def test_complete_in_a_real_process(home: Path, run_process: RunProcess, tmp_path: Path) -> None:
    store = Store(home / "models")
    store.prepare()
    store.put(original())
    assert run_process("model", "convert", "smollm2-135m").code == 0
    file = tmp_path / "app.py"
    file.write_text("import os\nimport sys\n\n\ndef main() -> None:\n    print(\n")
    arguments = ("--at", "6:11", "--json", "--max-tokens", "8", "--model", "smollm2-135m-ctransformers")
    done = run_process("complete", str(file), *arguments)
    assert done.code == 0, done.stderr
    told = msgspec.json.decode(done.stdout)
    assert (told["model"], told["schema"]) == ("smollm2-135m-ctransformers", 1)
    assert told["text"].strip()
    status = msgspec.json.decode(run_process("engine", "status", "--json").stdout)
    assert status["sandbox"] in {"enforced", "partial"}


@pytest.fixture
def tiny(tmp_path: Path) -> tuple[Manifest, Manifest]:
    """A model and its copy."""
    store = Store(tmp_path / "models")
    store.prepare()
    plain = add(write_family("deepseek-coder", tmp_path / "tiny.gguf"), store)
    return plain, convert(plain, store)


def test_a_file_of_the_users_own_is_not_opened(tiny: tuple[Manifest, Manifest], tmp_path: Path) -> None:
    error = refused(tiny[0], tmp_path, backend="ctransformers")
    assert "was not made for ctransformers" in error.message
    assert "codeassist model convert tiny" in error.hint


def test_a_record_that_claims_a_conversion_is_not_believed(tiny: tuple[Manifest, Manifest], tmp_path: Path) -> None:
    assert "was not made for" in refused(replace(tiny[0], backend="ctransformers"), tmp_path).message


def test_an_altered_copy_is_not_opened(tiny: tuple[Manifest, Manifest], tmp_path: Path) -> None:
    with Path(tiny[1].path).open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x55")
    assert "was altered" in refused(tiny[1], tmp_path).message


def test_a_file_of_the_catalogue_is_opened_if_it_is_old_enough(
    tiny: tuple[Manifest, Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, made = tiny
    known = {plain.sha256, made.sha256}

    class Pinned:
        entries = tuple(type("Entry", (), {"sha256": sha256}) for sha256 in known)

    monkeypatch.setattr(files, "load_catalog", Pinned)
    assert len(files.checked(replace(made, backend="")).vocabulary.pieces) > 256
    with pytest.raises(EngineError, match="was not made for"):
        files.checked(plain)  # GGUF 3


def test_a_copy_that_is_gone_is_told(tiny: tuple[Manifest, Manifest]) -> None:
    Path(tiny[1].path).unlink()
    with pytest.raises(ModelFileError, match="cannot be read"):
        files.checked(tiny[1])


def test_a_copy_that_is_cut_short_is_told(tiny: tuple[Manifest, Manifest]) -> None:
    path = Path(tiny[1].path)
    path.write_bytes(path.read_bytes()[:-64])
    with pytest.raises(ModelFileError):
        files.checked(replace(tiny[1], sha256=hash_file(path, no_progress, "").hexdigest()))


@pytest.mark.parametrize(("system", "machine"), [("linux", "aarch64"), ("linux", "riscv64"), ("win32", "AMD64")])
def test_a_machine_without_a_library_is_told_what_to_do(
    system: str, machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    with pytest.raises(MissingError, match=f"no library for {system} on {machine.lower()}") as caught:
        library.library_path()
    assert "needs no ctransformers" in caught.value.hint


def test_macs_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert library.library_path().name == "libctransformers.dylib"


def test_without_the_package_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(MissingError) as caught:
        library.library_path()
    assert caught.value.hint == "pip install ctransformers==0.2.27"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("fpu avx avx2 f16c fma", "avx2"), ("fpu avx f16c", "avx"), ("fpu avx2 avx", "basic"), ("", "basic")],
)
def test_the_build_is_one_that_the_processor_can_run(flags: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor : 0\nflags : {flags}\n")
    assert library.variant(tmp_path / "cpuinfo") == expected
    assert library.variant(tmp_path / "gone") == "basic"
