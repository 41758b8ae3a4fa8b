"""A completion end to end over the scripted engine, and once on the default family's real little sister."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codeassist.completion.decoding import Place
from codeassist.completion.pipeline import Completion, complete
from codeassist.engine.fake import Reply
from codeassist.session import open_session
from tests.conftest import FakeScript
from tests.models.cache import cached_model


def completed(before: str, after: str = "", *, name: str = "a.py", newline: str = "\n", limit: int = 64) -> Completion:
    with open_session(os.environ) as session:
        return complete(session, Place(Path(name), before, after, newline), limit)


def test_the_forced_word_is_not_shown_again(fake_engine: FakeScript) -> None:
    fake_engine("urn total")
    done = completed("def f(total):\n    ret")
    assert done.text == "urn total"
    assert done.finish == "stop"
    assert done.timings.prompt_tokens > 0
    assert done.confidence == pytest.approx(0.9048, abs=1e-3)


def test_it_stops_where_the_function_ends(fake_engine: FakeScript) -> None:
    fake_engine("return a + b\n\n\ndef other():\n    pass\n")
    done = completed("def add(a, b):\n    ")
    assert (done.text, done.finish) == ("return a + b", "scope")
    assert done.timings.generated_tokens < len("return a + b\n\n\ndef other")


def test_a_hole_is_filled_up_to_the_line_that_follows(fake_engine: FakeScript) -> None:
    fake_engine("total = a + b\n    total += 1\n    return total\n")
    done = completed("def add(a, b):\n    ", "\n    return total\n")
    assert (done.text, done.finish) == ("total = a + b\n    total += 1", "scope")


def test_a_hole_gets_one_statement_where_the_output_never_meets_what_follows(fake_engine: FakeScript) -> None:
    fake_engine("# the sum\n    total = (\n        a + b\n    )\n    b = 1\n    return b\n")
    done = completed("def add(a, b):\n    ", "\n    return total\n")
    assert (done.text, done.finish) == ("# the sum\n    total = (\n        a + b\n    )", "scope")


def test_a_hole_that_repeats_what_follows_is_filled_otherwise(fake_engine: FakeScript) -> None:
    fake_engine(Reply(when="    total ", text="= a + b\n    return total\n"), Reply(text="return total\n"))
    done = completed("def add(a, b):\n    ", "\n    return total\n")
    assert (done.text, done.finish) == ("total = a + b", "scope"), "the name that is needed below is tried first"


def test_nothing_is_written_after_which_the_next_line_cannot_stand(fake_engine: FakeScript) -> None:
    fake_engine("> int:\n        return 1\n")
    done = completed("class A:\n    def f(self) -", "\n            if self.a:\n                pass\n")
    assert (done.text, done.finish) == ("> int:", "scope")


def test_a_file_keeps_its_last_newline(fake_engine: FakeScript) -> None:
    fake_engine("x = 1")
    assert completed("import os\n").text == "x = 1\n"
    assert completed("import os\n", "\n").text == "x = 1"


def test_a_token_that_ends_the_middle_ends_it(fake_engine: FakeScript) -> None:
    end_token = chr(9 + 0x10000)  # not the marker's id: text of a user can never be one
    fake_engine(f"a{end_token}b")
    assert completed("x = ").text == f"a{end_token}b"


def test_nothing_but_white_space_is_filtered(fake_engine: FakeScript) -> None:
    fake_engine("  \n\n  ")
    done = completed("x = 1")
    assert (done.text, done.finish) == ("", "filtered")


def test_the_files_own_newline_is_used(fake_engine: FakeScript) -> None:
    fake_engine("a = 1\n    b = 2\n    return a\n")
    assert completed("def f():\n    ", newline="\r\n").text == "a = 1\r\n    b = 2\r\n    return a"


def test_the_limit_is_the_limit(fake_engine: FakeScript) -> None:
    fake_engine("abcdefghij")
    done = completed("x = ", limit=5)
    assert (done.text, done.finish) == ("abcde", "length"), "the forced blank is not counted"


def test_the_model_is_told_the_files_name(fake_engine: FakeScript) -> None:
    fake_engine(Reply(when="// src/server.js\n", text="main();"), Reply(text="nothing"))
    assert completed("", name="src/server.js").text == "main();"
    assert completed("", name="/home/somebody/src/server.js").text == "nothing", "where it lies is nobody's business"


def test_a_file_that_speaks_for_itself_gets_no_name(fake_engine: FakeScript) -> None:
    fake_engine(Reply(when="# a.py\n", text="named"), Reply(text="plain"))
    assert completed("x = 1\n" * 10).text == "named\n"
    assert completed("x = 1\n" * 100).text == "plain\n"


def test_a_name_cannot_break_out_of_its_comment(fake_engine: FakeScript) -> None:
    fake_engine(Reply(when="# a b\udcff.py\n".replace("\udcff", "?"), text="fine"))
    assert completed("", name="a\nb\udcff.py").text == "fine"


def test_plain_text_ends_with_its_paragraph(fake_engine: FakeScript) -> None:
    fake_engine("dear reader,\nthis is it.\n\nAnd another thing\n")
    assert completed("My ", name="letter.txt").text == "dear reader,\nthis is it."


def test_time_to_first_text_is_within_the_total(fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="abc", decode_ms=1))
    timings = completed("x = ").timings
    assert 0 < timings.ttft_ms <= timings.total_ms
    assert timings.cached_tokens + timings.evaluated_tokens == timings.prompt_tokens


@pytest.mark.model
def test_a_real_model_completes_and_the_second_time_is_nearly_free(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "models").symlink_to(cached_model("smollm2-135m"))
    with open_session(os.environ, model="smollm2-135m") as session:
        place = Place(
            Path("a.py"),
            "# Sums and differences.\n\n\ndef add(a, b):\n    return a ",
            "\n\n\ndef sub(a, b):\n    return a - b\n",
        )
        first, second = complete(session, place, 12), complete(session, place, 12)
    assert first.text == second.text
    assert first.text.strip()
    assert first.timings.evaluated_tokens > 0
    assert second.timings.cached_tokens > 0.9 * second.timings.prompt_tokens
