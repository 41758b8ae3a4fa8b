from __future__ import annotations

from benchmarks.llamacontext import (
    AHEAD_MS,
    AnswerCache,
    Local,
    hint_of,
    keys,
    local_context,
    look_back,
    request_body,
    ring_body,
)

LINES = ["import os", "def f(a):", "    return a", "", "print(f(1))"]


def cached(**answers: str) -> AnswerCache:
    cache = AnswerCache()
    for before, content in answers.items():
        cache.insert((before, "S"), content)
    return cache


def at(before: str) -> Local:
    return Local(before, "", "S", 0, "")


def test_the_context_is_split_at_the_cursor_and_each_part_ends_its_line() -> None:
    assert local_context(LINES, 2, 8, [], 0) == Local(
        "import os\ndef f(a):\n", "    retu", "rn a\n\nprint(f(1))\n", 4, "rn a"
    )


def test_a_blank_line_is_completed_from_its_beginning() -> None:
    local = local_context(["if a:", "    "], 1, 4, [], 4)
    assert (local.middle, local.suffix, local.indent) == ("", "\n\n", 0)


def test_the_window_is_256_lines_before_and_64_after() -> None:
    lines = [f"l{index}" for index in range(1000)]
    local = local_context(lines, 500, 2, [], 0)
    assert local.prefix.startswith("l244\n")
    assert local.prefix.count("\n") == 256
    assert local.suffix.endswith("\nl564\n")


def test_a_speculative_context_is_as_if_the_suggestion_had_been_accepted() -> None:
    local = local_context(LINES, 2, 12, [" + 1", "", "x = 2"], 4)
    assert local.prefix == "import os\ndef f(a):\n    return a + 1\n\n"
    assert (local.middle, local.suffix, local.indent) == ("x = 2", "\n\nprint(f(1))\n", 4)
    assert local_context(LINES, 2, 12, [" + 1"], 4).middle == "    return a + 1"


def test_an_answer_is_kept_for_windows_shifted_by_up_to_three_lines() -> None:
    found = keys(Local("a\nb\nc\nd\ne\n", "m", "s", 0, ""))
    assert found == [(f"{prefix}m", "s") for prefix in ("a\nb\nc\nd\ne\n", "b\nc\nd\ne\n", "c\nd\ne\n", "d\ne\n")]


def test_a_short_prefix_has_fewer_keys() -> None:
    assert keys(Local("a\nb\n", "m", "s", 0, "")) == [("a\nb\nm", "s"), ("b\nm", "s")]


def test_typing_what_was_suggested_is_found_by_looking_back() -> None:
    cache = cached(**{"x = ": "value + 1"})
    assert look_back(cache, at("x = ")) == "value + 1"
    assert look_back(cache, at("x = val")) == "ue + 1"
    assert look_back(cache, at("x = vol")) is None
    assert look_back(cache, at("x = value + 1")) is None


def test_of_several_answers_the_longest_rest_wins() -> None:
    assert look_back(cached(x="yz", xy="z = 12345"), at("xyz")) == " = 12345"


def test_it_looks_back_128_characters() -> None:
    cache = cached(x="y" * 200)
    assert look_back(cache, at("x" + "y" * 128)) == "y" * 72
    assert look_back(cache, at("x" + "y" * 129)) is None


def test_the_least_recently_used_answer_leaves() -> None:
    cache = AnswerCache(2)
    cache.insert(("a", ""), "1")
    cache.insert(("b", ""), "2")
    cache.get(("a", ""))
    cache.insert(("c", ""), "3")
    assert [cache.get((name, "")) for name in "abc"] == ["1", None, "3"]


def test_the_body_of_a_request() -> None:
    body = request_body(Local("p\n", "m", "s\n", 4, "s"), [{"text": "t"}], AHEAD_MS)
    assert (body["input_prefix"], body["prompt"], body["input_suffix"]) == ("p\n", "m", "s\n")
    assert (body["n_predict"], body["n_indent"], body["t_max_predict_ms"]) == (128, 4, 1000)
    assert body["samplers"] == ["top_k", "top_p", "infill"]
    assert body["cache_prompt"] is True
    assert body["input_extra"] == [{"text": "t"}]
    assert ring_body([])["n_predict"] == 0


def test_a_hint_ends_with_the_rest_of_the_line_which_accepting_does_not_insert_twice() -> None:
    hint = hint_of("b, c\n", ["f(a, )"], 0, 5)
    assert hint.lines == ("b, c)",)
    assert hint.text == "b, c"


def test_a_hint_on_a_blank_line_loses_the_indentation_that_is_there() -> None:
    assert hint_of("    return 1", ["def f():", "    "], 1, 4).text == "return 1"


def test_a_hint_that_repeats_what_follows_is_dropped() -> None:
    lines = ["a = 1", "b = ", "", "b = 2", "c = 3"]
    assert hint_of("2", lines, 1, 4).text == ""
    assert hint_of("2\nc", lines, 1, 4).text == ""
    assert hint_of("2\nc = 3", lines, 1, 4).text == ""
    assert hint_of("2\nd = 4", lines, 1, 4).text == "2\nd = 4"
    assert hint_of("\nb = 2", ["a", "b = 2"], 0, 1).text == ""
    assert hint_of(")", ["f()"], 0, 2).text == ""


def test_blank_answers_cannot_be_accepted() -> None:
    assert not hint_of("\n\n", ["x"], 0, 1).acceptable
    assert not hint_of("  ", ["x"], 0, 1).acceptable
    assert hint_of("y", ["x"], 0, 1).acceptable
