"""L1, pure: random edits in all encodings against a reference that shares no code with the store."""

from __future__ import annotations

import random

import pytest
from lsprotocol import types

from codeassist.lsp.documents import Document, Spot, choose_units, language_names
from codeassist.text import Units
from tests.lsp.reference import Reference, random_edit, random_text

EDITS = 3400  # in each of three encodings: 10,200


def partial(start: tuple[int, int], end: tuple[int, int], text: str) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(
        range=types.Range(types.Position(*start), types.Position(*end)), text=text
    )


def document(text: str, units: Units = "utf-16", uri: str = "file:///a.py", language: str = "python") -> Document:
    return Document(uri, language, 0, text, units)


@pytest.mark.parametrize("units", ["utf-8", "utf-16", "utf-32"])
def test_random_edits_leave_the_reference_text(units: Units) -> None:
    rng = random.Random(f"edits {units}")  # noqa: S311
    reference = Reference(random_text(rng, 60), units)
    ours = document(reference.text, units)
    for number in range(EDITS):
        edits = [random_edit(rng, reference) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        ours.change([partial(*edit) for edit in edits], number)
        for edit in edits:
            reference.edit(*edit)
        assert ours.text == reference.text, (number, edits)
        if len(reference.text) > 400 or rng.random() < 0.01:
            fresh = random_text(rng, rng.randrange(80))
            ours.change([types.TextDocumentContentChangeWholeDocument(text=fresh)], number)
            reference = Reference(fresh, units)


@pytest.mark.parametrize("units", ["utf-8", "utf-16", "utf-32"])
def test_positions_are_the_reference_s(units: Units) -> None:
    rng = random.Random(f"positions {units}")  # noqa: S311
    for _ in range(500):
        reference = Reference(random_text(rng, 40), units)
        ours = document(reference.text, units)
        line, character = rng.randrange(12), rng.randrange(30)
        spot = ours.spot(types.Position(line, character))
        offset = reference.offset(line, character)
        place = ours.place(spot)
        normal = [part.replace("\r\n", "\n").replace("\r", "\n") for part in reference.parts(offset)]
        assert [place.before, place.after] == [part.replace("\ud800", "\ufffd") for part in normal]
        back = ours.position(spot)
        assert reference.offset(back.line, back.character) == offset


@pytest.mark.parametrize(
    ("text", "newline"), [("a", "\n"), ("a\nb", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\rb", "\r"), ("a\r\nb\nc\n", "\n")]
)
def test_newline_is_the_most_frequent(text: str, newline: str) -> None:
    assert document(text).newline == newline


def test_place_takes_a_menus_item_as_typed() -> None:
    place = document("import o\nx").place(Spot(0, 7), "os.path", Spot(0, 8))
    assert (place.before, place.after) == ("import os.path", "\nx")


def test_end_of_the_last_change_is_kept() -> None:
    ours = document("one\ntwo\n")
    ours.change([partial((1, 0), (1, 3), "x\r\nyy")], 1)
    assert ours.edited == Spot(2, 2)


@pytest.mark.parametrize(
    ("uri", "language", "name", "names"),
    [
        ("file:///d/a%20b.py", "python", "/d/a b.py", ("python", "python")),
        ("untitled:Untitled-1", "python", "Untitled-1.py", ("python", "python")),
        ("file:///d/SConstruct", "python", "/d/SConstruct.py", ("python", "python")),
        ("file:///d/a.jsx", "javascriptreact", "/d/a.jsx", ("javascriptreact", "javascript")),
        ("file:///d/a.txt", "plaintext", "/d/a.txt", ("plaintext",)),
        ("file://[", "python", "untitled.py", ("python", "python")),
        ("file:///%00", "go", "/untitled.go", ("go", "go")),
    ],
)
def test_path_and_language(uri: str, language: str, name: str, names: tuple[str, ...]) -> None:
    ours = document("", uri=uri, language=language)
    assert ours.path.as_posix() == name
    assert language_names(ours) == names


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (None, "utf-16"),
        ([], "utf-16"),
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-16", "utf-8"], "utf-16"),
        (["utf-8", "utf-16", "utf-32"], "utf-32"),
        (["utf-7"], "utf-16"),
        ([types.PositionEncodingKind.Utf8], "utf-8"),
    ],
)
def test_position_encoding(offered: list[str] | None, chosen: str) -> None:
    assert choose_units(offered) == chosen
