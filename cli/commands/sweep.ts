/** `object-users sweep`: revokes the keys whose grace is over, between two runs of `pulumi up`. */
import { holdersOf } from "../../provider/operator/holders";
import { takeInventory } from "../../provider/operator/inventory";
import { takeWatched, type Watched } from "../../provider/operator/second-look";
import { printableJson } from "../../provider/printable";
import { type AddCommand, prose, withJson, withStackOptions } from "../command";
import { type ExitCode, UsageError } from "../exit";
import { readStack, readStacks, type StackOptions, type StackRead } from "../stacks";
import { Knowledge, sweepOrphans } from "../sweep/orphans";
import { exitOf, newOutcome, type Outcome, sumLine } from "../sweep/outcome";
import { sweepStack } from "../sweep/stack";
import type { Terminal } from "../terminal";

interface SweepOptions extends StackOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly orphans: boolean;
  readonly deleteOrphans: boolean;
}

const ABOUT = `Revokes keys whose grace is over, and proves each refused, without a run of Pulumi.

The stacks are read with their secrets, so the passphrase or key of each is needed. Connections are those that the last up
recorded; what they lack comes from the environment. State is not changed: the next up or refresh finds the keys gone.`;

const ORPHANS = `
Orphans are keys with an id that only this package makes, which no given stack knows. Keys of a stack that is not given look
the same: give ALL stacks that manage users on the system, or --delete-orphans revokes keys that are in use.`;

export const addSweep: AddCommand = (program, start) => {
  const command = program.command("sweep").description(prose(ABOUT));
  withJson(withStackOptions(command))
    .option("--dry-run", "look, and report what would be revoked", false)
    .option("--orphans", "also look for orphaned keys, which no given stack knows", false)
    .option("--delete-orphans", "also revoke orphaned keys: ALL stacks of the system must be given", false)
    .addHelpText("after", ORPHANS)
    .action((options: SweepOptions) => start((terminal) => sweep(options, terminal)));
};

async function sweep(options: SweepOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.dryRun && options.deleteOrphans)
    throw new UsageError("--delete-orphans does more than --dry-run: give --orphans.");
  const began = terminal.world.now().getTime();
  const outcome = newOutcome(options.dryRun);
  const out = options.json ? () => {} : terminal.out;
  const knowledge = new Knowledge(terminal);
  const wantsOrphans = options.orphans || options.deleteOrphans;
  const take = (exported: unknown) => takeWatched(exported, terminal.world.now());
  const sweepRead = async (read: StackRead<Watched>) => {
    if (terminal.interrupted.aborted) return;
    if ("problem" in read) {
      outcome.failures.push(read);
      knowledge.gaps.push(`${read.stack} cannot be read`);
      return;
    }
    if (wantsOrphans) knowledge.add(read.stack, read.inventory);
    await sweepStack(read, () => readStack(read.stack, options.cwd, "shown", take), outcome, out, terminal);
  };
  await readStacks(options, "shown", take, sweepRead);
  if (wantsOrphans) await orphans(options, knowledge, outcome, out, terminal);
  outcome.interrupted = terminal.interrupted.aborted;
  tell(outcome, options, (terminal.world.now().getTime() - began) / 1000, terminal);
  return exitOf(outcome);
}

async function orphans(
  options: SweepOptions,
  knowledge: Knowledge,
  outcome: Outcome,
  out: (line: string) => void,
  terminal: Terminal,
): Promise<void> {
  if (terminal.interrupted.aborted) return;
  if (knowledge.gaps.length > 0) {
    const problem = `orphans are not looked for: ${knowledge.gaps.join("; ")}`;
    outcome.failures.push({ stack: "", problem });
    return;
  }
  const confirm = async (accessKeys: readonly string[]) => {
    const again = new Knowledge(terminal);
    const take = (exported: unknown) => ({
      ...takeInventory(exported),
      holders: holdersOf(exported, accessKeys),
    });
    await readStacks(options, "shown", take, (read) => {
      if ("problem" in read) return void again.gaps.push(`${read.stack} cannot be read: ${read.problem}`);
      again.add(read.stack, read.inventory);
      again.addHolders(read.stack, read.inventory.holders);
    });
    return again;
  };
  await sweepOrphans(knowledge, outcome, options.deleteOrphans ? confirm : undefined, out, terminal);
}

function tell(outcome: Outcome, { json }: SweepOptions, seconds: number, terminal: Terminal): void {
  for (const { stack, resource, reason } of outcome.skipped) terminal.say(`${stack} ${resource}: skipped: ${reason}`);
  for (const { stack, resource, problem } of outcome.failures)
    terminal.say(`failed: ${[stack, resource].filter(Boolean).join(" ")}${stack ? ": " : ""}${problem}`);
  terminal.say(sumLine(outcome, seconds));
  if (json) terminal.out(printableJson({ ...outcome, seconds }));
}
