"""The commands that come in groups: `codeassist model …`, `index …`, `engine …`, `config …`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from codeassist.commands.options import Json, Model

model_app = typer.Typer(help="List, pull, add and choose models.", no_args_is_help=True, rich_markup_mode=None)
engine_app = typer.Typer(help="The process that runs the model.", no_args_is_help=True, rich_markup_mode=None)
index_app = typer.Typer(rich_markup_mode=None)
config_app = typer.Typer(help="Settings and their origin.", no_args_is_help=True, rich_markup_mode=None)


@model_app.command("list")
def model_list(as_json: Json = False) -> None:
    """Models of the catalogue and your own."""
    from codeassist.commands import model

    raise typer.Exit(model.list_models(os.environ, as_json=as_json))


@model_app.command("pull")
def model_pull(
    model_id: Annotated[str, typer.Argument(metavar="[MODEL]", help="Default: the model in use.")] = "",
    from_path: Annotated[str, typer.Option("--from", metavar="FILE", help="Take the bytes from this file.")] = "",
    projector: Annotated[
        str, typer.Option("--projector", metavar="FILE", help="Take its vision part from this file.")
    ] = "",
) -> None:
    """Download a model.

    An interrupted download goes on where it stopped.
    """
    from codeassist.commands import model

    raise typer.Exit(model.pull(os.environ, model_id, from_path=from_path, projector=projector))


@model_app.command("add")
def model_add(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A GGUF file; it stays where it is.")],
    name: Annotated[str, typer.Option("--name", metavar="ID", help="What to call it.")] = "",
    projector: Annotated[
        str, typer.Option("--projector", metavar="FILE", help="Its vision part (mmproj), for ask --image.")
    ] = "",
) -> None:
    """Register a GGUF file of your own."""
    from codeassist.commands import model

    raise typer.Exit(model.add(os.environ, path, name, projector))


@model_app.command("use")
def model_use(model_id: Annotated[str, typer.Argument(metavar="MODEL")]) -> None:
    """Make an installed model the default."""
    from codeassist.commands import model

    raise typer.Exit(model.use(os.environ, model_id))


@model_app.command("convert")
def model_convert(
    model_id: Annotated[str, typer.Argument(metavar="[MODEL]", help="Default: the model in use.")] = "",
    engine: Annotated[str, typer.Option("--engine", metavar="ENGINE", help="ctransformers.")] = "ctransformers",
    name: Annotated[str, typer.Option("--name", metavar="ID", help="What to call the copy.")] = "",
) -> None:
    """Make a copy of an installed model for another engine.

    ctransformers runs models of the llama architecture, such as DeepSeek-Coder 1.3B and 6.7B.
    """
    from codeassist.commands import convert

    raise typer.Exit(convert.convert(os.environ, model_id, engine, name))


@model_app.command("verify")
def model_verify(model_id: Annotated[str, typer.Argument(metavar="[MODEL]", help="Default: all.")] = "") -> None:
    """Hash installed models again."""
    from codeassist.commands import model

    raise typer.Exit(model.verify(os.environ, model_id))


@model_app.command("info")
def model_info(
    model_id: Annotated[str, typer.Argument(metavar="[MODEL]", help="Default: the model in use.")] = "",
    as_json: Json = False,
) -> None:
    """What is known of a model."""
    from codeassist.commands import model

    raise typer.Exit(model.info(os.environ, model_id, as_json=as_json))


@model_app.command("tune")
def model_tune(
    target: Annotated[
        int, typer.Option("--target", metavar="MS", min=50, max=60000, help="From a keystroke to a suggestion.")
    ] = 500,
    requantise: Annotated[
        str, typer.Option("--requantise", metavar="LAYOUT", help="Try other weights: mixed, q8_0 or q4_0.")
    ] = "",
    rounds: Annotated[int, typer.Option("--rounds", min=1, max=50, help="How often each is measured.")] = 3,
    model: Model = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also while others use the processors.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Forget what was measured.")] = False,
    as_json: Json = False,
) -> None:
    """Measure this machine and choose settings for it.

    Takes a minute or two on an idle machine. What is chosen goes before the defaults; config.toml goes first. Other
    weights are kept only if they are faster here and lose nothing that can be measured.
    """
    from codeassist.commands import tune

    if reset:
        raise typer.Exit(tune.forget(os.environ, as_json=as_json))
    wish = tune.Wish(target, rounds, requantise, dry_run, force)
    raise typer.Exit(tune.run(os.environ, wish, model=model, as_json=as_json))


@model_app.command("remove")
def model_remove(
    model_id: Annotated[str, typer.Argument(metavar="MODEL")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Forget a model.

    Its file is deleted if codeassist downloaded it; a file of your own stays.
    """
    from codeassist.commands import model

    raise typer.Exit(model.remove(os.environ, model_id, yes=yes))


@index_app.callback()
def index_root(invoked: typer.Context, as_json: Json = False) -> None:
    """Index the repository here, or this directory.

    Reads what changed since the last time. Names, signatures, summaries and words are kept in the state directory, no
    code. Secrets, what git ignores and what .codeassistignore files name are left out.
    """
    if invoked.invoked_subcommand is None:
        from codeassist.commands import index

        raise typer.Exit(index.build(os.environ, as_json=as_json))


@index_app.command("build")
def index_build(as_json: Json = False) -> None:
    """Bring the index up to date; plain `index` does the same."""
    from codeassist.commands import index

    raise typer.Exit(index.build(os.environ, as_json=as_json))


@index_app.command("status")
def index_status(
    skipped: Annotated[bool, typer.Option("--skipped", help="List the files that were left out, and why.")] = False,
    as_json: Json = False,
) -> None:
    """What the index holds, and whether it is up to date."""
    from codeassist.commands import index

    raise typer.Exit(index.status(os.environ, skipped=skipped, as_json=as_json))


@index_app.command("watch")
def index_watch() -> None:
    """Keep the index up to date as files change, until Ctrl-C."""
    from codeassist.commands import index

    raise typer.Exit(index.watch(os.environ))


@engine_app.command("status")
def engine_status(as_json: Json = False) -> None:
    """Whether the engine runs, with its counters."""
    from codeassist.commands import engine

    raise typer.Exit(engine.status(os.environ, as_json=as_json))


@engine_app.command("stop")
def engine_stop() -> None:
    """Stop the engine.

    It starts again when it is needed.
    """
    from codeassist.commands import engine

    raise typer.Exit(engine.stop(os.environ))


@config_app.command("show")
def config_show(as_json: Json = False) -> None:
    """Every setting, its value and its origin."""
    from codeassist.commands import settings

    raise typer.Exit(settings.show(os.environ, as_json=as_json))


@config_app.command("path")
def config_path() -> None:
    """Where config.toml is."""
    from codeassist.commands import settings

    raise typer.Exit(settings.path(os.environ))
