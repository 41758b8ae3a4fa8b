from __future__ import annotations

import pytest

from codeassist.review.secrets.assignments import is_random
from codeassist.review.secrets.found import masked
from codeassist.review.secrets.randomness import entropy, is_monotonous, is_stand_in, wordiness


def test_entropy_is_of_the_characters() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abab") == 1
    assert entropy("0123456789abcdef") == 4


@pytest.mark.parametrize(
    ("value", "random"),
    [
        ("q8Zr2Vx7Lm4Tn9Kc1Wd6", True),
        ("6da89121079f83b2eb6acccf8219ea982c3d79bc", True),
        ("5eb4223e-5008-46e5-be67-c7b8f2732305", True),
        ("12345678-ABCD-ABCD-ABCD-1234567890AB", False),
        ("4815162342108", False),
        ("481516234210815162", True),
        ("aBcDqRsTkLmNvWxYzQwErTy", False),  # no digit, and not long
        ("NRG0-Hermes-INTERNAL-API", False),
        ("registry-mirror-2-internal", False),
        ("abc123", False),
    ],
)
def test_words_and_repetition_are_not_random(value: str, random: bool) -> None:
    assert is_random(value) is random


@pytest.mark.parametrize("value", ["X25519.KeyPair2x", "config->token_v2", "2024-11-25T10:00:00Z", "server2.pem"])
def test_an_expression_is_not_random_where_it_may_stand(value: str) -> None:
    assert not is_random(value, strict=True)


STAND_INS = """
$TOKEN ${TOKEN} $(cat) {{x}} %TOKEN% %s <token> @token@ [TOKEN] your-token-1 xxxx process.env.TOKEN changeme99
AKIAIOSFODNN7EXAMPLE aaaaaaaa abcdefgh1 `token`
"""


@pytest.mark.parametrize("value", STAND_INS.split())
def test_what_is_put_in_later_is_a_stand_in(value: str) -> None:
    assert is_stand_in(value)


def test_a_run_counts_by_its_share() -> None:
    assert is_monotonous("abcdef12")
    assert is_monotonous("k=aaaaaaaa")
    assert not is_monotonous("AAAAAAq8Zr2Vx7Lm4Tn9Kc1Wd6q7Zr3Vx8Lm5Tn1Kc2")


def test_wordiness_is_the_share_of_words() -> None:
    assert wordiness("") == 0
    assert wordiness("password") == 1
    assert wordiness("q8Zr2Vx7") == 0


def test_a_mask_shows_three_characters_of_what_is_long_enough() -> None:
    assert masked("short1") == "… (short)"
    assert masked("q8Zr2Vx7Lm4T") == "q8Z… (short)"
    assert masked("x" * 500) == "xxx… (very long)"
