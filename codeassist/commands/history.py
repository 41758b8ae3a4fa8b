"""`codeassist history`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

from codeassist.commands.output import as_text, say, write_json
from codeassist.edit.journal.journal import Entry, Journal
from codeassist.edit.original import root_of
from codeassist.paths import user_paths
from codeassist.terminal import console, one_line

_TITLE = 80  # characters that are shown


def run(environ: Mapping[str, str], *, limit: int = 20, as_json: bool = False) -> int:
    """Show the edits that were applied in this working tree, the latest first.

    Raises:
        MissingError: the state directory cannot be used.
    """
    with Journal.open(user_paths(environ).state, root_of(Path.cwd())) as journal:
        for notice in journal.notices:
            say(notice)
        found = journal.entries()[:limit]
    if as_json:
        write_json({"schema": 1, "edits": [_plain(each) for each in found]})
    elif found:
        _show(found)
    else:
        say("no edit was applied here")
    return 0


def _plain(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "title": entry.title,
        "when": datetime.fromtimestamp(entry.when, timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "state": entry.state,
        "files": [{"path": as_text(path), "added": added, "removed": removed} for path, added, removed in entry.files],
    }


def _show(found: Sequence[Entry]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("id", "when", "state", "lines", "files", "title"):
        table.add_column(title, justify="right" if title in ("lines", "files") else "left", no_wrap=True)
    for each in found:
        when = datetime.fromtimestamp(each.when, timezone.utc).astimezone()
        lines = f"+{sum(added for _, added, _ in each.files)} −{sum(removed for _, _, removed in each.files)}"
        row = (each.id, f"{when:%Y-%m-%d %H:%M}", each.state, lines, str(len(each.files)), one_line(each.title, _TITLE))
        table.add_row(*row)
    console(wide=not sys.stdout.isatty()).print(table)
