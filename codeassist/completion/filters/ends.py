"""The end of the output: how it joins what follows the cursor."""

from __future__ import annotations

from codeassist.completion.filters.hole import Hole


def trim(hole: Hole, text: str, *, cut: bool) -> str:
    """The text without the whitespace at its end that does not belong there.

    - nothing else on the cursor's line: no whitespace at the end, the suffix has its own newline;
    - the cursor before the first character of a line: a newline that the output ends with stays, with the line's
      indentation, because what follows must go on standing on its own line;
    - the cursor inside a line: no newline at the end; spaces stay unless a rule cut the output.
    """
    if not hole.rest.strip():
        return text.rstrip()
    if not hole.line.strip() and "\n" in text[len(text.rstrip()) :]:
        return f"{text.rstrip()}\n{hole.line}"
    return text.rstrip() if cut else text.rstrip("\n")
