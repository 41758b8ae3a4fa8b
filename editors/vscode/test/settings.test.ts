import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { serverCommand, serverSettings, wanted, type Read } from "../src/settings";

interface Manifest {
  contributes: { configuration: { properties: Record<string, { default: unknown }> } };
}

const root = join(__dirname, "..", "..", "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
const defaults: Read = (name) => manifest.contributes.configuration.properties[`codeassist.${name}`]?.default;
const EDITORS_OWN = ["codeassist.command", "codeassist.preview"];

function withDefaults(values: Record<string, unknown>): Read {
  return (name) => (name in values ? values[name] : defaults(name));
}

test("the declared defaults leave every choice of the server's configuration file alone", () => {
  assert.deepEqual(serverSettings(defaults), { enabled: true, context: true, debounceMs: "auto", languages: {} });
});

test("every setting that is made reaches the server under its name", () => {
  const made = {
    enabled: false,
    context: false,
    debounceMs: 40,
    languages: { markdown: { enabled: false } },
    model: "qwen",
    maxLines: 3,
    review: "checks",
    "engine.mode": "private",
  };
  const { "engine.mode": mode, ...rest } = made;
  assert.deepEqual(serverSettings(withDefaults(made)), { ...rest, engine: { mode } });
});

test("values of a wrong type are left out", () => {
  const wrong = { enabled: "no", debounceMs: -1, languages: { go: null, python: { enabled: 1 } }, model: 3, maxLines: 0.5 };
  assert.deepEqual(serverSettings(withDefaults({ ...wrong, "engine.mode": "remote", review: "loud" })), serverSettings(defaults));
  assert.deepEqual(serverSettings(withDefaults({ languages: null })).languages, {});
});

test("every setting but those of the editor alone is one that the mapping reads", () => {
  const read: string[] = [];
  serverSettings((name) => (read.push(`codeassist.${name}`), undefined));
  const declared = Object.keys(manifest.contributes.configuration.properties).filter((name) => !EDITORS_OWN.includes(name));
  assert.deepEqual(read.sort(), declared.sort());
});

test("completions are wanted unless all of them or the language's are off", () => {
  const some = serverSettings(withDefaults({ languages: { markdown: { enabled: false } } }));
  assert.equal(wanted(some, "python"), true);
  assert.equal(wanted(some, "markdown"), false);
  assert.equal(wanted({ ...some, enabled: false }, "python"), false);
});

test("the command is split into program and arguments, or falls back to the default", () => {
  assert.deepEqual(serverCommand(["/opt/bin/codeassist", "lsp", "-v"]), { command: "/opt/bin/codeassist", args: ["lsp", "-v"] });
  for (const unusable of [undefined, [], [""], ["a", 1], "codeassist"]) {
    assert.deepEqual(serverCommand(unusable), { command: "codeassist", args: ["lsp"] });
  }
});
