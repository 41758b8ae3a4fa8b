"""A model's own chat template (Jinja, in its GGUF), for backends that cannot render it themselves.

The template is the file's: untrusted. Jinja's sandbox keeps it from Python, the engine's from everything else, and a
client gives up on an engine that hangs.
"""

from __future__ import annotations

from collections.abc import Sequence

from codeassist.engine.api import Message
from codeassist.engine.turns import Format
from codeassist.errors import EngineError
from codeassist.models.chat_template import compiled

_HINT = "use another model"


def own_format(template: str, bos: str, eos: str) -> Format:
    """The format that a template describes; `bos` and `eos` are the texts of those tokens.

    Raises:
        EngineError: it is no template.
    """
    from jinja2.exceptions import TemplateError

    try:
        ready = compiled(template)
    except TemplateError as error:
        raise EngineError(f"the model's chat template cannot be read: {str(error)[:200]}", _HINT) from error

    def write(messages: Sequence[Message]) -> str:
        turns = [{"role": turn.role, "content": turn.content} for turn in messages]
        try:
            return ready.render(messages=turns, add_generation_prompt=True, bos_token=bos, eos_token=eos)
        except (TemplateError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
            raise EngineError(f"the model's chat template refuses: {str(error)[:200]}", _HINT) from error

    return write
