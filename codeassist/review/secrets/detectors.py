"""The detectors of the library detect-secrets, each imported where a line has the sign of what it finds.

Importing one costs half a second, most of it for its HTTP client, which is never used: nothing is verified.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from codeassist.review.secrets.found import Secret
from codeassist.review.secrets.randomness import entropy, is_stand_in

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

_LONGEST = 1_000  # characters of a line
_LEAST_BITS = 2.5
# What our own formats lack: sign -> module and class.
_DETECTORS = {
    "cloudant": ("cloudant", "CloudantDetector"),
    "ibm": ("ibm_cloud_iam", "IbmCloudIamDetector"),
    "hmac": ("ibm_cos_hmac", "IbmCosHmacDetector"),
    "softlayer": ("softlayer", "SoftlayerDetector"),
    "discord": ("discord", "DiscordBotTokenDetector"),
}
SIGNS = tuple(_DETECTORS)
_SIGNS = re.compile("|".join(SIGNS), re.IGNORECASE)
_LIKELY = re.compile(r"[A-Za-z0-9_.\-]{24,}")  # all of them find at least this


@cache
def _detector(sign: str) -> BasePlugin:
    module, name = _DETECTORS[sign]
    plugin: BasePlugin = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)()
    return plugin


def detected(line: str) -> Iterator[Secret]:
    """What the library finds in a line."""
    line = line[:_LONGEST]
    if not _LIKELY.search(line):
        return
    for sign in sorted({found.lower() for found in _SIGNS.findall(line)}):
        plugin = _detector(sign)
        for value in plugin.analyze_string(line):
            if entropy(value) >= _LEAST_BITS and not is_stand_in(value) and value in line:
                start = line.index(value)
                kind = _DETECTORS[sign][0].replace("_", "-")
                yield Secret(kind, str(plugin.secret_type), start, start + len(value), value, "", 0.8)
