// Has the model edit or explain: asks for what is missing, shows what came, applies it if the person says so.
import * as vscode from "vscode";
import { ExecuteCommandRequest, type LanguageClient } from "vscode-languageclient/node";

import { asAnswer, asArgument, EXPLAIN_CODE, FIX, leftToEditor, type Answer, type Argument, type Change, type Span } from "./edits";

/** Runs one of the server's commands that have the model write, from a code action or from the palette. */
export async function run(client: LanguageClient, command: string, given: readonly unknown[]): Promise<void> {
  const argument = await completed(command, asArgument(given) ?? here());
  let answer = argument && (await send(client, command, argument));
  if (argument && answer?.asks) {
    // No comment in the code gives an instruction.
    const instruction = await vscode.window.showInputBox({ prompt: "What is to be changed?", title: "Edit with codeassist" });
    answer = instruction?.trim() ? await send(client, command, { ...argument, instruction }) : null;
  }
  if (!answer) {
    return;
  }
  if (command === EXPLAIN_CODE && answer.markdown !== "") {
    await showBeside(answer.markdown);
  } else if (answer.changes) {
    await apply(answer.changes, answer.message);
  } else {
    void vscode.window.showWarningMessage(`codeassist: ${answer.message}`);
  }
}

/** The server's answer; null where the person cancelled. */
async function send(client: LanguageClient, command: string, argument: Argument): Promise<Answer | null> {
  const progress = { location: vscode.ProgressLocation.Notification, title: "codeassist", cancellable: true };
  return vscode.window.withProgress(progress, async (_report, token) => {
    const params = { command, arguments: [leftToEditor(argument)] };
    try {
      return asAnswer(await client.sendRequest(ExecuteCommandRequest.type, params, token));
    } catch (error) {
      return token.isCancellationRequested ? null : asAnswer({ message: String(error) });
    }
  });
}

/** Shows Markdown in an editor of its own, beside the code. */
export async function showBeside(markdown: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content: markdown });
  await vscode.window.showTextDocument(document, { preview: true, viewColumn: vscode.ViewColumn.Beside });
}

/** The selection of the active editor, or its cursor. */
function here(): Argument | null {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    void vscode.window.showWarningMessage("codeassist: open a file first");
    return null;
  }
  return { uri: editor.document.uri.toString(), range: asSpan(editor.selection), version: editor.document.version };
}

/** The argument with what is to be fixed; null where a person chooses nothing. */
async function completed(command: string, argument: Argument | null): Promise<Argument | null> {
  return command === FIX && argument && !argument.diagnostic ? withDiagnostic(argument) : argument;
}

/** The argument with one of the diagnostics at its place, of any server. */
async function withDiagnostic(argument: Argument): Promise<Argument | null> {
  const uri = vscode.Uri.parse(argument.uri);
  const first = argument.range.start.line;
  const last = argument.range.end.line;
  const near = vscode.languages.getDiagnostics(uri).filter((each) => each.range.start.line <= last && each.range.end.line >= first);
  const items = near.map((each) => ({ label: each.message.split("\n", 1)[0] ?? "", description: each.source ?? "", each }));
  const chosen = items.length > 1 ? await vscode.window.showQuickPick(items, { title: "Fix with codeassist" }) : items[0];
  if (!chosen) {
    if (items.length === 0) {
      void vscode.window.showWarningMessage("codeassist: there is no diagnostic here");
    }
    return null;
  }
  const { message, source, range } = chosen.each;
  return { ...argument, range: asSpan(range), diagnostic: { message, ...(source ? { source } : {}) } };
}

/** Applies changes, by default after the editor's own preview; one undo takes them back. */
async function apply(changes: readonly Change[], title: string): Promise<void> {
  const needsConfirmation = vscode.workspace.getConfiguration("codeassist").get("preview") !== false;
  const metadata: vscode.WorkspaceEditEntryMetadata = { label: title, needsConfirmation };
  const edit = new vscode.WorkspaceEdit();
  for (const change of changes) {
    const uri = vscode.Uri.parse(change.uri);
    if (change.kind === "create") {
      edit.createFile(uri, { overwrite: false, ignoreIfExists: false }, metadata);
      continue;
    }
    const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
    if (change.version !== null && document?.version !== change.version) {
      void vscode.window.showWarningMessage("codeassist: the text has changed since; ask again");
      return;
    }
    for (const { range, newText } of change.edits) {
      edit.replace(uri, asRange(range), newText, metadata);
    }
  }
  if (!(await vscode.workspace.applyEdit(edit, { isRefactoring: true })) && !needsConfirmation) {
    void vscode.window.showWarningMessage("codeassist: the editor did not apply it");
  }
}

function asSpan(range: vscode.Range): Span {
  const { start, end } = range;
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}

function asRange({ start, end }: Span): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
