from __future__ import annotations

from codeassist.context.here import Here
from codeassist.context.languages import languages

PYTHON = languages()["python"]


def test_words_weigh_less_the_further_they_are() -> None:
    here = Here("a.py", "import far\n\nnear = other(", ")\nbelow = 1\n", PYTHON, (0, 0))
    assert here.words["other"] == 1.0
    assert here.words["other"] > here.words["near"] > here.words["far"] > 0
    assert here.words["below"] == 0.6


def test_words_below_count_less_than_the_same_above() -> None:
    assert Here("a.py", "one ", "two ", None, (0, 0)).words == {"one": 1.0, "two": 0.6}


def test_visible_lines_and_window() -> None:
    here = Here("a.py", "1\n2\n3\n4", "\n5\n6\n", None, (3, 2))
    assert here.window == "3\n4\n5"
    assert here.visible == (3, 5)
    assert Here("a.py", "1\n2", "", None, (100, 100)).visible == (1, 2)


def test_tags_are_of_the_text_that_is_edited() -> None:
    here = Here("a.py", "import os\n\n\ndef run():\n    ", "pass\n", PYTHON, (0, 0))
    assert [each.name for each in here.tags.definitions] == ["run"]
    assert [each.module for each in here.tags.imports] == ["os"]
    assert Here("a.txt", "import os", "", None, (0, 0)).tags.imports == ()
