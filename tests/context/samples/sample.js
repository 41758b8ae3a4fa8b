"use strict";

import fs, { readFile, writeFile as write } from "node:fs/promises";
import * as path from "node:path";
import { Queue } from "./queue.js";
import "../polyfill.mjs";
export { Task } from "./task.js";
export * from "./errors";

const { merge, clone: copy } = require("./objects");
const legacy = require('../legacy');

const MAX_RETRIES = 3;
export const defaults = { retries: MAX_RETRIES, pattern: /^[a-z]+\/(\d+)$/ };
let counter = 0;

/**
 * Runs tasks one after the other.
 *
 * @param {Queue} queue
 */
export class Runner extends Queue {
  #busy = false;
  static instances = new Map();

  constructor(options = {}) {
    super();
    this.options = merge(defaults, options);
  }

  // Says whether a task runs.
  get busy() {
    return this.#busy;
  }

  onDone = (result) => {
    this.emit("done", result);
  };

  async run(task, { signal } = {}) {
    for (let attempt = 0; attempt < MAX_RETRIES; attempt++) {
      try {
        return await task.execute(signal);
      } catch (error) {
        legacy.report(error, `attempt ${attempt} of ${task.name}`);
      }
    }
    throw new Error(`gave up ${task}`);
  }

  static *all() {
    yield* Runner.instances.values();
  }
}

/** The seconds of a text such as "2m". */
export function seconds(text) {
  const units = { s: 1, m: 60 };
  const match = /(\d+)([sm])/.exec(text);
  return match ? Number(match[1]) * units[match[2]] : NaN;
}

const delay = (time) =>
  new Promise((resolve) => {
    setTimeout(resolve, time);
  });

export default async function main(args) {
  const runner = new Runner(copy(args));
  const lazy = await import("./lazy.js");
  await delay(seconds("1s"));
  const text = await readFile(path.join(".", "tasks"), "utf8");
  text.split("\n").map(lazy.parse).forEach(handle);
  return write("out", runner.options);
}

function handle(task) {
  counter += 1;
  return task;
}

Runner.prototype.stop = function (reason) {
  this.stopped = reason;
};

const handlers = {
  start(event) {
    return event;
  },
  stop: (event) => fs.close(event),
  names: ["a", "b"],
};

module.exports = { handlers, Runner };
