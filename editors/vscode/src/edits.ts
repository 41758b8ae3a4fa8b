// What is sent and answered when the model edits or explains. No part of the editor is needed here, so node tests it alone.

/** The server's commands that have the model write; the palette's commands have the same names. */
export const FIX = "codeassist.fix";
export const EXPLAIN_CODE = "codeassist.explain";
const WRITING: readonly string[] = ["codeassist.edit", "codeassist.doc", "codeassist.test", FIX, EXPLAIN_CODE];

/** A place as the protocol has it. */
export interface Span {
  start: { line: number; character: number };
  end: { line: number; character: number };
}

/** A command's one argument. */
export interface Argument {
  uri: string;
  range: Span;
  version?: number;
  instruction?: string;
  diagnostic?: { message: string; source?: string; code?: string | number };
}

/** One change of an edit: text of a file, or a new file. */
export type Change =
  | { kind: "create"; uri: string }
  | { kind: "text"; uri: string; version: number | null; edits: { range: Span; newText: string }[] };

/** An answer, as far as it is used. `changes` is null where there is nothing to apply; `asks` for an instruction. */
export interface Answer {
  message: string;
  markdown: string;
  asks: boolean;
  changes: Change[] | null;
}

/** Whether a command has the model write. */
export function writes(command: string): boolean {
  return WRITING.includes(command);
}

/** The argument that a code action gave; null where the command comes from the palette. */
export function asArgument(given: readonly unknown[]): Argument | null {
  const first = given[0] as Partial<Argument> | null | undefined;
  return typeof first?.uri === "string" && isSpan(first.range) ? (first as Argument) : null;
}

/** The argument with which the server leaves it to the editor to show and apply what comes. */
export function leftToEditor(argument: Argument): Argument & { apply: false; show: false } {
  return { ...argument, apply: false, show: false };
}

/** Takes the server's answer; what is not as expected is nothing to apply. */
export function asAnswer(answer: unknown): Answer {
  const { message, markdown, edit, needs } = (answer ?? {}) as Record<string, unknown>;
  return {
    message: typeof message === "string" && message !== "" ? message : "there is no answer",
    markdown: typeof markdown === "string" ? markdown : "",
    asks: needs === "instruction",
    changes: asChanges(edit),
  };
}

function asChanges(edit: unknown): Change[] | null {
  const { documentChanges } = (edit ?? {}) as { documentChanges?: unknown };
  if (!Array.isArray(documentChanges)) {
    return null;
  }
  const changes = documentChanges.map(asChange);
  return changes.every((change) => change !== null) ? changes : null;
}

function asChange(change: unknown): Change | null {
  const { kind, uri, textDocument, edits } = (change ?? {}) as Record<string, unknown>;
  if (kind !== undefined) {
    return kind === "create" && typeof uri === "string" ? { kind, uri } : null;
  }
  const document = (textDocument ?? {}) as { uri?: unknown; version?: unknown };
  if (typeof document.uri !== "string" || !Array.isArray(edits) || !edits.every(isTextEdit)) {
    return null;
  }
  const version = typeof document.version === "number" ? document.version : null;
  return { kind: "text", uri: document.uri, version, edits };
}

function isTextEdit(edit: unknown): edit is { range: Span; newText: string } {
  const { range, newText } = (edit ?? {}) as { range?: unknown; newText?: unknown };
  return typeof newText === "string" && isSpan(range);
}

function isSpan(range: unknown): range is Span {
  const { start, end } = (range ?? {}) as { start?: unknown; end?: unknown };
  return [start, end].every((each) => {
    const { line, character } = (each ?? {}) as { line?: unknown; character?: unknown };
    return Number.isInteger(line) && Number.isInteger(character);
  });
}
