"""Repository context: what is found, what completions gain from it, what the index costs.

    python -m benchmarks.context retrieval|completions|index [--data DIR] [--json FILE] …

retrieval    recall and MRR of `search` for the subjects of commits, against plain BM25 and random (retrieval.py).
completions  cross-file lines with and without context, same model and total budget (crossfile.py). `--anywhere`: the
             cursor at a random place inside the line. `--budget N`: tokens of context. `--model ID`, `--limit N`.
index        cold, unchanged and one-file times, memory, size: `python -m benchmarks.indexing` with its own options.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from benchmarks import crossfile, indexing, retrieval
from codeassist.session import open_session


def main() -> None:
    """Run one part."""
    if sys.argv[1:2] == ["index"]:
        del sys.argv[1]
        return indexing.main()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["retrieval", "completions", "index"])
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--repository", type=Path, default=Path())
    parser.add_argument("--model", default=None)
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--budget", type=int, default=256)
    parser.add_argument("--anywhere", action="store_true")
    parser.add_argument("--side", action="append", choices=crossfile.SIDES, dest="sides")
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    if options.part == "retrieval":
        done = retrieval.retrieval(options.data, options.repository.absolute(), print)
    else:
        sides = tuple(dict.fromkeys(["none", *(options.sides or crossfile.SIDES)]))
        with open_session(os.environ, model=options.model) as session:
            done = crossfile.run(
                session,
                options.data,
                options.limit,
                print,
                budget=options.budget,
                anywhere=options.anywhere,
                sides=sides,
            )
    if options.json is not None:
        options.json.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")
    return None


if __name__ == "__main__":
    main()
