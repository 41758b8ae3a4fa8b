"""What the model scores at a time: stretches of changed lines, their definition, what stands around them."""

from __future__ import annotations

from codeassist.review.units import units
from tests.review.changes import change

OLD = "import os\n\n\ndef area(width, height):\n    return width * height\n\n\ndef main():\n    print(area(1, 2))\n"
NEW = OLD.replace("width * height", "width + height")


def test_a_changed_line_comes_with_its_definition_and_what_was_there() -> None:
    (unit,) = units(change("a.py", OLD, NEW))
    assert (unit.first, unit.last, unit.name) == (5, 5, "area")
    assert unit.changed == "    return width + height\n"
    assert unit.old == "    return width * height\n"
    assert unit.head.endswith("def area(width, height):\n")
    assert unit.after.startswith("\n\ndef main():\n")
    assert NEW[unit.start : unit.end] == unit.changed


def test_the_signature_is_shown_where_it_is_far_above() -> None:
    body = "".join(f"    step_{number}()\n" for number in range(40))
    new = f"def long(first, second):\n{body}    return first\n"
    (unit,) = units(change("a.py", new.replace("return first", "return second"), new))
    assert unit.head.startswith("def long(first, second):\n    step_")
    assert unit.head.count("\n") <= 17


def test_long_stretches_are_cut_and_nothing_is_lost() -> None:
    new = "".join(f"value_{number} = {number}\n" for number in range(50))
    found = list(units(change("a.py", None, new)))
    assert "".join(unit.changed for unit in found) == new
    assert max(unit.last - unit.first for unit in found) < 16


def test_what_is_no_code_is_left_out() -> None:
    assert not list(units(change("notes.txt", None, "word\n")))
    assert not list(units(change("a.py", "a = 1\n\nb = 2\n", "a = 1\n\n\nb = 2\n"))), "blank lines"
    assert not list(units(change("a.py", None, "x = '" + "y" * 500 + "'\n"))), "no line that a person wrote"
    assert not list(units(change("a.py", "a = 1\n", None))), "a deleted file"


def test_places_are_right_behind_wide_characters_and_without_a_last_newline() -> None:
    new = "é = '💡'\nname = é"
    unit = list(units(change("a.py", "é = '💡'\nname = 1", new)))[-1]
    assert new[unit.start : unit.end] == "name = é"
