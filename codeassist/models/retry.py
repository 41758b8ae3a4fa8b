"""How often, and for how long, a download may be disturbed before it is given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from codeassist.errors import DownloadError
from codeassist.models.files import Notice

BACKOFF = (0.5, 1.0, 2.0, 4.0)  # seconds before each further try after a cut
MAX_CUTS = 50  # in one download, each after some progress
MAX_WAIT_SECONDS = 20.0  # that a 429 may cost in all


class CutError(Exception):
    """The connection broke, or the hub has trouble: worth another try. `wait` is what the hub asked for, in seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass
class Patience:
    """How often, and for how long, one download may be disturbed."""

    notice: Notice
    sleep: Callable[[float], None]
    in_a_row: int = 0
    cuts: int = 0
    waited: float = 0.0  # seconds the hub asked for

    def pause(self, cut: CutError, *, progress: bool) -> None:
        """Wait before the next try.

        Raises:
            DownloadError: there were enough tries.
        """
        self.in_a_row = 0 if progress else self.in_a_row
        wait = BACKOFF[min(self.in_a_row, len(BACKOFF) - 1)] if cut.wait is None else cut.wait
        self.waited += cut.wait or 0.0
        if self.in_a_row >= len(BACKOFF) or self.cuts >= MAX_CUTS or self.waited > MAX_WAIT_SECONDS:
            raise DownloadError(f"the hub failed: {cut}", "try again later: it goes on where it stopped") from cut
        self.in_a_row, self.cuts = self.in_a_row + 1, self.cuts + 1
        self.notice(f"the hub failed: {cut}; trying again in {wait:.1f} s")
        self.sleep(wait)
