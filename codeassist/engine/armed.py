"""Keeps text text where a model file declares its markers as additions of a user's.

llama.cpp reads tokens of the type "user defined" in every text, with specials off too (src/llama-vocab.cpp,
`tokenizer_st_partition`). Files converted in 2023 have their turns' markers so, and many that were tuned to ChatML.
Such a marker is armed: a text that contains it is tokenised in pieces, cut behind its first character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import Protocol

from codeassist import templates
from codeassist.engine.leading import Leading
from codeassist.models.manifest import Manifest

# What only a marker looks like; and, in a chat template, what a marker may look like.
_FORM = re.compile(r"(?=(<[|｜][^<>\s]{1,64}[|｜]>|\[/?[A-Z_]{3,32}\]))")
_IN_TEMPLATE = re.compile(r"<[^<>\s'\"]{1,64}>|\[/?[A-Z_]{2,32}\]")
# Of StarCoder's and SmolLM's vocabularies (their tokenizer_config.json), and what many others share.
_OTHERS = {
    "<s>", "</s>", "<unk>", "<pad>", "<bos>", "<eos>", "<filename>", "<reponame>", "<gh_stars>", "<issue_start>",
    "<issue_comment>", "<issue_closed>", "<jupyter_start>", "<jupyter_text>", "<jupyter_code>", "<jupyter_output>",
    "<jupyter_script>", "<empty_output>",
}  # fmt: skip
_MOST = 256  # markers that are asked for of one template, and that are remembered


class Tokens(Protocol):
    """A tokenizer as llama.cpp gives it. `special`: markers in the text become control tokens."""

    def __call__(self, text: str, *, special: bool = False) -> tuple[int, ...]:
        """Token ids of a text, no beginning or end added."""
        ...


class Unarmed:
    """The same tokenizer, but with specials off no marker in a text is read as one."""

    def __init__(self, manifest: Manifest, tokens: Tokens) -> None:
        self._tokens = tokens
        self._armed = Armed(manifest, tokens)
        self._leading = Leading(tokens)

    def __call__(self, text: str, *, special: bool = False) -> tuple[int, ...]:
        """Token ids of a text."""
        if special:
            return self._tokens(text, special=True)
        first, *rest = self._armed.parts(text)
        return self._tokens(first) + self._joined(rest)

    def piece(self, text: str) -> tuple[int, ...]:
        """Token ids of a text that stands anywhere in a prompt, specials off; see `Leading`."""
        return self._joined(self._armed.parts(text))

    def _joined(self, parts: Sequence[str]) -> tuple[int, ...]:
        told = {part: self._leading.piece(part) for part in dict.fromkeys(parts)}
        return tuple(chain.from_iterable(told[part] for part in parts))


class Armed:
    """The markers of one model that llama.cpp would read in any text; found when a text is first looked at."""

    def __init__(self, manifest: Manifest, tokens: Tokens) -> None:
        self._manifest = manifest
        self._tokens = tokens
        self._known: dict[str, bool] | None = None

    def parts(self, text: str) -> list[str]:
        """The text, cut so that no marker is whole in any part; a single part where there is none."""
        if "<" not in text and "[" not in text:
            return [text]
        cuts = sorted(self._cuts(text))
        return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    def _cuts(self, text: str) -> set[int]:
        """Behind the first character of every marker, also of those that overlap."""
        if self._known is None:
            self._known = {marker: self._is_armed(marker) for marker in sorted(_suspects(self._manifest))[:_MOST]}
        forms = [(match.start() + 1, match.group(1)) for match in _FORM.finditer(text)]
        told = self._known | self._asked({marker for _, marker in forms} - self._known.keys())
        cuts = {cut for cut, marker in forms if told.get(marker, True)}
        for marker in (marker for marker, armed in self._known.items() if armed):
            place = text.find(marker)
            while place >= 0:
                cuts.add(place + 1)
                place = text.find(marker, place + 1)
        return cuts

    def _asked(self, markers: set[str]) -> dict[str, bool]:
        """Whether each is armed; nothing of any where they are so many that asking would take long: all are cut."""
        if len(markers) > _MOST:
            return {}
        told = {marker: self._is_armed(marker) for marker in sorted(markers)}
        if self._known is not None and len(self._known) < 2 * _MOST:
            self._known = self._known | told
        return told

    def _is_armed(self, marker: str) -> bool:
        return len(self._tokens(marker)) == 1


def _suspects(manifest: Manifest) -> set[str]:
    """What may be a marker of this model."""
    found = _OTHERS | set(_IN_TEMPLATE.findall(manifest.chat_template))
    for fim in templates.fim_templates():
        found |= {fim.prefix, fim.suffix, fim.middle, *fim.end}
    for chat in templates.chat_templates():
        found |= {*chat.end, *_IN_TEMPLATE.findall(chat.user + chat.assistant + chat.opening)}
    return (found | {marker.replace("▁", " ") for marker in found}) - {""}  # SentencePiece's sign is a blank in a text
