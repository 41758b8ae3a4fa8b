"""What the words of an instruction tell."""

from __future__ import annotations

import pytest

from codeassist.edit.intent import intent


@pytest.mark.parametrize(
    "instruction",
    [
        "write a helper function that parses dates",
        "Add a method `close` to Client",
        "create an enum for the colours",
        "Define subtract and add similarly.",
        "Extract the mapping as a global variable GRADES",
        "implement another decorator for retries",
    ],
)
def test_something_new_is_asked_for(instruction: str) -> None:
    assert intent(instruction).adds


@pytest.mark.parametrize(
    "instruction",
    [
        "implement this function",
        "Make the class abstract.",
        "add a retry parameter to fetch",
        "add a docstring to the class",
        "handle errors in the method",
        "Extract all the adjacent coordinates and return them as a list of tuples.",
        "",
    ],
)
def test_nothing_new_is_asked_for(instruction: str) -> None:
    assert not intent(instruction).adds


def test_what_is_there_may_change_with_it() -> None:
    assert intent("Create a Triangle class and change the function to take one.").changes
    assert intent("create an enum for the colours and use it in draw").changes
    assert not intent("write a function that parses dates").changes


@pytest.mark.parametrize(
    ("instruction", "names"),
    [
        ("Rename the function to h_index.", ["h_index"]),
        ("rename it to `total`", ["total"]),
        ('receive one more parameter "threshold", and ignore others', ["threshold"]),
        ("Add a parameter n as the depth", ["n"]),
        ("take the rate into account as a parameter", []),
        ("add a parameter that is optional", []),
        ("add a parameter check to the function", []),
        ("raise ValueError", ["ValueError"]),
        ("make the class MyList iterable", ["MyList"]),
        ("do not call torch.unique_consecutive", []),
        ("read config/settings_local.py", []),
        ("use max_size=3 there", []),
    ],
)
def test_names_that_are_wanted(instruction: str, names: list[str]) -> None:
    assert list(intent(instruction).names) == names


def test_a_long_instruction_is_read_in_bounded_time() -> None:
    assert intent("add " * 200_000).names == ()
    assert not intent("extract " + "a " * 100_000).adds
