// Exported states for `status`, written down as the CLI exports them with secrets masked, with times relative to one moment.

import { addStack, newReport, type Report, type UserStatus } from "../../../cli/status/report";
import { takeInventory } from "../../../provider/operator/inventory";

/** The moment of every test. */
export const NOW = new Date("2026-11-22T12:00:00.000Z");

const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:AAAA:BBBB" };

/** A key; times are days before (or, negative, after) the moment of the tests. */
export interface KeyText {
  readonly id: string;
  readonly accessKey?: string;
  readonly issued: number;
  readonly proven?: number;
  readonly retired?: number;
  readonly expires?: number;
  readonly disabled?: number;
}

/** A user as a test says it. */
export interface UserText {
  readonly keys: readonly KeyText[];
  /** The id of the published key. */
  readonly current?: string;
  /** More members of the resource, such as initErrors. */
  readonly resource?: object;
  /** More outputs, such as another schemaVersion. */
  readonly outputs?: object;
}

/** So many days before the moment of the tests. */
export function ago(days: number): string {
  return new Date(NOW.getTime() - days * 86_400_000).toISOString();
}

/** A resource of one user of a Ceph gateway. */
export function rgwUser(name: string, user: UserText): object {
  const own = { uid: name, displayName: name, declared: ["displayName", "uid"] };
  return resource("rgw:User", name, user, { ...own, ...written(name, user) });
}

/** A resource of one user of an ECS, whose keys are secrets of one access key. */
export function ecsUser(name: string, user: UserText): object {
  const own = { namespace: "ns", declared: ["namespace", "userId"] };
  return resource("ecs:ObjectUser", name, user, { ...own, ...written(name, user) });
}

/** A resource of many users of a Ceph gateway. */
export function rgwFleet(name: string, members: Readonly<Record<string, UserText>>, more: object = {}): object {
  const all = Object.entries(members);
  return resource(
    "rgw:Users",
    name,
    { keys: [], resource: more },
    {
      schemaVersion: 1,
      members: Object.fromEntries(
        all.map(([member, user]) => [
          member,
          JSON.stringify({
            ...{ uid: member, displayName: member, userId: member, keyId: user.current },
            declared: ["displayName", "uid"],
          }),
        ]),
      ),
      keys: Object.fromEntries(all.map(([member, user]) => [member, keysOf(user)])),
      credentials: SECRET,
    },
  );
}

/** An exported state with these resources. */
export function stateOf(resources: readonly object[], pending: readonly object[] = []): object {
  return { version: 3, deployment: { resources, pending_operations: pending } };
}

/** An operation on a resource that is under way. */
export function operation(type: string, name: string): object {
  return { type, resource: { urn: urnOf("rgw:User", name), type: typeOf("rgw:User") } };
}

/** The report on stacks, each given by its resources, or by why it cannot be read. */
export function reportOn(stacks: Readonly<Record<string, readonly object[] | string>>, maxAgeSeconds?: number): Report {
  const report = newReport(NOW, maxAgeSeconds);
  for (const [stack, of] of Object.entries(stacks)) {
    addStack(
      report,
      typeof of === "string" ? { stack, problem: of } : { stack, inventory: takeInventory(stateOf(of)) },
    );
  }
  return report;
}

/** The status of the one user of the one stack. */
export function statusOf(resource: object): UserStatus {
  const [status] = reportOn({ test: [resource] }).users;
  if (status === undefined) throw new Error("no user was read");
  return status;
}

function written(name: string, user: UserText): object {
  const { current, outputs } = user;
  const published = user.keys.find(({ id }) => id === current);
  return {
    schemaVersion: 1,
    userId: name,
    ...(published ? { keyId: current, accessKey: published.accessKey ?? published.id, secretKey: SECRET } : {}),
    keys: keysOf(user),
    baseline: {},
    ...outputs,
  };
}

function keysOf({ keys }: UserText): object[] {
  return keys.map(({ id, accessKey = id, issued, proven, retired, expires, disabled }) => ({
    id,
    accessKey,
    rotationId: "r",
    issuedAt: ago(issued),
    ...(proven === undefined ? {} : { provenAt: ago(proven) }),
    ...(retired === undefined ? {} : { retiredAt: ago(retired) }),
    ...(expires === undefined ? {} : { expiresAt: ago(expires) }),
    ...(disabled === undefined ? {} : { disabledAt: ago(disabled) }),
  }));
}

function resource(type: string, name: string, { resource: more }: UserText, outputs: object): object {
  return { urn: urnOf(type, name), type: typeOf(type), custom: true, id: name, inputs: {}, outputs, ...more };
}

function urnOf(type: string, name: string): string {
  return `urn:pulumi:test::program::${typeOf(type)}::${name}`;
}

function typeOf(type: string): string {
  return `pulumi-nodejs:dynamic/object-users/${type}`;
}
