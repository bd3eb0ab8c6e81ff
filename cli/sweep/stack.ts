/** Sweeping one stack: whose graces are over, by which connections, many at once; what fails does not stop the others. */
import type { Connection } from "../../provider/backends/backend";
import { type Config, openConnection } from "../../provider/connection";
import { isObjectUserError, sentenceOf } from "../../provider/errors";
import { type Inventory, type ManagedUser, resourceNameOf } from "../../provider/inventory";
import type { Context } from "../../provider/lifecycle/context";
import type { KeyRecord } from "../../provider/lifecycle/model";
import { inParallel } from "../../provider/parallel";
import { overdue, sweepUser } from "../../provider/sweep";
import { AT_ONCE, progress, type Terminal } from "../terminal";
import { keyLine, type Outcome } from "./outcome";

/** A system that fails so often in a row is not asked again: it would only take its time to fail. */
const FAILURES_IN_A_ROW = 5;

type Opened = Context & Connection;

interface Due {
  readonly user: ManagedUser;
  readonly keys: readonly KeyRecord[];
}

/** Revokes what is over in a stack. `out` gets a line for each key. */
export async function sweepStack(
  stack: string,
  inventory: Inventory,
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
    const reason = "an up is under way, or was interrupted; run pulumi up, or pulumi cancel and then up";
    if (isPending) skipped.push({ stack, resource, user: name, reason });
    else due.push(each);
  }
  const more = progress(terminal, `${stack}: users swept`, due.length);
  for (const [connection, users] of byConnection(due)) {
    const system = new System();
    await inParallel(
      users,
      AT_ONCE,
      async ({ user, keys: over }) => {
        const { resource, name } = user;
        if (system.isGivenUp) return void system.left++;
        try {
          const opened = system.open(user, inventory.connections.get(connection), terminal);
          await sweepUser(user, over, opened, { dryRun }, (ending) => {
            const key = { stack, resource, user: name, ...ending };
            keys.push(key);
            out(keyLine(key));
          });
          system.worked();
        } catch (error) {
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
}

/** Users with keys that are over. A key that another user of the connection publishes is never among them. */
function* dueIn({ users }: Inventory, now: Date): Iterable<Due> {
  const idOf = (user: ManagedUser, accessKey: string) => JSON.stringify([user.connection, accessKey]);
  const published = new Set<string>();
  for (const user of users) if (user.known.published) published.add(idOf(user, user.known.published.accessKey));
  for (const user of users) {
    const keys = overdue(user, now).filter(({ accessKey }) => !published.has(idOf(user, accessKey)));
    if (keys.length > 0) yield { user, keys };
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

  get isGivenUp(): boolean {
    return this.inARow >= FAILURES_IN_A_ROW;
  }

  open(user: ManagedUser, config: Config | undefined, { world }: Terminal): Opened {
    if (config === undefined) throw new Error("the stack's state does not have the provider that it names");
    try {
      this.opened ??= openConnection(user.backend, config, world, () => {});
      return this.opened;
    } catch (error) {
      this.inARow = FAILURES_IN_A_ROW;
      throw error;
    }
  }

  worked(): void {
    this.inARow = 0;
  }

  failed(error: unknown): void {
    if (isObjectUserError(error, "unauthorized", "forbidden", "unavailable")) this.inARow++;
  }
}
