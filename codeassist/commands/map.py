"""`codeassist map [PATH]`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codeassist.commands.output import Waiting, as_text, say, write_json
from codeassist.commands.repository import repository
from codeassist.context.outline import Outlined, estimate, lines, outline
from codeassist.errors import MissingError, UsageError
from codeassist.terminal import console, one_line, write_text

if TYPE_CHECKING:
    from rich.tree import Tree


def run(environ: Mapping[str, str], path: str = "", *, tokens: int = 1000, as_json: bool = False) -> int:
    """Print the most important files and definitions of the repository, or of a part of it.

    Raises:
        MissingError: there is no repository here.
        UsageError: there is no such path in it.
    """
    place = Path(path or ".")
    if not place.exists():
        raise UsageError(f"there is no {path}", "give a file or directory of the repository")
    with Waiting("looking at the repository") as waiting, repository(environ, place, waiting.notice) as index:
        if index is None:
            raise MissingError("there is no repository here", "git init, or run: codeassist index")
        under = _under(index.root, place) if path else ""
        found = outline(index, tokens, under=under)
        title = index.root.name
        waiting.end()
    if as_json:
        write_json(_document(found, tokens))
    elif sys.stdout is not None and sys.stdout.isatty():
        console().print(_tree(found, f"{title}/{under}"))
    else:
        write_text("".join(f"{line}\n" for each in found for line in _text(each)))
    if not found:
        say("no file here is indexed, or none fits: more --tokens, or codeassist index status --skipped")
    return 0


def _under(root: Path, place: Path) -> str:
    try:
        inside = place.resolve().relative_to(root.resolve()).as_posix()
    except ValueError as error:
        raise UsageError(f"{place} leads out of the repository", "give a file or directory of it") from error
    return "" if inside == "." else inside


def _text(each: Outlined) -> list[str]:
    return [one_line(each.path), *("  " * (1 + depth) + one_line(line) for depth, line in lines(each))]


def _document(found: Sequence[Outlined], budget: int) -> dict[str, object]:
    return {
        "schema": 1,
        "files": [
            {
                "path": as_text(each.path),
                "definitions": [
                    {
                        "name": one.name,
                        "container": one.container,
                        "kind": one.kind,
                        "line": one.start_line,
                        "signature": one.signature,
                    }
                    for one in each.definitions
                ],
            }
            for each in found
        ],
        "tokens": sum(estimate(line) for each in found for line in _text(each)),
        "budget": budget,
    }


def _tree(found: Sequence[Outlined], title: str) -> Tree:
    """Folders, files and definitions; a folder of one folder is told in one line."""
    from rich.text import Text
    from rich.tree import Tree

    top = Tree(Text(one_line(title), "bold"), guide_style="dim")
    folders: dict[str, Tree] = {"": top}
    for each in found:
        folder, _, name = each.path.rpartition("/")
        if folder not in folders:
            folders[folder] = top.add(Text(one_line(folder + "/"), "bold blue"))
        branches = [folders[folder].add(Text(one_line(name), "bold"))]
        for depth, line in lines(each):
            del branches[min(depth, len(branches) - 1) + 1 :]
            branches.append(branches[-1].add(Text(one_line(line))))
    return top
