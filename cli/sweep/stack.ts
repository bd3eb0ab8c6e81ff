/** Sweeping one stack: whose graces are over, by which connections, many at once; what fails does not stop the others. */
import type { Connection } from "../../provider/backends/backend";
import { type Config, openConnection, readSettings } from "../../provider/connection";
import { isObjectUserError, sentenceOf } from "../../provider/errors";
import type { Context } from "../../provider/lifecycle/context";
import type { KeyRecord } from "../../provider/lifecycle/model";
import { type Inventory, type ManagedUser, resourceNameOf } from "../../provider/operator/inventory";
import { type Objection, objectionsOf, type Watched } from "../../provider/operator/second-look";
import { overdue, sweepUser } from "../../provider/operator/sweep";
import { inParallel } from "../../provider/parallel";
import type { StackRead } from "../stacks";
import { AT_ONCE, progress, type Terminal } from "../terminal";
import { fresh } from "./fresh";
import { keyLine, type Outcome } from "./outcome";
import type { UseObjection } from "./unless-used";

/** A system that fails so often in a row is not asked again: it would only take its time to fail. */
const FAILURES_IN_A_ROW = 5;

type Opened = Context & Connection;

interface Due {
  readonly user: ManagedUser;
  readonly keys: readonly KeyRecord[];
}

/** A stack that was read. */
type Read = Extract<StackRead<Watched>, { inventory: Watched }>;

/**
 * Revokes what is over in a stack. `readAgain` reads it once more, right before something is revoked; when that fails,
 * nothing more is. `useObjection` speaks for who still uses a key. `out` gets a line for each key.
 */
export async function sweepStack(
  { stack, inventory }: Read,
  readAgain: () => Promise<StackRead<Watched>>,
  useObjection: UseObjection,
  outcome: Outcome,
  out: (line: string) => void,
  terminal: Terminal,
): Promise<void> {
  const { dryRun, keys, skipped, failures } = outcome;
  outcome.users += inventory.users.length;
  for (const { urn, problem } of inventory.unreadable) failures.push({ stack, resource: resourceNameOf(urn), problem });
  const due: Due[] = [];
  for (const each of dueIn(inventory, terminal.world.now())) {
    const { resource, name, isPending } = each.user;
    const reason = "an up is in progress, or was interrupted; run pulumi up, or pulumi cancel and then up";
    if (isPending) skipped.push({ stack, resource, user: name, reason });
    else due.push(each);
  }
  const again = new SecondLook(dryRun ? async () => ({ stack, inventory }) : readAgain, terminal);
  const more = progress(terminal, `${stack}: users swept`, due.length);
  for (const [connection, users] of byConnection(due)) {
    const system = new System();
    await inParallel(
      users,
      AT_ONCE,
      async ({ user, keys: over }) => {
        const { resource, name } = user;
        if (again.lost) return void again.left++;
        if (system.isGivenUp) return void system.left++;
        try {
          const opened = system.open(user, inventory.connections.get(connection), terminal);
          const objection = async (key: KeyRecord) =>
            system.objection(key) ?? (await useObjection(key.accessKey)) ?? (await again.objections())(user, key);
          await sweepUser(user, over, opened, { dryRun, objection }, (ending) => {
            const key = { stack, resource, user: name, ...ending };
            keys.push(key);
            out(keyLine(key));
          });
          system.worked();
        } catch (error) {
          if (error instanceof StateLost) return void again.left++;
          failures.push({ stack, resource, problem: sentenceOf(error) });
          system.failed(error);
        }
        more();
      },
      terminal.interrupted,
    );
    if (system.left > 0)
      failures.push({ stack, problem: `${system.left} more users of the same system were not tried` });
  }
  if (again.lost) {
    const problem = `nothing more is revoked, because the stack cannot be read again: ${again.lost.message}`;
    failures.push({ stack, problem: `${problem} (users left: ${again.left})` });
  }
}

/**
 * Users with keys that are over. A key that another user of the stack publishes is never among them, by whichever provider:
 * two of them may lead to one system.
 */
function* dueIn({ users }: Inventory, now: Date): Iterable<Due> {
  const published = new Set(users.map(({ known }) => known.published?.accessKey));
  for (const user of users) {
    const keys = overdue(user, now).filter(({ accessKey }) => !published.has(accessKey));
    if (keys.length > 0) yield { user, keys };
  }
}

/** The stack cannot be read again. */
class StateLost extends Error {}

/** State right before a revocation. */
class SecondLook {
  /** Users that were left because the stack cannot be read again. */
  left = 0;
  lost: StateLost | undefined;
  readonly objections: () => Promise<Objection>;

  constructor(read: () => Promise<StackRead<Watched>>, { world }: Terminal) {
    this.objections = fresh(async () => {
      const now = await read();
      if ("inventory" in now) return objectionsOf(now.inventory);
      this.lost = new StateLost(now.problem);
      throw this.lost;
    }, world);
  }
}

/** By provider and kind: the default provider serves several kinds. */
function byConnection(due: readonly Due[]): [string, Due[]][] {
  const groups = new Map<string, [string, Due[]]>();
  for (const each of due) {
    const { connection, backend } = each.user;
    const id = JSON.stringify([connection, backend.kind]);
    const group = groups.get(id) ?? [connection, []];
    group[1].push(each);
    groups.set(id, group);
  }
  return [...groups.values()];
}

/** One system of a stack: opened once, given up when it does not answer or does not let us in. */
class System {
  left = 0;
  private inARow = 0;
  private opened: Opened | undefined;
  /** The access key with which we sign in, where a system has such. */
  private ownKey: unknown;

  get isGivenUp(): boolean {
    return this.inARow >= FAILURES_IN_A_ROW;
  }

  open(user: ManagedUser, config: Config | undefined, { world }: Terminal): Opened {
    if (config === undefined) throw new Error("the stack's state does not have the provider that it names");
    try {
      if (this.opened === undefined) {
        this.ownKey = (readSettings(user.backend, config, world) as { readonly accessKey?: unknown }).accessKey;
        this.opened = openConnection(user.backend, config, world, () => {});
      }
      return this.opened;
    } catch (error) {
      this.inARow = FAILURES_IN_A_ROW;
      throw error;
    }
  }

  /** Who ends the key with which he signs in ends all that he could do, and what the next up could. */
  objection({ accessKey }: KeyRecord): string | undefined {
    return accessKey === this.ownKey
      ? "the provider itself signs in with it: give it the current key first"
      : undefined;
  }

  worked(): void {
    this.inARow = 0;
  }

  failed(error: unknown): void {
    if (isObjectUserError(error, "unauthorized", "forbidden", "unavailable")) this.inARow++;
  }
}
