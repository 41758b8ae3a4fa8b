"""`codeassist model convert`: a copy of a model for another engine."""

from __future__ import annotations

from collections.abc import Mapping

from codeassist.commands.output import ByteProgress, megabytes, say
from codeassist.errors import UsageError
from codeassist.session import open_workspace

_ENGINES = ("ctransformers",)


def convert(environ: Mapping[str, str], model: str, engine: str, name: str = "") -> int:
    """Install the copy under `name`, or the model's own with the engine's behind it."""
    from codeassist.engine.ctransformers.library import library_path
    from codeassist.models.convert import convert as convert_model

    if engine not in _ENGINES:
        raise UsageError(f"no model is converted for {engine[:40]!r}", f"choose one of: {', '.join(_ENGINES)}")
    library_path()  # before minutes of work: whether this machine can run what comes of it
    workspace = open_workspace(environ)
    manifest = workspace.store.resolve(model or workspace.loaded.settings.model, workspace.catalog)
    with ByteProgress().shown() as progress:
        made = convert_model(manifest, workspace.store, progress, model=name, reserved=workspace.catalog.ids)
    say(f"{made.id} is installed ({megabytes(made.bytes)}): {manifest.id} for {engine}")
    say(f"use it: codeassist model use {made.id}")
    return 0
