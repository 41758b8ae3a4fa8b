"""What is known of a document by its last review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from codeassist.review.change import Snapshot
from codeassist.review.finding import Finding, Fix


@dataclass(frozen=True)
class Reviewed:
    """What a review of a document found.

    Attributes:
        revision: the document's, whose text was reviewed.
        notices: what else people should know, such as that a check failed.
        masked: by path and line, what is shown in place of lines that hold a secret.
        proposals: fixes that the model has proposed since, by fingerprint.
    """

    revision: int
    snapshot: Snapshot
    findings: tuple[Finding, ...]
    notices: tuple[str, ...] = ()
    masked: Mapping[tuple[str, int], str] = field(default_factory=dict)
    proposals: dict[str, Fix] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """The lines that were reviewed."""
        return self.snapshot.files[0].lines if self.snapshot.files else []

    def finding(self, fingerprint: str) -> Finding | None:
        """The finding with a fingerprint."""
        return next((each for each in self.findings if each.fingerprint == fingerprint), None)

    def fix(self, finding: Finding) -> Fix | None:
        """The check's own fix, or what the model has proposed."""
        return finding.fix or self.proposals.get(finding.fingerprint)
