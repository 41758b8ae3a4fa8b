"""A model of the conformance cases, added by the product and loaded by the engine's process; one at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from codeassist.config import EngineSettings
from codeassist.engine.api import Request
from codeassist.engine.client import EngineClient
from codeassist.engine.launch import Launcher, stop_engine
from codeassist.engine.wire import Spec
from codeassist.models.add import add, manifest_of
from codeassist.models.catalog import load_catalog
from codeassist.models.inspection import inspect_gguf
from codeassist.models.manifest import Manifest
from codeassist.models.store import Store
from tests.engine.support import Collector

from .cache import cached_model
from .minilm import NAME, minilm
from .subjects import Subject
from .tiny.families import FAMILIES, write_family
from .tiny.vocabulary import Vocabulary

PASSED = pytest.StashKey[dict[str, bool]]()  # of the tests in this folder that ran in this session


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note whether a test passed: test_table.py holds the document to it."""
    report = yield
    passed = item.config.stash.setdefault(PASSED, {})
    passed[item.nodeid] = passed.get(item.nodeid, True) and report.passed
    return report


@dataclass(frozen=True)
class Loaded:
    """A subject, what the product recorded of its file, and its engine."""

    subject: Subject
    manifest: Manifest
    engine: EngineClient

    @property
    def vocabulary(self) -> Vocabulary:
        """Of a tiny model: as it was written."""
        return FAMILIES[self.subject.model]().vocabulary

    def run(self, prompt: tuple[int, ...], max_tokens: int) -> Collector:
        """What the engine generates, greedily."""
        out = Collector()
        self.engine.generate(Request(prompt=prompt, max_tokens=max_tokens), out.emit)
        return out


def installed(subject: Subject, directory: Path) -> Manifest:
    """Its record, as `model add` or `model pull` makes it today: that of a shared cache may be an older one."""
    if subject.real:
        entry = load_catalog().get(subject.model)
        known = minilm() if subject.model == NAME else _pulled(subject.model)
        path = Path(known.path)
        return manifest_of(known.id, path, inspect_gguf(path), known.sha256, known.source, entry)
    store = Store(directory / "models")
    store.prepare()
    return add(write_family(subject.model, directory / f"{subject.model}.gguf"), store)


def _pulled(model: str) -> Manifest:
    return Store(cached_model(model)).resolve(model, load_catalog())


@pytest.fixture(scope="module")
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The subject that a test names by indirect parameter."""
    subject: Subject = request.param
    directory = tmp_path_factory.mktemp("m")
    manifest = installed(subject, directory)
    settings = EngineSettings(context_tokens=1024, batch_tokens=64, start_seconds=60)
    spec = Spec(manifest=manifest, settings=settings, directory=str(directory / "run"))
    client = EngineClient(Launcher(spec, directory / "engine.log"))
    yield Loaded(subject, manifest, client)
    client.close()
    stop_engine(directory / "run")
