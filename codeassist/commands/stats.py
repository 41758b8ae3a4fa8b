"""`codeassist stats`."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import msgspec

from codeassist.commands.output import write_json
from codeassist.completion.statistics import load, statistics_file
from codeassist.paths import user_paths
from codeassist.terminal import one_line


def run(environ: Mapping[str, str], *, as_json: bool = False) -> int:
    """Show what became of the suggestions in editors. Nothing but counts is kept."""
    statistics = load(statistics_file(user_paths(environ).state))
    if as_json:
        write_json(msgspec.to_builtins(statistics) | {"total": statistics.total()})
        return 0
    total = statistics.total()
    if not total.shown:
        sys.stdout.write("nothing is counted yet: codeassist lsp counts what it suggests in an editor\n")
        return 0
    columns = ("shown", "taken", "partly", "typed", "rejected")
    sys.stdout.write(f"{'since ' + one_line(statistics.since):20} {' '.join(f'{each:>8}' for each in columns)}\n")
    for name, counts in (*sorted(statistics.languages.items()), ("all", total)):
        row = (counts.shown, counts.accepted, counts.partly_accepted, counts.typed, counts.rejected)
        sys.stdout.write(f"{one_line(name)[:20]:20} {' '.join(f'{each:8}' for each in row)}\n")
    sys.stdout.write(f"{total.accepted_characters} characters did not have to be typed\n")
    return 0
