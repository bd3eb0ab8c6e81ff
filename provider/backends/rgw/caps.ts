/**
 * Admin capabilities, as a set: "users=read, write" and "users=*" are the same. Ceph adds and removes single
 * permissions (PUT and DELETE ?caps); changing a user's caps in one request is silently ignored.
 */

import * as z from "zod";

/** The answer of `PUT` and `DELETE /admin/user?caps`; every answer about a user has the same list. */
export const wireCaps = z.array(z.looseObject({ type: z.string(), perm: z.string() }));

/** The permissions of one capability, in Ceph's order. */
const PERMISSIONS = ["read", "write"] as const;
type Permission = (typeof PERMISSIONS)[number];

type CapSet = ReadonlyMap<string, ReadonlySet<Permission>>;

/** Whether a text is a capability in a form that Ceph does not misread: `type=read`, `type=write`, `type=read, write` or `type=*`. */
export function isCap(text: string): boolean {
  const [type = "", permissions, ...rest] = text.split("=");
  if (rest.length > 0 || permissions === undefined || !/^[a-z][a-z-]*$/.test(type.trim())) return false;
  return permissions.split(",").every((permission) => ["read", "write", "*"].includes(permission.trim()));
}

/** Capabilities in normal form: sorted, one entry a type, permissions "read", "write" or "*". */
export function normalCaps(caps: readonly string[]): string[] {
  return print(parse(caps));
}

/** Capabilities of an answer in normal form. */
export function capsOf(caps: z.infer<typeof wireCaps>): string[] {
  return normalCaps(caps.map(({ type, perm }) => `${type}=${perm}`));
}

/** What must be added to, and taken from, one set of capabilities to get another. In normal form. */
export function capsDifference(from: readonly string[], to: readonly string[]): { add: string[]; remove: string[] } {
  return { add: print(minus(parse(to), parse(from))), remove: print(minus(parse(from), parse(to))) };
}

function parse(caps: readonly string[]): CapSet {
  const set = new Map<string, Set<Permission>>();
  for (const cap of caps) {
    const [type = "", permissions = ""] = cap.split("=").map((part) => part.trim());
    const granted = set.get(type) ?? new Set();
    for (const permission of PERMISSIONS)
      if (permissions.includes("*") || permissions.includes(permission)) granted.add(permission);
    set.set(type, granted);
  }
  return set;
}

function minus(from: CapSet, taken: CapSet): CapSet {
  return new Map(
    [...from].map(([type, permissions]) => [
      type,
      new Set([...permissions].filter((one) => !taken.get(type)?.has(one))),
    ]),
  );
}

function print(set: CapSet): string[] {
  return [...set]
    .filter(([, permissions]) => permissions.size > 0)
    .map(([type, permissions]) => `${type}=${permissions.size === PERMISSIONS.length ? "*" : [...permissions].join()}`)
    .sort();
}
