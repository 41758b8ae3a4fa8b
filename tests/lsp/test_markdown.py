"""What a model says, rendered: no renderer makes a link, a picture or HTML of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from codeassist.lsp.markdown import fenced, inert, prose

LIVE = {"link_open", "image", "html_block", "html_inline"}
SIGNS = ["`", "``", "```", "~~~", "\\", "\n", "    ", "- ", "> ", "py", "$", "a|b"]
PIECES = [*SIGNS, "![x](http://a)", "[x]: http://a", "[x]", "<b>"]
hostile = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def kinds(markdown: str) -> set[str]:
    """The kinds of all tokens that a renderer sees."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    return {each.type for token in tokens for each in [token, *(token.children or [])]}


@settings(max_examples=400, deadline=None)
@given(hostile)
def test_nothing_of_it_is_live(text: str) -> None:
    assert not kinds(prose(text)) & LIVE, prose(text)
    assert not kinds(inert(text)) & LIVE, inert(text)
    assert kinds(fenced(text)) == {"fence"}


@pytest.mark.parametrize("text", ["```![x](http://a)`", "``` `![x](http://a)`", "`\n![x](http://a)`"])
def test_pictures_between_backticks_that_do_not_match(text: str) -> None:
    assert not kinds(inert(text)) & LIVE
    assert not kinds(prose(text)) & LIVE


def test_what_is_left() -> None:
    text = "# Head\n\n- *one*: `a[0] < b`\n  ```python\n  x = a[0]\n  ```\n1. two & a_b"
    assert prose(text) == ("# Head\n\n- *one*: `a[0] < b`\n\n```python\n  x = a[0]\n```\n\n1. two \\& a_b")
    assert {"heading_open", "em_open", "code_inline", "bullet_list_open", "fence", "ordered_list_open"} <= kinds(
        prose(text)
    )


def test_a_fence_that_never_ends_ends_with_the_text() -> None:
    assert prose("a\n````c\n```\nb") == "a\n\n````c\n```\nb\n````"


def test_controls_are_shown() -> None:
    assert prose("a\x1b[0m\u202eb\r\nc") == "a\\\\x1b\\[0m\\\\u202eb\nc"
