#!/usr/bin/env node
/** The command `object-users`: what an operator of many users needs around `pulumi up`. A command is a file in commands/. */
import { Command, CommanderError } from "commander";
import { sentenceOf } from "../provider/errors";
import { world } from "../provider/world";
import { addCheck } from "./commands/check";
import { addImport } from "./commands/import";
import { addPlugin } from "./commands/plugin";
import { addStatus } from "./commands/status";
import { addSweep } from "./commands/sweep";
import { addUsage } from "./commands/usage";
import { EXIT, type ExitCode, UsageError } from "./exit";
import { guarded, type Terminal } from "./terminal";

/** Runs a command line (without "node object-users") and resolves to its exit code. */
export async function run(args: readonly string[], unguarded: Terminal): Promise<ExitCode> {
  const terminal = guarded(unguarded);
  let exit: ExitCode = EXIT.ok;
  const program = new Command("object-users")
    .description("Users of object storage and their keys, around `pulumi up`.")
    .version(version(), "--version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.say(text.trimEnd()),
    });
  for (const add of [addStatus, addUsage, addSweep, addCheck, addImport, addPlugin]) {
    add(program, async (work) => {
      exit = await work(terminal);
    });
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.say(`error: ${sentenceOf(error)}`);
    return error instanceof UsageError ? EXIT.usage : EXIT.incomplete;
  }
}

function version(): string {
  const { version } = require("pulumi-object-users/package.json") as { version: string };
  return version;
}

if (require.main === module) {
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  const terminal: Terminal = {
    out: (text) => process.stdout.write(`${text}\n`),
    say: (text) => process.stderr.write(`${text}\n`),
    input: () => process.stdin,
    interrupted: interrupt.signal,
    world: { ...world, log: (line) => process.stderr.write(`${line}\n`) },
  };
  // Whoever reads the result has read enough, as `head` does.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(EXIT.ok);
  });
  void run(process.argv.slice(2), terminal).then((code) => {
    process.exitCode = code;
  });
}
