from __future__ import annotations

import stat
import threading
from pathlib import Path

from codeassist.completion.statistics import Counts, Statistics, add, load, statistics_file
from tests.conftest import Run


def test_counts_add_up(tmp_path: Path) -> None:
    file = tmp_path / "state" / "statistics.json"
    assert add(file, {"python": Counts(shown=2, accepted=1), "go": Counts(rejected=1)})
    assert add(file, {"python": Counts(shown=1, accepted_characters=9)})
    statistics = load(file)
    assert statistics.languages["python"] == Counts(shown=3, accepted=1, accepted_characters=9)
    assert statistics.total() == Counts(shown=3, accepted=1, rejected=1, accepted_characters=9)
    assert statistics.since
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_many_servers_lose_no_count(tmp_path: Path) -> None:
    file = tmp_path / "statistics.json"
    threads = [threading.Thread(target=add, args=(file, {"go": Counts(shown=1)})) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert load(file).total().shown == 20


def test_a_damaged_file_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "statistics.json"
    for content in (b"", b"{", b"[]", b'{"languages": {"go": {"shown": "x"}}}', b"\xff"):
        file.write_bytes(content)
        assert load(file) == Statistics()
        assert add(file, {"go": Counts(shown=1)})
        assert load(file).total().shown == 1


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert not add(tmp_path / "file" / "statistics.json", {"go": Counts(shown=1)})


def test_stats_command(run: Run, home: Path) -> None:
    assert "nothing is counted yet" in run("stats").stdout
    file = statistics_file(home / "state")
    add(
        file,
        {"python": Counts(shown=4, accepted=1, typed=1, rejected=2, accepted_characters=12), "go": Counts(shown=1)},
    )
    lines = run("stats").stdout.splitlines()
    assert lines[0].split()[2:] == ["shown", "taken", "partly", "typed", "rejected"]
    assert [line.split() for line in lines[1:4]] == [
        ["go", "1", "0", "0", "0", "0"],
        ["python", "4", "1", "0", "1", "2"],
        ["all", "5", "1", "0", "1", "2"],
    ]
    assert lines[4].startswith("12 characters")
    document = run("stats", "--json").document
    assert document["schema"] == 1
    assert document["total"]["shown"] == 5
    assert document["languages"]["python"]["accepted_characters"] == 12
