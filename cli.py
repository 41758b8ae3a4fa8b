"""The command line: options, help, exit codes and the one error boundary. Every command is imported when it runs."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from codeassist import __version__
from codeassist.errors import CodeassistError

_EPILOG = (
    "Exit codes: 0 done, 1 findings, 2 wrong use, 3 something needed is missing, 4 the engine failed, 130 interrupted."
)

app = typer.Typer(
    name="codeassist",
    help="A coding assistant that runs wholly on this machine: code never leaves it.",
    epilog=_EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich help costs 55 ms at start, half of all
    context_settings={"help_option_names": ["-h", "--help"]},
)
model_app = typer.Typer(help="List, pull, add and choose models.", no_args_is_help=True, rich_markup_mode=None)
engine_app = typer.Typer(help="The process that runs the model.", no_args_is_help=True, rich_markup_mode=None)
index_app = typer.Typer(rich_markup_mode=None)
config_app = typer.Typer(help="Settings and their origin.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(model_app, name="model")
app.add_typer(engine_app, name="engine")
app.add_typer(index_app, name="index", invoke_without_command=True)
app.add_typer(config_app, name="config")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Model = Annotated[str | None, typer.Option("--model", metavar="ID", help="Use this model instead of the default.")]
NoContext = Annotated[bool, typer.Option("--no-context", help="Look at what is given only, not at the repository.")]
Files = Annotated[list[str] | None, typer.Option("--file", "-f", metavar="PATH", help="A file to show; repeatable.")]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", min=1, max=4096, help="Write at most so many.")]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"codeassist {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """A coding assistant that runs wholly on this machine: code never leaves it."""


@app.command("try")
def try_command(model: Model = None) -> None:
    """Complete and ask in a small sample.

    Pulls the model first if it is missing: the newcomer's first minute.
    """
    from codeassist.commands import trial

    raise typer.Exit(trial.run(os.environ, model=model))


@app.command()
def complete(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file, or - for standard input.")],
    at: Annotated[
        str, typer.Option("--at", metavar="LINE:COL", help="The cursor: both from 1, columns in characters.")
    ],
    stdin_path: Annotated[str, typer.Option("--stdin-path", metavar="PATH", help="The name of what - holds.")] = "",
    as_json: Json = False,
    max_tokens: MaxTokens = None,
    model: Model = None,
    session: Annotated[
        str,
        typer.Option("--session", metavar="NAME", help="Calls of one name share a prompt while you type on."),
    ] = "",
    no_context: Annotated[
        bool, typer.Option("--no-context", help="Look at this file only, not the repository.")
    ] = False,
) -> None:
    """Print the text that belongs at a place in a file."""
    from codeassist.commands import complete as command

    code = command.run(
        os.environ,
        file,
        at,
        stdin_path=stdin_path,
        as_json=as_json,
        max_tokens=max_tokens,
        model=model,
        name=session,
        context=not no_context,
    )
    raise typer.Exit(code)


@app.command()
def context(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file, or - for standard input.")],
    at: Annotated[
        str, typer.Option("--at", metavar="LINE:COL", help="The cursor: both from 1, columns in characters.")
    ],
    stdin_path: Annotated[str, typer.Option("--stdin-path", metavar="PATH", help="The name of what - holds.")] = "",
    as_json: Json = False,
    model: Model = None,
) -> None:
    """What the model is shown of the repository when it completes at a place.

    Each piece with where it is from, why, and what it costs.
    """
    from codeassist.commands import context as command

    raise typer.Exit(command.run(os.environ, file, at, stdin_path=stdin_path, as_json=as_json, model=model))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    file: Files = None,
    as_json: Json = False,
    max_tokens: MaxTokens = None,
    model: Model = None,
    no_context: NoContext = False,
) -> None:
    """Answer a question about this repository, about files or about piped text."""
    from codeassist.commands import ask as command

    code = command.run(
        os.environ,
        question,
        file or [],
        as_json=as_json,
        model=model,
        max_tokens=max_tokens,
        no_context=no_context,
    )
    raise typer.Exit(code)


@app.command()
def explain(
    place: Annotated[str, typer.Argument(metavar="PATH[:L1-L2]", help="A file, or lines of it.")],
    as_json: Json = False,
    max_tokens: MaxTokens = None,
    model: Model = None,
    no_context: NoContext = False,
) -> None:
    """Explain a file, or lines of it."""
    from codeassist.commands import explain as command

    code = command.run(os.environ, place, as_json=as_json, model=model, max_tokens=max_tokens, no_context=no_context)
    raise typer.Exit(code)


@app.command()
def chat(
    chat_id: Annotated[str, typer.Argument(metavar="[ID]", help="With --resume: which one.")] = "",
    file: Files = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the latest chat here, or with ID.")] = False,
    list_chats: Annotated[bool, typer.Option("--list", help="List the chats about this repository.")] = False,
    max_tokens: MaxTokens = None,
    model: Model = None,
    no_context: NoContext = False,
) -> None:
    """Ask one question after another about this repository.

    Questions are typed, or piped in, a line each; /help lists what else can be entered.
    """
    from codeassist.commands import chat as command

    if list_chats:
        raise typer.Exit(command.list_chats(os.environ))
    code = command.run(
        os.environ,
        file or [],
        model=model,
        max_tokens=max_tokens,
        no_context=no_context,
        resume=resume,
        chat_id=chat_id,
    )
    raise typer.Exit(code)


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A name, part of one, PATH:LINE, or words.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="Show at most so many places.")] = 20,
    as_json: Json = False,
) -> None:
    """Find names and text in the repository.

    The best place of each file comes first, then further places of the best files, each with the reason.
    """
    from codeassist.commands import search as command

    raise typer.Exit(command.run(os.environ, query, limit=limit, as_json=as_json))


@app.command("map")
def map_command(
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="Only this folder or file.")] = "",
    tokens: Annotated[
        int,
        typer.Option("--tokens", min=50, max=100_000, help="As much as fits; estimated, three characters a token."),
    ] = 1000,
    as_json: Json = False,
) -> None:
    """Outline the repository: its most important files and definitions.

    Important is what others refer to, counted over the references of the whole repository (PageRank).
    """
    from codeassist.commands import map as command

    raise typer.Exit(command.run(os.environ, path, tokens=tokens, as_json=as_json))


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check this installation.

    Proves the sandbox by trying to break out of it: a socket, a file, a program.
    """
    from codeassist.commands import doctor as command

    raise typer.Exit(command.run(os.environ, as_json=as_json))


@app.command()
def lsp() -> None:
    """Serve an editor: completions as you type.

    Speaks the language server protocol on standard input and output.
    """
    from codeassist.lsp import server

    raise typer.Exit(server.run(os.environ))


@app.command()
def stats(as_json: Json = False) -> None:
    """What became of the suggestions in editors: counts, kept on this machine."""
    from codeassist.commands import stats as command

    raise typer.Exit(command.run(os.environ, as_json=as_json))


@model_app.command("list")
def model_list(as_json: Json = False) -> None:
    """Models of the catalogue and your own."""
    from codeassist.commands import model

    raise typer.Exit(model.list_models(os.environ, as_json=as_json))


@model_app.command("pull")
def model_pull(
    model_id: Annotated[str, typer.Argument(metavar="[MODEL]", help="Default: the model in use.")] = "",
    from_path: Annotated[str, typer.Option("--from", metavar="FILE", help="Take the bytes from this file.")] = "",
) -> None:
    """Download a model.

    An interrupted download goes on where it stopped.
    """
    from codeassist.commands import model

    raise typer.Exit(model.pull(os.environ, model_id, from_path=from_path))


@model_app.command("add")
def model_add(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A GGUF file; it stays where it is.")],
    name: Annotated[str, typer.Option("--name", metavar="ID", help="What to call it.")] = "",
) -> None:
    """Register a GGUF file of your own."""
    from codeassist.commands import model

    raise typer.Exit(model.add(os.environ, path, name))


@model_app.command("use")
def model_use(model_id: Annotated[str, typer.Argument(metavar="MODEL")]) -> None:
    """Make an installed model the default."""
    from codeassist.commands import model

    raise typer.Exit(model.use(os.environ, model_id))


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


def main() -> None:
    """The entry point: runs a command; an expected error is two lines on standard error and its exit code."""
    as_json = "--json" in sys.argv
    try:
        sys.exit(app(prog_name="codeassist", standalone_mode=False))
    except CodeassistError as error:
        from codeassist.commands.failure import report

        sys.exit(report(error, as_json=as_json))
    except Exception as error:  # noqa: BLE001  the boundary
        from codeassist.commands.failure import report_other

        sys.exit(report_other(error, os.environ, as_json=as_json))
