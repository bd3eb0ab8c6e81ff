/**
 * Programs as people edit them, and what Pulumi's engine sees of them: a list of users whose names are their places, users
 * with names of their own, and one fleet. Data only; how programs change is in edits.ts.
 */
import * as fc from "fast-check";
import type { Inputs } from "../../provider/pulumi/state";
import { type Cluster, overlaps, type System } from "./system";

/** A user as a resource of its own, or many of them as one. */
export type Kind = "single" | "fleet";

/** The provider instances of every program. */
export const INSTANCES = ["main", "other"] as const;
export type Instance = (typeof INSTANCES)[number];

/** The addresses that there are. The first two lead to the same cluster. */
export const ADDRESSES = ["one", "uno", "two"] as const;
export type Address = (typeof ADDRESSES)[number];

/** The uids that programs use. Strangers have some of them, too. */
export const UIDS = ["ann", "ben", "cyn", "dan", "eve"] as const;
export type Uid = (typeof UIDS)[number];

/** The stacks. */
export type StackName = "dev" | "prod";

/** A user in a program. */
export interface Item {
  /** Where it stands: in the list, by itself under a name of its own, or in the fleet. */
  readonly home: "list" | "single" | "fleet";
  /** Its own name; elements of the list and members have none. */
  readonly name?: string;
  readonly uid: Uid;
  readonly instance: Instance;
  /** How many components it stands in. */
  readonly depth: 0 | 1 | 2;
  /** URNs that it had before, as `aliases` give them. */
  readonly formerly: readonly string[];
  readonly rotationId?: string;
  readonly gracePeriodSeconds: number;
  readonly adopt: boolean;
  /** Other inputs, which each system says in its own words. */
  readonly wish: Inputs;
  /** What a member says of its going: its user is left as it is, or it must not go. */
  readonly going?: "retainOnDelete" | "protect";
  readonly deleteBeforeReplace?: boolean;
  readonly replaceOnChanges?: readonly string[];
}

/** A program's text. */
export interface Source {
  readonly items: readonly Item[];
  readonly addresses: Readonly<Record<Instance, Address>>;
  /** The fleet may lose members. */
  readonly allowRemovals: boolean;
  /** How many rotations there were that nobody goes back to. */
  readonly rotations: number;
}

/** A resource that a program declares. */
export interface Declaration {
  readonly urn: string;
  readonly kind: Kind;
  readonly instance: Instance;
  readonly aliases: readonly string[];
  readonly inputs: Inputs;
  readonly deleteBeforeReplace?: boolean;
  readonly replaceOnChanges: readonly string[];
  /** The users that it declares, with the name under which a fleet has each. */
  readonly users: readonly { readonly item: Item; readonly member?: string }[];
}

/** What the engine gets: the resources in the order of the text, and the connections of their providers. */
export interface Program {
  readonly declarations: readonly Declaration[];
  readonly addresses: Readonly<Partial<Record<Instance, Address>>>;
}

/** A program without users. */
export const EMPTY: Source = {
  items: [],
  addresses: { main: "one", other: "two" },
  allowRemovals: false,
  rotations: 0,
};

const COMPONENTS = ["acme:index:Team", "acme:index:Squad"];

/** The cluster to which an address leads. */
export function clusterOf(address: Address): Cluster {
  return address === "two" ? "second" : "first";
}

/** A resource's URN; parents show in it by their types only. */
function urnOf(stack: StackName, type: string, depth: number, name: string): string {
  return `urn:pulumi:${stack}::object-users::${[...COMPONENTS.slice(0, depth), type].join("$")}::${name}`;
}

/** The name of a user's resource, or of a fleet's member, by its place in the text. */
export function nameOf({ items }: Source, item: Item): string {
  if (item.home === "single") return item.name ?? "?";
  const place = items.filter(({ home }) => home === item.home).indexOf(item);
  return `${item.home === "list" ? "user" : "member"}-${place}`;
}

/** The URN of a user's resource. */
export function itemUrn({ kind, resource }: Kinds, stack: StackName, source: Source, item: Item): string {
  const type = `pulumi-nodejs:dynamic/object-users/${kind}:${resource}`;
  return item.home === "fleet"
    ? urnOf(stack, `${type}s`, 0, "team")
    : urnOf(stack, type, item.depth, nameOf(source, item));
}

type Kinds = Pick<System, "kind" | "resource">;

/** What the engine gets of a program's text. */
export function compile(system: System, stack: StackName, source: Source): Program {
  const members = source.items.filter(({ home }) => home === "fleet");
  const [first] = members;
  const declarations = source.items.flatMap((item): Declaration[] => {
    const urn = itemUrn(system, stack, source, item);
    const inputsOf = (one: Item) => inputs(system, stack, one);
    if (item.home !== "fleet")
      return [{ ...optionsOf(item), urn, kind: "single", inputs: inputsOf(item), users: [{ item }] }];
    if (item !== first) return [];
    const users = members.map((one) => ({ item: one, member: nameOf(source, one) }));
    const all = {
      users: Object.fromEntries(users.map(({ item: one, member }) => [member, inputsOf(one)])),
      ...(source.allowRemovals ? { allowRemovals: true } : {}),
    };
    return [{ urn, kind: "fleet", instance: item.instance, aliases: [], replaceOnChanges: [], inputs: all, users }];
  });
  const used = new Set(declarations.map(({ instance }) => instance));
  const addresses = Object.fromEntries([...used].map((instance) => [instance, source.addresses[instance]]));
  return { declarations, addresses };
}

function optionsOf({ instance, formerly, deleteBeforeReplace, replaceOnChanges = [] }: Item) {
  const first = deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace };
  return { instance, aliases: formerly, replaceOnChanges, ...first };
}

function inputs(system: System, stack: StackName, item: Item): Inputs {
  const { home, uid, rotationId, gracePeriodSeconds, adopt, going, wish } = item;
  // Beside a key of one's own, or none, a rotation is refused.
  const rotates = rotationId !== undefined && wish.accessKey === undefined && wish.createKey === undefined;
  const all = {
    ...system.inputs(uid, wish, stack),
    ...(overlaps(system) ? { gracePeriodSeconds } : {}),
    ...(rotates && !system.keyless ? { rotationId } : {}),
    ...(adopt && adopts(system, item) ? { adopt } : {}),
    ...(home === "fleet" && going ? { [going]: true } : {}),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Where users may stand in a program. */
export function homesOf({ keyless }: System): fc.Arbitrary<Item["home"]> {
  return keyless ? fc.constantFrom("list", "single") : fc.constantFrom("list", "single", "fleet");
}

/** Whether there is something to adopt: where only keys are ours, a key that the program names. */
function adopts({ keysOnly }: System, { wish }: Item): boolean {
  return !keysOnly || wish.accessKey !== undefined;
}
