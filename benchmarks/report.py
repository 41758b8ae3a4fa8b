"""Medians of interleaved repeats, as JSON and as a printed table."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from codeassist import __version__


def summary(samples: Mapping[str, Sequence[float]]) -> dict[str, dict[str, float]]:
    """Median, least, greatest and n of each row."""
    return {
        name: {
            "median": round(statistics.median(values), 3),
            "min": round(min(values), 3),
            "max": round(max(values), 3),
            "n": len(values),
        }
        for name, values in samples.items()
        if values
    }


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {"processors": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}


def write(output: Path, title: str, facts: Mapping[str, Any], rows: Mapping[str, Any]) -> None:
    """Write the JSON document of a benchmark."""
    output.parent.mkdir(parents=True, exist_ok=True)
    document = {"title": title, "codeassist": __version__, "machine": machine(), **facts, "rows": rows}
    output.write_text(json.dumps(document, indent=2) + "\n")


def publish(title: str, samples: Mapping[str, Sequence[float]], facts: Mapping[str, Any], output: Path | None) -> None:
    """Print the table; write the JSON document if a file is named."""
    rows = summary(samples)
    if output is not None:
        write(output, title, facts, rows)
    print(f"{title}   {', '.join(f'{key} {value}' for key, value in {**facts, **machine()}.items())}\n")
    width = max(map(len, rows), default=0)
    print(f"{'':{width}}  {'median':>10} {'min':>10} {'max':>10} {'n':>3}")
    for name, row in rows.items():
        print(f"{name:{width}}  {row['median']:>10g} {row['min']:>10g} {row['max']:>10g} {row['n']:>3}")
