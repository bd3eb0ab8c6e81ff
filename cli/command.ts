/** What the files in commands/ share: how a command joins the program, and the options that several have. */
import { type Command, Option } from "commander";
import type { ExitCode } from "./exit";
import type { Terminal } from "./terminal";

/** Runs a command's work and keeps its exit code. */
export type Start = (work: (terminal: Terminal) => Promise<ExitCode>) => Promise<void>;

/** Adds a command to the program. */
export type AddCommand = (program: Command, start: Start) => void;

/** The options that say which stacks are meant. */
export function withStackOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--stack <name...>", "stacks, as pulumi --stack takes them (default: the selected one)").default([]),
    )
    .option("--all", "every stack of the project", false)
    .option("--cwd <directory>", "the project's directory", process.cwd());
}

/** The option that every command has. */
export function withJson(command: Command): Command {
  return command.option("--json", "write the result as JSON", false);
}

/** A text whose lines the terminal breaks; an empty line still begins a paragraph. */
export function prose(text: string): string {
  return text.replace(/(?<!\n)\n(?!\n)/g, " ");
}
