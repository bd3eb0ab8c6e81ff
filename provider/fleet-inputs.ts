/**
 * The inputs of a fleet: defaults, and users by name. Each user is checked as a single one is, with its name in every
 * complaint. One input is for members only: `retainOnDelete`, which single users have as an option of Pulumi's own.
 */
import * as z from "zod";
import { type CheckFailure, takenApart, toldBySdk } from "./inputs";
import { definedOnly, type Inputs, SECRET_NAMES, SECRET_SIGNATURE } from "./state";
import { hasUnknowns } from "./unknowns";
import type { Users } from "./users";

const args = z.record(z.string(), z.unknown());

const fleetArgs = z.strictObject({ defaults: args.default({}), users: z.record(z.string(), args) });

/** The members of inputs in normal form, by name. */
export function membersOf(inputs: Inputs): Map<string, Inputs> {
  const { users } = fleetArgs.parse(takenApart(inputs).inputs);
  return new Map(Object.entries(users));
}

/**
 * Checks a fleet. In normal form the defaults are merged into every user and are no more a member of their own, so that
 * a change shows in those whom it concerns. What is not known yet passes, with all that depends on it.
 */
export function checkFleet(users: Users, olds: Inputs, news: Inputs): { inputs: Inputs; failures: CheckFailure[] } {
  const { inputs: given } = takenApart(definedOnly(news));
  const told = toldBySdk(news);
  if (isUnknown(given.users) || isUnknown(given.defaults)) return { inputs: { ...given, ...told }, failures: [] };
  const parsed = fleetArgs.safeParse(withoutUnknownMembers(given));
  if (!parsed.success) return { inputs: { ...given, ...told }, failures: parsed.error.issues.flatMap(explain) };
  const { defaults, users: members } = parsed.data;
  const before = fleetArgs.safeParse(takenApart(olds).inputs).data?.users ?? {};
  const failures: CheckFailure[] = [];
  const checked = Object.entries(members).map(([name, member]) => {
    const one = checkMember(users, before[name] ?? {}, { ...defaults, ...member });
    failures.push(...one.failures.map(({ property, reason }) => ({ property: pathOf(name, property), reason })));
    return [name, one.inputs] as const;
  });
  if (failures.length === 0) failures.push(...sameUser(users, checked));
  const all = typeof given.users === "object" ? given.users : {};
  return { inputs: { users: { ...all, ...Object.fromEntries(checked) }, ...told }, failures };
}

/** Checks a member: a user's inputs, and what only members have. */
function checkMember(users: Users, olds: Inputs, given: Inputs): { inputs: Inputs; failures: CheckFailure[] } {
  const { retainOnDelete, ...news } = given;
  const { inputs, failures } = users.check(olds, news);
  if (retainOnDelete === undefined) return { inputs, failures };
  const isRight = typeof retainOnDelete === "boolean" || isUnknown(retainOnDelete);
  const wrong = isRight ? [] : [{ property: "retainOnDelete", reason: "must be of type boolean" }];
  return { inputs: { ...inputs, retainOnDelete }, failures: [...failures, ...wrong] };
}

/** The inputs of those members that are known. */
export function knownMembersOf(inputs: Inputs): Inputs[] {
  return Object.values(withoutUnknownMembers(inputs).users as Record<string, Inputs>);
}

/** Whether it is not known yet which members there are. */
export function isUnknownFleet({ users, defaults }: Inputs): boolean {
  return isUnknown(users) || isUnknown(defaults) || typeof users !== "object";
}

/** Whether a whole value, not a part of it, is not known yet. */
function isUnknown(value: unknown): boolean {
  return typeof value === "string" && hasUnknowns(value);
}

function withoutUnknownMembers(given: Inputs): Inputs {
  if (typeof given.users !== "object" || given.users === null) return given;
  return {
    ...given,
    users: Object.fromEntries(Object.entries(given.users).filter(([, member]) => !isUnknown(member))),
  };
}

/** Inputs as Pulumi should store them: with a secret in one of them, all of them are secret. */
export function secretIfAny(members: Readonly<Record<string, Inputs>>): unknown {
  const isSecret = Object.values(members).some((member) => SECRET_NAMES.some((name) => name in member));
  return isSecret ? { ...SECRET_SIGNATURE, value: members } : members;
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

function explain(issue: z.core.$ZodIssue): CheckFailure[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((property) => ({
      property,
      reason: "is not an input of a fleet; its inputs are defaults, users",
    }));
  }
  const reason = issue.path.join(".") === "users" ? "must be users by name" : "must be a user's inputs";
  return [{ property: issue.path.map(String).join("."), reason }];
}

function pathOf(name: string, property: string): string {
  return `users.${name}${property === "" ? "" : `.${property}`}`;
}
