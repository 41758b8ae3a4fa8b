// What the server says of a finding, as far as it is shown. No part of the editor is needed here, so node tests it alone.

/** The server's command, named by the code action *Explain*. */
export const EXPLAIN = "codeassist.explainFinding";

/** An explanation: one line, and all of it as Markdown. */
export interface Explanation {
  message: string;
  markdown: string;
}

/** The arguments with which the server leaves it to the editor to show the answer. */
export function shownHere(given: readonly unknown[]): unknown[] {
  return [...given.slice(0, 2), true];
}

/** Takes the server's answer; null where the finding is gone, or it is not what is expected. */
export function asExplanation(answer: unknown): Explanation | null {
  const { message, explanation } = (answer ?? {}) as { message?: unknown; explanation?: unknown };
  return typeof message === "string" && typeof explanation === "string" ? { message, markdown: explanation } : null;
}
