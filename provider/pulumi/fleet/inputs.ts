/**
 * The inputs of a fleet: defaults, and users by name. Each user is checked as a single one is, with its name in every
 * complaint. Some inputs are for members only: what single users have as options of Pulumi's own.
 */
import * as z from "zod";
import { SECRET_NAMES } from "../../protocol";
import { type CheckFailure, takenApart, toldBySdk } from "../inputs";
import { withoutFindings } from "../live-inputs";
import { asSecret, definedOnly, type Inputs } from "../state";
import { hasUnknowns } from "../unknowns";
import type { Users } from "../users";

const args = z.record(z.string(), z.unknown());

const fleetArgs = z.strictObject({
  defaults: args.default({}),
  users: z.record(z.string(), args),
  allowRemovals: z.boolean().optional(),
});

/** What state keeps of the fleet's own inputs, so that a refresh finds them again. */
export function ownInputs({ allowRemovals }: Inputs): Inputs {
  return allowRemovals === undefined ? {} : { allowRemovals };
}

/** The members of inputs in normal form, by name. */
export function membersOf({ users: given }: Inputs): Map<string, Inputs> {
  const { users } = fleetArgs.parse({ users: given });
  return new Map(Object.entries(users));
}

/**
 * Checks a fleet. In normal form the defaults are merged into every user and are no more a member of their own, so that
 * a change shows in those whom it concerns. What is not known yet passes, with all that depends on it.
 */
export function checkFleet(users: Users, olds: Inputs, news: Inputs): { inputs: Inputs; failures: CheckFailure[] } {
  const { inputs: given } = takenApart(definedOnly(news));
  const told = toldBySdk(news);
  const parsed = fleetArgs.safeParse(knownOnly(given));
  if (!parsed.success) return { inputs: { ...given, ...told }, failures: parsed.error.issues.flatMap(explain) };
  if (isUnknown(given.users) || isUnknown(given.defaults)) return { inputs: { ...given, ...told }, failures: [] };
  const { defaults, users: members } = parsed.data;
  const before = formerInputs(users, olds);
  const failures: CheckFailure[] = [];
  const checked = Object.entries(members).map(([name, member]) => {
    const all = merged(defaults, member);
    const one = checkMember(users, before, name, all);
    if (all.secretKey !== undefined && all.accessKey === undefined && member.secretKey === undefined)
      failures.push({ property: pathOf(name, "secretKey"), reason: SHARED_SECRET });
    failures.push(...one.failures.map(({ property, reason }) => ({ property: pathOf(name, property), reason })));
    return [name, one.inputs] as const;
  });
  if (failures.length === 0) failures.push(...sameUser(users, checked));
  const all = typeof given.users === "object" ? given.users : {};
  return { inputs: { ...ownInputs(given), users: { ...all, ...Object.fromEntries(checked) }, ...told }, failures };
}

/** Inputs of members only. They say what may become of a user, never what it is. */
const OPTIONS = ["retainOnDelete", "protect"];

/** A member's inputs with the options of others. */
export function withOptions(inputs: Inputs, others: Inputs): Inputs {
  const isOption = ([name]: [string, unknown]) => OPTIONS.includes(name);
  const own = Object.entries(inputs).filter((entry) => !isOption(entry));
  return Object.fromEntries([...own, ...Object.entries(others).filter(isOption)]);
}

/** The inputs that members had before. */
interface Former {
  of(name: string): Inputs;
  /** A user's own ones whatever its member's name was, else those of that name. */
  ofUser(name: string, inputs: Inputs): Inputs;
}

function formerInputs(users: Users, olds: Inputs): Former {
  const byName = new Map(Object.entries(z.record(z.string(), args).safeParse(olds.users).data ?? {}));
  const byUser = new Map([...byName.values()].map((inputs) => [users.nameOf(inputs), inputs]));
  const of = (name: string) => byName.get(name) ?? {};
  return { of, ofUser: (name, inputs) => byUser.get(users.nameOf(inputs)) ?? of(name) };
}

const SHARED_SECRET =
  "cannot come from the defaults: who has the secret of one user would have that of the others. Give each its own, or none";

/** A member with the defaults it does not override. A rotation is not for one that brings its own key or secret, or wants none. */
function merged(defaults: Inputs, member: Inputs): Inputs {
  const { rotationId, ...all } = { ...defaults, ...member };
  const rotates = all.accessKey === undefined && all.secretKey === undefined && all.createKey !== false;
  return rotates || member.rotationId !== undefined ? { ...all, rotationId } : all;
}

/** Checks a member: a user's inputs, and what only members have. */
function checkMember(
  users: Users,
  before: Former,
  name: string,
  given: Inputs,
): { inputs: Inputs; failures: CheckFailure[] } {
  const own = withoutFindings(withOptions(given, {}), before.of(name));
  const first = users.check({}, own);
  const former = first.failures.length > 0 ? {} : before.ofUser(name, first.inputs);
  const isBound = Object.keys(users.backend.unclearable).some((setting) => former[setting] !== undefined);
  const { inputs, failures } = isBound ? users.check(former, own) : first;
  const options = Object.entries(withOptions({}, given));
  const wrong = options
    .filter(([, value]) => typeof value !== "boolean" && !isUnknown(value))
    .map(([property]) => ({ property, reason: "must be of type boolean" }));
  return { inputs: { ...inputs, ...Object.fromEntries(options) }, failures: [...failures, ...wrong] };
}

/** The inputs of those members that are known. */
export function knownMembersOf(inputs: Inputs): Map<string, Inputs> {
  return membersOf(knownOnly(inputs));
}

/** Whether it is not known yet which members there are. */
export function isUnknownFleet({ users, defaults }: Inputs): boolean {
  return isUnknown(users) || isUnknown(defaults) || typeof users !== "object";
}

/** Whether a whole value, not a part of it, is not known yet. */
function isUnknown(value: unknown): boolean {
  return typeof value === "string" && hasUnknowns(value);
}

/** What is known of the fleet's inputs, in their shape. */
function knownOnly(given: Inputs): Inputs {
  const { users = {}, ...own } = without(given, isUnknown);
  if (given.users === undefined) return own;
  return { ...own, users: typeof users === "object" && users !== null ? without(users, isUnknown) : users };
}

function without(values: object, isLeftOut: (value: unknown) => boolean): Inputs {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isLeftOut(value)));
}

/**
 * Checked inputs as Pulumi should store them. What holds a secret is marked only here, where all is resolved and merged,
 * however the program gave it.
 */
export function markSecrets(inputs: Inputs): Inputs {
  const { users, defaults } = inputs;
  return {
    ...inputs,
    ...(users === undefined ? {} : { users: secretIfAny(users) }),
    ...(holdsSecret(defaults) ? { defaults: asSecret(defaults) } : {}),
  };
}

/** Members as Pulumi should store them: with a secret in one of them, all of them are secret. */
export function secretIfAny(members: unknown): unknown {
  const all = typeof members === "object" && members !== null ? Object.values(members) : [];
  return all.some(holdsSecret) ? asSecret(members) : members;
}

/** Whether a member's inputs hold a secret. What is not known yet may be one. */
function holdsSecret(member: unknown): boolean {
  return typeof member === "object" && member !== null && SECRET_NAMES.some((name) => name in member);
}

/** Two members that would manage one user. Members with values that are not known yet are left for later. */
function sameUser(users: Users, members: readonly (readonly [string, Inputs])[]): CheckFailure[] {
  const owners = new Map<string, string>();
  return members.flatMap(([name, inputs]) => {
    if (hasUnknowns(inputs)) return [];
    const user = users.nameOf(inputs);
    const owner = owners.get(user);
    owners.set(user, owner ?? name);
    return owner === undefined
      ? []
      : [{ property: pathOf(name, ""), reason: `is the same user "${user}" as users.${owner}` }];
  });
}

const SHAPES: Readonly<Record<string, string>> = {
  users: "must be users by name",
  allowRemovals: "must be of type boolean",
};

function explain(issue: z.core.$ZodIssue): CheckFailure[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((property) => ({
      property,
      reason: "is not an input of a fleet; its inputs are defaults, users, allowRemovals",
    }));
  }
  const property = issue.path.map(String).join(".");
  return [{ property, reason: SHAPES[property] ?? "must be a user's inputs" }];
}

/** Where an input of a member stands. */
export function pathOf(name: string, property: string): string {
  return `users.${name}${property === "" ? "" : `.${property}`}`;
}
