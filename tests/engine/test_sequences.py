"""Which sequence of a KV cache goes on for a prompt."""

from __future__ import annotations

from codeassist.engine.sequences import Choice, Sequences


def filled(*contents: str, cheap: int = 0) -> Sequences:
    """Sequences that were used in this order."""
    return Sequences([[*map(ord, each)] for each in contents], list(range(len(contents))), cheap)


def chosen(sequences: Sequences, prompt: str) -> tuple[int, int, int]:
    choice = sequences.choose([*map(ord, prompt)])
    return choice.slot, choice.source, choice.shared


def test_the_longest_beginning_goes_on_where_it_is() -> None:
    assert chosen(filled("abcdef", "abcxyz", "q"), "abcxy1") == (1, 1, 5)


def test_what_shares_little_is_kept_and_the_oldest_makes_room() -> None:
    assert chosen(filled("old", "abcdefghij", "q"), "abc") == (0, 1, 3)
    assert chosen(filled("old", "abcdefghij", "q"), "zzz") == (0, 2, 0)


def test_what_is_cheap_to_evaluate_again_takes_no_sequence() -> None:
    assert chosen(filled("old", "abcdefghij", "q", cheap=7), "abc") == (1, 1, 3)
    assert chosen(filled("old", "abcdefghij", "q", cheap=6), "abc") == (0, 1, 3)
    assert chosen(filled("old", "q", cheap=7), "abc") == (0, 1, 0), "nothing is shared"


def test_a_lone_sequence_is_always_cut() -> None:
    assert chosen(filled("abcdefghij"), "abc") == (0, 0, 3)


def test_the_more_recent_one_of_equals_is_taken() -> None:
    sequences = filled("abc", "abc")
    assert chosen(sequences, "abcd") == (1, 1, 3)
    sequences.take(Choice(0, 0, 2))
    assert sequences.tokens[0] == [*map(ord, "ab")]
    assert chosen(sequences, "ab") == (0, 0, 2)


def test_the_oldest_that_holds_something_is_forgotten_first() -> None:
    sequences = filled("", "abc", "abc")
    assert sequences.oldest(2) == 1
    sequences.take(Choice(1, 2, 3))
    assert sequences.oldest(1) == 2
    sequences.tokens[2] = []
    assert sequences.oldest(1) is None


def test_empty_ones_are_filled_before_anything_is_forgotten() -> None:
    sequences = Sequences.empty(3)
    for text in ("abcd", "wxyz", "mnop"):
        choice = sequences.choose([*map(ord, text)])
        sequences.take(choice)
        sequences.tokens[choice.slot] = [*map(ord, text)]
    assert sorted("".join(map(chr, each)) for each in sequences.tokens) == ["abcd", "mnop", "wxyz"]
