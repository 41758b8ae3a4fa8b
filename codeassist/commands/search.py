"""`codeassist search QUERY`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from codeassist.commands.output import Waiting, as_text, say, write_json
from codeassist.commands.repository import repository
from codeassist.context.contents import lines_of
from codeassist.context.embeddings import by_meaning
from codeassist.context.index import Index
from codeassist.context.search import Result, search
from codeassist.errors import MissingError, UsageError
from codeassist.session import open_embedder
from codeassist.terminal import one_line, write_text

_WIDTH = 160  # characters of a line that are shown


def run(environ: Mapping[str, str], query: str, *, limit: int = 20, as_json: bool = False) -> int:
    """Print the places of the repository that a query speaks of, best first.

    Raises:
        MissingError: there is no repository here.
        UsageError: the query is empty.
    """
    if not query.strip():
        raise UsageError("the query is empty", 'such as: codeassist search "where retries are counted"')
    with Waiting("looking at the repository") as waiting, repository(environ, Path.cwd(), waiting.notice) as index:
        if index is None:
            raise MissingError("there is no repository here", "git init, or run: codeassist index")
        results = _found(environ, index, query, limit)
        waiting.end()
        if as_json:
            write_json({"schema": 1, "results": [_plain(each) for each in results]})
        else:
            write_text("".join(f"{line}\n" for line in _lines(index, results)))
    if not results:
        say(f"nothing here speaks of {query}")
    return 0


def _found(environ: Mapping[str, str], index: Index, query: str, limit: int) -> list[Result]:
    embedder = open_embedder(environ)
    try:
        return search(index, query, limit, by_meaning(index, embedder, query))
    finally:
        if embedder is not None:
            embedder.close()


def _plain(result: Result) -> Result:
    return msgspec.structs.replace(result, path=as_text(result.path), reason=as_text(result.reason))


def _lines(index: Index, results: Sequence[Result]) -> Iterator[str]:
    """`path:line  symbol  its signature, or the first line that says something  (reason)`."""
    files: dict[str, list[str]] = {}
    for each in results:
        if each.path not in files:
            files[each.path] = lines_of(index.root, each.path)
        shown = _signature(index, each) or _first_line(files[each.path], each)
        parts = (f"{each.path}:{each.start}", each.symbol, shown[:_WIDTH], f"({each.reason})")
        yield "  ".join(one_line(part) for part in parts if part)


def _signature(index: Index, result: Result) -> str:
    if not result.symbol:
        return ""
    name = result.symbol.rpartition(".")[2]
    for each in index.definitions(result.path):
        if each.name == name and result.start <= each.start_line <= result.end:
            return each.signature
    return ""


def _first_line(lines: Sequence[str], result: Result) -> str:
    return next((line.strip() for line in lines[result.start - 1 : result.end] if line.strip()), "")
