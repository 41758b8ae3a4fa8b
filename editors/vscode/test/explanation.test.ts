import assert from "node:assert/strict";
import { test } from "node:test";

import { asExplanation, shownHere } from "../src/explanation";

test("the server is told that the editor shows the answer", () => {
  assert.deepEqual(shownHere(["file:///a.py", "f00"]), ["file:///a.py", "f00", true]);
  assert.deepEqual(shownHere(["file:///a.py", "f00", false]), ["file:///a.py", "f00", true]);
});

test("an explanation is taken where it is one", () => {
  const answer = { schema: 1, message: "Undefined name", explanation: "**ruff**", edit: null };
  assert.deepEqual(asExplanation(answer), { message: "Undefined name", markdown: "**ruff**" });
  for (const wrong of [null, undefined, 3, "text", [], {}, { message: "m" }, { message: 1, explanation: "e" }]) {
    assert.equal(asExplanation(wrong), null);
  }
});
