/**
 * How Pulumi marks secrets, and how the provider sees the same values: in clear. What the program gave as a secret goes
 * back as a secret, whether it is an input or became an output.
 */
import { SECRET_INPUTS, SECRET_NAMES } from "../protocol";
import { asSecret, SECRET_SIGNATURE } from "../pulumi/state";
import type { Plain } from "./messages";

const [[SIGNATURE, SECRET]] = Object.entries(SECRET_SIGNATURE) as [[string, string]];

/** Whether a value bears Pulumi's mark of a secret. */
export function isSecret(value: unknown): value is { readonly value: unknown } {
  return typeof value === "object" && value !== null && (value as Plain)[SIGNATURE] === SECRET;
}

/** Whether a value is secret, in whole or in part. */
export function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isSecret(value) || Object.values(value).some(holdsSecret);
}

/** Values without marks, at any depth. */
export function inClear(values: Plain): Plain {
  return clear(values) as Plain;
}

function clear(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(clear);
  if (isSecret(value)) return clear(value.value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, clear(inner)]));
}

/** What the provider is told of secret inputs, as the SDK tells it through the other door. */
export function toldOfSecrets(news: Plain, isFleet: boolean): Plain {
  const names = Object.keys(news).filter((name) => holdsSecret(news[name]) && !SECRET_NAMES.includes(name));
  if (names.length === 0) return {};
  return { [SECRET_INPUTS]: isFleet ? ["*"] : names.sort() };
}

/** Of a fleet, what holds its members' inputs: with a secret among them, none of it is shown. */
const OF_MEMBERS = ["users", "defaults", "members"];

/** Values with a mark on each that is a secret, as what the provider was told says. */
export function marked(values: Plain, { [SECRET_INPUTS]: told }: Plain): Plain {
  const hidden: readonly unknown[] = Array.isArray(told) ? told : [];
  const isMeant = (name: string) =>
    SECRET_NAMES.includes(name) || hidden.includes(name) || (hidden.includes("*") && OF_MEMBERS.includes(name));
  const mark = ([name, value]: [string, unknown]) =>
    [name, isMeant(name) && value !== null && !isSecret(value) ? asSecret(value) : value] as const;
  return Object.fromEntries(Object.entries(values).map(mark));
}
