/**
 * Orphans: keys with an id that only this package makes, which no given stack knows. A stack that was thrown away leaves
 * them, and a run that was killed. Another stack's keys look the same, so all stacks of a system must be given.
 *
 * Right before one is revoked the stacks are read once more: a key that an `up` has made in between is in state by then, or
 * its operation is pending, and then nothing more is revoked at all. Nor is a key that another resource holds, which may be
 * all that is left of its user in state.
 */

import { backends, kinds } from "../../provider/backends";
import type { Backend } from "../../provider/backends/backend";
import { type Config, openConnection, readSettings } from "../../provider/connection";
import { sentenceOf } from "../../provider/errors";
import { isDerived } from "../../provider/lifecycle/keys";
import type { Json } from "../../provider/lifecycle/model";
import type { Listed } from "../../provider/lifecycle/user-api";
import type { Holders } from "../../provider/operator/holders";
import type { Inventory, ManagedUser } from "../../provider/operator/inventory";
import { endOrphan } from "../../provider/operator/sweep";
import { inParallel } from "../../provider/parallel";
import { isConfigured, keyOf } from "../connections";
import { AT_ONCE, progress, type Terminal } from "../terminal";
import { fresh } from "./fresh";
import { type Orphan, type Outcome, orphanLine } from "./outcome";
import type { UseObjection } from "./unless-used";

type Where = Readonly<Record<string, Json>>;
type Opened = ReturnType<typeof openConnection>;

interface System {
  readonly stack: string;
  readonly backend: Backend;
  readonly config: Config;
  /** The places where the stack has users, where a system has places. */
  readonly places: Map<string, Where>;
}

interface Found {
  readonly orphan: Orphan;
  /** Revokes it, if `may` still says so right before. */
  readonly end: (may: () => Promise<boolean>) => ReturnType<typeof endOrphan>;
}

/** What the given stacks know: their keys, and the systems that they reach. */
export class Knowledge {
  readonly systems = new Map<string, System>();
  readonly keys = new Set<string>();
  /** Why some keys of the stacks are not known: then nothing can be said of orphans. */
  readonly gaps: string[] = [];
  /** Why keys may be made at this moment: then nothing may be revoked. */
  readonly changes: string[] = [];
  /** Who holds the keys that were looked for. */
  readonly holders = new Map<string, string>();

  constructor(private readonly terminal: Terminal) {}

  /** Takes in what a stack knows. */
  add(stack: string, { users, connections, unreadable, pending }: Inventory): void {
    for (const user of users) for (const accessKey of keysOf(user)) this.keys.add(accessKey);
    if (unreadable.length > 0) this.gaps.push(`${stack} has resources that this release cannot read`);
    if (pending.length > 0) this.changes.push(`in ${stack} an up is in progress, or was interrupted`);
    for (const [id, config] of connections) {
      for (const backend of Object.values(backends)) this.addSystem(stack, id, backend, config, users);
    }
  }

  /** Takes in who holds keys in a stack. */
  addHolders(stack: string, holders: Holders): void {
    for (const [accessKey, [first]] of holders) if (first) this.holders.set(accessKey, `${first.title} of ${stack}`);
  }

  private addSystem(stack: string, id: string, backend: Backend, config: Config, users: readonly ManagedUser[]): void {
    const ofSystem = users.filter((user) => user.connection === id && user.backend.system === backend.system);
    const own = ofSystem.filter((user) => user.backend === backend);
    if (!backend.capabilities.chooseAccessKey || (ofSystem.length === 0 && !isConfigured(backend, config))) return;
    const key = keyOf(backend, config, this.terminal.world) ?? id;
    const system = this.systems.get(key) ?? { stack, backend, config, places: new Map() };
    this.systems.set(key, system);
    const { listedBy } = backend;
    if (listedBy.length === 0) system.places.set(JSON.stringify({}), {});
    for (const { inputs } of own) {
      const where = Object.fromEntries(listedBy.map((name) => [name, inputs[name] as Json]));
      system.places.set(JSON.stringify(where), where);
    }
  }
}

/**
 * Looks for orphans; with `confirm`, revokes them, unless it tells a reason not to. `confirm` is given the access keys for
 * whose holders it is to look, and asked again after some seconds. `useObjection` speaks for who still uses a key.
 */
export async function sweepOrphans(
  before: Knowledge,
  outcome: Outcome,
  confirm: ((accessKeys: readonly string[]) => Promise<Knowledge>) | undefined,
  useObjection: UseObjection,
  out: (line: string) => void,
  terminal: Terminal,
): Promise<void> {
  const found = new Map<string, Found>();
  for (const system of before.systems.values()) {
    try {
      await look(system, before.keys, found, terminal);
    } catch (error) {
      const problem = `looking for orphans: ${sentenceOf(error)}`;
      outcome.failures.push({ stack: system.stack, problem });
    }
  }
  const tell = (orphan: Orphan) => {
    outcome.orphans.push(orphan);
    out(orphanLine(orphan));
  };
  const orphans = [...found.values()];
  if (confirm === undefined || terminal.interrupted.aborted) {
    for (const { orphan } of orphans) tell(orphan);
    return;
  }
  const accessKeys = orphans.map(({ orphan }) => orphan.accessKey);
  let now: Knowledge | undefined;
  const doubts = () => (now ? [...now.gaps, ...now.changes] : []);
  const again = fresh(async () => {
    if (now === undefined || doubts().length === 0) now = await confirm(accessKeys);
    return now;
  }, terminal.world);
  const more = progress(terminal, "orphans revoked", orphans.length);
  await inParallel(
    orphans,
    AT_ONCE,
    async ({ orphan, end }) => {
      let isKnown = false;
      let why: string | undefined;
      const may = async () => {
        const now = await again();
        isKnown = now.keys.has(orphan.accessKey);
        const holder = now.holders.get(orphan.accessKey);
        why = holder === undefined ? await useObjection(orphan.accessKey) : `${holder} holds it`;
        return !isKnown && why === undefined && doubts().length === 0;
      };
      try {
        const { outcome: fate, isProven } = await end(may);
        if (isKnown || fate === "gone") return;
        if (fate === "revoked") tell({ ...orphan, outcome: "revoked", isProven });
        else tell(why === undefined || doubts().length > 0 ? orphan : { ...orphan, why });
      } catch (error) {
        tell(orphan);
        outcome.failures.push({ stack: "", problem: sentenceOf(error) });
      }
      more();
    },
    terminal.interrupted,
  );
  const none = outcome.orphans.some((orphan) => orphan.outcome === "revoked") ? "no other" : "no";
  for (const doubt of doubts()) outcome.failures.push({ stack: "", problem: `${none} orphan is revoked: ${doubt}` });
}

async function look(
  { backend, config, places }: System,
  known: ReadonlySet<string>,
  found: Map<string, Found>,
  terminal: Terminal,
): Promise<void> {
  const opened = openConnection(backend, config, terminal.world, () => {});
  const { api } = opened;
  if (!api.list) return terminal.say(`${backend.system}: users cannot be listed there; orphans are not looked for`);
  const address = addressOf(backend, config, terminal);
  const more = progress(terminal, `${address}: users looked at`, Number.POSITIVE_INFINITY);
  let hidden = 0;
  /** Looks at a user, or at what a user has keys for besides. */
  const lookAt = async (kind: Backend, opened: Opened, inputs: Listed["inputs"], label?: string) => {
    const { name, where } = kind.specOf(inputs);
    const live = await opened.api.find({ name, where });
    if (live && live.keys === undefined) hidden++;
    for (const { id, accessKey } of live?.keys ?? []) {
      if (!isDerived(accessKey) || known.has(accessKey)) continue;
      found.set(JSON.stringify([address, accessKey]), {
        orphan: { system: address, user: label ?? name, accessKey, outcome: "found", isProven: false },
        end: (may) => endOrphan(kind, inputs, id, opened, may),
      });
    }
    return live;
  };
  const inside = Object.values(kinds)
    .filter(({ system, seenIn }) => system === backend.system && seenIn !== undefined)
    .map((kind) => ({ kind, opened: openConnection(kind, config, terminal.world, () => {}) }));
  for (const where of places.values()) {
    await inParallel(
      api.list(where),
      AT_ONCE,
      async ({ inputs, label }: Listed) => {
        const live = await lookAt(backend, opened, inputs, label);
        for (const { kind, opened } of inside)
          for (const each of (live && kind.seenIn?.(live)) ?? []) await lookAt(kind, opened, each);
        more();
      },
      terminal.interrupted,
    );
  }
  if (hidden > 0)
    terminal.say(`${address}: ${hidden} users show their keys to nobody but themselves; those were not seen`);
}

function keysOf({ known, inputs }: ManagedUser): string[] {
  const own = typeof inputs.accessKey === "string" ? [inputs.accessKey] : [];
  return [...own, ...(known.published ? [known.published.accessKey] : []), ...known.keys.map((key) => key.accessKey)];
}

function addressOf(backend: Backend, config: Config, { world }: Terminal): string {
  const { endpoint, authUrl, cloud } = readSettings(backend, config, world) as Readonly<Record<string, unknown>>;
  return [backend.system, endpoint ?? authUrl ?? cloud].filter((part) => part !== undefined).join(" ");
}
