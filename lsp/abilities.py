"""What the client can do, as far as it matters here; all of it is told by `initialize`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lsprotocol import types


@dataclass(frozen=True)
class Abilities:
    """What of its own a client does with an answer.

    Attributes:
        applies: it applies an edit when it is asked to (`workspace/applyEdit`).
        versioned: an edit may say for which version of a document it was made.
        creates: an edit may make a file.
        resolves: it asks for the command of a code action only when a person has chosen the action.
    """

    applies: bool = False
    versioned: bool = False
    creates: bool = False
    resolves: bool = False


def abilities(client: types.ClientCapabilities) -> Abilities:
    """Read capabilities."""
    workspace, texts = client.workspace, client.text_document
    edit = workspace.workspace_edit if workspace else None
    action = texts.code_action if texts else None
    resolved = action.resolve_support.properties if action and action.resolve_support else ()
    return Abilities(
        applies=bool(workspace and workspace.apply_edit),
        versioned=bool(edit and edit.document_changes),
        creates=bool(edit and types.ResourceOperationKind.Create in (edit.resource_operations or ())),
        resolves=bool(action and action.data_support) and "command" in resolved,
    )


def usable(params: Any) -> dict[str, Any]:
    """What is used of `initialize`: a client that says something unusual elsewhere is served all the same."""
    given = params if isinstance(params, dict) else {}
    said = given.get("capabilities")
    capabilities = said if isinstance(said, dict) else {}
    kept: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}
    if isinstance(given.get("processId"), int):
        kept["processId"] = given["processId"]
    if "initializationOptions" in given:
        kept["initializationOptions"] = given["initializationOptions"]
    encodings = _path(capabilities, "general", "positionEncodings")
    if isinstance(encodings, list):
        kept["capabilities"]["general"] = {"positionEncodings": _texts(encodings)}
    kept["capabilities"]["workspace"] = _workspace(capabilities)
    kept["capabilities"]["window"] = {"workDoneProgress": _path(capabilities, "window", "workDoneProgress") is True}
    kept["capabilities"]["textDocument"] = _text_document(capabilities)
    return kept


def _workspace(capabilities: dict[str, Any]) -> dict[str, Any]:
    edit = ("workspace", "workspaceEdit")
    operations = _texts(_path(capabilities, *edit, "resourceOperations"))
    known = [each.value for each in types.ResourceOperationKind if each.value in operations]
    return {
        "configuration": _path(capabilities, "workspace", "configuration") is True,
        "applyEdit": _path(capabilities, "workspace", "applyEdit") is True,
        "workspaceEdit": {
            "documentChanges": _path(capabilities, *edit, "documentChanges") is True,
            "resourceOperations": known,
        },
    }


def _text_document(capabilities: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        name: {}
        for name in ("inlineCompletion", "publishDiagnostics")
        if isinstance(_path(capabilities, "textDocument", name), dict)
    }
    action = ("textDocument", "codeAction")
    kept["codeAction"] = {
        "dataSupport": _path(capabilities, *action, "dataSupport") is True,
        "resolveSupport": {"properties": _texts(_path(capabilities, *action, "resolveSupport", "properties"))},
    }
    return kept


def _texts(given: Any) -> list[str]:
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else []


def _path(table: Any, *keys: str) -> Any:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table
