/** `object-users sweep`: revokes the keys whose grace is over, between two runs of `pulumi up`. */
import { Option } from "commander";
import { holdersOf } from "../../provider/operator/holders";
import { takeInventory } from "../../provider/operator/inventory";
import { takeWatched, type Watched } from "../../provider/operator/second-look";
import { printableJson } from "../../provider/printable";
import { type AddCommand, prose, withJson, withStackOptions } from "../command";
import { type ExitCode, UsageError } from "../exit";
import { readStack, readStacks, type StackOptions, type StackRead } from "../stacks";
import { parseDuration } from "../status/duration";
import { Knowledge, sweepOrphans } from "../sweep/orphans";
import { exitOf, newOutcome, type Outcome, sumLine } from "../sweep/outcome";
import { sweepStack } from "../sweep/stack";
import { NO_WATCH, type UseObjection, watchUses } from "../sweep/unless-used";
import type { Terminal } from "../terminal";

interface SweepOptions extends StackOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly orphans: boolean;
  readonly deleteOrphans: boolean;
  readonly unlessUsed?: number;
  readonly opsLog?: readonly string[];
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
    .addOption(
      new Option("--unless-used <duration>", "leave a key that was used in this time, as --ops-log says").argParser(
        parseDuration,
      ),
    )
    .option("--ops-log <file...>", "ops logs of all Ceph gateways, rotated ones as well; - is standard input")
    .addHelpText("after", ORPHANS)
    .action((options: SweepOptions) => start((terminal) => sweep(options, terminal)));
};

async function sweep(options: SweepOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.dryRun && options.deleteOrphans)
    throw new UsageError("--delete-orphans does more than --dry-run: give --orphans.");
  if ((options.unlessUsed === undefined) !== (options.opsLog === undefined))
    throw new UsageError("--unless-used and --ops-log belong together: give both, or neither.");
  const began = terminal.world.now().getTime();
  const outcome = newOutcome(options.dryRun);
  const out = options.json ? () => {} : terminal.out;
  const knowledge = new Knowledge(terminal);
  const wantsOrphans = options.orphans || options.deleteOrphans;
  const take = (exported: unknown) => takeWatched(exported, terminal.world.now());
  const { opsLog = [], unlessUsed } = options;
  const watch = unlessUsed === undefined ? NO_WATCH : await watchUses(opsLog, unlessUsed, terminal);
  const sweepRead = async (read: StackRead<Watched>) => {
    if (terminal.interrupted.aborted) return;
    if ("problem" in read) {
      outcome.failures.push(read);
      knowledge.gaps.push(`${read.stack} cannot be read`);
      return;
    }
    if (wantsOrphans) knowledge.add(read.stack, read.inventory);
    const readAgain = () => readStack(read.stack, options.cwd, "shown", take);
    await sweepStack(read, readAgain, watch.objection, outcome, out, terminal);
  };
  try {
    await readStacks(options, "shown", take, sweepRead);
    if (wantsOrphans) await orphans(options, knowledge, watch.objection, outcome, out, terminal);
  } finally {
    await watch.close();
  }
  outcome.interrupted = terminal.interrupted.aborted;
  tell(outcome, options, (terminal.world.now().getTime() - began) / 1000, terminal);
  return exitOf(outcome);
}

async function orphans(
  options: SweepOptions,
  knowledge: Knowledge,
  useObjection: UseObjection,
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
  await sweepOrphans(knowledge, outcome, options.deleteOrphans ? confirm : undefined, useObjection, out, terminal);
}

function tell(outcome: Outcome, { json }: SweepOptions, seconds: number, terminal: Terminal): void {
  for (const { stack, resource, reason } of outcome.skipped) terminal.say(`${stack} ${resource}: skipped: ${reason}`);
  for (const { stack, resource, problem } of outcome.failures)
    terminal.say(`failed: ${[stack, resource].filter(Boolean).join(" ")}${stack ? ": " : ""}${problem}`);
  terminal.say(sumLine(outcome, seconds));
  if (json) terminal.out(printableJson({ ...outcome, seconds }));
}
