"""Where an edit belongs whose place nobody named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.context.index import Index
from codeassist.edit.planning import MOST, plan
from tests.repository import repository

CLIENT = '''"""Talks to the server."""


class Client:
    def fetch(self, path):
        """Read a page."""
        return self.session.get(path)

    def close(self):
        self.session.close()
'''
REPORT = """from client import Client


def report(client, pages):
    return [client.fetch(page) for page in pages]


def unrelated(words):
    return sorted(words)
"""
SLUGS = '''def slugify(title):
    """Turn a title into lower case words joined by dashes."""
    return "-".join(title.lower().split())
'''
FILES: dict[str, str | bytes] = {
    "client.py": CLIENT,
    "report.py": REPORT,
    "slugs.py": SLUGS,
    "tests/test_client.py": "from client import Client\n\n\ndef test_fetch():\n    Client().fetch('x')\n",
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    root = repository(tmp_path / "repository", FILES)
    with Index.open(root, tmp_path / "index") as opened:
        opened.refresh()
        yield opened


def planned(index: Index, instruction: str) -> list[tuple[str, str]]:
    found = plan(index.root, index, instruction)
    assert all(each.reason for each in found)
    return [(each.target.original.path, each.target.name) for each in found]


def test_a_definition_that_is_named(index: Index) -> None:
    assert planned(index, "make `slugify` keep digits") == [("slugs.py", "slugify")]
    assert planned(index, "let slugify() keep digits") == [("slugs.py", "slugify")]


def test_callers_follow_where_a_signature_changes(index: Index) -> None:
    found = planned(index, "add a timeout parameter to `fetch`")
    assert found[0] == ("client.py", "Client.fetch")
    assert ("report.py", "report") in found
    assert ("report.py", "unrelated") not in found
    assert planned(index, "make `fetch` faster") == [("client.py", "Client.fetch")]


def test_a_file_that_is_named(index: Index) -> None:
    assert planned(index, "tidy up slugs.py") == [("slugs.py", "slugify")]


def test_words_are_searched_where_nothing_is_named(index: Index) -> None:
    assert planned(index, "lower case words of a title are joined by underscores, not dashes") == [
        ("slugs.py", "slugify")
    ]


def test_nothing_fits(index: Index) -> None:
    assert planned(index, "zzzz qqqq") == []


def test_the_list_is_short(tmp_path: Path) -> None:
    calling = "".join(f"def calling_{number}():\n    return shared({number})\n\n\n" for number in range(30))
    root = repository(tmp_path / "r", {"a.py": f"def shared(x):\n    return x\n\n\n{calling}"})
    with Index.open(root, tmp_path / "i") as opened:
        opened.refresh()
        assert len(plan(root, opened, "add a parameter to `shared`")) == MOST


def test_what_has_gone_since_is_passed_over(index: Index) -> None:
    (index.root / "slugs.py").unlink()
    assert planned(index, "make `slugify` keep digits") == []
