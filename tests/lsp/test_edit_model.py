"""Documentation and an explanation by a real model, through the server."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lsp.client import Client
from tests.lsp.editor import ABLE, applied, asked, at, progress
from tests.models.cache import cached_model
from tests.repository import repository

TEXT = '''import os


def names(folder):
    """The names of the files in a folder."""
    return os.listdir(folder)


def add(left, right):
    return left + right
'''


@pytest.mark.model
@pytest.mark.timeout(300)
def test_a_real_model_documents_and_explains(start: Callable[..., Client], home: Path, tmp_path: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(cached_model("smollm2-135m"))
    file = repository(tmp_path / "project", {"sums.py": TEXT}) / "sums.py"
    client = start()
    client.initialize({"model": "smollm2-135m", "review": False, "engine": {"mode": "private"}}, **ABLE)
    client.open(file.as_uri(), TEXT, version=1)
    answer = asked(client, "doc", file, at(8, 4))
    assert answer["applied"] is True, answer
    after = applied(TEXT, answer["edit"], file, 1)
    added = [line for line in after.splitlines() if line not in TEXT.splitlines()]
    assert [line for line in after.splitlines() if line not in added] == TEXT.splitlines(), "nothing else has changed"
    functions = [each for each in ast.parse(after).body if isinstance(each, ast.FunctionDef)]
    assert ast.get_docstring(functions[1])
    assert progress(client, "report"), "the person is told"
    explained = asked(client, "explain", file, at(8, 4), show=False)
    assert explained["markdown"]
    assert any(each["path"] == "sums.py" for each in explained["citations"])
    assert client.end() == 0
