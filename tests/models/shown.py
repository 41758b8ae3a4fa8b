"""What the table in docs/models.md claims, and by which test each claim is shown.

A claim that is not listed here, or whose test did not pass, is "not run here".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from codeassist.models.catalog import Catalog

from .subjects import SUBJECTS

COLUMNS = {"complete": "complete", "chat": "chat", "fim": "FIM", "embed": "embeddings", "image": "images"}
REAL, TINY, NOT_RUN, NONE = "real weights", "tiny random", "not run here", "—"


class Case(NamedTuple):
    """A claim: a model of a row can do something. `test` is pytest's name of what shows it."""

    row: str
    column: str
    how: str
    test: str
    size: str = ""


# Each row of the table with its models of the catalogue.
ROWS: dict[str, tuple[str, ...]] = {
    "Qwen2.5-Coder": (
        "qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b", "qwen2.5-coder-1.5b-q8", "qwen2.5-coder-3b", "qwen2.5-coder-7b",
    ),
    "DeepSeek-Coder": ("deepseek-coder-1.3b", "deepseek-coder-6.7b"),
    "DeepSeek-Coder-V2": ("deepseek-coder-v2-lite",),
    "StarCoder2": ("starcoder2-3b",),
    "CodeLlama": ("codellama-7b",),
    "Codestral": ("codestral-22b",),
    "CodeGemma": ("codegemma-2b",),
    "Llama 3": ("llama-3-8b",),
    "Phi-3": ("phi-3-mini",),
    "Mixtral 8x7B": ("mixtral-8x7b",),
    "Mistral 7B": ("mistral-7b",),
    "SmolLM2": ("smollm2-135m",),
    "Gemma 3": ("gemma-3-270m",),
    "MiniCPM-Llama3-V 2.5": ("minicpm-llama3-v-2.5",),
    "LLaVA": (),
    "BERT (all-MiniLM-L6-v2)": (),
    "BERT (BGE small)": ("bge-small-en-v1.5",),
    "Nomic Embed": ("nomic-embed-text-v1.5",),
}  # fmt: skip

# Images: a language model with a projector, through the engine's process. Register a case here.
IMAGES: tuple[Case, ...] = (
    Case("LLaVA", "image", TINY, "tests/engine/test_images.py::test_an_image_changes_the_answer[mlp]"),
    Case(
        "MiniCPM-Llama3-V 2.5",
        "image",
        TINY,
        "tests/engine/test_images.py::test_an_image_changes_the_answer[resampler]",
    ),
)


def cases() -> tuple[Case, ...]:
    """Every claim."""
    shown = [
        Case(each.row, column, REAL if each.real else TINY, f"{_CONFORMANCE}::test_{column}[{each.id}]", each.size)
        for each in SUBJECTS
        for column in each.can
    ]
    return (*shown, *IMAGES)


_CONFORMANCE = "tests/models/test_conformance.py"


def families_table(catalog: Catalog, passed: Mapping[str, bool]) -> str:
    """The table, in Markdown. `passed` tells of each test whether it passed."""
    lines = ["| family | " + " | ".join(COLUMNS.values()) + " |", "|---|" + "---|" * len(COLUMNS)]
    for row, ids in ROWS.items():
        cells = [_cell(row, column, ids, catalog, passed) for column in COLUMNS]
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(row: str, column: str, ids: tuple[str, ...], catalog: Catalog, passed: Mapping[str, bool]) -> str:
    here = [case for case in cases() if (case.row, case.column) == (row, column) and passed.get(case.test, False)]
    for how in (REAL, TINY):
        found = [case for case in here if case.how == how]
        if found:
            sizes = ", ".join(case.size for case in found if case.size)
            return f"{how} ({sizes})" if sizes else how
    claimed = any(column in entry.capabilities for entry in catalog.entries if entry.id in ids)
    return NOT_RUN if claimed or any((case.row, case.column) == (row, column) for case in cases()) else NONE


def catalog_table(catalog: Catalog) -> str:
    """The models that can be pulled, in Markdown."""
    lines = ["| model | parameters | file | licence | can | loaded by the tests |", "|---|---|---|---|---|---|"]
    real = {each.model for each in SUBJECTS if each.real}
    for entry in catalog.entries:
        size = f"{entry.bytes / 1e9:.1f} GB" if entry.bytes else "not known"
        can = ", ".join(COLUMNS[name] for name in entry.capabilities)
        tested = "yes" if entry.id in real else "no"
        lines.append(f"| `{entry.id}` | {entry.parameters} | {size} | {entry.licence} | {can} | {tested} |")
    return "\n".join(lines)
