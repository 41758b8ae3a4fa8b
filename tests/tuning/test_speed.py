"""How fast a model is."""

from __future__ import annotations

import pytest

from codeassist.engine.fake import Reply
from codeassist.errors import EngineError
from codeassist.tuning.speed import DECODED_TOKENS, measure
from tests.engine.support import fake


def test_a_model_that_ends_at_once_is_not_infinitely_fast() -> None:
    """From one token no speed follows: it was eleven million tokens a second."""
    with pytest.raises(EngineError, match="ends at once"):
        measure(fake(Reply(text="x")), seed=1)
    assert measure(fake(Reply(text="x" * DECODED_TOKENS)), seed=1).decode > 0
