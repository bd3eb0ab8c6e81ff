/** What outputs will be after an `up`, as Pulumi's previews show them: for packaged plugins, which are asked for it. */
import { type Backend, capabilitiesOf } from "../backends/backend";
import type { Opened } from "../connection";
import { isObjectUserError } from "../errors";
import { foresee, isOpen } from "../lifecycle/foresee";
import type { Known } from "../lifecycle/model";
import { isElsewhere } from "../lifecycle/ownership";
import { type Internals, specOf, takenApart } from "./inputs";
import { withoutFindings } from "./live-inputs";
import { type Inputs, type Outputs, type Remembered, withSecrets } from "./state";
import { hasUnknowns, UNKNOWN } from "./unknowns";
import type { Users } from "./users";

/** What programs read of a user besides its inputs and what only some systems have. */
const OUTPUTS = [
  "userId",
  "accessKey",
  "secretKey",
  "previousAccessKey",
  "previousSecretKey",
  "previousKeyExpiresAt",
  "endpoint",
  "keys",
];

/** The names of what programs read of a resource besides its inputs, on a system. */
export function outputNames({ outputs, argNames, isKeyless }: Backend): readonly string[] {
  const password = argNames.includes("password") ? ["password"] : [];
  if (isKeyless) return [...password, ...outputs];
  return [...OUTPUTS, ...password, ...outputs];
}

/** A user's outputs, with Pulumi's mark for what is not known yet: for all of them where an input is not known. */
export function foreseeUser(users: Users, before: Remembered | undefined, news: Inputs, opened: Opened): Outputs {
  const { inputs, internals } = takenApart(news);
  const { s3Endpoint } = opened;
  const known = hasUnknowns(inputs) ? undefined : foreseen(users, before, inputs, opened, internals);
  if (known) return withSecrets(withUnknowns(users.written(known, inputs, s3Endpoint)) as Outputs);
  const open = Object.fromEntries(outputNames(users.backend).map((name) => [name, UNKNOWN]));
  // What has no key is adopted with the password that it has.
  const stays = inputs.adopt === true && inputs.password !== undefined && users.backend.isKeyless;
  return withSecrets({ ...open, ...inputs, ...(stays ? { password: UNKNOWN } : {}), endpoint: s3Endpoint ?? null });
}

/**
 * What is known of a user then; undefined where the run can only fail, as far as state knows, and where the user may be
 * adopted: as what it is found, nobody knows.
 */
export function foreseen(
  { backend, world }: Users,
  before: Remembered | undefined,
  inputs: Inputs,
  opened: Opened,
  internals: Internals,
): Known | undefined {
  if (inputs.adopt === true && (before === undefined || isElsewhere(before.known, opened))) return undefined;
  try {
    const spec = specOf(backend, withoutFindings(inputs), opened.s3Endpoint, internals);
    return foresee(spec, before?.known, { ...backend, capabilities: capabilitiesOf(backend, inputs) }, world.now());
  } catch (error) {
    if (isObjectUserError(error)) return undefined;
    throw error;
  }
}

/** A value with what is not known yet marked as Pulumi does, at any depth. */
export function withUnknowns(value: unknown): unknown {
  if (typeof value === "string") return isOpen(value) ? UNKNOWN : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withUnknowns);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withUnknowns(inner)]));
}
