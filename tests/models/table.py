"""Writes the tables of docs/models.md from what passes: `python -m tests.models.table`.

It runs the tests that the claims of shown.py name. Without one of them passing nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from codeassist.models.catalog import load_catalog

from .shown import cases, catalog_table, families_table

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "models.md"


class Outcomes:
    """A plugin that notes which tests passed."""

    def __init__(self) -> None:
        self.passed: dict[str, bool] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Setup, call and teardown of a test must all pass."""
        good = report.passed and (report.when != "call" or not report.skipped)
        self.passed[report.nodeid] = self.passed.get(report.nodeid, True) and good


def written(document: str, passed: Mapping[str, bool]) -> str:
    """The document with its tables made anew."""
    catalog = load_catalog()
    for name, table in (("families", families_table(catalog, passed)), ("catalogue", catalog_table(catalog))):
        before, _, rest = document.partition(f"<!-- {name}: begin -->\n")
        _, end, after = rest.partition(f"<!-- {name}: end -->")
        assert end, name
        document = f"{before}<!-- {name}: begin -->\n{table}\n{end}{after}"
    return document


def main() -> int:
    """Run the cases, then write the document."""
    outcomes = Outcomes()
    tests = sorted({case.test for case in cases()})
    pytest.main(["-q", *tests], plugins=[outcomes])
    if missing := [test for test in tests if not outcomes.passed.get(test, False)]:
        print("not shown, nothing is written:", *missing, sep="\n  ")  # noqa: T201
        return 1
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8"), outcomes.passed), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
