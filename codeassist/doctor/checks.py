"""The self-check: what works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version

import msgspec

from codeassist import __version__
from codeassist.doctor.remote import Server, look
from codeassist.engine.backends import DEFAULT
from codeassist.engine.launch import running_engine
from codeassist.errors import CodeassistError, MissingError
from codeassist.git import git_version
from codeassist.machine import processors
from codeassist.models.store import check as check_file
from codeassist.privacy import sandbox
from codeassist.session import Workspace, engine_directory

_LOW_DISK_BYTES = 2_000_000_000


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of the contract; `status` is "ok", "warn" or "fail"."""

    id: str
    status: str
    detail: str
    hint: str = ""


def run_checks(workspace: Workspace, environ: Mapping[str, str]) -> list[Check]:
    """Every check, in the order in which they matter. One that raises becomes a failed finding."""
    server = _Remote(workspace, environ)
    checks: dict[str, Callable[[], Check]] = {
        "python": _python,
        "model": lambda: _model(workspace, server),
        "engine": lambda: _engine(workspace, server),
        "tuning": lambda: _tuning(workspace, server),
        "sandbox": _sandbox,
        "git": _git,
        "terminal": lambda: _terminal(environ),
        "disk": lambda: _disk(workspace),
    }
    found = []
    for name, check in checks.items():
        try:
            found.append(check())
        except CodeassistError as error:
            found.append(Check(id=name, status="fail", detail=error.message, hint=error.hint))
    return found


class _Remote:
    """The server of `engine.url`, looked at once, when it is first asked for."""

    def __init__(self, workspace: Workspace, environ: Mapping[str, str]) -> None:
        self.used = bool(workspace.loaded.settings.engine.url) and workspace.loaded.fake_script is None
        self._workspace = workspace
        self._environ = environ
        self._found: Server | CodeassistError | None = None

    def found(self) -> Server:
        """What was found there. Raises CodeassistError as `remote.look` does."""
        if self._found is None:
            loaded = self._workspace.loaded
            named = loaded.origins.get("model") in ("flag", "environment")
            try:
                self._found = look(loaded.settings.engine, self._environ, loaded.settings.model if named else "")
            except CodeassistError as error:
                self._found = error
        if isinstance(self._found, CodeassistError):
            raise self._found
        return self._found


def _python() -> Check:
    detail = f"codeassist {__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return Check(id="python", status="ok", detail=detail)


def _model(workspace: Workspace, server: _Remote) -> Check:
    if workspace.loaded.fake_script is not None:
        return Check(id="model", status="warn", detail="the scripted engine is used", hint="unset CODEASSIST_ENGINE")
    if server.used:
        return Check(id="model", status="ok", detail=server.found().model)
    manifest = workspace.store.resolve(workspace.loaded.settings.model, workspace.catalog)
    check_file(manifest)
    can = ", ".join(manifest.capabilities)
    return Check(id="model", status="ok", detail=f"{manifest.id} is installed (can {can}): {manifest.path}")


def _engine(workspace: Workspace, server: _Remote) -> Check:
    if server.used:
        found = server.found()
        detail = f"{found.engine}; {found.warning}" if found.warning else found.engine
        return Check(id="engine", status="warn" if found.warning else "ok", detail=detail, hint=found.hint)
    try:
        library = version("xllamacpp")
        import xllamacpp  # noqa: F401  that it loads is the check
    except (PackageNotFoundError, ImportError) as error:
        return Check(
            id="engine", status="fail", detail=f"xllamacpp cannot be loaded: {error}", hint="reinstall codeassist"
        )
    used = _backend(workspace)
    running = running_engine(engine_directory(workspace.loaded))
    state = f"running, pid {running.pid}, {running.spec.manifest.id}" if running else "not running, starts when needed"
    return Check(id="engine", status="ok", detail=f"xllamacpp {library}{used}; {state}")


def _backend(workspace: Workspace) -> str:
    """What runs the model in use, where that is another one."""
    manifest = workspace.store.get(workspace.loaded.settings.model)
    chosen = (manifest.backend if manifest else "") or workspace.loaded.settings.engine.backend
    return "" if chosen in ("auto", DEFAULT) else f"; {chosen} runs the model"


def _tuning(workspace: Workspace, server: _Remote) -> Check:
    """Whether `model tune` was run, and whether what it found still holds."""
    tuning = workspace.loaded.tuning
    if server.used:
        return Check(id="tuning", status="ok", detail="not needed: another machine runs the model")
    if tuning.state == "none":
        return Check(
            id="tuning", status="ok", detail="the defaults are used; codeassist model tune measures this machine"
        )
    again = "codeassist model tune"
    if tuning.stale or tuning.profile is None:
        why = {
            "damaged": "what model tune wrote cannot be read",
            "gone": "a model or a backend that model tune chose is not installed any more: the defaults are used",
            "other power": "measured with the other source of power",
        }
        detail = why.get(
            tuning.state, f"measured on {'another machine' if tuning.profile is None else 'another build'}"
        )
        return Check(id="tuning", status="warn", detail=detail, hint=again)
    speeds = tuning.profile.speeds
    rates = f"{speeds.model} reads {speeds.prefill:.0f} and writes {speeds.decode:.0f} tokens/s"
    return Check(id="tuning", status="ok", detail=f"measured on {tuning.power} {tuning.profile.measured[:10]}: {rates}")


def _sandbox() -> Check:
    """The proof: a child enters the sandbox and tries to leak."""
    state = sandbox.prove()
    if state == "enforced":
        detail = "enforced: tried in a child, no IP socket could be made, no other file read, no program started"
        return Check(id="sandbox", status="ok", detail=detail)
    if state == "partial":
        detail = "partial: no network (seccomp), but files are open: this kernel has no Landlock"
        return Check(id="sandbox", status="warn", detail=detail, hint="a kernel from 5.13 on has it")
    if state == "none":
        detail = f"not enforced on {platform.system()} {platform.machine()}: the engine uses no network unchecked"
        return Check(id="sandbox", status="warn", detail=detail, hint="Linux on x86_64 or aarch64 enforces it")
    hint = "report this with the output of codeassist doctor --json"
    return Check(id="sandbox", status="fail", detail="the kernel took the filter and a leak got through", hint=hint)


def _git() -> Check:
    try:
        return Check(id="git", status="ok", detail=f"git {git_version()}")
    except MissingError as error:
        return Check(id="git", status="warn", detail=error.message, hint=error.hint)


def _terminal(environ: Mapping[str, str]) -> Check:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    size = shutil.get_terminal_size()
    colour = "no colour" if environ.get("NO_COLOR") else "colour" if sys.stdout.isatty() else "not a terminal"
    detail = f"{environ.get('TERM', 'no TERM')}, {size.columns}x{size.lines}, {sys.stdout.encoding}, {colour}"
    if encoding != "utf8":
        return Check(id="terminal", status="warn", detail=detail, hint="set a UTF-8 locale, such as LANG=C.UTF-8")
    return Check(id="terminal", status="ok", detail=detail)


def _disk(workspace: Workspace) -> Check:
    directory = workspace.store.directory
    while not directory.exists():
        directory = directory.parent
    free = shutil.disk_usage(directory).free
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    detail = f"{free / 1e9:.1f} GB free for models, {memory / 1e9:.1f} GB of memory, {processors()} processors"
    if free < _LOW_DISK_BYTES:
        return Check(id="disk", status="warn", detail=detail, hint="codeassist model remove MODEL frees space")
    return Check(id="disk", status="ok", detail=detail)
