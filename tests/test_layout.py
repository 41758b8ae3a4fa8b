"""The fixed top level and its three links. Runs first in mind: without the links nothing else can work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINKS = {"cli.py": "../cli.py", "lsp": "../lsp", "prompts": "../prompts"}


@pytest.mark.parametrize(("name", "target"), LINKS.items())
def test_package_links_are_relative_links(name: str, target: str) -> None:
    link = ROOT / "codeassist" / name
    assert link.is_symlink(), (
        f"codeassist/{name} is not a symbolic link: this checkout was made without symlink support, "
        "and a wheel built from it is broken. Clone again with `git -c core.symlinks=true clone`."
    )
    assert os.readlink(link) == target  # noqa: PTH115  the text of the link, not where it leads
    assert link.resolve() == (ROOT / name).resolve()


def test_top_level_is_what_the_design_fixes() -> None:
    fixed = (
        "codeassist",
        "lsp",
        "prompts",
        "tests",
        "cli.py",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
    )
    missing = [name for name in (*fixed, "ARCHITECTURE.md", ".ci/run", "benchmarks") if not (ROOT / name).exists()]
    assert missing == []


def test_one_import_name() -> None:
    import codeassist.lsp

    assert Path(codeassist.__file__).parent == ROOT / "codeassist"
    assert codeassist.lsp.__name__ == "codeassist.lsp"


def test_no_file_is_over_300_lines() -> None:
    files = [*ROOT.glob("*.py"), *(ROOT / "codeassist").rglob("*.py"), *(ROOT / "lsp").rglob("*.py")]
    long = {str(file.relative_to(ROOT)): lines for file in files if (lines := len(file.read_text().splitlines())) > 300}
    assert long == {}
