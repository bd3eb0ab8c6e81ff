/** What differs, property by property, as Pulumi's detailed diffs have it. */
import { isDeepStrictEqual } from "node:util";
import type { DiffResult } from "../pulumi/engine";
import type { Plain } from "./messages";

/** Pulumi's kinds of difference. Each of them plus one says that it replaces the resource. */
const KINDS = { add: 0, delete: 2, update: 4 } as const;

/** Pulumi's answer to whether something changes. */
const NONE = 1;
const SOME = 2;

/** One difference, and where it is: `users.red.displayName`, `tags["a b"]`, `roles[0]`. */
export interface Difference {
  readonly path: string;
  readonly kind: keyof typeof KINDS;
}

/** Where two values differ, as deep as both are objects or lists. */
export function differences(before: unknown, now: unknown, path = ""): Difference[] {
  if (isDeepStrictEqual(before, now)) return [];
  if (before === undefined) return [{ path, kind: "add" }];
  if (now === undefined) return [{ path, kind: "delete" }];
  if (Array.isArray(before) && Array.isArray(now)) {
    const indices = Array.from({ length: Math.max(before.length, now.length) }, (_, index) => index);
    return indices.flatMap((index) => differences(before[index], now[index], `${path}[${index}]`));
  }
  if (isObject(before) && isObject(now)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    return names.flatMap((name) => differences(before[name], now[name], below(path, name)));
  }
  return [{ path, kind: "update" }];
}

function isObject(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function below(path: string, name: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

function topOf(path: string): string {
  return /^\["((?:[^"\\]|\\.)*)"\]/.exec(path)?.[1] ?? /^[^.[]*/.exec(path)?.[0] ?? path;
}

/** The answer to `Diff`. `inputs`: what differs among the inputs; `ending`: outputs that end without one of them. */
export function answer(
  { changes, replaces, deleteBeforeReplace }: DiffResult,
  inputs: readonly Difference[],
  ending: readonly string[] = [],
): Plain {
  const isSome = changes ?? (inputs.length > 0 || replaces.length > 0);
  if (!isSome && replaces.length === 0) return { changes: NONE };
  const isReplacing = (path: string) => replaces.includes(topOf(path));
  const shown = [
    ...ending.map((path) => ({ path, kind: "delete" as const, inputDiff: false })),
    ...inputs.map((one) => ({ ...one, inputDiff: true })),
  ];
  const unnamed = replaces.filter((name) => !inputs.some(({ path }) => topOf(path) === name));
  const all = [...shown, ...unnamed.map((path) => ({ path, kind: "update" as const, inputDiff: true }))];
  const detailedDiff = Object.fromEntries(
    all.map(({ path, kind, inputDiff }) => [path, { kind: KINDS[kind] + (isReplacing(path) ? 1 : 0), inputDiff }]),
  );
  return {
    changes: SOME,
    replaces,
    deleteBeforeReplace,
    diffs: [...new Set(all.map(({ path }) => topOf(path)))],
    detailedDiff,
    hasDetailedDiff: all.length > 0,
  };
}
