"""What is worth measuring on this machine."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import msgspec

from codeassist.config import EngineSettings
from codeassist.engine.wire import Spec
from codeassist.machine import Machine
from codeassist.models.manifest import Manifest

BATCHES = (32, 64, 128, 256)
DRAFTED = (0, 3, 6)  # tokens
_SHARE_OF_MEMORY = 0.5  # that a model may take
_OVERHEAD_BYTES = 400_000_000  # of an engine beside its weights: buffers, KV cache, Python


def threads(machine: Machine) -> tuple[int, ...]:
    """All processors, and half of them: hyper-threads and slow cores make some machines faster with fewer."""
    return tuple(sorted({machine.processors, max(1, machine.processors // 2)}, reverse=True))


def backends(manifest: Manifest) -> tuple[str, ...]:
    """The default one, and a build for this very processor where it is installed."""
    if manifest.backend:
        return (manifest.backend,)
    native = importlib.util.find_spec("llama_cpp") is not None
    return ("xllamacpp", "llama-cpp-python") if native else ("xllamacpp",)


def models(installed: Sequence[Manifest], current: Manifest, machine: Machine) -> dict[str, Manifest]:
    """The current one, and others of its family that can all that it can and fit into the memory. Models whose family
    nobody knows have nothing in common."""
    limit = machine.memory_gib * 2**30 * _SHARE_OF_MEMORY
    needed = set(current.capabilities)
    alike = [
        each
        for each in installed
        if each.family == current.family and current.family and needed <= set(each.capabilities)
    ]
    fitting = [each for each in alike if each.bytes + _OVERHEAD_BYTES <= limit and not each.backend]
    return {current.id: current} | {each.id: each for each in fitting}


def drafters(installed: Sequence[Manifest], chosen: Manifest) -> list[Manifest]:
    """Smaller models of the same family: the same tokens, hence drafts that the chosen one can check."""
    return [
        each
        for each in installed
        if each.family == chosen.family and each.fim == chosen.fim and each.bytes * 2 <= chosen.bytes and chosen.fim
    ]


def changed(spec: Spec, **settings: object) -> Spec:
    """The same engine with other settings."""
    return msgspec.structs.replace(spec, settings=msgspec.structs.replace(spec.settings, **settings))


def fits(specs: Sequence[Spec], machine: Machine) -> bool:
    """Whether all of these engines can be in memory at once."""
    need = sum(spec.manifest.bytes + (spec.draft.bytes if spec.draft else 0) + _OVERHEAD_BYTES for spec in specs)
    return need <= machine.memory_gib * 2**30 * _SHARE_OF_MEMORY


def plain(settings: EngineSettings) -> EngineSettings:
    """Without what another machine, or an earlier tuning, chose."""
    defaults = EngineSettings()
    return msgspec.structs.replace(
        settings,
        threads=defaults.threads,
        batch_tokens=defaults.batch_tokens,
        backend=defaults.backend,
        draft=defaults.draft,
    )
