/**
 * Places: what ledgers and promises are about. A place is a user of a cluster; where only keys are ours, it is what one
 * resource has of that user, as several may have keys of it. A resource that an alias gives another name keeps its place.
 */
import type { Program } from "./program";
import type { State } from "./state";
import type { Cluster, System } from "./system";

/** The place of a user that a resource has. */
export function placeOf({ keysOnly }: Pick<System, "keysOnly">, cluster: Cluster, uid: string, urn = ""): string {
  return keysOnly ? `${cluster}/${uid} of ${urn}` : `${cluster}/${uid}`;
}

/** The user at a place. */
export function userOf(place: string): { readonly cluster: Cluster; readonly uid: string } {
  const [, cluster, uid = ""] = /^(first|second)\/(\S+)/.exec(place) ?? [];
  return { cluster: cluster as Cluster, uid };
}

/** Whether two places are of one user. */
export function areOfOneUser(one: string, other: string): boolean {
  return one.split(" ", 1)[0] === other.split(" ", 1)[0];
}

/** The resources that a program has under another name than state, by the names in state: as the engine finds them. */
export function renamesOf({ resources }: State, { declarations }: Program): Map<string, string> {
  const there = new Set(resources.filter(({ isReplaced }) => !isReplaced).map(({ urn }) => urn));
  const names = new Map<string, string>();
  const registered = new Set<string>();
  for (const { urn, aliases } of declarations) {
    if (registered.has(urn) || names.has(urn)) break;
    registered.add(urn);
    const former = there.has(urn) ? undefined : aliases.find((name) => there.has(name));
    if (former === undefined) continue;
    if (registered.has(former) || names.has(former)) break;
    names.set(former, urn);
  }
  return names;
}

/** A state with its resources under their present names. */
export function renamedIn(state: State, names: ReadonlyMap<string, string>): State {
  if (names.size === 0) return state;
  return { ...state, resources: state.resources.map((one) => ({ ...one, urn: names.get(one.urn) ?? one.urn })) };
}
