"""Changes of other files than the one that was asked about: as they are now, or not at all."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from lsprotocol import types

from codeassist.edit.change import FileEdit
from codeassist.errors import CodeassistError, ConflictError, UsageError
from codeassist.lsp.abilities import Abilities
from codeassist.lsp.documents import Document, Documents
from codeassist.lsp.workspace_edits import Changes, of_file, workspace_edit

ABLE = Abilities(applies=True, versioned=True, creates=True)
NEW = FileEdit("tests/test_a.py", None, "def test_a():\n    assert '😀'\n".encode())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path.resolve()


def opened(file: Path, text: str, version: int = 3) -> Documents:
    documents = Documents()
    documents.open(types.TextDocumentItem(file.as_uri(), "python", version, text))
    return documents


def edited(text: str, changes: Changes) -> str:
    (change,) = changes
    assert isinstance(change, types.TextDocumentEdit)
    document = Document("file:///x.py", "python", 0, text, "utf-16")
    for each in reversed(change.edits):
        assert isinstance(each, types.TextEdit)
        document.change([types.TextDocumentContentChangePartial(each.range, each.new_text)], 1)
    return document.text


def test_a_new_file_is_made_and_filled(root: Path) -> None:
    edit = workspace_edit(of_file(root, NEW, Documents()), ABLE)
    assert edit.document_changes is not None
    made, filled = edit.document_changes
    assert isinstance(made, types.CreateFile)
    assert isinstance(filled, types.TextDocumentEdit)
    assert made.uri == filled.text_document.uri == (root / "tests/test_a.py").as_uri()
    assert made.options == types.CreateFileOptions(overwrite=False, ignore_if_exists=False)
    assert filled.text_document.version is None
    assert [each.new_text for each in filled.edits if isinstance(each, types.TextEdit)] == [(NEW.after or b"").decode()]


@pytest.mark.parametrize("able", [Abilities(applies=True, versioned=True), Abilities(applies=True)])
def test_a_client_that_makes_no_files(root: Path, able: Abilities) -> None:
    with pytest.raises(UsageError, match="makes no files"):
        workspace_edit(of_file(root, NEW, Documents()), able)


@pytest.mark.parametrize("there", ["file", "link", "open"])
def test_nothing_is_written_over(root: Path, there: str) -> None:
    file, documents = root / NEW.path, Documents()
    file.parent.mkdir()
    if there == "file":
        file.write_text("mine\n")
    elif there == "link":
        file.symlink_to("nowhere")
    else:
        documents = opened(file, "")
    with pytest.raises(ConflictError, match="there already"):
        of_file(root, NEW, documents)


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_on_disk_is_changed_as_an_editor_shows_it(root: Path, newline: str, mark: bytes) -> None:
    text, after = (each.replace("\n", newline) for each in ("é = 1\nb = 2\n", "é = 2\nb = 2\n"))
    (root / "a.py").write_bytes(mark + text.encode())
    edit = FileEdit("a.py", mark + text.encode(), mark + after.encode())
    assert edited(text, of_file(root, edit, Documents())) == after


def test_a_file_of_another_encoding(root: Path) -> None:
    (root / "a.py").write_bytes(b"# \xe9\nb = 2\n")
    edit = FileEdit("a.py", b"# \xe9\nb = 2\n", b"# \xe9\nb = 3\n")
    assert edited("# é\nb = 2\n", of_file(root, edit, Documents())) == "# é\nb = 3\n"


def test_an_open_document_that_is_saved_is_changed_with_its_version(root: Path) -> None:
    (root / "a.py").write_text("a = 1\n")
    edit = FileEdit("a.py", b"a = 1\n", b"a = 2\n")
    changes = of_file(root, edit, opened(root / "a.py", "a = 1\r\n"))
    assert edited("a = 1\r\n", changes) == "a = 2\r\n"
    (change,) = changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 3


def test_what_is_not_as_it_was(root: Path) -> None:
    (root / "a.py").write_text("a = 1\n")
    edit = FileEdit("a.py", b"a = 1\n", b"a = 2\n")
    with pytest.raises(ConflictError, match="not saved"):
        of_file(root, edit, opened(root / "a.py", "a = 1\nb = 1\n"))
    (root / "a.py").write_text("a = 3\n")
    with pytest.raises(ConflictError, match="changed meanwhile"):
        of_file(root, edit, Documents())
    (root / "a.py").unlink()
    with pytest.raises(UsageError):
        of_file(root, edit, Documents())
    with pytest.raises(UsageError, match="would go"):
        of_file(root, FileEdit("a.py", b"a = 1\n", None), Documents())


@pytest.mark.parametrize("path", ["../out.py", "/etc/out.py", "link/out.py", "link"])
def test_nothing_outside_is_changed(root: Path, path: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    (root / "link").symlink_to(tmp_path_factory.mktemp("outside"))
    for before in (None, b""):
        with pytest.raises(CodeassistError):
            of_file(root, FileEdit(path, before, b"x\n"), Documents())
