"""Secrets that a change writes into the repository. Their values are in no output."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice

from codeassist.context import exclusion
from codeassist.context.related import is_test
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding, Severity
from codeassist.review.rule import Around, Rule
from codeassist.review.secrets.found import Secret, masked
from codeassist.review.secrets.lines import likely, secrets_in
from codeassist.review.secrets.manifests import declared
from codeassist.review.secrets.randomness import entropy

_MOST = 100  # findings of one file
_FEW = 100  # lines that are looked at one by one
_BEFORE = 6  # lines above that may belong to one
_SHELLS = frozenset({"bash"})  # code in which a value needs no quotes
_MARKUP = re.compile(
    r"\.(?:lock|sum|svg|map|ipynb|po|csv|tsv|min\.\w+|html?)$|(?:^|/)(?:SHASUMS|checksums?|CHECKSUMS)[^/]*$"
)
_MADE_UP = frozenset({"jwt", "url-password", "curl-user", "kubernetes", "django-key"})
_SHOWN_IN = re.compile(
    r"(?i)(?:^|/)(?:docs?|docs_src|examples?|samples?|fixtures?|testdata|cassettes)/|\.(?:md|rst|adoc)$"
)
_KEY_END = re.compile(r"-----END (?:[A-Z0-9 ]{1,30} )?PRIVATE KEY")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/]{40,}|^Proc-Type|^[ \t]*[A-Za-z0-9+/]{16,}={0,2}[\"',\\]*$", re.MULTILINE)
_MOST_KEY_LINES = 120
_CERTAIN = 0.6  # confidence from which it blocks
_TEST_BITS = 3.5  # of each character, for what stands in tests


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    for file in snapshot.files:
        if around.cancelled():
            return
        if file.new is not None and file.touched:
            yield from islice(_of_file(file), _MOST)


def _of_file(file: FileChange) -> Iterator[Finding]:
    generic = not exclusion.of_name(file.path) or exclusion.of_name(file.path) == exclusion.SECRET
    generic = generic and not _MARKUP.search(file.path)
    code = file.language is not None and file.language.id not in _SHELLS
    values = dict(declared(file.lines)) if file.path.lower().endswith((".yml", ".yaml")) else {}
    for line in sorted(_worth(file, values)):
        before = file.lines[max(0, line - 1 - _BEFORE) : line - 1]
        found = secrets_in(file.line(line), before, code=code, generic=generic)
        if not found and line in values:
            found = [values[line]]
        for secret in found:
            if _counts(file, line, secret):
                yield _finding(file, line, secret)


def _worth(file: FileChange, values: Collection[int]) -> Collection[int]:
    """The touched lines that are looked at: of very many those only that can hold a secret."""
    if len(file.touched) <= _FEW:
        return file.touched
    return file.touched & (likely(file.new or "") | set(values))


def _counts(file: FileChange, line: int, secret: Secret) -> bool:
    if secret.kind == "private-key":
        return _has_body(file, line, secret)
    if secret.kind.startswith("generic") and is_test(file.path):
        return secret.kind == "generic-secret" and entropy(secret.value) >= _TEST_BITS
    return True


def _severity(file: FileChange, secret: Secret) -> Severity:
    """What people make up for tests and documentation looks like a secret, but for formats of services."""
    if secret.kind in _MADE_UP or secret.kind.startswith("generic"):
        if is_test(file.path):
            return "low"
        if _SHOWN_IN.search(file.path):
            return "medium"
    if secret.kind == "private-key" and is_test(file.path):  # made for the test, as a rule
        return "medium"
    return "high" if secret.confidence >= _CERTAIN else "medium"


def _has_body(file: FileChange, line: int, secret: Secret) -> bool:
    """True if a key follows: code that deals with keys writes that line, too."""
    rest = file.line(line)[secret.end : secret.end + 200].replace("\\n", "\n")
    return any(_KEY_BODY.search(text) for text in (rest, *file.lines[line : line + 3]))


def _finding(file: FileChange, line: int, secret: Secret) -> Finding:
    given = f" given to '{secret.key}'" if secret.key else ""
    return Finding(
        rule=f"{RULE.name}/{secret.kind}",
        severity=_severity(file, secret),
        path=file.path,
        line=line,
        end_line=_end(file, line, secret),
        message=f"{_article(secret.about)} {secret.about}{given} is in the text",
        evidence=f"{secret.key} {masked(secret.value)}".strip(),
        confidence=secret.confidence,
    )


def _article(noun: str) -> str:
    return "An" if noun[:1] in "AEIOaeio" else "A"


def _end(file: FileChange, line: int, secret: Secret) -> int:
    """The last line of a key's block."""
    if secret.kind == "private-key":
        for at in range(line, min(line + _MOST_KEY_LINES, len(file.lines)) + 1):
            if _KEY_END.search(file.line(at)):
                return at
    return line


RULE = Rule(
    name="secret",
    severity="high",
    about="Keys, tokens and passwords that are written into the repository",
    look=_look,
)
