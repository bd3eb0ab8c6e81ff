/**
 * Stacks of any Pulumi backend, read by the Pulumi CLI: which there are, and the exported state of each.
 *
 * The CLI itself and not the Automation API, whose export always decrypts every secret: `status` needs none, so that a
 * machine that only watches needs no passphrase.
 */
import { execFile } from "node:child_process";
import * as z from "zod";
import type { Inventory } from "../provider/operator/inventory";
import { UsageError } from "./exit";

/** Which stacks a command is about; every command that reads stacks has these options. */
export interface StackOptions {
  /** Names as `pulumi --stack` takes them; empty: the selected stack of the project in `cwd`. */
  readonly stack: readonly string[];
  /** Every stack of the project in `cwd`. */
  readonly all: boolean;
  /** The project's directory. */
  readonly cwd: string;
}

/** A stack, read or not. */
export type StackRead<Taken extends Inventory = Inventory> =
  | { readonly stack: string; readonly inventory: Taken }
  | { readonly stack: string; readonly problem: string };

const MAX_EXPORT_BYTES = 1 << 30;

const listed = z.array(z.looseObject({ name: z.string(), current: z.boolean().optional() }));

/** What is made of an exported state. */
type Take<Taken extends Inventory> = (exported: unknown) => Taken;

/**
 * Reads the stacks, one after another, each given to `each` as soon as it is read: one that cannot be read does not stop
 * the others. `secrets` shows the secrets, which takes the passphrase or the key of the stack. Throws a UsageError when
 * no stack is meant.
 */
export async function readStacks<Taken extends Inventory>(
  options: StackOptions,
  secrets: "shown" | "masked",
  take: Take<Taken>,
  each: (stack: StackRead<Taken>) => void | Promise<void>,
): Promise<void> {
  for (const stack of await namesOf(options)) await each(await readStack(stack, options.cwd, secrets, take));
}

/** Reads one stack. */
export async function readStack<Taken extends Inventory>(
  stack: string,
  cwd: string,
  secrets: "shown" | "masked",
  take: Take<Taken>,
): Promise<StackRead<Taken>> {
  const show = secrets === "shown" ? ["--show-secrets"] : [];
  try {
    const text = await pulumi(["stack", "export", "--stack", stack, ...show], cwd);
    return { stack, inventory: take(JSON.parse(text)) };
  } catch (error) {
    // A parser's message could quote the state.
    const problem = error instanceof PulumiError ? error.message : "its exported state is not in a form that is known";
    return { stack, problem };
  }
}

async function namesOf({ stack, all, cwd }: StackOptions): Promise<string[]> {
  if (stack.length > 0) return [...new Set(stack)];
  const there = listed.parse(JSON.parse(await pulumi(["stack", "ls", "--json"], cwd)));
  const meant = all ? there : there.filter(({ current }) => current === true);
  if (meant.length === 0) {
    throw new UsageError(
      all
        ? "The project has no stacks. Give --cwd, the project's directory, or --stack NAME."
        : "No stack is selected. Give --stack NAME, or --all for every stack of the project.",
    );
  }
  return meant.map(({ name }) => name);
}

/** The Pulumi CLI said no. */
class PulumiError extends Error {}

/** What `pulumi …` prints. Rejects with what it says when it fails. */
function pulumi(args: readonly string[], cwd: string): Promise<string> {
  const all = [...args, "--non-interactive", "--color", "never"];
  return new Promise((resolve, reject) => {
    execFile("pulumi", all, { cwd, maxBuffer: MAX_EXPORT_BYTES, encoding: "utf8" }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === "ENOENT")
        reject(new PulumiError(`pulumi cannot be started in ${cwd}. Is it installed, and the directory there?`));
      else reject(new PulumiError(said(stderr) || error.message));
    });
  });
}

/** The message of the CLI without what is for people at a prompt. */
function said(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  const first = lines.findIndex((line) => line.startsWith("error:"));
  return lines
    .slice(Math.max(first, 0))
    .filter(Boolean)
    .join(" ")
    .replace(/^error: */, "");
}
