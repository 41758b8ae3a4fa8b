"""The commands that change files: `codeassist edit`, its presets `doc`, `test` and `fix`, `undo` and `history`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from codeassist.commands.options import Json, Model, NoContext

Apply = Annotated[bool, typer.Option("--apply", help="Apply without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the diff only.")]
Check = Annotated[
    str, typer.Option("--check", metavar="CMD", help="Keep only what passes this, run in a copy of the tree.")
]
CheckSeconds = Annotated[
    float, typer.Option("--check-timeout", metavar="SECONDS", min=1, max=3600, help="For a check.")
]
Drafts = Annotated[int, typer.Option("--drafts", "-k", min=1, max=16, help="Try at most so many times.")]
SideBySide = Annotated[bool, typer.Option("--side-by-side", help="Show old and new beside each other.")]
_SECONDS = 60.0
_DRAFTS = 4


def register(app: typer.Typer) -> None:
    """Enter the commands."""
    for name, command in (
        ("edit", _edit),
        ("doc", _doc),
        ("test", _test),
        ("fix", _fix),
        ("undo", _undo),
        ("history", _history),
    ):
        app.command(name)(command)


def _edit(
    instruction: Annotated[str, typer.Argument(metavar="INSTRUCTION", help="What to change, in your words.")],
    places: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH[:L1-L2]|PATH::NAME]...", help="Where; found in the repository if left out."),
    ] = None,
    apply: Apply = False,
    dry_run: DryRun = False,
    check: Check = "",
    check_timeout: CheckSeconds = _SECONDS,
    drafts: Drafts = _DRAFTS,
    insert: Annotated[bool, typer.Option("--insert", help="Write something new there, change nothing else.")] = False,
    whole: Annotated[bool, typer.Option("--whole", help="Let the model write the whole file again.")] = False,
    side_by_side: SideBySide = False,
    as_json: Json = False,
    model: Model = None,
    no_context: NoContext = False,
) -> None:
    """Change code as you say: shows a diff, and asks before it writes.

    Rewrites the smallest part that covers the request. codeassist undo takes it back.
    """
    from codeassist.commands import edit
    from codeassist.commands.editing import Wish

    wish = Wish(apply, dry_run, check, check_timeout, drafts, side_by_side, as_json, model, no_context)
    raise typer.Exit(edit.run(os.environ, instruction, places or [], wish, insert=insert, whole=whole))


def _doc(
    place: Annotated[str, typer.Argument(metavar="PATH::NAME")],
    apply: Apply = False,
    dry_run: DryRun = False,
    drafts: Drafts = _DRAFTS,
    side_by_side: SideBySide = False,
    as_json: Json = False,
    model: Model = None,
    no_context: NoContext = False,
) -> None:
    """Document a definition, in the project's style; its code stays as it is."""
    from codeassist.commands import doc
    from codeassist.commands.editing import Wish

    wish = Wish(apply, dry_run, "", _SECONDS, drafts, side_by_side, as_json, model, no_context)
    raise typer.Exit(doc.run(os.environ, place, wish))


def _test(
    place: Annotated[str, typer.Argument(metavar="PATH::NAME")],
    strict: Annotated[
        bool, typer.Option("--strict", help="Keep only tests that fail when the body is emptied.")
    ] = False,
    apply: Apply = False,
    dry_run: DryRun = False,
    check: Check = "",
    check_timeout: CheckSeconds = _SECONDS,
    drafts: Drafts = _DRAFTS,
    side_by_side: SideBySide = False,
    as_json: Json = False,
    model: Model = None,
    no_context: NoContext = False,
) -> None:
    """Write tests of a definition, in the project's framework; kept only if they run and pass.

    It runs what the model wrote, in a copy of the tree, on Linux without the network and writing nowhere else: asks
    first, or is told by --apply or --check that it may.
    """
    from codeassist.commands import test
    from codeassist.commands.editing import Wish

    wish = Wish(apply, dry_run, check, check_timeout, drafts, side_by_side, as_json, model, no_context)
    raise typer.Exit(test.run(os.environ, place, wish, strict=strict))


def _fix(
    finding: Annotated[
        str, typer.Argument(metavar="[FINDING|PATH:L]", help="Of a review; - or nothing reads a traceback from a pipe.")
    ] = "",
    apply: Apply = False,
    dry_run: DryRun = False,
    check: Check = "",
    check_timeout: CheckSeconds = _SECONDS,
    drafts: Drafts = _DRAFTS,
    side_by_side: SideBySide = False,
    as_json: Json = False,
    model: Model = None,
    no_context: NoContext = False,
) -> None:
    """Mend what a review, a traceback or a compiler complains of."""
    from codeassist.commands import fix
    from codeassist.commands.editing import Wish

    wish = Wish(apply, dry_run, check, check_timeout, drafts, side_by_side, as_json, model, no_context)
    raise typer.Exit(fix.run(os.environ, finding, wish))


def _undo(
    entry: Annotated[str, typer.Argument(metavar="[ID]", help="Default: the latest edit.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    merge: Annotated[
        bool, typer.Option("--merge", help="Where later changes overlap, write both with conflict markers.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take back an edit that codeassist applied; later changes elsewhere in its files stay."""
    from codeassist.commands import undo

    raise typer.Exit(undo.run(os.environ, entry, yes=yes, merge=merge, as_json=as_json))


def _history(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="Show at most so many.")] = 20,
    as_json: Json = False,
) -> None:
    """The edits that codeassist applied here, the latest first."""
    from codeassist.commands import history

    raise typer.Exit(history.run(os.environ, limit=limit, as_json=as_json))
