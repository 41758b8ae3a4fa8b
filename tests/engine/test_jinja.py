"""Chat templates of model files, rendered in Jinja's sandbox."""

from __future__ import annotations

import pytest

from codeassist.engine.api import Message
from codeassist.engine.jinja import own_format
from codeassist.errors import EngineError

TALK = [Message("system", "Be short."), Message("user", "Hi\n")]
PLAIN = """{{ bos_token }}{% for message in messages %}
{{ message['role'] }}: {{ message.content | trim }}
{% if loop.last and add_generation_prompt %}
assistant:{{ eos_token }}
{% endif %}
{% endfor %}"""


def test_a_template_is_rendered_as_transformers_does() -> None:
    """Blocks leave no blank lines; loops can be left; what is written is not escaped."""
    assert own_format(PLAIN, "<s>", "</s>")(TALK) == "<s>system: Be short.\nuser: Hi\nassistant:</s>\n"
    broken = "{% for message in messages %}{{ '<&>' }}{% break %}{% endfor %}"
    assert own_format(broken, "", "")(TALK) == "<&>"


@pytest.mark.parametrize(
    "template",
    [
        "{{ raise_exception('no system turn') }}",
        "{{ messages[7].content }}",
        "{{ messages[0].content + 1 }}",
        "{{ 1 / 0 }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.append(1) }}",
        "{{ messages.__class__ }}{{ raise_exception.__globals__['__builtins__'] }}",
        "{% for a in range(1000000) %}{% endfor %}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_what_a_template_may_not_do_is_refused(template: str) -> None:
    with pytest.raises(EngineError, match="chat template"):
        own_format(template, "", "")(TALK)


def test_what_is_no_template_is_told() -> None:
    with pytest.raises(EngineError, match="cannot be read"):
        own_format("{% for %}", "", "")
