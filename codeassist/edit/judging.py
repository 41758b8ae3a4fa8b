"""What of a reply can stand in a target's place, and whether it holds. A reply is hostile until it has been here."""

from __future__ import annotations

from dataclasses import dataclass

from codeassist.edit.original import Splice
from codeassist.edit.target import Target


@dataclass(frozen=True)
class Judged:
    """A reply held against its target.

    Attributes:
        splices: what it would change in the file: the target, and imports that it needs; none where the reply holds no
            code for it.
        reason: why it does not hold; "" if it does.
    """

    splices: tuple[Splice, ...]
    reason: str = ""


def judge(target: Target, reply: str, *, signature_free: bool = False) -> Judged:
    """Take from a reply (a code block's content) what belongs in the target's place.

    Its indentation becomes the target's. What stands around the node in the reply (imports, other definitions, calls
    that try it out) is cut off; imports that the node needs are entered at the file's own. It does not hold if it adds
    a place that does not parse, is not one node of the target's kind and name, drops or changes the signature while
    `signature_free` is False, contains control characters or lines of over 1,000 characters, leaves a gap ("# … rest of
    the code"), uses a name that is defined nowhere, or changes nothing.
    """
    raise NotImplementedError


def speaks_of_signature(instruction: str) -> bool:
    """Whether an instruction asks for other parameters, another name, or another type of what is returned."""
    raise NotImplementedError
