"""`codeassist review`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """What the command line says; what it leaves open is as the settings say."""

    paths: tuple[str, ...] = ()
    staged: bool = False
    working: bool = False
    revisions: str = ""
    output: str = "text"  # "text", "json", "sarif" or "github"
    fail_on: str = ""
    use_model: bool = True
    budget: float | None = None  # seconds
    model: str | None = None
    write_baseline: bool = False


def run(environ: Mapping[str, str], asked: Asked) -> int:
    """Review a change and tell what was found; 1 if that fails the review.

    Raises:
        UsageError: more than one change is asked for, or git does not know it.
        ConfigError: the repository's settings cannot be used.
        MissingError: there is no repository here.
    """
    raise NotImplementedError
