"""Shows Markdown on a terminal while it is being written: finished blocks rendered, the last one as it grows."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from codeassist.terminal import console, sanitise

if TYPE_CHECKING:
    from rich.live import Live
    from typing_extensions import Self

_FENCE = "```"
_LONGEST = 20_000  # characters of a block that is rendered: the parser takes quadratic time for some


class MarkdownStream:
    """Takes pieces of Markdown text. Blocks end at blank lines outside code fences."""

    def __init__(self) -> None:
        from rich.live import Live

        self._console = console()
        self._live: Live = Live(console=self._console, transient=True, auto_refresh=False)
        self._block = ""

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.update("", refresh=True)
        self._live.stop()
        self._print(self._block)

    def write(self, piece: str) -> None:
        """Show one more piece."""
        from rich.text import Text

        self._block += sanitise(piece)
        end = block_end(self._block)
        if end:
            finished, self._block = self._block[:end], self._block[end:]
            self._live.update("", refresh=True)
            self._print(finished)
        seen = self._block[-self._console.width * self._console.height :]
        lines = seen.split("\n")[-max(1, self._console.height - 2) :]
        self._live.update(Text("\n".join(lines)), refresh=True)

    def _print(self, block: str) -> None:
        from rich.markdown import Markdown
        from rich.text import Text

        if block.strip():
            rendered = Markdown(block, hyperlinks=False) if len(block) <= _LONGEST else Text(block)
            self._console.print(rendered, soft_wrap=False)
            self._console.print()


def block_end(text: str) -> int:
    """Where the last finished block of a text ends, 0 if none is finished."""
    end = position = 0
    fenced = False
    for line in text.split("\n")[:-1]:
        position += len(line) + 1
        if line.lstrip().startswith(_FENCE):
            fenced = not fenced
        if not fenced and not line.strip():
            end = position
    return end
