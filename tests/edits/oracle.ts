/**
 * What must be true after every run, whatever was edited. The numbers are those of the categories in messages:
 *
 * 1. A user whose resource is in state and healthy is there, and S3 accepts its published key.
 * 2. Strangers and the other stack are left alone (watch.ts).
 * 3. No user is deleted that the program declares (watch.ts).
 * 4. A refusal is a sentence with a way out, and has changed nothing; what a killed run left is not refused.
 * 5. A way out works; after a clean run there is nothing to do (stage.ts).
 * 6. A user that leaves state and is not deleted is spoken of.
 * 7. Nobody is told a secret.
 */
import assert from "node:assert/strict";
import { ADDRESS } from "../../provider/protocol";
import { memberOutputs } from "../../provider/pulumi/fleet/state";
import type { Outputs } from "../../provider/pulumi/state";
import { s3Says } from "../provider/stack";
import type { Result } from "./engine";
import { ADDRESSES, clusterOf, type Program, type StackName } from "./program";
import type { Resource, State } from "./state";
import type { Failure } from "./steps";
import { placesOf, type Watch, type Watched } from "./watch";
import type { Cluster, Wire } from "./wire";

/** How a run went. `result` is undefined when it was killed. */
export interface Report {
  readonly stack: StackName;
  readonly what: Watched["what"];
  readonly program: Program;
  readonly before: State;
  readonly after: State;
  readonly result: Result | undefined;
  readonly lines: readonly string[];
  /** Users that a run made which was killed just before this one, by their places, with their resources. */
  readonly leftBehind: ReadonlyMap<string, string>;
}

/** A user in state. */
export interface Managed {
  readonly cluster: Cluster;
  readonly uid: string;
  readonly place: string;
  readonly accessKey: unknown;
  readonly secretKey: unknown;
}

const WAYS_OUT =
  /adopt|alias|deleteBeforeReplace|retainOnDelete|allowRemovals|protect|state delete|endpoint|connection|address/;
const FAREWELL = /releas|retain|left|leav|forg|no longer|keep|kept/i;

/** Fails where a promise is broken. */
export function judge(wire: Wire, watch: Watch, report: Report): void {
  const { result, lines, program } = report;
  if (watch.broken) assert.fail(watch.broken);
  secretsAreKept(wire, [...lines, ...(result?.failures ?? []).map(({ message }) => message)]);
  if (result === undefined) return;
  for (const failure of result.failures) refusalIsGood(watch, report, failure);
  usersWork(wire, watch, report);
  nobodyIsTaken(watch, report);
  nobodyIsOrphaned(wire, report);
  if (report.what !== "up" || result.failures.length + result.invalid.length > 0) return;
  const there = new Set(report.after.resources.flatMap(managedBy).map(({ place }) => place));
  for (const [place, { urn }] of placesOf(program)) assert.ok(there.has(place), `(1) ${urn} is not in state`);
}

/** The users that a resource in state manages. */
export function managedBy({ outputs, isPendingReplacement }: Resource): Managed[] {
  if (isPendingReplacement) return [];
  const users: Outputs[] = "members" in outputs ? memberOutputs(outputs).map(([, member]) => member) : [outputs];
  return users.map(({ userId, accessKey, secretKey, [ADDRESS]: where }) => {
    // A fleet that did not reach its end has members at two addresses, and each says which is its own.
    const host = new URL(String(where)).hostname;
    const address = ADDRESSES.find((name) => host === `${name}.test`);
    assert.ok(address, "an address is in state");
    const cluster = clusterOf(address);
    const uid = String(userId);
    return { cluster, uid, place: `${cluster}/${uid}`, accessKey, secretKey };
  });
}

/** Every healthy resource's user, where only one resource of one stack has it. */
function usersWork(wire: Wire, watch: Watch, { stack, after }: Report): void {
  const all = after.resources.flatMap(managedBy).map(({ place }) => place);
  for (const resource of after.resources) {
    if (resource.isReplaced || resource.initErrors.length > 0) continue;
    for (const { cluster, uid, place, accessKey, secretKey } of managedBy(resource)) {
      // Without a refresh nobody looks whether it is gone.
      if (watch.hasLost(stack, place) || all.filter((one) => one === place).length > 1) continue;
      const stacks = [...(watch.owners.get(place) ?? [])].filter((owner) => owner !== "strangers");
      if (stacks.length > 1) continue;
      const gateway = wire.clusters[cluster];
      const said = gateway.user(uid) ? s3Says({ gateway, world: wire.world }, accessKey, secretKey) : "no such user";
      assert.equal(said, "200", `(1) ${place} of ${resource.urn} does not work`);
    }
  }
}

/** Nobody comes into a stack's state whom it neither made nor took over by its program's wish. */
function nobodyIsTaken(watch: Watch, { stack, program, after }: Report): void {
  const declared = placesOf(program);
  for (const { place, uid } of after.resources.flatMap(managedBy)) {
    const isWished = declared.get(place)?.users.some(({ item }) => item.uid === uid && item.adopt) === true;
    const theirs = [...(watch.owners.get(place) ?? [stack])];
    assert.ok(
      isWished || watch.hasLost(stack, place) || theirs.includes(stack),
      `(2) ${place} of ${theirs.join(" and ")} is taken over without adopt`,
    );
  }
}

/** Only what was done to the user that is refused counts: a fleet's other members may be done. */
function refusalIsGood({ writes }: Watch, { program, leftBehind }: Report, failure: Failure): void {
  const { urn, method, message } = failure;
  const where = `${method} of ${urn} says ${JSON.stringify(message)}`;
  // What check says is a clause behind the name of an input.
  if (method !== "check") assert.match(message, /^\S+ .*\.$/s, `(4) a refusal is no sentence: ${where}`);
  assert.match(message, WAYS_OUT, `(4) a refusal has no way out: ${where}`);
  const refused = new Set(
    program.declarations
      .filter((one) => one.urn === urn)
      .flatMap(({ users }) => users.filter(({ member }) => member === undefined || isNamed(message, member)))
      .map(({ item }) => item.uid as string),
  );
  const wrote = writes.find(
    ({ call, place }) => call?.urn === urn && call.method === method && refused.has(place.split("/")[1] ?? ""),
  );
  assert.equal(wrote, undefined, `(4) a refusal has changed something: ${where}`);
  if (method !== "create" && method !== "update") return;
  for (const [place, maker] of leftBehind) {
    const isOwn = maker === urn && refused.has(place.split("/")[1] ?? "");
    assert.ok(!isOwn, `(4) what a killed run of it left is refused: ${where}`);
  }
}

/** Whether a fleet's message is about a member. */
export function isNamed(message: string, member: string): boolean {
  return message.split("\n").some((line) => line.startsWith(`${member}: `));
}

function nobodyIsOrphaned(wire: Wire, { before, after, lines, result }: Report): void {
  const still = new Set(after.resources.flatMap(managedBy).map(({ place }) => place));
  const said = [...lines, ...(result?.failures ?? []).map(({ message }) => message)];
  for (const { place, cluster, uid } of before.resources.flatMap(managedBy)) {
    if (still.has(place) || wire.clusters[cluster].user(uid) === undefined) continue;
    const isSpokenOf = said.some((line) => line.includes(uid) && FAREWELL.test(line));
    assert.ok(isSpokenOf, `(6) ${place} is in no state any more, is still there, and nobody says so`);
  }
}

function secretsAreKept(wire: Wire, said: readonly string[]): void {
  const text = said.join("\n");
  for (const { admin } of Object.values(wire.clusters))
    assert.ok(!text.includes(admin.secretKey), "(7) a secret is told");
  for (const gateway of Object.values(wire.clusters)) {
    for (const { keys } of gateway.users()) {
      for (const secret of keys.values()) assert.ok(!text.includes(secret), "(7) a secret is told");
    }
  }
}
