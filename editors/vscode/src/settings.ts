// What the server is told, made from what the user set. No part of the editor is needed here, so node tests it alone.

/** The server's settings (section `codeassist`); what is left out, the server's configuration file decides. */
export interface ServerSettings {
  enabled: boolean;
  context: boolean;
  debounceMs: number | "auto";
  languages: Record<string, { enabled: boolean }>;
  model?: string;
  maxLines?: number;
  engine?: { mode: "shared" | "private" };
  review?: false | "checks";
}

/** Reads one setting by its name below `codeassist.`. */
export type Read = (name: string) => unknown;

/** The program of the language server and its arguments. */
export interface ServerCommand {
  command: string;
  args: string[];
}

/** Settings for the server: values of a wrong type are left out, so a slip in settings.json never stops it. */
export function serverSettings(read: Read): ServerSettings {
  const model = read("model");
  const maxLines = read("maxLines");
  const mode = read("engine.mode");
  const review = read("review");
  return {
    enabled: read("enabled") !== false,
    context: read("context") !== false,
    debounceMs: debounce(read("debounceMs")),
    languages: languages(read("languages")),
    ...(typeof model === "string" && model !== "" ? { model } : {}),
    ...(isCount(maxLines) && maxLines > 0 ? { maxLines } : {}),
    ...(mode === "shared" || mode === "private" ? { engine: { mode } } : {}),
    ...(review === false || review === "checks" ? { review } : {}),
  };
}

/** The command line to start; the default where the setting is unusable. */
export function serverCommand(value: unknown): ServerCommand {
  const words = Array.isArray(value) && value.every((word) => typeof word === "string") ? (value as string[]) : [];
  const [command, ...args] = words;
  return command ? { command, args } : { command: "codeassist", args: ["lsp"] };
}

/** Whether completions are wanted in a document of this language. */
export function wanted(settings: ServerSettings, language: string): boolean {
  return settings.enabled && (settings.languages[language]?.enabled ?? true);
}

function debounce(value: unknown): number | "auto" {
  return isCount(value) ? value : "auto";
}

function languages(value: unknown): Record<string, { enabled: boolean }> {
  if (typeof value !== "object" || value === null) {
    return {};
  }
  const switches = Object.entries(value).flatMap(([language, options]) => {
    const enabled = (options as { enabled?: unknown } | null)?.enabled;
    return typeof enabled === "boolean" ? [[language, { enabled }] as const] : [];
  });
  return Object.fromEntries(switches);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
