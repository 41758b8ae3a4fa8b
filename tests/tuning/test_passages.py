"""What models are measured on."""

from __future__ import annotations

from pathlib import Path

from codeassist.engine.api import Scores
from codeassist.tuning.passages import passages
from codeassist.tuning.reading import Reading, reading_of, total


def test_passages_are_of_our_own_source_the_same_each_time() -> None:
    found = passages(60)
    assert len(found) == 60
    assert found == passages(60)
    assert len({passage.name.partition("::")[0] for passage in found}) == 60, "one function a file at first"
    for passage in found:
        assert 6 <= len(passage.body.splitlines()) <= 28
        assert passage.head.rstrip().endswith((":", ")", '"""')) or passage.head


def test_a_passage_is_cut_where_the_body_begins_and_ends(tmp_path: Path) -> None:
    body = "".join(f"    line_{number} = {number}\n" for number in range(6))
    (tmp_path / "a.py").write_text("import os\n\n\ndef first(x):\n" + body + "\n\ndef second():\n    pass\n")
    (found,) = passages(5, tmp_path)
    assert (found.head, found.body) == ("import os\n\n\ndef first(x):\n", body)
    assert found.suffix == "\n\ndef second():\n    pass\n"


def scores(tokens: tuple[int, ...], best: tuple[int, ...], lengths: tuple[int, ...]) -> Scores:
    logprobs = (-0.5,) * len(tokens)
    return Scores(tokens=tokens, lengths=lengths, logprobs=logprobs, best=best, best_logprobs=logprobs)


def test_a_line_is_right_if_every_token_of_it_was_the_likeliest() -> None:
    body = "ab\n\ncd\nef\n"
    found = reading_of(body, scores((1, 2, 3, 4, 5), (1, 2, 9, 4, 5), (2, 2, 1, 2, 3)))
    assert found == Reading(lines=3, exact=2, logprob=-2.5, tokens=5), "the blank line counts for nothing"


def test_a_token_over_a_line_s_end_is_of_the_line_it_begins_in() -> None:
    found = reading_of("ab\ncd\n", scores((1, 2), (8, 2), (4, 2)))
    assert (found.lines, found.exact) == (2, 1)


def test_bytes_count_not_characters() -> None:
    found = reading_of("é=1\nb\n", scores((1, 2, 3), (1, 2, 9), (2, 3, 2)))
    assert (found.lines, found.exact) == (2, 1)


def test_readings_add_up() -> None:
    assert total([Reading(3, 1, -1.0, 9), Reading(2, 2, -0.5, 4)]) == Reading(5, 3, -1.5, 13)
