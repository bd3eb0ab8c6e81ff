/**
 * The two small languages for permissions: capabilities of administrators (`users=read;buckets=*`) and a user's
 * operation mask (`read, write, delete`), with the real parser's leniency.
 */
import { refuse } from "./refusal";
import type { Ways } from "./release";

/** Capability type to the sum of `capRead` and `capWrite`; 0 is kept and shown as `<none>`. */
export type Caps = ReadonlyMap<string, number>;

export const capRead = 1;
export const capWrite = 2;

export const maskRead = 1;
export const maskWrite = 2;
export const maskDelete = 4;
export const maskAll = maskRead | maskWrite | maskDelete;

/** The types that every release knows. */
const capTypes: ReadonlySet<string> = new Set([
  "users",
  "buckets",
  "metadata",
  "usage",
  "zone",
  "bilog",
  "mdlog",
  "datalog",
  "user-policy",
  "roles",
  "oidc-provider",
  "amz-cache",
]);

/** A type of newer releases: with it and without users=read, a user is shown without the keys. */
export const capWithoutKeys = "user-info-without-keys";

/**
 * Reads `type=perm;type=perm`. An unknown type is refused with InvalidCapability, an unknown permission is not: it
 * counts as no permission at all.
 */
export function parseCaps(text: string, { caps: newer }: Ways): Caps {
  const caps = new Map<string, number>();
  // One trailing semicolon is fine, any other empty part is an unknown type.
  for (const part of text.replace(/;$/, "").split(";")) {
    const equals = part.indexOf("=");
    const type = equals < 0 ? "" : part.slice(0, equals).trim();
    if (!capTypes.has(type) && !newer.includes(type)) refuse("InvalidCapability");
    let mask = 0;
    for (const word of words(part.slice(equals + 1))) {
      if (word === "*") mask |= capRead | capWrite;
      if (word === "read") mask |= capRead;
      if (word === "write") mask |= capWrite;
    }
    caps.set(type, (caps.get(type) ?? 0) | mask);
  }
  return caps;
}

/** The union of both. */
export function addCaps(held: Caps, more: Caps): Caps {
  const sum = new Map(held);
  for (const [type, mask] of more) sum.set(type, (sum.get(type) ?? 0) | mask);
  return sum;
}

/** `held` without `less`. A type that is left without any permission goes; what was not held is no error. */
export function subtractCaps(held: Caps, less: Caps): Caps {
  const rest = new Map(held);
  for (const [type, mask] of less) {
    const left = (rest.get(type) ?? 0) & ~mask;
    if (left === 0) rest.delete(type);
    else rest.set(type, left);
  }
  return rest;
}

/** As the API shows them: sorted by type, both permissions together as `*`. */
export function capsJson(caps: Caps): { type: string; perm: string }[] {
  const perms = ["<none>", "read", "write", "*"];
  return [...caps].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, mask]) => ({ type, perm: perms[mask] ?? "" }));
}

/** Reads an operation mask. Unknown words count for nothing, so that a mistyped mask is `<none>`. */
export function parseMask(text: string): number {
  let mask = 0;
  for (const word of words(text)) {
    if (word === "*") mask |= maskAll;
    if (word === "read") mask |= maskRead;
    if (word === "write") mask |= maskWrite;
    if (word === "delete") mask |= maskDelete;
  }
  return mask;
}

export function formatMask(mask: number): string {
  const named: [number, string][] = [
    [maskRead, "read"],
    [maskWrite, "write"],
    [maskDelete, "delete"],
  ];
  const held = named.filter(([bit]) => (mask & bit) !== 0).map(([, word]) => word);
  return held.length === 0 ? "<none>" : held.join(", ");
}

function words(text: string): string[] {
  return text.split(/[\s,;=]+/);
}
