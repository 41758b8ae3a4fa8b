"""What is hidden of lines that hold secrets, whoever tells of them."""

from __future__ import annotations

import msgspec
import pytest

from codeassist.config import ReviewSettings
from codeassist.review import masking, pipeline
from codeassist.review.change import FileChange
from codeassist.review.checks import RULES
from codeassist.review.finding import Finding, Fix
from codeassist.review.report import Report
from tests.review.changes import around, change, snapshot

TOKEN = "ghp_" + "Zq8sK2mVx9Lr4TnB7yWcE1uJ6hGfD3aP5oQi"
BODY = "MIIEowIBAAKCAQEA7bq93hYkQxTz"


def reviewed(*changes: FileChange, disable: tuple[str, ...] = ()) -> Report:
    settings = ReviewSettings(disable=disable)
    return pipeline.review(snapshot(*changes), around(settings=settings), None, 1.0)


def finding(line: int, message: str = "m", evidence: str = "e", fix: Fix | None = None) -> Finding:
    return Finding(
        rule="r", severity="low", path="a.py", line=line, end_line=line, message=message, evidence=evidence, fix=fix
    )


@pytest.mark.parametrize(
    "line",
    [
        f'TOKENS = {{"{TOKEN}", "{TOKEN}"}}',
        f'names = {{"{TOKEN}": 1, "{TOKEN}": 2}}',
        f"count = 1  # codeassist: ignore[{TOKEN}]",
        f'print("{TOKEN}".format()); breakpoint()',
    ],
)
@pytest.mark.parametrize("disable", [(), ("secret",)])
def test_what_other_checks_quote_is_masked_too(line: str, disable: tuple[str, ...]) -> None:
    found = reviewed(change("a.py", None, f"{line}\n"), disable=disable)
    assert [each for each in found.findings if each.rule.partition("/")[0] != "secret"]
    assert TOKEN not in repr(found)


def test_more_secrets_than_are_told_are_masked_all_the_same() -> None:
    lines = "".join(f'K{n} = "{TOKEN[:-3]}{n:03}"; breakpoint()\n' for n in range(150))
    found = reviewed(change("a.py", None, lines))
    assert len([each for each in found.findings if each.rule == "secret/github-token"]) == 100
    assert TOKEN[:-3] not in repr(found)


def test_lines_that_did_not_change_are_masked_beside_a_finding() -> None:
    old = f'x = 1\nTOKEN = "{TOKEN}"\n\n\ny = 1\n'
    found = reviewed(change("a.py", old, old.replace("x = 1", "breakpoint()")))
    assert found.masked == {("a.py", 2): "…"}


def test_the_rest_of_a_message_stays() -> None:
    text = f'x = "{TOKEN}"\n'
    found = [finding(1, "Redefinition of `x`", "x = …")]
    here = snapshot(change("a.py", None, text))
    assert [each.message for each in masking.masked(found, masking.masks(found, here))] == ["Redefinition of `…`"]


def test_a_fix_that_would_write_a_secret_goes() -> None:
    text = f'a = 1\nb = 2\nx = "{TOKEN}"\n'
    fix = Fix(description="d", line=3, end_line=3, text=f'y = "{TOKEN}"\n')
    found = [finding(1, fix=fix)]
    here = snapshot(change("a.py", None, text))
    assert [each.fix for each in masking.masked(found, masking.masks(found, here))] == [None]


def test_evidence_that_is_the_path_stays() -> None:
    found = [msgspec.structs.replace(finding(1), evidence="a.py")]
    here = snapshot(change("a.py", None, f'x = "{TOKEN}"\n'))
    assert next(masking.masked(found, masking.masks(found, here))).evidence == "a.py"


def test_the_lines_of_a_key_are_hidden_and_no_others() -> None:
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n{BODY}\n-----END RSA PRIVATE KEY-----\n"
    file = change("k.txt", None, f"{BODY}\n{key}{BODY}\nwords and words\n")
    assert {3, 4} <= set(masking.hidden(file, range(1, 8)))
    assert {1, 6, 7}.isdisjoint(masking.hidden(file, range(1, 8)))
    assert list(masking.hidden(file, [4])) == [4]


def test_what_is_too_much_to_look_at_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "_MOST_LOOKED_AT", 2)
    found = [finding(1), finding(9)]
    here = snapshot(change("a.py", None, "x = 1\n" * 12))
    assert set(masking.masks(found, here)) == {("a.py", 8), ("a.py", 9), ("a.py", 10)}


def test_the_name_of_the_check_is_known() -> None:
    assert masking.RULE in RULES
