"""The command line: options, help, exit codes and the one error boundary. Every command is imported when it runs."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from codeassist import __version__
from codeassist.commands import edit_commands, git_commands
from codeassist.commands.groups import config_app, engine_app, index_app, model_app
from codeassist.commands.options import Files, Images, Json, MaxTokens, Model, NoContext
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
app.add_typer(model_app, name="model")
app.add_typer(engine_app, name="engine")
app.add_typer(index_app, name="index", invoke_without_command=True)
app.add_typer(config_app, name="config")


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
    """Complete, ask and review in a small sample.

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
    image: Images = None,
) -> None:
    """Answer a question about this repository, about files, images or piped text."""
    from codeassist.commands import ask as command

    code = command.run(
        os.environ,
        question,
        file or [],
        as_json=as_json,
        model=model,
        max_tokens=max_tokens,
        no_context=no_context,
        images=image or [],
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


edit_commands.register(app)
git_commands.register(app)


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


def main() -> None:
    """The entry point: runs a command; an expected error is two lines on standard error and its exit code."""
    if sys.stderr is None:  # started with it closed: what is said there goes nowhere
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
    as_json = "--json" in sys.argv or "--format json" in " ".join(sys.argv).replace("=", " ")
    try:
        sys.exit(app(prog_name="codeassist", standalone_mode=False))
    except CodeassistError as error:
        from codeassist.commands.failure import report

        sys.exit(report(error, as_json=as_json))
    except Exception as error:  # noqa: BLE001  the boundary
        from codeassist.commands.failure import report_other

        sys.exit(report_other(error, os.environ, as_json=as_json))
