"""`codeassist model list|pull|add|use|verify|info|remove`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from codeassist import config
from codeassist.commands.output import ByteProgress, megabytes, say, write_json
from codeassist.errors import MissingError, ModelFileError, UnknownModelError, UsageError
from codeassist.models.abilities import answers, completes
from codeassist.models.catalog import Entry
from codeassist.models.manifest import Manifest
from codeassist.session import Workspace, open_workspace
from codeassist.terminal import console, interactive, one_line


class Row(msgspec.Struct, kw_only=True):
    """The contract's entry of `model list --json`."""

    id: str
    installed: bool
    default: bool
    bytes: int
    sha256: str
    licence: str
    capabilities: tuple[str, ...]


def list_models(environ: Mapping[str, str], *, as_json: bool = False) -> int:
    """Show the catalogue and the user's own models."""
    workspace = open_workspace(environ)
    installed = workspace.store.installed()
    for warning in installed.warnings:
        say(warning)
    rows = _rows(workspace, {manifest.id: manifest for manifest in installed.manifests})
    if as_json:
        write_json({"schema": 1, "models": rows})
        return 0
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("model", "installed", "size", "licence", "can"):
        table.add_column(title, justify="right" if title == "size" else "left", no_wrap=True)
    for row in rows:
        mark = ("yes" if row.installed else "") + (" (default)" if row.default else "")
        size = megabytes(row.bytes) if row.bytes else "?"
        table.add_row(row.id, mark.strip(), size, one_line(row.licence, 40), ", ".join(row.capabilities))
    console(wide=not sys.stdout.isatty()).print(table)
    return 0


def _rows(workspace: Workspace, installed: Mapping[str, Manifest]) -> list[Row]:
    default = workspace.loaded.settings.model
    rows = [_row(entry, installed.get(entry.id), default) for entry in workspace.catalog.entries]
    known = set(workspace.catalog.ids)
    return rows + [_row(None, manifest, default) for name, manifest in installed.items() if name not in known]


def _row(entry: Entry | None, manifest: Manifest | None, default: str) -> Row:
    shown = manifest or entry
    if shown is None:
        raise ValueError("a row is of an entry or of a manifest")
    return Row(
        id=shown.id,
        installed=manifest is not None,
        default=shown.id == default,
        bytes=shown.bytes,
        sha256=shown.sha256,
        licence=shown.licence or (entry.licence if entry else ""),
        capabilities=tuple(shown.capabilities),
    )


def pull(environ: Mapping[str, str], model: str, *, from_path: str = "", projector: str = "") -> int:
    """Download a model, or take its file, or its projector's, from a path."""
    workspace = open_workspace(environ)
    model = model or workspace.loaded.settings.model
    entry = workspace.catalog.get(model)
    if entry is None:
        workspace.store.resolve(model, workspace.catalog)  # the error that suggests a name, unless it is the user's own
        raise UsageError(f"model {model} is not in the catalogue", "it was added from a file: it needs no pull")
    manifest = pull_entry(
        workspace, entry, Path(from_path) if from_path else None, Path(projector) if projector else None
    )
    say(f"{manifest.id} is installed ({megabytes(manifest.bytes)}, sha256 {manifest.sha256[:12]}…)")
    return 0


def pull_entry(
    workspace: Workspace, entry: Entry, from_path: Path | None = None, projector: Path | None = None
) -> Manifest:
    """Pull with progress on standard error."""
    from codeassist.models.pull import pull as pull_model

    settings = workspace.loaded.settings.models
    with ByteProgress().shown() as progress:
        return pull_model(
            entry, workspace.store, settings, progress, notice=say, from_path=from_path, projector=projector
        )


def add(environ: Mapping[str, str], path: str, name: str = "", projector: str = "") -> int:
    """Register a GGUF file where it is, with its vision projector if it has one."""
    from codeassist.models.add import add as add_model

    workspace = open_workspace(environ)
    with ByteProgress().shown() as progress:
        manifest = add_model(
            Path(path),
            workspace.store,
            progress,
            model=name or None,
            reserved=workspace.catalog.ids,
            projector=Path(projector) if projector else None,
        )
    say(f"added {manifest.id}: {manifest.family or manifest.architecture}, can {', '.join(manifest.capabilities)}")
    if manifest.embedding:
        say("search and ask use it (context.embeddings); its vectors are made by: codeassist index")
    else:
        say(f"use it: codeassist model use {manifest.id}")
    return 0


def use(environ: Mapping[str, str], model: str) -> int:
    """Make an installed model the default, in config.toml."""
    workspace = open_workspace(environ)
    manifest = workspace.store.resolve(model, workspace.catalog)
    if manifest.embedding:
        raise UsageError(
            f"model {model} writes no text: it embeds", "it needs no choosing: context.embeddings takes it by itself"
        )
    config.set_model(workspace.loaded.paths, manifest.id)
    say(f"{manifest.id} is the default now ({workspace.loaded.paths.config_file})")
    if environ.get("CODEASSIST_MODEL", manifest.id) != manifest.id:
        say(f"CODEASSIST_MODEL={environ['CODEASSIST_MODEL']} is set and goes first")
    return 0


def verify(environ: Mapping[str, str], model: str) -> int:
    """Hash installed models again: one, or all."""
    from codeassist.models.store import verify as verify_model

    workspace = open_workspace(environ)
    one = [workspace.store.resolve(model, workspace.catalog)] if model else []
    manifests = one or workspace.store.installed().manifests
    if not manifests:
        raise MissingError("no model is installed", "codeassist model pull")
    for manifest in manifests:
        with ByteProgress().shown() as progress:
            verify_model(manifest, workspace.store, progress)
        say(f"{manifest.id}: sha256 {manifest.sha256} is right")
    return 0


def info(environ: Mapping[str, str], model: str, *, as_json: bool = False) -> int:
    """Show what is known of a model, installed or in the catalogue."""
    workspace = open_workspace(environ)
    name = model or workspace.loaded.settings.model
    entry = workspace.catalog.get(name)
    try:
        manifest: Manifest | None = workspace.store.resolve(name, workspace.catalog)
    except UnknownModelError:
        raise
    except MissingError:
        manifest = None
    facts = _facts(entry, manifest)
    if as_json:
        write_json({"schema": 1, **facts})
        return 0
    width = max(map(len, facts))
    for key, value in facts.items():
        shown = ", ".join(map(str, value)) if isinstance(value, tuple | list) else value
        sys.stdout.write(f"{key:{width}}  {one_line(str(shown), 300)}\n")
    return 0


def _facts(entry: Entry | None, manifest: Manifest | None) -> dict[str, object]:
    facts: dict[str, object] = {}
    if entry is not None:
        facts |= {"id": entry.id, "name": entry.name, "parameters": entry.parameters}
        facts |= {"quantisation": entry.quantisation, "licence": entry.licence, "family": entry.family}
        facts |= {"context_tokens": entry.context_tokens, "bytes": entry.bytes, "sha256": entry.sha256}
        facts |= {"capabilities": entry.capabilities}
    facts["installed"] = manifest is not None
    if manifest is not None:
        facts |= {"id": manifest.id, "path": manifest.path, "bytes": manifest.bytes, "sha256": manifest.sha256}
        family = manifest.family or (entry.family if entry else "")
        facts |= {"architecture": manifest.architecture, "family": family, "source": manifest.source}
        facts |= {"context_tokens": manifest.context_tokens, "capabilities": manifest.capabilities}
        if not manifest.embedding:
            facts |= {"completes": completes(manifest), "answers": answers(manifest)}
        if manifest.projector is not None:
            facts |= {"projector": f"{manifest.projector.path} ({manifest.projector.kind})"}
    return facts


def remove(environ: Mapping[str, str], model: str, *, yes: bool = False) -> int:
    """Forget a model; the file is deleted only if codeassist downloaded it."""
    workspace = open_workspace(environ)
    try:
        manifest: Manifest | None = workspace.store.resolve(model, workspace.catalog)
    except ModelFileError:
        manifest = None  # its record is damaged: the only cure is to remove it
    if manifest is not None and not yes and interactive():
        sys.stderr.write(f"remove {manifest.id} ({megabytes(manifest.bytes)})? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            say("kept")
            return 0
    deleted = workspace.store.remove(model)
    kept = f"; the file {manifest.path} stays: it is yours" if manifest else ""
    say(f"removed {model}" + (f" and {deleted}" if deleted else kept))
    if workspace.loaded.settings.model == model:
        say("it was the default: codeassist model use MODEL names another, codeassist model list shows them")
    return 0
