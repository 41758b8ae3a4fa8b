"""The composition root: from a user's settings to a model and an engine that runs it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from codeassist import config
from codeassist.config import Loaded
from codeassist.engine.api import Engine
from codeassist.errors import MissingError, ModelFileError
from codeassist.models.catalog import Catalog, load_catalog
from codeassist.models.manifest import Manifest
from codeassist.models.store import Store, check
from codeassist.paths import private_directory, user_paths

if TYPE_CHECKING:
    from typing_extensions import Self

    from codeassist.context.index import Index
    from codeassist.engine.embedder import Embedder

Notice = Callable[[str], None]


@dataclass(frozen=True)
class Workspace:
    """What commands about models work with: settings, catalogue, installed models. Starts nothing."""

    loaded: Loaded
    catalog: Catalog
    store: Store


def open_workspace(environ: Mapping[str, str], model: str | None = None) -> Workspace:
    """Read the settings and the catalogue.

    Raises:
        ConfigError: the settings cannot be used.
    """
    loaded = config.load(environ, model=model)
    return Workspace(loaded, load_catalog(), Store(loaded.paths.models))


class Session:
    """A model and its engine, for as long as a command runs. The engine starts when it is first asked."""

    def __init__(self, loaded: Loaded, manifest: Manifest, engine: Engine) -> None:
        self.settings = loaded.settings
        self.directory = loaded.paths.state / "sessions"  # of commands that belong together
        self.verdicts = loaded.paths.state / "review"  # what the model found of changes
        self.tuning, self.state = loaded.tuning, loaded.paths.state
        self.manifest = manifest
        self.engine = engine
        self._loaded = loaded

    @cached_property
    def embedder(self) -> Embedder | None:
        """The embedding model, if there is one; its engine starts when it is first asked."""
        return _embedder(self._loaded, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engine.close()
        if "embedder" in vars(self) and self.embedder is not None:
            self.embedder.close()


def open_session(
    environ: Mapping[str, str],
    *,
    model: str | None = None,
    mode: str | None = None,
    notice: Notice | None = None,
    resident: bool = False,
    chat: bool = False,
) -> Session:
    """Find the model that the user chose and make its engine ready to be asked.

    `mode` overrides the setting `engine.mode`. `resident`: also a scripted engine runs in a process of its own, as the
    real one does; a long-lived client lives through its failures. `chat`: it is to answer, not only to complete.

    Raises:
        MissingError: the model is not installed, and the hint is the command that installs it; or it cannot do that.
        ConfigError: the settings cannot be used.
        EngineError: the server of `engine.url` cannot be reached or used.
    """
    loaded = config.load(environ, model=model)
    if loaded.fake_script is not None:
        from codeassist.engine.fake import MANIFEST, FakeEngine

        if resident:
            return Session(loaded, MANIFEST, _client(loaded, MANIFEST, notice, "private"))
        return Session(loaded, MANIFEST, FakeEngine.from_file(loaded.fake_script))
    if loaded.settings.engine.url:
        return _remote(loaded, environ)
    workspace = Workspace(loaded, load_catalog(), Store(loaded.paths.models))
    manifest = workspace.store.resolve(loaded.settings.model, workspace.catalog)
    if "complete" not in manifest.capabilities:
        raise MissingError(f"model {manifest.id} writes no text", "codeassist model list shows those that do")
    if chat and not manifest.chats:
        raise MissingError(
            f"model {manifest.id} was not made to answer, it only completes",
            "--model names another; codeassist model list shows those that chat",
        )
    check(manifest)
    return Session(loaded, manifest, _client(loaded, manifest, notice, mode or loaded.settings.engine.mode))


def _remote(loaded: Loaded, environ: Mapping[str, str]) -> Session:
    """The session with the server of `engine.url`. A model that a flag or a variable names is one of the server's."""
    from codeassist.engine.remote.engine import connect

    named = loaded.origins.get("model") in ("flag", "environment")
    engine = connect(loaded.settings.engine, environ, loaded.settings.model if named else "")
    return Session(loaded, engine.manifest, engine)


def open_embedder(environ: Mapping[str, str], *, notice: Notice | None = None) -> Embedder | None:
    """The embedding model of `context.embeddings`, ready to be asked; None where it is off or none is installed.

    Embeddings are an extra: a model that cannot be used is told to `notice`, and does without.

    Raises:
        ConfigError: the settings cannot be used.
    """
    return _embedder(config.load(environ), notice)


def _embedder(loaded: Loaded, notice: Notice | None) -> Embedder | None:
    chosen = loaded.settings.context.embeddings
    if chosen == "off":
        return None
    from codeassist.engine.embedder import Embedder

    if loaded.fake_script is not None:
        from codeassist.engine.fake import FakeEngine

        fake = FakeEngine.from_file(loaded.fake_script)
        return Embedder(fake, fake.embedding_manifest) if fake.embedding_manifest else None
    try:
        manifest = _embedding_model(Store(loaded.paths.models), chosen)
    except MissingError as error:
        if notice:
            notice(f"no embeddings: {error.message}; {error.hint}")
        return None
    mode = loaded.settings.engine.mode
    return Embedder(_client(loaded, manifest, notice, mode), manifest) if manifest else None


def _embedding_model(store: Store, chosen: str) -> Manifest | None:
    """The installed model of that id, or the first one that embeds for "auto".

    Raises:
        MissingError: the one that is named is not installed or does not embed; the file has changed.
    """
    if chosen == "auto":
        manifest = next((each for each in store.installed().manifests if each.embedding), None)
    else:
        manifest = store.resolve(chosen, load_catalog())
        if not manifest.embedding:
            raise ModelFileError(f"model {chosen} makes none", "set context.embeddings to one that does")
    if manifest:
        check(manifest)
    return manifest


def _client(loaded: Loaded, manifest: Manifest, notice: Notice | None, mode: str) -> Engine:
    from codeassist.engine.client import EngineClient
    from codeassist.engine.launch import Launcher
    from codeassist.engine.wire import Spec

    spec = Spec(
        manifest=manifest,
        settings=loaded.settings.engine,
        directory=str(embedding_directory(loaded) if manifest.embedding else engine_directory(loaded)),
        draft=_draft(loaded, manifest),
        fake_script=str(loaded.fake_script.absolute()) if loaded.fake_script else "",
    )
    log = loaded.paths.logs / "embedding.log" if manifest.embedding else engine_log(loaded)
    return EngineClient(Launcher(spec, log, private=mode == "private", notice=notice))


def _draft(loaded: Loaded, manifest: Manifest) -> Manifest | None:
    """The installed model of `engine.draft`, if drafts of it are of use to this one: same tokens, another model.

    Raises:
        MissingError: it is not installed, or its file has changed.
    """
    name = loaded.settings.engine.draft
    if not name or manifest.embedding or name == manifest.id or loaded.fake_script:
        return None
    draft = Store(loaded.paths.models).resolve(name, load_catalog())
    check(draft)
    return draft if (draft.family, draft.fim) == (manifest.family, manifest.fim) else None


def engine_directory(loaded: Loaded) -> Path:
    """The directory of the shared engine's socket and lock, made private."""
    return private_directory(loaded.paths.runtime)


def embedding_directory(loaded: Loaded) -> Path:
    """The same of the engine of an embedding model: it runs beside the one that writes."""
    return private_directory(engine_directory(loaded) / "embed")


def engine_log(loaded: Loaded) -> Path:
    """What the engine prints: llama.cpp's errors, never text of prompts."""
    return loaded.paths.logs / "engine.log"


def open_index(environ: Mapping[str, str], place: Path, *, create: bool = False) -> Index | None:
    """The index of the git working tree around a file or directory, else of the nearest directory above it that was
    indexed before, else, only if `create` says so, of the directory itself. None if there is none.

    A home directory, and what is above it, is only indexed if `create` says so, also if it is a git working tree.

    Raises:
        MissingError: the state directory cannot be used.
    """
    from codeassist.context.index import Index
    from codeassist.context.roots import Root, around, git_root

    base = user_paths(environ).state / "index"
    home = Path(os.path.realpath(Path("~").expanduser()))
    found = git_root(place)
    if found is not None:
        implied = found.path != home and found.path not in home.parents
        if implied or create or (base / found.directory).is_dir():
            return Index.open(found.path, base / found.directory)
    folders = list(around(place))
    for folder in folders:
        known = base / Root(folder, folder).directory
        if known.is_dir():
            return Index.open(folder, known)
    if not create:
        return None
    return Index.open(folders[0], base / Root(folders[0], folders[0]).directory)
