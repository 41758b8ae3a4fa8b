"""docs/models.md claims what the conformance cases produce, and names every model of the catalogue.

Cases that ran before in this session count with their outcome; those that did not (another selection, another file)
with what shown.py says, so that a table which nobody generated anew is found either way.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from codeassist.models.catalog import load_catalog

from .conftest import PASSED
from .shown import NOT_RUN, REAL, ROWS, TINY, cases, families_table
from .table import DOCUMENT, written

ROOT = Path(__file__).resolve().parents[2]


def test_the_document_is_what_the_cases_produce(request: pytest.FixtureRequest) -> None:
    passed = {case.test: True for case in cases()} | request.config.stash.get(PASSED, {})
    document = DOCUMENT.read_text(encoding="utf-8")
    assert written(document, passed) == document, "write it anew: python -m tests.models.table"


def test_every_model_of_the_catalogue_has_a_row() -> None:
    rows = [model for models in ROWS.values() for model in models]
    assert sorted(rows) == sorted(load_catalog().ids)
    assert {case.row for case in cases()} <= set(ROWS)


def test_a_case_that_failed_is_claimed_no_more() -> None:
    catalog = load_catalog()
    everything = dict.fromkeys((case.test for case in cases()), True)
    assert REAL in families_table(catalog, everything)
    real = [case.test for case in cases() if case.how == REAL]
    without = families_table(catalog, everything | dict.fromkeys(real, False))
    assert REAL not in without
    assert TINY in without
    assert families_table(catalog, {}).count(NOT_RUN) > len(ROWS)


def test_every_claim_names_a_test() -> None:
    for case in cases():
        file, _, name = case.test.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name.partition("[")[0] in functions, case.test
