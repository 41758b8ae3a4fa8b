import assert from "node:assert/strict";
import { test } from "node:test";

import { asStatus, barText, statusLine } from "../src/status";

test("the bar tells four states apart", () => {
  const texts = [barText("starting", true), barText("stopped", true), barText("running", true), barText("running", false)];
  assert.equal(new Set(texts).size, 4);
  assert.equal(barText("stopped", false), barText("stopped", true));
});

test("a status is one line with the model and what was counted", () => {
  const status = asStatus({ schema: 1, model: "small", counters: { requests: 3, cache_hits: 2 } });
  assert.equal(statusLine(status), "codeassist: model small, requests 3, cache hits 2");
});

test("a status of an unknown shape is still a line", () => {
  for (const answer of [null, undefined, "text", {}]) {
    assert.equal(statusLine(asStatus(answer)), "codeassist: no model loaded");
  }
  assert.equal(statusLine({ enabled: false, model: "m" }), "codeassist: model m, completion is off");
});
