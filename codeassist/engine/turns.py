"""Renders a conversation in a model's own format, for every backend that is given token ids.

Contents are never read as markers: while the format is applied a random mark stands for each, and a file that contains
`<|im_start|>` stays text. Between two markers everything is tokenised in one piece, as the model saw it in training:
a tokenizer that joins a blank with the word behind it (SentencePiece) gives other ids for two pieces.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from codeassist import templates
from codeassist.engine.api import Message
from codeassist.errors import EngineError
from codeassist.models.families import family_named
from codeassist.models.manifest import Manifest
from codeassist.templates import ChatTemplate

# What control tokens look like: <s>, <|im_start|>, <｜User｜>, [INST]. Whether one is, the tokenizer is asked.
_MARKER = re.compile(r"(<[^<>\s]{1,64}>|\[[^\[\]\s]{1,64}\])")

Format = Callable[[Sequence[Message]], str]
"""Writes a conversation as a text; raises EngineError where it refuses one (Gemma's template refuses a system turn)."""


class Tokens(Protocol):
    """A model's tokenizer. `special`: markers in the text become control tokens."""

    def __call__(self, text: str, *, special: bool = False) -> tuple[int, ...]:
        """Token ids of a text, no beginning or end added."""
        ...


class Turns:
    """The format of a loaded model: its file's own template (`own`) where there is one, else its family's."""

    def __init__(self, manifest: Manifest, tokens: Tokens, own: Format | None = None) -> None:
        template = family_template(manifest.family)
        self._manifest = manifest
        self._tokens = tokens
        self._family = template
        self._format: Format = own or (lambda messages: family_turns(template, messages))
        self._markers: dict[str, tuple[int, bool] | None] = {}

    def render(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The token ids of a conversation, up to where the answer begins.

        Raises:
            EngineError: the format refuses it, or leaves a turn out.
        """
        text, turns = self._marked(messages)
        ids = self._ids(text, {mark: turn.content for mark, turn in turns.items()})
        if self._manifest.bos is not None and ids[:1] != [self._manifest.bos]:
            ids.insert(0, self._manifest.bos)
        return tuple(ids)

    def pieces(self, messages: Sequence[Message]) -> list[str | Message]:
        """What `render` makes token ids of, in order: texts of the format's own, and turns where their contents stand.

        Raises:
            EngineError: as `render`.
        """
        text, turns = self._marked(messages)
        pieces = re.split("(" + "|".join(turns) + ")", text) if turns else [text]
        return [turns.get(piece, piece) for piece in pieces if piece]

    def _marked(self, messages: Sequence[Message]) -> tuple[str, dict[str, Message]]:
        """The conversation with a mark for each turn's content."""
        turns = {f"T{secrets.token_hex(8)}T": turn for turn in messages}
        return self._text([Message(turn.role, mark) for mark, turn in turns.items()], list(turns)), turns

    def _text(self, messages: Sequence[Message], marks: Sequence[str]) -> str:
        """The conversation; where the format has no system turn (it refuses it, or drops it), in the user's."""
        refusal: EngineError | None = None
        for tried in (messages, fold_system(messages, self._family)):
            try:
                text = self._format(tried)
            except EngineError as error:
                refusal = refusal or error
                continue
            if all(mark in text for mark in marks):
                return text
        raise refusal or EngineError("the model's chat template drops messages", "use another model")

    def _ids(self, text: str, contents: Mapping[str, str]) -> list[int]:
        ids: list[int] = []
        run, strips = "", False
        for piece in re.split("(" + "|".join(contents) + ")", text) if contents else [text]:
            if piece in contents:
                run, strips = run + contents[piece], False
                continue
            for part in filter(None, _MARKER.split(piece)):
                marker = self._marker(part)
                if marker is None:
                    run, strips = run + (part.lstrip() if strips else part), False
                    continue
                ids += [*(self._tokens(run) if run else ()), marker[0]]
                run, strips = "", marker[1]
        return [*ids, *(self._tokens(run) if run else ())]

    def _marker(self, text: str) -> tuple[int, bool] | None:
        """The id of a control token, and whether it swallows blanks behind it (Phi-3's do); None for other text."""
        if not _MARKER.fullmatch(text):
            return None
        if text not in self._markers:
            ids = self._tokens(text, special=True)
            strips = len(ids) == 1 and self._tokens(text + "\n", special=True) == ids
            self._markers[text] = (ids[0], strips) if len(ids) == 1 else None
        return self._markers[text]


def family_template(family: str) -> ChatTemplate:
    """The family's turns, or ChatML's."""
    known = {template.family: template for template in templates.chat_templates()}
    found = family_named(family)
    return known.get(found.chat if found else family, known["chatml"])


def family_turns(template: ChatTemplate, messages: Sequence[Message]) -> str:
    """The conversation as the family writes it, up to where the answer begins."""
    if not template.system:
        messages = fold_system(messages, template)
    turns = [getattr(template, turn.role).replace("{content}", turn.content) for turn in messages]
    return "".join(turns) + template.opening


def fold_system(messages: Sequence[Message], template: ChatTemplate) -> list[Message]:
    """The same with what the system says in the user's first turn, or last one, as the family has it."""
    said = "\n\n".join(turn.content for turn in messages if turn.role == "system")
    turns = [turn for turn in messages if turn.role != "system"]
    asked = [place for place, turn in enumerate(turns) if turn.role == "user"]
    if not said:
        return turns
    if not asked:
        return [Message("user", said), *turns]
    place = asked[0 if template.folds == "first" else -1]
    content = template.fold.replace("{system}", said, 1).replace("{content}", turns[place].content, 1)
    return [*turns[:place], Message("user", content), *turns[place + 1 :]]
