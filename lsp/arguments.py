"""The one argument of the commands that edit and explain; what cannot be read is refused with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from pygls.exceptions import JsonRpcInvalidParams

_LONGEST = 4_000  # characters of an instruction
_Number = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class Position(msgspec.Struct, frozen=True):
    """As the protocol has it."""

    line: _Number
    character: _Number


class Range(msgspec.Struct, frozen=True):
    """As the protocol has it."""

    start: Position
    end: Position


class Complaint(msgspec.Struct, frozen=True):
    """A diagnostic of any server, as far as it says what is wrong; `fingerprint`: of a finding of ours."""

    message: str
    source: str | None = None
    code: str | int | None = None
    range: Range | None = None
    fingerprint: str | None = None


class Argument(msgspec.Struct, frozen=True):
    """What is asked for.

    Attributes:
        range: what is selected, or the cursor as an empty one; `position` is the same for a cursor.
        version: of the document for which this was made; another one is refused. None: whatever it is.
        apply: the server has the client apply the edit; False: it is only in the answer.
        show: the server shows an explanation or a reason as a message; False: the client does.
    """

    uri: str
    range: Range | None = None
    position: Position | None = None
    version: int | None = None
    instruction: Annotated[str, msgspec.Meta(max_length=_LONGEST)] = ""
    diagnostic: Complaint | None = None
    apply: bool = True
    show: bool = True

    @property
    def where(self) -> Range | None:
        """The place that is named."""
        if self.range is None and self.position is not None:
            return Range(self.position, self.position)
        return self.range


def read(arguments: Sequence[Any]) -> Argument:
    """The argument of a command.

    Raises:
        JsonRpcInvalidParams: there is not one that can be used.
    """
    if len(arguments) != 1:
        raise JsonRpcInvalidParams(f"one object is expected as argument, not {len(arguments)}")
    try:
        found = msgspec.convert(arguments[0], Argument)
    except (msgspec.ValidationError, RecursionError) as error:
        raise JsonRpcInvalidParams(f"the argument cannot be used: {error}") from None
    if found.where is None:
        raise JsonRpcInvalidParams("the argument cannot be used: neither a range nor a position is given")
    return found
