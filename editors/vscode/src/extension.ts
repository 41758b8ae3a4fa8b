// Starts the language server and shows its state; completions themselves come through the language client.
import * as vscode from "vscode";
import {
  ExecuteCommandRequest,
  LanguageClient,
  State,
  type LanguageClientOptions,
  type ServerOptions,
} from "vscode-languageclient/node";

import { run, showBeside } from "./editing";
import { writes } from "./edits";
import { asExplanation, EXPLAIN, shownHere } from "./explanation";
import { serverCommand, serverSettings, wanted, type ServerSettings } from "./settings";
import { asStatus, barText, statusLine, type ServerState } from "./status";

const SECTION = "codeassist";
const STATES: Record<State, ServerState> = {
  [State.Starting]: "starting",
  [State.StartFailed]: "stopped",
  [State.Running]: "running",
  [State.Stopped]: "stopped",
};

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const bar = vscode.window.createStatusBarItem("codeassist.state", vscode.StatusBarAlignment.Right, 100);
  bar.name = "codeassist";
  bar.command = "codeassist.showStatus";
  const log = vscode.window.createOutputChannel("codeassist", { log: true });

  const show = () => {
    bar.text = barText(client ? STATES[client.state] : "stopped", settings().enabled);
    bar.tooltip = "codeassist: completions by a model on this machine";
    bar.show();
    void vscode.commands.executeCommand("setContext", "codeassist.running", client?.state === State.Running);
  };
  const start = async () => {
    client = newClient(log);
    client.onDidChangeState(show);
    try {
      await client.start();
    } catch (error) {
      log.error(String(error));
      const { command } = serverCommand(vscode.workspace.getConfiguration(SECTION).get("command"));
      void vscode.window.showErrorMessage(`codeassist: cannot start ${command}; set codeassist.command to where it is installed`);
    }
    show();
  };
  const restart = async () => {
    await stop();
    await start();
  };

  context.subscriptions.push(
    bar,
    log,
    vscode.commands.registerCommand("codeassist.showStatus", showStatus),
    vscode.commands.registerCommand("codeassist.toggleCompletion", toggle),
    vscode.commands.registerCommand("codeassist.restartServer", restart),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration(`${SECTION}.command`)) {
        await restart();
      } else if (change.affectsConfiguration(SECTION)) {
        show();
      }
    }),
  );
  show();
  await start();
}

export async function deactivate(): Promise<void> {
  await stop();
}

async function stop(): Promise<void> {
  const old = client;
  client = undefined;
  await old?.dispose();
}

/** Settings as they hold for a document, or for the window. */
function settings(scope?: vscode.Uri): ServerSettings {
  const configuration = vscode.workspace.getConfiguration(SECTION, scope);
  return serverSettings((name) => configuration.get(name));
}

function newClient(log: vscode.LogOutputChannel): LanguageClient {
  const { command, args } = serverCommand(vscode.workspace.getConfiguration(SECTION).get("command"));
  const server: ServerOptions = { command, args };
  const options: LanguageClientOptions = {
    documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
    initializationOptions: { ...settings(), prompts: true }, // instructions are asked for, and edits shown, here
    outputChannel: log,
    synchronize: { configurationSection: SECTION },
    middleware: {
      // The server asks for its section: it gets the same checked values as at the start.
      workspace: {
        configuration: (params, token, next) =>
          params.items.every((item) => item.section === SECTION)
            ? params.items.map((item) => settings(item.scopeUri ? vscode.Uri.parse(item.scopeUri) : undefined))
            : next(params, token),
        didChangeConfiguration: async () => {
          await client?.sendNotification("workspace/didChangeConfiguration", { settings: { [SECTION]: settings() } });
        },
      },
      // The client registers the provider for what the server says it can do; what is switched off is not even asked.
      provideInlineCompletionItems: (document, position, context, token, next) =>
        wanted(settings(document.uri), document.languageId) ? next(document, position, context, token) : null,
      // The client registers the server's commands, so those of the palette come this way as well.
      executeCommand: async (command, args, next) => {
        if (client && writes(command)) {
          return run(client, command, args);
        }
        return command === EXPLAIN ? explain(await next(command, shownHere(args))) : next(command, args);
      },
      // Ghost text is shown: the same text again in the list of words would only be in the way.
      provideCompletionItem: () => [],
    },
  };
  return new LanguageClient(SECTION, "codeassist", server, options);
}

async function showStatus(): Promise<void> {
  if (client?.state !== State.Running) {
    void vscode.window.showWarningMessage("codeassist: the language server is not running; see the output channel codeassist");
    return;
  }
  const answer = await client.sendRequest(ExecuteCommandRequest.type, { command: "codeassist.status" });
  void vscode.window.showInformationMessage(statusLine(asStatus(answer)));
}

/** Shows what the server says of a finding; its fix is then among the quick fixes. */
async function explain(answer: unknown): Promise<void> {
  const explanation = asExplanation(answer);
  if (!explanation) {
    void vscode.window.showWarningMessage("codeassist: that is not found any more; save the file to look again");
    return;
  }
  const more = "Show More";
  if ((await vscode.window.showInformationMessage(explanation.message, more)) === more) {
    await showBeside(explanation.markdown);
  }
}

/** Writes the setting, from which the server, the status bar and the next session learn it. */
async function toggle(): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const set = configuration.inspect<boolean>("enabled");
  const target = set?.workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
  await configuration.update("enabled", !settings().enabled, target);
}
