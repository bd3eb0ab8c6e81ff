/**
 * State against Ceph, to the last key and secret: what a proof looks at when a run says that it is done.
 */
import type { Credentials } from "../../../tools/ceph/cluster";
import { isFleet, type KeptState, type KeptUser } from "./deployment";
import { openProvider } from "./engine";
import type { Ground } from "./ground";
import type { Phase } from "./phases";

/** What is remembered from one comparison to the next. */
export interface Verified {
  /** Every key that was ever published, by its id and secret. */
  readonly ever: Map<string, Credentials>;
}

/** Every difference between what state says, what Ceph has, and what the phase should have led to. */
export async function verify(
  ground: Ground,
  { users, everybody, pending }: KeptState,
  phase: Phase,
  cycle: number,
  { ever }: Verified,
): Promise<string[]> {
  const differences: string[] = pending > 0 ? [`${pending} operations are pending`] : [];
  const expected = phase.name === "delete" ? [] : ["own", "plain", "tenant$settings"];
  const there = await ground.users();
  const known = Object.values(everybody).map(({ id }) => id);
  for (const [who, names] of Object.entries({ Ceph: there, state: known })) {
    if (names.sort().join() !== expected.join()) differences.push(`${who} has the users ${names.join(", ") || "none"}`);
  }
  const living = new Set<string>();
  for (const resource of Object.values(users)) {
    differences.push(...(await leftToDo(ground, resource)).map((text) => `cycle ${cycle}, ${resource.id}: ${text}`));
  }
  for (const user of Object.values(everybody)) {
    differences.push(...(await compare(ground, user, phase)).map((text) => `cycle ${cycle}, ${user.id}: ${text}`));
    for (const key of [user.key, user.previous]) if (key) ever.set(mark(key), key);
    const live = await ground.user(user.id);
    for (const [accessKey, secretKey] of live?.keys ?? []) living.add(mark({ accessKey, secretKey }));
  }
  for (const [name, key] of ever) {
    if (living.has(name)) continue;
    const said = await ground.asks(key);
    if (!said.startsWith("403")) differences.push(`S3 answers ${said} to ${key.accessKey}, which is over`);
  }
  return differences;
}

async function compare(ground: Ground, user: KeptUser, phase: Phase): Promise<string[]> {
  const live = await ground.user(user.id);
  if (live === undefined) return ["Ceph does not have it"];
  const differences: string[] = [];
  const ids = [...live.keys.keys()].sort();
  if (ids.join() !== [...user.ring].sort().join())
    differences.push(`Ceph has the keys ${ids.join(", ")}, state has ${user.ring.join(", ")}`);
  if (ids.length !== phase.keys) differences.push(`it has ${ids.length} keys after ${phase.name}`);
  if (user.key === undefined) differences.push("no key is published");
  for (const [name, key] of Object.entries({ current: user.key, previous: user.previous })) {
    if (key === undefined) continue;
    if (live.keys.get(key.accessKey) !== key.secretKey) differences.push(`Ceph has another secret for its ${name} key`);
    const said = await ground.asks(key);
    if (said !== "200") differences.push(`S3 answers ${said} to its ${name} key`);
  }
  if (user.outputs.displayName !== live.displayName) differences.push(`Ceph calls it ${live.displayName}`);
  return differences;
}

/** What a preview, and one with refresh, would still want to do. */
async function leftToDo(ground: Ground, resource: KeptUser): Promise<string[]> {
  const { id, inputs, outputs } = resource;
  const said: string[] = [];
  const provider = openProvider({ env: ground.env, said, kind: isFleet(resource) ? "rgw/fleet" : "rgw" });
  const { changes } = await provider.diff(id, outputs, inputs);
  const seen = await provider.read(id, outputs);
  const again = await provider.diff(id, JSON.parse(JSON.stringify(seen.props), unwrap) as typeof outputs, inputs);
  return [
    changes ? "a preview would change it" : "",
    again.changes ? "a preview with refresh would change it" : "",
  ].filter(Boolean);
}

function unwrap(_name: string, value: unknown): unknown {
  const marked = value as Record<string, unknown> | null;
  return typeof value === "object" && marked !== null && "4dabf18193072939515e22adb298388d" in marked
    ? marked.value
    : value;
}

function mark({ accessKey, secretKey }: Credentials): string {
  return `${accessKey} ${secretKey}`;
}
