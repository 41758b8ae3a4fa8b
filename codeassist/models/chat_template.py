"""A model file's own chat template: compiled in Jinja's sandbox, and tried once where it can cost little.

The template is the file's: untrusted. Jinja's sandbox keeps it from Python; that it ends, nothing shows but
rendering it. What a template may use is what transformers and llama.cpp give it.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from codeassist.models.tensors import HeaderError

if TYPE_CHECKING:
    from jinja2 import Template

TRIAL_SECONDS = 0.75  # of processor time; the dearest template of a model that is known takes 0.02
MAX_OUTPUT = 1 << 20  # characters of the trial's few turns
_TURNS = [
    {"role": role, "content": f"{role} says something. " * 16} for role in ("system", "user", "assistant", "user")
]
# Marks what a model was trained on: transformers has it of its own, and llama.cpp takes no notice of it.
_TRAINED = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")


def compiled(template: str) -> Template:
    """The template, ready to be rendered.

    Raises:
        jinja2.TemplateError: it is no template.
    """
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        extensions=["jinja2.ext.loopcontrols"],
    )
    environment.globals |= {"raise_exception": _refuse, "strftime_now": datetime.now().astimezone().strftime}
    return environment.from_string(_TRAINED.sub("", template))


def try_out(template: str) -> None:
    """Render a short conversation, with a clock on this process's work: in a process with limits only (reading.py).

    A template that refuses the conversation, or that Jinja does not understand, is no fault here.

    Raises:
        HeaderError: it does not end, or makes far more of the conversation than it holds.
    """
    import signal

    def over(*_arguments: Any) -> NoReturn:
        raise _OverError

    signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, TRIAL_SECONDS)
    try:
        size = _rendered(template)
    except (_OverError, MemoryError, RecursionError, OverflowError) as error:  # the last is of a range that is too long
        raise HeaderError("its chat template does not end") from error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if size > MAX_OUTPUT:
        raise HeaderError(f"its chat template makes {size:,} characters of a short conversation")


class _OverError(BaseException):
    """The time is up. Jinja must not take it for an error of the template's."""


def _rendered(template: str) -> int:
    """How many characters become of the conversation; 0 if it is refused."""
    from jinja2.exceptions import TemplateError

    try:
        text = compiled(template).render(
            messages=_TURNS,
            add_generation_prompt=True,
            bos_token="<s>",  # noqa: S106
            eos_token="</s>",  # noqa: S106
        )
    except OverflowError:
        raise
    except (TemplateError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError):
        return 0
    return len(text)


def _refuse(reason: object) -> str:
    from jinja2.exceptions import TemplateError

    raise TemplateError(str(reason))
