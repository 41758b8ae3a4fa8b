"""Keeps text text where a model file declares its markers as additions of a user's.

llama.cpp reads tokens of the type "user defined" in every text, with specials off too (src/llama-vocab.cpp,
`tokenizer_st_partition`). Files converted in 2023 have their turns' markers so, and many that were tuned to ChatML.
Such a marker is armed: a text that contains it is tokenised in two pieces, cut behind its first character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from codeassist import templates
from codeassist.engine.leading import Leading
from codeassist.models.manifest import Manifest

# What only a marker looks like; and, in a chat template, what a marker may look like.
_FORM = re.compile(r"<[|｜][^<>\s]{1,64}[|｜]>|\[/?[A-Z_]{3,32}\]")
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
        self._leading = Leading(self)

    def __call__(self, text: str, *, special: bool = False) -> tuple[int, ...]:
        """Token ids of a text."""
        if not special and (cut := self._armed.cut(text)):
            return self(text[:cut]) + self.piece(text[cut:])
        return self._tokens(text, special=special)

    def piece(self, text: str) -> tuple[int, ...]:
        """Token ids of a text that stands anywhere in a prompt, specials off; see `Leading`."""
        return self._leading.piece(text)


class Armed:
    """The markers of one model that llama.cpp would read in any text; found when a text is first looked at."""

    def __init__(self, manifest: Manifest, tokens: Tokens) -> None:
        self._manifest = manifest
        self._tokens = tokens
        self._known: dict[str, bool] | None = None

    def cut(self, text: str) -> int:
        """Where a text must be cut so that no marker is whole in what is before; 0 if nowhere."""
        if "<" not in text and "[" not in text:
            return 0
        places = [place + 1 for marker in self._in(text) if (place := text.find(marker)) >= 0]
        return min(places, default=0)

    def _in(self, text: str) -> Iterator[str]:
        if self._known is None:
            self._known = {}
            for marker in sorted(_suspects(self._manifest))[:_MOST]:
                self._known[marker] = self._is_armed(marker)
        yield from (marker for marker, armed in self._known.items() if armed)
        for marker in dict.fromkeys(_FORM.findall(text)):
            if marker not in self._known:
                armed = self._is_armed(marker)
                if len(self._known) < 2 * _MOST:
                    self._known[marker] = armed
                if armed:
                    yield marker

    def _is_armed(self, marker: str) -> bool:
        return len(self._tokens(marker)) == 1


def _suspects(manifest: Manifest) -> set[str]:
    """What may be a marker of this model."""
    found = _OTHERS | set(_IN_TEMPLATE.findall(manifest.chat_template))
    for fim in templates.fim_templates():
        found |= {fim.prefix, fim.suffix, fim.middle, *fim.end}
    for chat in templates.chat_templates():
        found |= {*chat.end, *_IN_TEMPLATE.findall(chat.user + chat.assistant + chat.opening)}
    return found - {""}
