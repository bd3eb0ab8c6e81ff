/** `object-users usage`: when and from where each key of the stacks was last used, as the ops log of a Ceph gateway says. */
import { capabilitiesOf } from "../../provider/backends/backend";
import { isDerived } from "../../provider/lifecycle/keys";
import { type Inventory, takeInventory } from "../../provider/operator/inventory";
import { printableJson } from "../../provider/printable";
import { every } from "../../provider/pulumi/progress";
import { type AddCommand, prose, withJson, withStackOptions } from "../command";
import { EXIT, type ExitCode } from "../exit";
import { readStacks, type StackOptions } from "../stacks";
import { addStack, keysOf, newReport, type Report, type UserStatus } from "../status/report";
import { PROGRESS_MS, type Terminal } from "../terminal";
import type { LoggedRequest } from "../usage/line";
import { type LogReading, OpsLog } from "../usage/ops-log";
import { type UsageReport, usageOf } from "../usage/report";
import { usageLines } from "../usage/table";
import { addUse, isAccepted, isUse, type KeyUse, showUse } from "../usage/uses";

interface Options extends StackOptions {
  readonly json: boolean;
  readonly opsLog: readonly string[];
  readonly follow: boolean;
}

/** How often a log that is followed is looked at, in milliseconds. */
const FOLLOW_MS = 500;

const ABOUT = `When and from where each key of the stacks was last used, as the ops log of a Ceph gateway says.

The stacks are read without their secrets, and no system is asked. What is not in the log may have been used all the same:
at another gateway, or while the log was switched off.`;

export const addUsage: AddCommand = (program, start) => {
  withJson(withStackOptions(program.command("usage").description(prose(ABOUT))))
    .requiredOption("--ops-log <file...>", "ops logs of all gateways, rotated ones as well; - is standard input")
    .option("-f, --follow", "read on what is written to the logs, until Ctrl-C", false)
    .action((options: Options) => start((terminal) => usage(options, terminal)));
};

async function usage(options: Options, terminal: Terminal): Promise<ExitCode> {
  const { world, interrupted } = terminal;
  const report = newReport(world.now(), undefined);
  await readStacks(options, "masked", takeKeyed, (read) => addStack(report, read));
  if (interrupted.aborted) return EXIT.interrupted;

  const uses = new Map<string, KeyUse>();
  const logs = await readLogs(options, takerOf(report, uses, terminal), terminal);
  if (interrupted.aborted && !options.follow) return EXIT.interrupted;

  const found = usageOf(report, uses, logs);
  terminal.out(options.json ? printableJson(found, 2) : usageLines(found).join("\n"));
  for (const { log, unreadable } of logs)
    if (unreadable > 0) terminal.say(`warning: ${log}: ${unreadable} lines are no requests, or cut off`);
  return exitOf(found);
}

/** What a stack has where every key has an access key of its own: elsewhere a log cannot tell one from another. */
function takeKeyed(exported: unknown): Inventory {
  const inventory = takeInventory(exported);
  const users = inventory.users.filter(({ backend, inputs }) => capabilitiesOf(backend, inputs).rotates === "keys");
  return { ...inventory, users };
}

/** Keeps the uses of the keys of the stacks, and of keys that look the same; says at once when a former key is used. */
function takerOf(
  { at, users }: Report,
  uses: Map<string, KeyUse>,
  { say, world }: Terminal,
): (request: LoggedRequest) => void {
  const owners = new Map(users.flatMap((user) => keysOf(user).map(({ accessKey }) => [accessKey, user] as const)));
  const isFormer = (accessKey: string, { otherKeys }: UserStatus) =>
    otherKeys.some((key) => key.accessKey === accessKey && key.retiredAt !== undefined);
  const began = Date.parse(at);
  const lastSaid = new Map<string, number>();
  return (request) => {
    if (!isUse(request)) return;
    const { accessKey } = request;
    const owner = owners.get(accessKey);
    if (owner === undefined && !isDerived(accessKey)) return;
    addUse(uses, request);
    const use = uses.get(accessKey)?.lastAccepted;
    if (!owner || !use || request.at < began || !isAccepted(request) || !isFormer(accessKey, owner)) return;
    const now = world.now().getTime();
    if (now - (lastSaid.get(accessKey) ?? 0) < PROGRESS_MS) return;
    lastSaid.set(accessKey, now);
    say(`${owner.stack} ${owner.resource}: ${accessKey} is retired and in use: ${showUse(use)}`);
  };
}

/** Reads all logs. One that cannot be read does not stop the others. */
async function readLogs(
  { opsLog, follow }: Options,
  take: (request: LoggedRequest) => void,
  { say, input, world, interrupted }: Terminal,
): Promise<LogReading[]> {
  let requests = 0;
  const tell = every(PROGRESS_MS, world.now, () => say(`ops log: ${requests} requests read`));
  const read = async (name: string): Promise<LogReading> => {
    const log = new OpsLog(name, input, (request) => {
      requests++;
      take(request);
      tell();
    });
    try {
      while ((await log.readOn(interrupted)) && follow && !interrupted.aborted) await world.sleep(FOLLOW_MS);
      await log.close();
      return log.reading;
    } catch (error) {
      await log.close();
      const { message: problem } = error as Error;
      say(`error: ${problem}`);
      return { ...log.reading, problem };
    }
  };
  return Promise.all([...new Set(opsLog)].map(read));
}

function exitOf({ logs, stacks, unreadable, findings }: UsageReport): ExitCode {
  const isIncomplete = unreadable.length > 0 || [...logs, ...stacks].some(({ problem }) => problem !== undefined);
  if (isIncomplete) return EXIT.incomplete;
  return findings.length > 0 ? EXIT.findings : EXIT.ok;
}
