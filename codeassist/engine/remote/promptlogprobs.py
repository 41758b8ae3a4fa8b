"""vLLM's log-probabilities of a prompt (`prompt_logprobs` of its /v1/completions) as our scores."""

from __future__ import annotations

from typing import Annotated

import msgspec

from codeassist.engine.api import Request, Scores
from codeassist.engine.events import finite
from codeassist.errors import EngineError, UnsupportedError

_UNKNOWN = "\ufffd"  # stands in a token's text where it holds a part of a character


class _Entry(msgspec.Struct):
    logprob: float | None = None
    rank: int | None = None
    decoded_token: str | None = None


class _Choice(msgspec.Struct):
    prompt_logprobs: list[dict[str, _Entry] | None] | None = None


class Scored(msgspec.Struct):
    """The answer to a request with `prompt_logprobs`: an entry for each token of the prompt, by token id."""

    choices: Annotated[list[_Choice], msgspec.Meta(min_length=1)]


def scores_of(request: Request, told: Scored, text: str) -> Scores:
    """The scores of `request.scored`, which are the tokens of `text`.

    A watched token that is not among the likeliest has the least of what was told: an upper bound.

    Raises:
        UnsupportedError: the server leaves the log-probabilities out.
        EngineError: they are not of these tokens.
    """
    entries = (told.choices[0].prompt_logprobs or [])[len(request.prompt) :]
    if len(entries) != len(request.scored):
        raise UnsupportedError("the server tells no likelihoods of code that is there", "vLLM's own server does")
    places: list[dict[int, float]] = []
    pieces: list[str] = []
    for token, entry in zip(request.scored, entries, strict=True):
        if entry is None or str(token) not in entry:
            raise EngineError("the server's log-probabilities are of other tokens", "try again")
        places.append({int(key): finite(each.logprob) for key, each in entry.items() if key.isdecimal()})
        pieces.append(entry[str(token)].decoded_token or "")
    best = [max(place.items(), key=lambda each: each[1]) for place in places]
    size = len(request.prompt) + len(request.scored)
    return Scores(
        tokens=request.scored,
        lengths=lengths_of(pieces, text),
        logprobs=tuple(place[token] for place, token in zip(places, request.scored, strict=True)),
        best=tuple(token for token, _ in best),
        best_logprobs=tuple(logprob for _, logprob in best),
        watched=tuple(tuple(place.get(one, min(place.values())) for one in request.watched) for place in places),
        evaluated_tokens=size,  # vLLM takes nothing from its cache for such a request
    )


def lengths_of(pieces: list[str], text: str) -> tuple[int, ...]:
    """How many bytes of the text each token is. Where tokens are parts of characters, the last of them has it all."""
    lengths: list[int] = []
    at = waiting = 0
    for piece in pieces:
        if _UNKNOWN in piece:
            waiting += 1
            lengths.append(0)
            continue
        start = text.find(piece, at) if waiting else at
        if start < 0 or not text.startswith(piece, start):
            raise EngineError("the server's tokens are not those of the text", "try again")
        if waiting:
            lengths[-1] = len(text[at:start].encode())
        lengths.append(len(piece.encode()))
        at, waiting = start + len(piece), 0
    if waiting:
        lengths[-1] = len(text[at:].encode())
    return tuple(lengths)
