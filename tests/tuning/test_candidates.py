"""What is worth measuring."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.config import EngineSettings
from codeassist.engine.wire import Spec
from codeassist.errors import EngineError
from codeassist.machine import Machine
from codeassist.models.manifest import FimTokens, Manifest
from codeassist.tuning import candidates, pipeline
from codeassist.tuning.pipeline import Tuner

HERE = Machine("one", 2, 8)
FIM = FimTokens(prefix=1, suffix=2, middle=3)


def model(name: str, size: int = 1, **fields: object) -> Manifest:
    values: dict[str, object] = {
        "id": name, "path": "/x", "bytes": size * 10**9, "mtime_ns": 0, "sha256": "", "architecture": "qwen2",
        "family": "qwen2.5-coder", "context_tokens": 4096, "fim": FIM, "instruct": True,
    }  # fmt: skip
    return Manifest(**(values | fields))  # type: ignore[arg-type]


def test_models_of_a_family_that_can_as_much_and_fit() -> None:
    current = model("a")
    others = [
        model("larger", 2),
        model("too-large", 5),
        model("base", instruct=False),
        model("no-fim", fim=None),
        model("converted", backend="ctransformers"),
        model("other", family="smollm2"),
    ]
    assert list(candidates.models([current, *others], current, HERE)) == ["a", "larger"]


def test_models_of_no_known_family_have_nothing_in_common() -> None:
    current, other = model("a", family="", fim=None), model("b", 2, family="", fim=None)
    assert list(candidates.models([current, other], current, HERE)) == ["a"]


def spec(**fields: object) -> Spec:
    return Spec(manifest=model("a", 2), settings=EngineSettings(), directory="/x", **fields)  # type: ignore[arg-type]


def test_a_draft_needs_memory_too() -> None:
    assert candidates.fits([spec()], HERE)
    assert not candidates.fits([spec(draft=model("small", 2))], HERE)


def test_drafts_that_cannot_be_measured_are_done_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def died(*_arguments: object) -> dict[int, float]:
        raise EngineError("the engine died")

    monkeypatch.setattr(pipeline, "compare_drafts", died)
    monkeypatch.setattr(pipeline, "machine", lambda: Machine("one", 2, 64))
    tuner = Tuner(spec(), tmp_path / "log", 500, 1, lambda _text: None)
    assert pipeline._drafts(tuner, spec(), [model("small")]) == {}
    monkeypatch.setattr(pipeline, "machine", lambda: HERE)
    assert pipeline._drafts(tuner, spec(), [model("small")]) == {}
    assert [step.rows[0].problem for step in tuner.steps] == ["the engine died", "not measured: too little memory"]
