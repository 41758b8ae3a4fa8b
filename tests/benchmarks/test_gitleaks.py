from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.gitleaks import SHAPES, Sample, read
from benchmarks.secrets import is_told, score

RULES = """
package rules

func One() {
	r := config.Rule{
		RuleID:      "one",
		Regex:       utils.GenerateSemiGenericRegex([]string{"one"}, utils.Hex("32"), true),
	}
	// validate
	tps := utils.GenerateSampleSecrets("one", secrets.NewSecret(utils.Hex("32")))
	tps = append(tps,
		`one_token = "q8Zr2Vx7Lm4Tn9Kc1Wd6"`, // a remark
		"two: \\"" + secrets.NewSecret(`[a-z]{5}`) + "\\"",
		fmt.Sprintf("%s-%s", "a", "b"),
	)
	fps := []string{
		`first
second`,
	}
}

func Two() {
	r := config.Rule{
		RuleID: "two",
	}
	good = secrets.NewSecret(`x{250,}`)
	r.TPs = []string{"t " + good, }
	fps := map[string]string{
		"a.yaml": `key: value`,
	}
}
"""


@pytest.fixture
def samples(tmp_path: Path) -> list[Sample]:
    (tmp_path / "rules.go").write_text(RULES, encoding="utf-8")
    return list(read(tmp_path))


def texts(samples: list[Sample], rule: str, *, positive: bool) -> list[str]:
    return [sample.text for sample in samples if sample.rule == rule and sample.positive is positive]


def test_expressions_are_evaluated(samples: list[Sample]) -> None:
    found = texts(samples, "one", positive=True)
    assert len(found) == len(SHAPES) + 3
    assert re.fullmatch(r'oneToken="[0-9a-f]{32}"', found[0])
    assert found[-3] == 'one_token = "q8Zr2Vx7Lm4Tn9Kc1Wd6"'
    assert re.fullmatch(r'two: "[a-z]{5}"', found[-2])
    assert found[-1] == "a-b"
    assert texts(samples, "one", positive=False) == ["first\nsecond"]
    assert texts(samples, "two", positive=True) == ["t " + "x" * 250]


def test_the_shapes_of_one_secret_weigh_as_much_as_one_text(samples: list[Sample]) -> None:
    assert sum(sample.weight for sample in samples if sample.rule == "one" and sample.positive) == pytest.approx(4)
    assert [sample.path for sample in samples if sample.rule == "two"] == ["", "a.yaml"]


def test_samples_are_always_the_same(samples: list[Sample], tmp_path: Path) -> None:
    assert list(read(tmp_path)) == samples


def test_what_is_told_of_positives_and_negatives_is_scored(samples: list[Sample]) -> None:
    result = score((sample, is_told(sample)) for sample in samples)
    assert (result.rules, result.texts) == (2, len(samples))
    assert 1.9 < result.found < 5
    assert result.false == 0
    assert result.precision == 1
    assert result.recall == pytest.approx(result.found / 5)
