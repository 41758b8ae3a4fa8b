"""Typed git calls: plumbing only, hardened against what a hostile repository's configuration would run."""

from codeassist.git.listing import changed, git_version, head, listed
from codeassist.git.messages import recent_messages

__all__ = ["changed", "git_version", "head", "listed", "recent_messages"]
