"""Vectors of what a repository defines, for questions in other words than the code's; kept beside the index.

A definition stands for itself by its path, name, documentation and signature, a file by its path and the names at its
top level: all of it is in the index, so no file is read. The beginning of a definition's body was tried too and finds
no more together with BM25: recall@5 0.860 with, 0.855 without, 0.794 for BM25 alone (subjects of commits, files of
four projects without one, n=38, all-MiniLM-L6-v2). A vector is kept under the hash of its text and the model, so what
has not changed is never embedded again, wherever it is moved within its file.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.index import Definition, Index, Match, never
from codeassist.context.vectors import Vectors
from codeassist.errors import EngineError

if TYPE_CHECKING:
    import numpy as np

    from codeassist.engine.embedder import Embedder

Progress = Callable[[int, int], None]
"""Told how many vectors are made, and of how many."""

_MAX_CHARACTERS = 350  # of a text: about 90 tokens
_CHUNK = 512  # places looked at together: bounds memory and the values of one statement
_KEPT_TOGETHER = 32  # vectors in one transaction: what an interruption can cost
_SMALL = frozenset({"constant", "variable", "field", "property"})  # kinds that say too little to be found by meaning
_WORDS = 3  # of a question: fewer are looked up as names
_AT_ONCE = 64  # vectors that a question waits for: about two seconds
_INNER_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Place(NamedTuple):
    """What has a vector: a definition, or a whole file (`symbol` is ""). Lines are 1-based, both included.

    `key` names the text.
    """

    path: str
    start_line: int
    end_line: int
    symbol: str
    text: str
    key: bytes


class Updated(NamedTuple):
    """Vectors made just now, and whether every place has one."""

    embedded: int
    complete: bool


def update(
    index: Index,
    embedder: Embedder,
    *,
    progress: Progress | None = None,
    cancel: Callable[[], bool] = never,
    most: int | None = None,
) -> Updated:
    """Make the vectors that are missing, or none if more than `most` are; then those of other models can go.

    Raises:
        EngineError: the engine failed; what was made until then is kept.
    """
    with Vectors(index.database.path.parent, embedder.id, create=True) as kept:
        state = str(index.generation)
        if kept.is_done(index.root, state):
            return Updated(0, complete=True)
        wanted = sum(len(_missing(kept, chunk)) for chunk in _chunks(index))
        if most is not None and wanted > most:
            return Updated(0, complete=False)
        made = 0
        missing = _all_missing(index, kept)
        while (some := list(itertools.islice(missing, _KEPT_TOGETHER))) and not cancel():
            if not _keep(kept, some, embedder.embed([place.text for place in some])):
                break
            made += len(some)
            if progress:
                progress(made, wanted)
        if next(_all_missing(index, kept), None) is not None:
            return Updated(made, complete=False)
        keys = {place.key for chunk in _chunks(index) for place in chunk}
        kept.drop_others(keys, most=2 * len(keys) + _CHUNK)  # a text that is gone may come back with the next branch
        kept.set_done(index.root, state)
        return Updated(made, complete=True)


def by_meaning(index: Index, embedder: Embedder | None, question: str, limit: int = 50) -> list[Match]:
    """What a question in natural language is near to; the vectors of what has just changed are made first.

    Nothing without a model, for what looks like a name, where `codeassist index` has made no vectors yet, and if the
    engine fails: words find something too.
    """
    if embedder is None or len(question.split()) < _WORDS or not ready(index, embedder):
        return []
    try:
        update(index, embedder, most=_AT_ONCE)
        return nearest(index, embedder, question, limit)
    except EngineError:
        return []


def ready(index: Index, embedder: Embedder) -> bool:
    """Whether any vectors of this model are there: if not, no engine need be started for a question."""
    with Vectors(index.database.path.parent, embedder.id) as kept:
        return bool(kept)


def nearest(index: Index, embedder: Embedder, question: str, limit: int = 50) -> list[Match]:
    """The places whose vectors are nearest to a question's, the nearest first; none where no vectors are.

    A score is the cosine of the angle between the two.

    Raises:
        EngineError: the engine failed.
    """
    if limit <= 0 or not question.strip() or not ready(index, embedder):
        return []
    import numpy as np

    wanted = np.asarray(embedder.query(_prepared(question)), np.float32)
    best: list[Match] = []
    with Vectors(index.database.path.parent, embedder.id) as kept:
        for chunk in _chunks(index):
            vectors = kept.of({place.key for place in chunk})
            known = [place for place in chunk if len(vectors.get(place.key, b"")) == 2 * len(wanted)]
            if known:
                matrix = np.frombuffer(b"".join(vectors[place.key] for place in known), np.float16)
                scores = matrix.reshape(len(known), len(wanted)).astype(np.float32) @ wanted
                best = _merged(best, known, scores, limit)
    return best


def _merged(best: list[Match], places: Sequence[Place], scores: np.ndarray, limit: int) -> list[Match]:
    top = [(places[number], float(scores[number])) for number in scores.argsort()[-limit:]]
    found = [Match(place.path, place.start_line, place.end_line, place.symbol, score) for place, score in top]
    return sorted((*best, *found), key=lambda near: -near.score)[:limit]


def _chunks(index: Index) -> Iterator[list[Place]]:
    """Every place, some hundred at a time."""
    places = _places(index)
    while chunk := list(itertools.islice(places, _CHUNK)):
        yield chunk


def _places(index: Index) -> Iterator[Place]:
    """Files in the order of their paths, each with its definitions."""
    lengths = {file.path: file.lines for file in index.files()}
    for path, group in itertools.groupby(index.all_definitions(), key=lambda each: each.path):
        definitions = list(group)
        lines = lengths.pop(path, 0)
        yield _of_file(path, lines, definitions)
        yield from (_of_definition(each) for each in definitions if each.kind not in _SMALL)
    yield from (_of_file(path, lines, ()) for path, lines in lengths.items())


def _of_file(path: str, lines: int, definitions: Iterable[Definition]) -> Place:
    names = " ".join(each.name for each in definitions if not each.container)
    return _place(path, 1, max(1, lines), "", f"{_of_path(path)}: {names}")


def _of_definition(each: Definition) -> Place:
    symbol = f"{each.container}.{each.name}" if each.container else each.name
    text = f"{_of_path(each.path)} {symbol}: {each.doc} {each.signature}"
    return _place(each.path, each.start_line, each.end_line, symbol, text)


def _place(path: str, first: int, last: int, symbol: str, text: str) -> Place:
    text = _prepared(text)
    key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return Place(path, first, last, symbol, text, key)


def _of_path(path: str) -> str:
    return re.sub(r"[/_.\-]+", " ", path)


def _prepared(text: str) -> str:
    """A bounded text whose names are split at their case: models know words, not identifiers."""
    return _INNER_CASE.sub(" ", text)[:_MAX_CHARACTERS]


def _all_missing(index: Index, kept: Vectors) -> Iterator[Place]:
    for chunk in _chunks(index):
        yield from _missing(kept, chunk)


def _missing(kept: Vectors, places: Sequence[Place]) -> list[Place]:
    """Those without a vector, each text once."""
    by_key = {place.key: place for place in places}
    known = kept.known(by_key)
    return [place for key, place in by_key.items() if key not in known]


def _keep(kept: Vectors, places: Sequence[Place], vectors: Sequence[Sequence[float]]) -> bool:
    """Store vectors as 16-bit floats; False if they cannot be kept now."""
    import numpy as np

    packed = np.asarray(vectors, np.float16)
    return kept.keep((place.key, vector.tobytes()) for place, vector in zip(places, packed, strict=True))
