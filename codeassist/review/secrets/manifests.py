"""Secrets of Kubernetes: what stands under `data` of a document whose kind is Secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codeassist.review.secrets.found import Secret
from codeassist.review.secrets.randomness import is_stand_in

_KIND = re.compile(r"""^[ \t]*kind:[ \t]*["']?secret["']?[ \t]*$""", re.IGNORECASE)
_DATA = re.compile(r"^([ \t]*)(data|stringData):[ \t]*$")
_BASE64 = r"(?P<value>[A-Za-z0-9+/]{10,}={0,3})"
_VALUE = re.compile(
    rf"""^([ \t]*)(?P<key>[\w.-]{{1,100}}):[ \t]*(?:[|>][-+]?)?[ \t]*["']?{_BASE64}?["']?[ \t]*$""",
)
_BARE = re.compile(rf"^[ \t]+{_BASE64}[ \t]*$")
_MOST = 5_000  # lines


def declared(lines: Sequence[str]) -> Iterator[tuple[int, Secret]]:
    """The values of Secrets in a YAML file, by their line (1-based)."""
    start = 0
    for number, line in enumerate((*lines[:_MOST], "---")):
        if line.startswith("---"):
            document = lines[start:number]
            if any(_KIND.match(each) for each in document):
                yield from ((start + at, secret) for at, secret in _of_document(document))
            start = number + 1


def _of_document(document: Sequence[str]) -> Iterator[tuple[int, Secret]]:
    indent, key = -1, ""  # of `data`; of the value that goes on in the next line
    for number, line in enumerate(document, 1):
        opened = _DATA.match(line)
        if opened:
            indent = len(opened[1])
            continue
        depth = len(line) - len(line.lstrip())
        if indent < 0 or not line.strip() or line.lstrip().startswith("#"):
            continue
        if depth <= indent:
            indent = -1
            continue
        match = _VALUE.match(line) or _BARE.match(line)
        key = match.groupdict().get("key") or key if match else ""
        if match and match["value"] and not is_stand_in(match["value"]):
            value = match["value"]
            yield (
                number,
                Secret("kubernetes", "value of a Secret", match.start("value"), match.end("value"), value, key, 0.7),
            )
