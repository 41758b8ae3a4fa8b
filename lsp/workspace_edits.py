"""Edits of a workspace as the client takes them: of open documents with their version, of other files, new files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types

from codeassist.edit.change import FileEdit
from codeassist.errors import ConflictError, UsageError
from codeassist.lsp.abilities import Abilities
from codeassist.lsp.documents import Document, Documents
from codeassist.lsp.textedits import pieces, text_edits
from codeassist.text import MAX_FILE_BYTES, decode, read_source

Changes = list["types.TextDocumentEdit | types.CreateFile"]


def workspace_edit(changes: Changes, able: Abilities) -> types.WorkspaceEdit:
    """Changes in the form that the client takes.

    Raises:
        UsageError: it cannot make files, and one is made.
    """
    if able.versioned and (able.creates or not any(isinstance(each, types.CreateFile) for each in changes)):
        return types.WorkspaceEdit(document_changes=list(changes))
    texts: dict[str, list[types.TextEdit]] = {}
    for each in changes:
        if isinstance(each, types.CreateFile):
            raise UsageError("this editor makes no files for a server", "use the command codeassist test in a terminal")
        texts[each.text_document.uri] = [edit for edit in each.edits if isinstance(edit, types.TextEdit)]
    return types.WorkspaceEdit(changes=texts)


def of_document(document: Document, edits: Sequence[types.TextEdit]) -> types.TextDocumentEdit:
    """Edits of an open document, as it is now."""
    return types.TextDocumentEdit(
        types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version), list(edits)
    )


def of_file(root: Path, edit: FileEdit, documents: Documents) -> Changes:
    """What a change of another file than the one that was asked about comes to.

    Raises:
        ConflictError: the file is not as the change was made for: in the editor, or on disk.
        UsageError: it cannot be read, or the change takes it away.
    """
    file = root / edit.path
    if not Path(os.path.realpath(file)).is_relative_to(root):
        raise UsageError(f"{edit.path} leads out of the repository", "nothing is written there")
    if edit.after is None:
        raise UsageError(f"{edit.path} would go", "edits in an editor take no file away")
    after = decode(edit.after, edit.path).text
    opened = next((each for each in documents.all() if each.file == file), None)
    if edit.before is None:
        if opened is not None or file.exists() or file.is_symlink():
            raise ConflictError(f"{edit.path} is there already", "nothing is written over it")
        return _new(file.as_uri(), after)
    before = decode(edit.before, edit.path).text
    if opened is not None:
        if opened.sound() != before:
            raise ConflictError(f"{edit.path} has changes that are not saved", "save it and ask again")
        return [of_document(opened, text_edits(opened, pieces(before, after)))]
    if read_source(file, MAX_FILE_BYTES).text != before:
        raise ConflictError(f"{edit.path} has changed meanwhile", "ask again")
    document = Document(file.as_uri(), "", 0, _as_shown(edit.before, edit.path), documents.units)
    name = types.OptionalVersionedTextDocumentIdentifier(document.uri)
    return [types.TextDocumentEdit(name, list(text_edits(document, pieces(before, after))))]


def _new(uri: str, text: str) -> Changes:
    made = types.CreateFile(uri, options=types.CreateFileOptions(overwrite=False, ignore_if_exists=False))
    start = types.Position(0, 0)
    name = types.OptionalVersionedTextDocumentIdentifier(uri)
    return [made, types.TextDocumentEdit(name, [types.TextEdit(types.Range(start, start), text)])]


def _as_shown(data: bytes, name: str) -> str:
    """A file's text as an editor has it: with its own newlines, without a byte order mark."""
    return data.decode(decode(data, name).encoding).removeprefix("\ufeff")
