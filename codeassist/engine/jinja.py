"""A model's own chat template (Jinja, in its GGUF), for backends that cannot render it themselves.

The template is the file's: untrusted. Jinja's sandbox keeps it from Python, the engine's from everything else, and a
client gives up on an engine that hangs. What a template may use is what transformers and llama.cpp give it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from codeassist.engine.api import Message
from codeassist.engine.turns import Format
from codeassist.errors import EngineError

_HINT = "use another model"


def own_format(template: str, bos: str, eos: str) -> Format:
    """The format that a template describes; `bos` and `eos` are the texts of those tokens.

    Raises:
        EngineError: it is no template.
    """
    from jinja2.exceptions import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        extensions=["jinja2.ext.loopcontrols"],
    )
    environment.globals |= {"raise_exception": _refuse, "strftime_now": datetime.now().astimezone().strftime}
    try:
        compiled = environment.from_string(template)
    except TemplateError as error:
        raise EngineError(f"the model's chat template cannot be read: {str(error)[:200]}", _HINT) from error

    def write(messages: Sequence[Message]) -> str:
        turns = [{"role": turn.role, "content": turn.content} for turn in messages]
        try:
            return compiled.render(messages=turns, add_generation_prompt=True, bos_token=bos, eos_token=eos)
        except (TemplateError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
            raise EngineError(f"the model's chat template refuses: {str(error)[:200]}", _HINT) from error

    return write


def _refuse(reason: object) -> str:
    from jinja2.exceptions import TemplateError

    raise TemplateError(str(reason))
