/**
 * Whose a user is: the one that this resource knows, or another one of the same name. Pure.
 *
 *   the address     | the user there                        | whose
 *   ----------------+---------------------------------------+---------------------------------------------
 *   any             | bears a key of the ring               | ours
 *   another         | does not, or there is none            | not ours: nothing is changed or called gone
 *   the recorded    | was made anew, says the system        | not ours, unless it bears the key that this resource
 *                   |                                       | would make: a run that was killed has made it anew
 *   the recorded    | bears keys, none of them of the ring  | ours, but it is not deleted
 *   the recorded    | anything else                         | ours: what differs is drift
 *
 * A user without a ring (createKey: false, or adopted with a secret that nobody can read) is known by its address only.
 */
import { ObjectUserError } from "../errors";
import { type Called, called, managed, oneOf } from "./called";
import { keyToMake } from "./keys";
import type { Capabilities, Known, Live, Spec } from "./model";

/** Where we are connected to. */
export interface Here {
  readonly address: string;
  readonly s3Endpoint?: string | undefined;
  /** What the system there calls itself, if it says so. */
  readonly system?: string | undefined;
}

/** Whether what is known was seen somewhere else. State of the first release has the S3 endpoint for an address, or none. */
export function isElsewhere({ address, system }: Pick<Known, "address" | "system">, here: Here): boolean {
  if (system !== undefined && here.system !== undefined) return system !== here.system;
  return address !== undefined && address !== here.address && address !== here.s3Endpoint;
}

/** Why a user that was looked for is not the one that is known; undefined when it is. `live` undefined: there is none. */
export function notOurs(
  known: Known,
  live: Live | undefined,
  here: Here,
  capabilities: Capabilities,
  user: Called,
): string | undefined {
  if (isElsewhere(known, here)) {
    if (live && (capabilities.uniqueUserIds || bearsOurKey(known, live, { bySecret: true }))) return undefined;
    const { noun = "user" } = user;
    const found = live
      ? `where ${oneOf(user)} of this name carries none of its keys`
      : `where there is no such ${noun}`;
    return `the ${managed(user, capabilities).noun} was made at ${placeOf(known)}, and the connection is to ${placeOf(here)}, ${found}`;
  }
  const isAnother =
    live?.createdAt !== undefined && known.createdAt !== undefined && live.createdAt !== known.createdAt;
  return isAnother && !bearsOurKey(known, live, { bySecret: true })
    ? `it was made anew by somebody else: the one that this resource knows was made at ${known.createdAt}, this one at ${live.createdAt}`
    : undefined;
}

/** Why a user must not be deleted although it is where it was; undefined when it may. */
export function notToDelete(known: Known, live: Live | undefined): string | undefined {
  const knewKeys = known.keys.length > 0 || known.published !== undefined;
  if (live === undefined || !knewKeys || bearsOurKey(known, live)) return undefined;
  const isOwnerKnown = live.keys !== undefined || live.fields.accessKey !== undefined;
  if (!isOwnerKnown || live.keys?.length === 0) return undefined;
  return "it carries keys, and none of them is of this resource: it may be somebody else's by now";
}

/**
 * Whether a key of the ring lives on the user; with the secret that is known, where both are. `bySecret`: an id alone is not
 * enough where secrets are shown, since a resource derives the same ids on every system.
 */
function bearsOurKey({ keys, published, secrets }: Known, live: Live, { bySecret = false } = {}): boolean {
  const ours = new Set(keys.map(({ id }) => id));
  if (live.keys === undefined) {
    const accessKeys = [...keys, ...(published ? [published] : [])].map(({ accessKey }) => accessKey);
    return accessKeys.some((accessKey) => accessKey === live.fields.accessKey);
  }
  return live.keys.some(({ id, secretKey }) => {
    // A secret that an export masked is an empty text.
    const known = secrets[id] || (published?.id === id && published.secretKey) || undefined;
    if (!ours.has(id) || secretKey === undefined) return ours.has(id);
    return known === undefined ? !bySecret : known === secretKey;
  });
}

/** Whether a new user bears a key that only this resource makes. One that somebody chose proves nothing. */
export function hasDerivedMark({ createKey, ownKey }: Spec): boolean {
  return createKey && ownKey?.accessKey === undefined;
}

/** Whether a user has the very key that we would make. */
export function hasKeyToMake(spec: Spec, live: Live, capabilities: Capabilities): boolean {
  const wanted = keyToMake(spec, live.userId, capabilities);
  const key = live.keys?.find((candidate) => candidate.accessKey === wanted.accessKey);
  // The program may have given another secret since; a derived id says enough.
  const { accessKey, secretKey } = spec.ownKey ?? {};
  const isAny = accessKey === undefined || secretKey === undefined || key?.secretKey === undefined;
  return key !== undefined && (isAny || key.secretKey === secretKey);
}

/** Whether a user bears the key that only this resource makes: a run of it made the user, and was interrupted. */
export function isUnfinishedWork(spec: Spec, live: Live, capabilities: Capabilities): boolean {
  return hasDerivedMark(spec) && hasKeyToMake(spec, live, capabilities);
}

/** The refusal of a user that exists, `refused` being the system's own. */
export function existsAlready(spec: Spec, refused: ObjectUserError | undefined): ObjectUserError {
  const { createKey } = spec;
  const parts = refused?.parts ?? {
    code: "already-exists",
    operation: "creating",
    subject: called(spec),
    problem: `${oneOf(spec)} of this name exists already and was not made by this resource`,
    advice: `Set adopt: true to adopt it${createKey ? " with its keys" : ""}, or choose another name.`,
  };
  const alias =
    'If it belongs to a resource of yours that got another name or parent, give this one the former as an alias: aliases: [{ name: "…" }].';
  return new ObjectUserError({ ...parts, advice: `${parts.advice ?? ""} ${alias}`.trim() });
}

/** The refusal of a user, or of a key of the program's own, that another resource of the program has. */
export function managedByAnother(
  user: Called & Pick<Spec, "ownKey">,
  { keysOnly }: Pick<Capabilities, "keysOnly">,
  operation = keysOnly ? "making a key" : "creating",
): ObjectUserError {
  const { noun = "user", ownKey } = user;
  const [has, two] = keysOnly
    ? [`has key ${ownKey?.accessKey}`, "have one key"]
    : [`manages this ${noun}`, `manage one ${noun}`];
  return new ObjectUserError({
    code: "already-exists",
    operation,
    subject: `${keysOnly ? "of " : ""}${called(user)}`,
    problem: `another resource of this program ${has}`,
    advice: `Two resources cannot ${two}: remove one of them, or give it another ${keysOnly ? "key" : "name"}. If this one is the other one under a new name or parent, give it the former as an alias: aliases: [{ name: "…" }].`,
  });
}

/** The refusal to make keys for a user that is not there. */
export function noSuchUser(spec: Spec): ObjectUserError {
  return new ObjectUserError({
    code: "not-found",
    operation: "making a key",
    subject: `of ${called(spec)}`,
    problem: "there is no such user, and this resource makes keys only",
    advice: "Check the name. If the program makes the user, give its userId output, so that it is made first.",
  });
}

/** The refusal of a key that the user has, and that this resource did not make. */
export function keyExists(spec: Spec, accessKey: string): ObjectUserError {
  return new ObjectUserError({
    code: "already-exists",
    operation: "issuing",
    subject: `key ${accessKey} of ${called(spec)}`,
    problem: "the user has this key already, and this resource did not make it",
    advice: "Set adopt: true to adopt the key, which is then revoked with this resource; or choose another accessKey.",
  });
}

/** The refusal of a user that the resource has, and is to make anew before it deletes it. */
export function hasItAlready(spec: Spec): ObjectUserError {
  const { noun = "user", createKey } = spec;
  return new ObjectUserError({
    code: "already-exists",
    operation: "creating",
    subject: called(spec),
    problem: `this resource has the ${noun} already, and Pulumi makes it anew before it deletes the old one`,
    advice: createKey
      ? `To have the ${noun} deleted and made again, with new keys, set deleteBeforeReplace: true; to keep it with its keys, set adopt: true. To have only a new key, change rotationId.`
      : `To have the ${noun} deleted and made again, set deleteBeforeReplace: true; to keep it, set adopt: true.`,
  });
}

/** The refusal to delete a user that would take others along. */
export function takesAlong(user: Called, dependents: readonly string[]): ObjectUserError {
  return new ObjectUserError({
    code: "in-use",
    operation: "deleting",
    subject: called(user),
    problem: `that would also delete ${dependents.join(", ")}`,
    advice: "Nothing was deleted. Delete these first, or set forceDestroy: true, to have them deleted with their keys.",
  });
}

/** The refusal to delete a user of which another resource of the program has keys or a subuser, whoever asked for it. */
export function stoodOn(user: Called): ObjectUserError {
  return new ObjectUserError({
    code: "in-use",
    operation: "deleting",
    subject: called(user),
    problem: "another resource of this program has a key or a subuser of it, which would be deleted, too",
    advice: `Nothing was deleted. Remove that resource, too; or, to keep it, ${FORGET}`,
  });
}

/** What is known, once it was seen to be so here; `live` is the user that was seen to be ours. */
export function confirmedAt(known: Known, { address, system }: Here, live?: Live): Known {
  return {
    ...known,
    address,
    ...(system === undefined ? {} : { system }),
    ...(live?.createdAt === undefined ? {} : { createdAt: live.createdAt }),
  };
}

/** The error for a user that is not ours, where it was to be changed. */
export function refusal(operation: string, user: Called, problem: string, capabilities: Capabilities): ObjectUserError {
  const { subject, noun } = managed(user, capabilities);
  const adoption = capabilities.keysOnly
    ? ""
    : `set adopt: true, to have the ${noun} there managed from now on and the one before left as it is; or `;
  return new ObjectUserError({
    code: "conflict",
    operation,
    subject,
    problem,
    advice: `Nothing was changed. Correct the connection; or ${adoption}have Pulumi forget it with: pulumi state delete URN (of a fleet, that forgets all its users).`,
  });
}

const FORGET =
  "have Pulumi forget it with: pulumi state delete URN; a fleet forgets a member that is declared with retainOnDelete: true for one up and removed with the next.";

/** The error for a user that is not ours, where it was to be deleted. */
export function deletionElsewhere(user: Called, problem: string, capabilities: Capabilities): ObjectUserError {
  return new ObjectUserError({
    code: "conflict",
    operation: "deleting",
    subject: managed(user, capabilities).subject,
    problem,
    advice: `Nothing was deleted. Correct the connection; or ${FORGET}`,
  });
}

/** The error for a user that is where it was, and must not be deleted. */
export function deletionRefused(user: Called, problem: string): ObjectUserError {
  return new ObjectUserError({
    code: "conflict",
    operation: "deleting",
    subject: called(user),
    problem,
    advice: `Nothing was deleted. If it is yours, run pulumi up --refresh, which gives it a key of this resource again, and delete it then; if not, ${FORGET}`,
  });
}

function placeOf({ address, system }: { readonly address?: string | undefined; readonly system?: string | undefined }) {
  return `${address}${system === undefined ? "" : ` (${system})`}`;
}
