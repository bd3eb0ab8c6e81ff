/**
 * Who holds an access key: the resources of a stack in whose exported state it stands as text, the stack's outputs
 * included. After a run in which a user got its next key and a dependent of it failed, that dependent still has the old one.
 *
 * Text is searched as it is, and as base64 has it at any place of a longer text (the data of a Kubernetes Secret), as JSON
 * and as addresses have it. What is compressed, encrypted or hashed is not seen.
 */
import * as z from "zod";
import { SECRET_SIGNATURE } from "../pulumi/state";
import { resourceNameOf } from "./inventory";

/** A resource with the keys that it holds, of those that were looked for. */
export interface Holder {
  readonly urn: string;
  /** For people: its type and its name, or the stack's outputs. */
  readonly title: string;
  readonly accessKeys: ReadonlySet<string>;
}

/** The holders of each access key that has any. */
export type Holders = ReadonlyMap<string, readonly Holder[]>;

const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  inputs: z.unknown().optional(),
  outputs: z.unknown().optional(),
});

const exportSchema = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(resource).nullish(),
    pending_operations: z.array(z.looseObject({ resource })).nullish(),
  }),
});

/** Looks for access keys in what `pulumi stack export --show-secrets` prints, parsed. */
export function holdersOf(exported: unknown, accessKeys: Iterable<string>): Holders {
  const search = new Search(accessKeys);
  const holders = new Map<string, Holder[]>();
  if (search.isEmpty) return holders;
  const { resources, pending_operations: pending } = exportSchema.parse(exported).deployment;
  // An operation that was cut off may have reached its system.
  for (const { urn, type, inputs, outputs } of [
    ...(resources ?? []),
    ...(pending ?? []).map((each) => each.resource),
  ]) {
    const found = new Set<string>();
    for (const text of textsIn([inputs, outputs])) search.in(text, found);
    const title = type === "pulumi:pulumi:Stack" ? "the stack's outputs" : `${type} "${resourceNameOf(urn)}"`;
    const holder = { urn, title, accessKeys: found };
    for (const accessKey of found) holders.set(accessKey, [...(holders.get(accessKey) ?? []), holder]);
  }
  return holders;
}

/** Every text of a value, names of members included, secrets in clear. */
function* textsIn(value: unknown): Iterable<string> {
  if (typeof value === "string") yield value;
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const each of value) yield* textsIn(each);
    return;
  }
  const members = value as Readonly<Record<string, unknown>>;
  if (isSecret(members) && typeof members.plaintext === "string") return yield* textsIn(JSON.parse(members.plaintext));
  for (const [name, each] of Object.entries(members)) {
    yield name;
    yield* textsIn(each);
  }
}

function isSecret(members: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(SECRET_SIGNATURE).every(([name, value]) => members[name] === value);
}

/** Inside of a longer text, one this short would be found by chance. */
const SHORTEST_BASE64 = 8;

const MARK_BITS = 22;

/** Looks for many keys at once. Where two overlap the longer counts: "ann" is not in "ann-2" when that is a key, too. */
class Search {
  private readonly forms = new Map<string, string>();
  /** Whole texts that are a key in base64, however short. */
  private readonly wholes = new Map<string, string>();
  private readonly lengths: readonly number[];
  private readonly shortest: number;
  /** Which marks any form has: most places of a text are passed over at the price of one look into this. */
  private readonly marks = new Uint8Array(1 << MARK_BITS);

  constructor(accessKeys: Iterable<string>) {
    for (const accessKey of accessKeys) {
      for (const form of formsOf(accessKey)) this.forms.set(form, accessKey);
      this.wholes.set(Buffer.from(accessKey).toString("base64"), accessKey);
    }
    this.lengths = [...new Set([...this.forms.keys()].map((form) => form.length))].sort((a, b) => b - a);
    this.shortest = this.lengths.at(-1) ?? 0;
    for (const form of this.forms.keys()) this.marks[this.markAt(form, 0)] = 1;
  }

  get isEmpty(): boolean {
    return this.forms.size === 0;
  }

  /** Adds the keys that stand in a text to `found`. */
  in(text: string, found: Set<string>): void {
    const whole = this.wholes.get(text);
    if (whole !== undefined) found.add(whole);
    for (let at = 0; at + this.shortest <= text.length; ) {
      const form = this.marks[this.markAt(text, at)] === 1 ? this.formAt(text, at) : undefined;
      if (form !== undefined) found.add(this.forms.get(form) ?? form);
      at += form?.length ?? 1;
    }
    // base64 is often broken into lines.
    if (text.includes("\n")) this.in(text.replace(/\s+/g, ""), found);
  }

  /** A number made of some letters that every form has: not the first ones, which most keys of ours share. */
  private markAt(text: string, at: number): number {
    let mark = 0;
    for (let index = Math.max(0, this.shortest - 4); index < this.shortest; index++)
      mark = (mark * 31 + text.charCodeAt(at + index)) | 0;
    return Math.imul(mark, 0x9e3779b1) >>> (32 - MARK_BITS);
  }

  private formAt(text: string, at: number): string | undefined {
    for (const length of this.lengths) {
      const form = text.slice(at, at + length);
      if (form.length === length && this.forms.has(form)) return form;
    }
    return undefined;
  }
}

/** The texts by which a key is recognised. */
function formsOf(accessKey: string): string[] {
  if (accessKey === "") return [];
  const bytes = Buffer.from(accessKey);
  const inside = [0, 1, 2].flatMap((before) => {
    // Of the letters around it, those are left out that depend on what stands before and behind.
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const form = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return form.length < SHORTEST_BASE64 ? [] : [form];
  });
  const urlSafe = inside.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [accessKey, JSON.stringify(accessKey).slice(1, -1), encodeURIComponent(accessKey), ...inside, ...urlSafe];
}
