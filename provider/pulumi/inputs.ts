/**
 * Inputs: from what a program gives to normal form, or to a list of sentences that say what is wrong and where.
 */
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { type Backend, capabilitiesOf } from "../backends/backend";
import { isHidden } from "../lifecycle/hidden";
import type { Spec } from "../lifecycle/model";
import { IDENTITY, SECRET_INPUTS } from "../protocol";
import { withoutFindings } from "./live-inputs";
import { definedOnly, type Inputs } from "./state";
import { concerns, unknownPaths } from "./unknowns";

/** One wrong input, as Pulumi shows it. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What the SDK tells besides the inputs that the program gives. */
export interface Internals {
  readonly identity: string;
  readonly hidden: readonly string[];
}

/** Inputs as Pulumi hands them over, taken apart: those of the program, those of the SDK, and the latter as they came. */
export function takenApart(given: Inputs): { inputs: Inputs; internals: Internals; asGiven: Inputs } {
  const isInternal = ([name]: [string, unknown]) => name.startsWith("__");
  const asGiven = Object.fromEntries(Object.entries(given).filter(isInternal));
  const inputs = Object.fromEntries(Object.entries(given).filter((entry) => !isInternal(entry)));
  const { [IDENTITY]: identity, [SECRET_INPUTS]: hidden } = asGiven;
  const internals = {
    identity: typeof identity === "string" ? identity : "",
    hidden: Array.isArray(hidden) ? hidden.filter((name) => typeof name === "string") : [],
  };
  return { inputs, internals, asGiven };
}

/** What the SDK told, as state keeps it. */
export function toldBySdk({ [IDENTITY]: identity, [SECRET_INPUTS]: hidden }: Inputs): Inputs {
  return definedOnly({ [IDENTITY]: identity, [SECRET_INPUTS]: hidden });
}

/** Whether the SDK tells what it told before. Where it does not, the engine, left to compare inputs itself, would show that. */
export function isToldAsBefore(olds: Inputs, news: Inputs): boolean {
  return isDeepStrictEqual(toldBySdk(olds), toldBySdk(news));
}

/** Default of gracePeriodSeconds: a day. */
const DEFAULT_GRACE_SECONDS = 86_400;

/** Why there is no grace where the system keeps one secret. */
const ONE_SECRET = "there is one secret at a time, and the next one ends it immediately";

/**
 * Validates inputs and brings them into normal form. Values that are not known yet pass, and leave the inputs as given;
 * the next check, with everything known, brings them into form.
 */
export function checkInputs(
  backend: Backend,
  olds: Inputs,
  news: Inputs,
): { inputs: Inputs; failures: CheckFailure[] } {
  const { inputs: all, internals } = takenApart(definedOnly(news));
  const given = withoutFindings(all, olds);
  const unknown = unknownPaths(given);
  const can = capabilitiesOf(backend, given);
  const parsed = backend.args.safeParse(given, { error: sayType });
  const findings = parsed.success ? [] : parsed.error.issues.filter((issue) => !concerns(issue.path, unknown));
  const failures = [
    ...findings.flatMap((issue) => explain(issue, backend)),
    ...takenBack(backend, olds, given, internals),
    ...changed(backend, olds, given, unknown),
    ...(wantsQuarantine(given) && !can.disablesKeys ? [noQuarantine(backend, given)] : []),
    ...(can.maxKeys === 1 && given.gracePeriodSeconds !== undefined
      ? [{ property: "gracePeriodSeconds", reason: `must be left out: ${ONE_SECRET}` }]
      : []),
  ];
  return { inputs: { ...(parsed.success ? definedOnly(parsed.data as Inputs) : given), ...toldBySdk(news) }, failures };
}

/** The arguments of a look-up, of which these may be given, in normal form; or what is wrong with them. */
export function checkArguments(
  schema: Readonly<Record<string, z.ZodType>>,
  given: Inputs,
  names: readonly string[],
): { inputs: Inputs; failures: CheckFailure[] } {
  const isOwn = ([name]: [string, unknown]) => names.includes(name);
  const all = Object.entries(definedOnly(given));
  const others = all.filter((entry) => !isOwn(entry));
  const shape = Object.fromEntries(Object.entries(schema).filter(isOwn));
  const parsed = z.object(shape).safeParse(Object.fromEntries(all.filter(isOwn)), { error: sayType });
  const wrong = parsed.error?.issues ?? [];
  return {
    inputs: parsed.data ?? {},
    failures: [
      ...others.map(([property]) => ({ property, reason: "is not an argument of this look-up" })),
      ...wrong.map(({ path, message }) => ({ property: path.map(String).join("."), reason: message })),
    ],
  };
}

/** How long retired keys are to be disabled before they are revoked. One that is not known yet counts as none. */
export function quarantineOf({ quarantinePeriodSeconds: seconds }: Inputs): Pick<Spec, "quarantinePeriodSeconds"> {
  return { quarantinePeriodSeconds: typeof seconds === "number" ? seconds : 0 };
}

/** Whether retired keys are to be disabled for a while before they are revoked. */
export function wantsQuarantine(inputs: Inputs): boolean {
  return quarantineOf(inputs).quarantinePeriodSeconds > 0;
}

/** The refusal of a quarantine where the system, or its connected release, cannot disable a key. */
export function noQuarantine(backend: Backend, inputs: Inputs): CheckFailure {
  const { disablesKeys, maxKeys } = capabilitiesOf(backend, inputs);
  const who = disablesKeys ? "this release of the system" : `the system behind ${backend.resource}`;
  const why = maxKeys === 1 ? ONE_SECRET : `${who} cannot disable a key and enable it again`;
  const reason = `must be 0 or left out: ${why}`;
  return { property: "quarantinePeriodSeconds", reason };
}

/** What a valid set of inputs wants. Keys are proven unless it says otherwise, where there is something to prove them by. */
export function specOf(
  backend: Backend,
  inputs: Inputs,
  s3Endpoint: unknown,
  { identity = "", hidden = [] }: Partial<Internals> = {},
): Spec {
  const user = backend.specOf(inputs);
  const common = inputs as Partial<Spec>;
  const { maxKeys, provesWithoutS3 } = capabilitiesOf(backend, inputs);
  return {
    ...user,
    identity,
    hidden,
    rotationId: common.rotationId ?? "",
    gracePeriodSeconds: maxKeys === 1 ? 0 : (common.gracePeriodSeconds ?? DEFAULT_GRACE_SECONDS),
    ...quarantineOf(inputs),
    prove: common.prove ?? (s3Endpoint !== undefined || provesWithoutS3 === true),
    adopt: common.adopt ?? false,
    exclusiveKeys: common.exclusiveKeys ?? false,
    forceDestroy: common.forceDestroy ?? false,
  };
}

/** Settings that a user cannot lose again. Another user, by what replaces, begins without. */
function takenBack(backend: Backend, olds: Inputs, news: Inputs, { hidden }: Internals): CheckFailure[] {
  if (backend.replaceOn.some((name) => olds[name] !== news[name])) return [];
  return Object.keys(backend.unclearable)
    .filter((property) => olds[property] !== undefined && news[property] === undefined)
    .map((property) => ({
      property,
      reason: `cannot be taken back once it was set: the system ignores an empty value. Keep ${isHidden(property, hidden) ? "its value" : JSON.stringify(olds[property])} or give another value`,
    }));
}

/** Settings that keep the value that they were declared with. Another user, by what replaces, begins without. */
function changed(
  backend: Backend,
  olds: Inputs,
  news: Inputs,
  unknown: readonly (readonly PropertyKey[])[],
): CheckFailure[] {
  if (backend.replaceOn.some((name) => olds[name] !== news[name])) return [];
  return Object.entries(backend.keeping)
    .filter(([name]) => olds[name] !== undefined && news[name] !== undefined && !concerns([name], unknown))
    .filter(([name]) => !isDeepStrictEqual(olds[name], news[name]))
    .map(([property, reason]) => ({ property, reason }));
}

function explain(issue: z.core.$ZodIssue, backend: Backend): CheckFailure[] {
  const property = issue.path.map(String).join(".");
  if (issue.code !== "unrecognized_keys") return [{ property, reason: issue.message }];
  return issue.keys.map((name) => ({
    property: [...issue.path.map(String), name].join("."),
    reason: property === "" ? unknownName(name, backend.argNames) : "is not known here",
  }));
}

/** Wrong types in plain words; never the value itself, which may be a secret. */
function sayType(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== "invalid_type") return undefined;
  if (issue.input === undefined) return "is required";
  const got = Array.isArray(issue.input) ? "a list" : issue.input === null ? "null" : `a ${typeof issue.input}`;
  return `must be of type ${issue.expected}, not ${got}`;
}

function unknownName(name: string, names: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const meant = names.find((candidate) => plain(candidate) === plain(name));
  return `is not an input of this resource; ${meant ? `did you mean "${meant}"?` : `its inputs are ${names.join(", ")}`}`;
}
