"""The commands about a change in git: `codeassist review`, `commit-msg` and `hook …`."""

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


hook_app = typer.Typer(help="Git hooks: review and draft as you commit.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Enter the commands."""
    app.command("review")(_review)
    app.command("commit-msg")(_commit_msg)
    app.add_typer(hook_app, name="hook")


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
    explain: Annotated[
        bool, typer.Option("--explain", help="Have the model explain findings, and propose fixes.")
    ] = False,
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
        explain=explain,
    )
    raise typer.Exit(review.run(os.environ, asked))


def _commit_msg(
    apply: Annotated[
        bool, typer.Option("--apply", help="Commit with it: your editor opens, your hooks run; nothing is left out.")
    ] = False,
    as_json: Json = False,
    model: Model = None,
) -> None:
    """Draft a message for what is staged, in the style of this repository's commits."""
    from codeassist.commands import commit_msg

    raise typer.Exit(commit_msg.run(os.environ, apply=apply, as_json=as_json, model=model))


@hook_app.command("install")
def _hook_install(
    commit_msg: Annotated[bool, typer.Option("--commit-msg", help="Also draft messages (prepare-commit-msg).")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also where core.hooksPath leads out of this repository.")
    ] = False,
) -> None:
    """Review what is staged before each commit (pre-commit).

    A hook that is there already is kept, and runs first.
    """
    from codeassist.commands import hook

    raise typer.Exit(hook.install(os.environ, commit_msg=commit_msg, force=force))


@hook_app.command("uninstall")
def _hook_uninstall() -> None:
    """Take the hooks away; what was there before is there again."""
    from codeassist.commands import hook

    raise typer.Exit(hook.uninstall(os.environ))


@hook_app.command("run", context_settings={"ignore_unknown_options": True})
def _hook_run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="pre-commit or prepare-commit-msg.")],
    arguments: Annotated[list[str] | None, typer.Argument(metavar="[ARGUMENT]...", help="What git gives it.")] = None,
) -> None:
    """Do the work of a hook, as an installed one does.

    SKIP=codeassist-review or SKIP=codeassist-commit-msg leaves it out; git commit --no-verify leaves all out.
    """
    from codeassist.commands import hook

    raise typer.Exit(hook.run(os.environ, name, arguments or []))
