"""How a model completes and answers, in words for people: the layout of its prompts, and where that is known from."""

from __future__ import annotations

from codeassist.models.families import family_named
from codeassist.models.manifest import Manifest

_ORDERS = {
    "prefix-first": "fill-in-the-middle: what is above, what is below, then what was typed",
    "suffix-first": "fill-in-the-middle: what is below, then what is above with what was typed",
}


def completes(manifest: Manifest) -> str:
    """How it completes; "" for a model that writes nothing."""
    if manifest.embedding:
        return ""
    if manifest.fim is None:
        return (
            "from the text above the cursor, without an instruction: it has no fill-in-the-middle; what it writes is "
            "still cut and chosen by the text below"
        )
    family = family_named(manifest.family)
    whose = f"the markers of {family.fim}" if family and family.fim else "markers that the file names"
    return f"{_ORDERS[manifest.fim.order]} ({whose})"


def answers(manifest: Manifest) -> str:
    """How turns are marked when it answers; "" for a model that writes nothing."""
    if manifest.embedding:
        return ""
    if manifest.chat_template:
        return "the file's own template"
    family = family_named(manifest.family)
    turns = f"the turns of {family.chat}" if family and family.chat else "the turns of chatml, for want of its own"
    return turns if manifest.chats else f"{turns}; it is not known to follow instructions"
