// What the status bar and the status message say.

/** The server's answer to `codeassist.status`, as far as it is shown; every field may be missing. */
export interface Status {
  model?: string | null;
  enabled?: boolean;
  counters?: Record<string, number>;
}

/** The states of the server that the status bar tells apart. */
export type ServerState = "starting" | "running" | "stopped";

/** The text of the status bar: an icon says the state, so colour is never the only sign. */
export function barText(state: ServerState, enabled: boolean): string {
  if (state === "starting") {
    return "$(loading~spin) codeassist";
  }
  if (state === "stopped") {
    return "$(warning) codeassist";
  }
  return enabled ? "$(check) codeassist" : "$(circle-slash) codeassist";
}

/** One line about the server for a person. */
export function statusLine(status: Status): string {
  const counters = Object.entries(status.counters ?? {}).map(([name, count]) => `${name.replaceAll("_", " ")} ${count}`);
  const model = status.model ? `model ${status.model}` : "no model loaded";
  return [`codeassist: ${model}`, ...(status.enabled === false ? ["completion is off"] : []), ...counters].join(", ");
}

/** Takes the server's answer for a status only where it is an object. */
export function asStatus(answer: unknown): Status {
  return typeof answer === "object" && answer !== null ? (answer as Status) : {};
}
