"""The commands about a change in git: `codeassist review`."""

from __future__ import annotations

import os
from enum import Enum
from typing import Annotated

import typer

from codeassist.commands.options import Json, Model


class Format(str, Enum):
    """How findings are told."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class FailOn(str, Enum):
    """From which severity on a review fails."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def register(app: typer.Typer) -> None:
    """Enter the commands."""
    app.command("review")(_review)


def _review(
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATH", help="Whole files and folders.")] = None,
    staged: Annotated[bool, typer.Option("--staged", help="What is staged for a commit; the default.")] = False,
    working: Annotated[bool, typer.Option("--working", help="What is changed and not staged.")] = False,
    revisions: Annotated[str, typer.Option("--range", metavar="A..B", help="What commits changed.")] = "",
    output: Annotated[Format, typer.Option("--format", help="For people, programs, code scanning, CI.")] = Format.TEXT,
    as_json: Json = False,
    fail_on: Annotated[
        FailOn | None, typer.Option("--fail-on", help="Exit with 1 for findings as severe, or more.")
    ] = None,
    no_model: Annotated[bool, typer.Option("--no-model", help="Checks only.")] = False,
    budget: Annotated[
        float | None, typer.Option("--budget", metavar="SECONDS", min=0, max=3600, help="How long it may take.")
    ] = None,
    model: Model = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Count these findings as known from now on.")
    ] = False,
) -> None:
    """Review what is staged, before it is committed.

    Neither the index nor the working tree is changed.
    """
    from codeassist.commands import review

    asked = review.Asked(
        paths=tuple(paths or ()),
        staged=staged,
        working=working,
        revisions=revisions,
        output="json" if as_json else output.value,
        fail_on=fail_on.value if fail_on else "",
        use_model=not no_model,
        budget=budget,
        model=model,
        write_baseline=write_baseline,
    )
    raise typer.Exit(review.run(os.environ, asked))
