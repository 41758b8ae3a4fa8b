"""What models are measured on."""

from __future__ import annotations

from pathlib import Path

from codeassist.engine.api import Scores
from codeassist.tuning.passages import items
from codeassist.tuning.reading import Reading, reading_of, total


def test_the_functions_that_are_shipped() -> None:
    found = items()
    assert len(found) >= 50
    assert len({item.name for item in found}) == len(found)
    assert {item.name.partition(".")[0] for item in found[:4]} == {"numbers", "sequences", "structures", "texts"}
    for item in found:
        whole, *holes = item.passages
        assert whole.head.rstrip().endswith('"""'), "the documentation is shown"
        assert len(holes) == 2
        for hole in holes:
            assert hole.body.count("\n") == 1
            assert hole.body in whole.body
            assert hole.head.splitlines()[-1] in whole.head + whole.body
            assert hole.suffix.splitlines()[0] in whole.body + whole.suffix


def test_a_function_is_cut_where_its_body_begins_and_ends(tmp_path: Path) -> None:
    body = "".join(f"    line_{number} = {number}0000\n" for number in range(3))
    (tmp_path / "a.py").write_text('def first(x):\n    """What it does."""\n' + body + "\n\nlast = 1\n")
    (found,) = items(tmp_path)
    whole, one, two = found.passages
    assert found.name == "a.first"
    assert (whole.head, whole.body) == ('def first(x):\n    """What it does."""\n', body)
    assert whole.suffix == "\n\nlast = 1\n"
    assert (one.body, two.body) == ("    line_1 = 10000\n", "    line_2 = 20000\n")
    assert one.head == whole.head + "    line_0 = 00000\n"
    assert one.suffix == "    line_2 = 20000\n\n\nlast = 1\n"


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
