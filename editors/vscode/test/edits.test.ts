import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { asAnswer, asArgument, leftToEditor, writes } from "../src/edits";

const span = { start: { line: 1, character: 2 }, end: { line: 3, character: 0 } };
const text = { textDocument: { uri: "file:///a.py", version: 4 }, edits: [{ range: span, newText: "x" }] };

test("an argument of a code action is taken, another is not", () => {
  const argument = { uri: "file:///a.py", range: span, version: 3 };
  assert.deepEqual(asArgument([argument]), argument);
  const wrong = [[], [null], ["file:///a.py"], [{}], [{ uri: "a" }], [{ uri: "a", range: {} }], [{ uri: 1, range: span }]];
  for (const given of wrong) {
    assert.equal(asArgument(given), null);
  }
});

test("the server is told that the editor shows and applies", () => {
  const told = leftToEditor({ uri: "a", range: span, instruction: "i" });
  assert.deepEqual(told, { uri: "a", range: span, instruction: "i", apply: false, show: false });
});

test("an answer with an edit", () => {
  const made = { kind: "create", uri: "file:///b.py", options: { overwrite: false } };
  const fresh = { textDocument: { uri: "file:///b.py", version: null }, edits: [] };
  const answer = asAnswer({ schema: 1, applied: false, message: "did", edit: { documentChanges: [text, made, fresh] } });
  assert.deepEqual(answer.changes, [
    { kind: "text", uri: "file:///a.py", version: 4, edits: text.edits },
    { kind: "create", uri: "file:///b.py" },
    { kind: "text", uri: "file:///b.py", version: null, edits: [] },
  ]);
  assert.equal(answer.message, "did");
  assert.equal(answer.asks, false);
  assert.equal(asAnswer({ message: "needs an instruction", edit: null, needs: "instruction" }).asks, true);
});

test("of an edit that is not understood nothing is applied", () => {
  const wrong = [
    { kind: "delete", uri: "file:///a.py" },
    { kind: "create" },
    {},
    null,
    { ...text, edits: [{ range: {}, newText: "x" }] },
    { ...text, edits: [{ range: span }] },
    { ...text, textDocument: {} },
  ];
  for (const change of wrong) {
    assert.equal(asAnswer({ message: "m", edit: { documentChanges: [text, change] } }).changes, null);
  }
  for (const answer of [null, undefined, 3, [], { edit: null }, { edit: { changes: {} } }]) {
    assert.deepEqual(asAnswer(answer), { message: "there is no answer", markdown: "", asks: false, changes: null });
  }
});

test("every command of the palette is one of the server's or of the extension", () => {
  const manifest = JSON.parse(readFileSync(join(__dirname, "..", "..", "..", "package.json"), "utf8")) as {
    contributes: { commands: { command: string }[]; menus: Record<string, { command?: string }[]> };
  };
  const names = manifest.contributes.commands.map((each) => each.command);
  const own = ["codeassist.showStatus", "codeassist.toggleCompletion", "codeassist.restartServer"];
  assert.deepEqual(names.filter((name) => !writes(name)), own);
  assert.equal(names.filter(writes).length, 5);
  const menu = manifest.contributes.menus["codeassist.write"] ?? [];
  assert.deepEqual(menu.map((each) => each.command), names.filter(writes));
});
