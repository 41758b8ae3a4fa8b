"""The benchmark of the index measures what it says."""

from __future__ import annotations

from pathlib import Path

from benchmarks.indexing import command, generate, measure
from tests.context.trees import repository


def test_a_generated_tree_has_the_lines_that_were_asked_for_and_is_the_same_each_time(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        generate(repository(tmp_path / name, {}), 1000)
        texts.append({path.name: path.read_text() for path in (tmp_path / name).rglob("*.py")})
    assert texts[0] == texts[1]
    assert sum(text.count("\n") for text in texts[0].values()) == 1000


def test_every_row_is_measured(tmp_path: Path) -> None:
    root = repository(tmp_path / "tree", {})
    generate(root, 1000)
    samples, facts = measure(root, tmp_path, builds=1, repeats=2)
    assert (facts["files"], facts["lines"]) == (4, 1000)
    assert all(samples.values())
    assert samples["unchanged, as a command: files read"] == [0.0, 0.0, 0.0]
    assert samples["cold build: peak memory, MB"][0] > 1
    assert command(root, tmp_path / "home")[2]["files"] == 4
