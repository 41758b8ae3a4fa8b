"""How likely the model finds a text: log-probabilities of given tokens, at the speed of prefill.

xllamacpp's server returns no log-probabilities of a prompt. Its shared library also exports llama.cpp's C functions,
which do (capi.py). Where that library is not the one that is known, as with another wheel, there is no scorer
(UnsupportedError): forcing.py is the slow way, through the server's own interface.

The weights are mapped a second time: most pages are shared with the first load, about 100 MB are not (0.5B, repacked).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from codeassist.engine.api import Scores
from codeassist.engine.capi import xllamacpp_library
from codeassist.engine.capimodel import CapiModel
from codeassist.engine.stepping import Stop, score


class Scorer:
    """A model of its own for scoring. One call at a time: whoever owns it sees to that."""

    def __init__(self, path: Path, context_tokens: int, batch_tokens: int, threads: int) -> None:
        """Load the model.

        Raises:
            UnsupportedError: this build of the library is not the one that is known here.
            EngineError: the model cannot be loaded.
        """
        self._model = CapiModel(xllamacpp_library(), path, context_tokens, batch_tokens, threads)

    def score(self, prompt: Sequence[int], text: Sequence[int], watched: Sequence[int], stop: Stop) -> Scores | None:
        """Log-probabilities of `text` after `prompt`; None if `stop`, asked between batches, ended it.

        What earlier calls evaluated and this one begins with is not evaluated again.

        Raises:
            EngineError: it does not fit into the context, or the model failed.
        """
        return score(self._model, self._model.pieces, prompt, text, watched, stop)

    def close(self) -> None:
        """Free the model and its context."""
        self._model.close()
