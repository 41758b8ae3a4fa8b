"""Files that hardly belong into a repository: large ones, local ones, secrets, and what a program made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import translate

from codeassist.context import exclusion
from codeassist.context.related import is_test
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding, Severity
from codeassist.review.rule import Around, Rule

_KB = 1024
_LOCAL_NAMES = """
.ds_store thumbs.db desktop.ini *.pyc *.pyo *.swp *.swo *~ *.orig *.rej *.class *.o *.obj .coverage npm-debug.log*
yarn-error.log *.stackdump core.[0-9]* *.tmp *.bak *.hprof
"""
_LOCAL = re.compile("|".join(translate(name) for name in _LOCAL_NAMES.split()))
_LOCAL_FOLDERS = frozenset(
    {"node_modules", "__pycache__", ".venv", "venv", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
    | {".ipynb_checkpoints", ".gradle", ".terraform", "site-packages", "bower_components", ".eggs"}
)
_IN_VENV = frozenset({"bin", "include", "lib", "lib64", "pyvenv.cfg", "scripts"})  # a package may have that name, too
# Names that say nothing of what is in them: they count if a value is given to what sounds like a secret.
_SETTINGS = re.compile(r"\.env(?:\..*|rc)?$|.*\.env$|\.npmrc$|\.pypirc$|\.my\.cnf$|.*\.tfvars$|.*config$")
_GIVEN = re.compile(
    r"(?i)(?:key|token|secret|passw(?:or)?d|pwd|auth|credential)\w{0,40}[\"']?[ \t]{0,9}"
    r"[=:][ \t]{0,9}[\"']?[^\s\"'$<{]{6}"
)
_PUBLIC = re.compile(r"-----BEGIN (?:CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY|PGP PUBLIC|X509 CRL)")
_PRIVATE = re.compile(r"PRIVATE KEY")
_MOST_READ = 200_000  # characters


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    folders: set[str] = set()  # of what was told of as a whole
    for file in snapshot.files:
        if file.status not in ("added", "copied") or file.mode == "160000":
            continue
        folder = _local_folder(file.path)
        if (folder or _vendor(file.path)) in folders:
            continue
        finding = _of_name(file, folder) or _of_size(file, around.settings.max_file_kb)
        if finding is None and snapshot.kind != "paths":  # who names files knows what is in them
            finding = _of_origin(file)
        if finding is not None:
            folders |= {folder or _vendor(file.path)} - {""}
            yield finding


def _vendor(path: str) -> str:
    """The folder of a vendored file: of hundreds, one is told."""
    return path.rpartition("/")[0] if exclusion.of_name(path) == exclusion.VENDORED else ""


def _local_folder(path: str) -> str:
    """The path up to the first folder that is made anew on each machine; "" if there is none."""
    parts = path.split("/")
    for number, part in enumerate(parts[:-1]):
        inside = parts[number + 1].lower()
        if part.lower() in _LOCAL_FOLDERS and (part != "venv" or inside in _IN_VENV):
            return "/".join(parts[: number + 1])
    return ""


def _of_name(file: FileChange, folder: str) -> Finding | None:
    if folder:
        return _finding(file, "medium", "A folder is added that every machine makes for itself", f"{folder}/")
    name = file.path.lower().rpartition("/")[2]
    if exclusion.of_name(file.path) == exclusion.SECRET and _holds_secrets(file, name):
        certain = exclusion.of_name(name) == exclusion.SECRET and not is_test(file.path)
        message = "A file is added whose name says that it holds secrets"
        return _finding(file, "high" if certain else "medium", message, file.path, 0.9 if certain else 0.5)
    if _LOCAL.match(name):
        return _finding(file, "medium", "A file is added that belongs to one machine only", file.path, 0.9)
    return None


def _holds_secrets(file: FileChange, name: str) -> bool:
    if file.new is None:
        return True
    text = file.new[:_MOST_READ]
    if _PUBLIC.search(text):
        return _PRIVATE.search(text) is not None
    return _GIVEN.search(text) is not None if _SETTINGS.match(name) else bool(text.strip())


def _of_size(file: FileChange, most_kb: int) -> Finding | None:
    if file.size <= most_kb * _KB:
        return None
    message = f"A file of {file.size / _KB:,.0f} kB is added, more than {most_kb:,} kB"
    return _finding(file, "medium", message, file.path)


def _of_origin(file: FileChange) -> Finding | None:
    reason = exclusion.of_name(file.path)
    if reason == exclusion.GENERATED and not file.path.lower().endswith(".map"):
        return None  # lock files and the like are meant to be in
    if not reason and file.new is not None:
        reason = exclusion.of_text(file.new[:_MOST_READ], file.language)
    told = {exclusion.MINIFIED: "minified", exclusion.GENERATED: "generated", exclusion.VENDORED: "vendored"}.get(
        reason
    )
    return _finding(file, "low", f"A {told} file is added", file.path, 0.6) if told else None


def _finding(file: FileChange, severity: Severity, message: str, evidence: str, confidence: float = 1.0) -> Finding:
    return Finding(
        rule=RULE.name,
        severity=severity,
        path=file.path,
        line=1,
        end_line=1,
        message=message,
        evidence=evidence,
        confidence=confidence,
    )


RULE = Rule(
    name="large-file",
    severity="medium",
    about="Files that hardly belong into a repository: large, local to one machine, holding secrets, or generated",
    look=_look,
)
