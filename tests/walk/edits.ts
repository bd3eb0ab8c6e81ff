/**
 * How people edit programs: the edits as data, and what each makes of a text. A program never declares a user twice; an
 * edit that would have made it so takes the later declaration out.
 */
import * as fc from "fast-check";
import type { Inputs } from "../../provider/pulumi/state";
import { placeOf } from "./places";
import {
  ADDRESSES,
  type Address,
  clusterOf,
  homesOf,
  INSTANCES,
  type Instance,
  type Item,
  itemUrn,
  type Source,
  type StackName,
  UIDS,
  type Uid,
} from "./program";
import type { System } from "./system";

/** One edit. `at` is a user by its place in the text, taken modulo their number. */
export type Edit =
  | {
      readonly do: "insert";
      readonly at: number;
      readonly home: Item["home"];
      readonly uid: Uid;
      readonly adopt: boolean;
    }
  | { readonly do: "remove"; readonly at: number }
  | { readonly do: "swap"; readonly at: number; readonly with: number }
  | { readonly do: "rename"; readonly at: number; readonly name: string; readonly alias: boolean }
  | { readonly do: "component"; readonly at: number; readonly depth: Item["depth"]; readonly alias: boolean }
  | { readonly do: "move"; readonly at: number; readonly home: Item["home"]; readonly adopt: boolean }
  | { readonly do: "uid"; readonly at: number; readonly uid: Uid }
  | { readonly do: "rotate"; readonly at: number; readonly rotationId: string | undefined }
  | { readonly do: "grace"; readonly at: number; readonly seconds: number }
  | { readonly do: "adopt"; readonly at: number; readonly adopt: boolean }
  | { readonly do: "wish"; readonly at: number; readonly wish: Inputs }
  | {
      readonly do: "options";
      readonly at: number;
      readonly first?: boolean | undefined;
      readonly on?: string | undefined;
    }
  | { readonly do: "instance"; readonly at: number; readonly instance: Instance }
  | {
      readonly do: "address";
      readonly instance: Instance;
      readonly address: Address;
      /** The users are to be taken over there. */
      readonly adopt: boolean;
    }
  | { readonly do: "going"; readonly at: number; readonly says: Item["going"] | undefined }
  | { readonly do: "removals"; readonly allow: boolean }
  | { readonly do: "undo" };

const MAX_USERS = 5;
const NAMES = ["x", "y", "z"] as const;

const at = fc.nat(MAX_USERS - 1);
const rarely = fc.integer({ min: 0, max: 3 }).map((n) => n === 3);
const kind = <T extends Edit["do"]>(name: T) => fc.constant(name);

const common = fc.oneof(
  { weight: 2, arbitrary: fc.record({ prove: fc.constantFrom(undefined, true, false) }) },
  { weight: 1, arbitrary: fc.record({ exclusiveKeys: fc.constantFrom(undefined, true) }) },
);

/** Edits of a user's inputs, which leave the program's form as it is. */
function inner({ graces, wishes, rotates, kind: name, keysOnly, keyless }: System): fc.Arbitrary<Edit> {
  const rotationId = fc.constantFrom(undefined, "1", "2", "3");
  const both =
    name === "cegedim" || keysOnly || keyless
      ? wishes
      : fc.oneof({ weight: 3, arbitrary: wishes }, { weight: 1, arbitrary: common });
  return fc.oneof(
    { weight: rotates === "keys" ? 4 : 6, arbitrary: fc.record({ do: kind("rotate"), at, rotationId }) },
    { weight: 2, arbitrary: fc.record({ do: kind("grace"), at, seconds: fc.constantFrom(...graces) }) },
    { weight: 1, arbitrary: fc.record({ do: kind("adopt"), at, adopt: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ do: kind("wish"), at, wish: both }) },
  );
}

/** Any edit of a program of a system, mostly of what its users are, or mostly of where it has them. */
export function edit(system: System, about: "users" | "programs"): fc.Arbitrary<Edit> {
  const weight = about === "users" ? 80 : 10;
  return fc.oneof({ weight, arbitrary: inner(system) }, { weight: 35, arbitrary: outer(system) });
}

function outer(system: System): fc.Arbitrary<Edit> {
  const { keysOnly } = system;
  const home = homesOf(system);
  // Where several resources may have keys of one user, they mostly should.
  const uid = fc.constantFrom(...(keysOnly ? UIDS.slice(0, 3) : UIDS));
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: kind("insert"), at, home, uid, adopt: rarely }) },
    { weight: 5, arbitrary: fc.record({ do: kind("remove"), at }) },
    { weight: 2, arbitrary: fc.record({ do: kind("swap"), at, with: at }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: kind("rename"), at, name: fc.constantFrom(...NAMES), alias: fc.boolean() }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: kind("component"),
        at,
        depth: fc.constantFrom<Item["depth"]>(0, 1, 2),
        alias: fc.boolean(),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: kind("move"), at, home, adopt: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ do: kind("uid"), at, uid }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: kind("options"),
        at,
        first: fc.constantFrom(undefined, true, false),
        on: fc.constantFrom(undefined, "rotationId", "gracePeriodSeconds", "#initerrors"),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: kind("instance"), at, instance: fc.constantFrom(...INSTANCES) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: kind("address"),
        instance: fc.constantFrom(...INSTANCES),
        address: fc.constantFrom(...ADDRESSES),
        adopt: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: kind("going"), at, says: fc.constantFrom(undefined, "retainOnDelete", "protect") }),
    },
    { weight: 1, arbitrary: fc.record({ do: kind("removals"), allow: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ do: kind("undo") }) },
  );
}

/** A new user of a program. */
export function newItem({ graces }: Pick<System, "graces">, home: Item["home"], uid: Uid, adopt = false): Item {
  const item = {
    home,
    uid,
    instance: "main",
    depth: 0,
    formerly: [],
    gracePeriodSeconds: Math.min(600, graces.at(-1) ?? 0),
    adopt,
    wish: {},
  } as const;
  return home === "single" ? { ...item, name: uid } : item;
}

/** A text after an edit. `before` is the text that `undo` goes back to. */
export function edited(system: System, stack: StackName, source: Source, one: Edit, before: Source): Source {
  if (one.do === "undo") return before;
  if (one.do === "address") {
    const { instance, address } = one;
    const items = source.items.map((item) =>
      item.instance === instance && one.adopt ? { ...item, adopt: true } : item,
    );
    return distinct(system, { ...source, items, addresses: { ...source.addresses, [instance]: address } });
  }
  if (one.do === "removals") return { ...source, allowRemovals: one.allow };
  if (one.do === "insert") {
    if (source.items.length >= MAX_USERS) return source;
    const place = one.at % (source.items.length + 1);
    return distinct(system, {
      ...source,
      items: source.items.toSpliced(place, 0, newItem(system, one.home, one.uid, one.adopt)),
    });
  }
  const place = one.at % Math.max(1, source.items.length);
  const item = source.items[place];
  if (item === undefined) return source;
  if (one.do === "rotate" && system.rotates === "secrets") {
    // A secret that was replaced does not come back.
    const rotations = source.rotations + 1;
    return { ...source, rotations, items: source.items.with(place, { ...item, rotationId: `r${rotations}` }) };
  }
  if (one.do === "remove") return { ...source, items: source.items.toSpliced(place, 1) };
  if (one.do === "swap") return swapped(system, source, place, one.with % source.items.length);
  return distinct(system, { ...source, items: source.items.with(place, changed(system, stack, source, item, one)) });
}

function swapped(system: System, source: Source, one: number, other: number): Source {
  const [first, second] = [source.items[one], source.items[other]];
  if (first === undefined || second === undefined) return source;
  return distinct(system, { ...source, items: source.items.with(one, second).with(other, first) });
}

type Change = Exclude<Edit, { do: "undo" | "address" | "removals" | "insert" | "remove" | "swap" }>;

function changed(system: System, stack: StackName, source: Source, item: Item, one: Change): Item {
  const alias = { formerly: [...item.formerly, itemUrn(system, stack, source, item)] };
  switch (one.do) {
    case "rename":
      return item.home === "fleet"
        ? item
        : { ...item, home: "single", name: one.name, ...(one.alias ? alias : { formerly: [] }) };
    case "component":
      return item.home === "fleet" ? item : { ...item, depth: one.depth, ...(one.alias ? alias : { formerly: [] }) };
    case "move": {
      const { name: _, going: __, ...rest } = item;
      const adopt = one.adopt || item.adopt;
      const moved: Item = { ...rest, home: one.home, depth: 0, formerly: [], adopt };
      return one.home === "single" ? { ...moved, name: item.uid } : moved;
    }
    case "uid":
      return { ...item, uid: one.uid };
    case "rotate": {
      const { rotationId: _, ...rest } = item;
      return one.rotationId === undefined ? rest : { ...rest, rotationId: one.rotationId };
    }
    case "grace":
      return { ...item, gracePeriodSeconds: one.seconds };
    case "adopt":
      return { ...item, adopt: one.adopt };
    case "wish": {
      const wish = Object.entries({ ...item.wish, ...one.wish }).filter(([, value]) => value !== undefined);
      return { ...item, wish: Object.fromEntries(wish) };
    }
    case "options": {
      const { deleteBeforeReplace: _, replaceOnChanges: __, ...rest } = item;
      const first = one.first === undefined ? {} : { deleteBeforeReplace: one.first };
      return { ...rest, ...first, ...(one.on === undefined ? {} : { replaceOnChanges: [one.on] }) };
    }
    case "going": {
      const { going: _, ...rest } = item;
      return one.says === undefined ? rest : { ...rest, going: one.says };
    }
    case "instance":
      return { ...item, instance: one.instance };
  }
}

/** What no other declaration may have: the user; where only keys are ours, the user within a fleet, and a key of one's own. */
function claimsOf(system: System, { addresses }: Source, { uid, instance, home, wish }: Item): string[] {
  const place = placeOf(system, clusterOf(addresses[instance]), uid);
  if (!system.keysOnly) return [place];
  const own = wish.accessKey === undefined ? [] : [`${place} ${wish.accessKey}`];
  return home === "fleet" ? [`${place} in the fleet`, ...own] : own;
}

/** Without declarations of a user that is declared already, or under a name that is taken. A fleet has one provider. */
function distinct(system: System, source: Source): Source {
  const seen = new Set<string>();
  const fleet = source.items.find(({ home: where }) => where === "fleet");
  const items: Item[] = [];
  for (const given of source.items) {
    const item = given.home === "fleet" && fleet ? { ...given, instance: fleet.instance } : given;
    const names = [
      ...claimsOf(system, source, item),
      ...(item.home === "single" ? [`${item.depth}:${item.name}`] : []),
    ];
    if (names.some((name) => seen.has(name))) continue;
    for (const name of names) seen.add(name);
    items.push(item);
  }
  return { ...source, items };
}
