/**
 * S3 keys: Keystone's EC2 credentials. The access key is chosen by us, which only the general credentials API allows;
 * they are listed and deleted by the EC2 extension like any other.
 *
 * Documentation: https://docs.openstack.org/api-ref/identity/v3/#credentials
 */
import { randomBytes } from "node:crypto";
import { isObjectUserError, ObjectUserError } from "../../errors";
import { orUndefined } from "../../http/api";
import { type Meaning, repeatable, unrepeatable } from "../../http/dialect";
import type { Session } from "./session";
import { type WireKey, wireKeys } from "./wire";

/** Whose key, and for which project. */
export interface KeyOwner {
  readonly userId: string;
  /** What messages call the user. */
  readonly name: string;
  readonly projectId: string;
}

/** A key that opens S3. */
export interface S3Key {
  /** The access key. */
  readonly id: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

const DELEGATED: Meaning = {
  code: "forbidden",
  problem:
    "Keystone does not let this login touch S3 keys: an application credential may not, nor may a user without rights",
  advice: "Log in with a username and a password: an administrator's, or those of the user itself.",
};
const MEANS = { "403": DELEGATED };
const USER_GONE: Meaning = { code: "not-found", problem: "there is no such user", advice: "Run pulumi refresh." };

/** GET /v3/users/U/credentials/OS-EC2: the user's keys in every project. */
export async function listKeys(session: Session, { userId, name }: Omit<KeyOwner, "projectId">): Promise<WireKey[]> {
  const act = { ...repeatable("listing the keys of", `user "${name}"`), means: { ...MEANS, "404": USER_GONE } };
  return (await session.call(act, "GET", ec2(userId), { schema: wireKeys })).credentials;
}

/** The keys that open a project. */
export function keysOf(keys: readonly WireKey[], projectId: string | undefined): S3Key[] {
  return keys
    .filter((key) => key.tenant_id === projectId)
    .map(({ access, secret }) => ({ id: access, accessKey: access, secretKey: secret }));
}

/** The secret that a key is to have, and the one that the key of this id was seen to have before. */
export interface GivenSecret {
  readonly secretKey?: string | undefined;
  readonly replaces?: string | undefined;
}

/**
 * POST /v3/credentials with an access key of our choice and a secret that we make, unless one is given. When the access key is there already,
 * looks whose it is: the user's own in this project is what an unanswered request of ours left; one for another project is
 * of a former project of the user, opens nothing any more and makes room, as does one whose secret is to be replaced. One
 * with any other secret than that was made by somebody else since it was looked for.
 */
export async function issueKey(
  session: Session,
  owner: KeyOwner,
  accessKey: string,
  { secretKey: given, replaces }: GivenSecret = {},
): Promise<S3Key> {
  const secretKey = given ?? randomBytes(30).toString("base64url");
  try {
    await createKey(session, owner, accessKey, secretKey);
  } catch (error) {
    if (!isObjectUserError(error, "conflict")) throw error;
    const there = (await listKeys(session, owner)).find((key) => key.access === accessKey);
    if (there === undefined) throw error;
    if (there.tenant_id === owner.projectId) {
      if (given === undefined || given === there.secret) return { id: accessKey, accessKey, secretKey: there.secret };
      if (there.secret !== replaces) throw new ObjectUserError({ ...error.parts, ...OVERTAKEN });
    }
    await revokeKey(session, owner, accessKey);
    await createKey(session, owner, accessKey, secretKey);
  }
  return { id: accessKey, accessKey, secretKey };
}

const OVERTAKEN = {
  code: "conflict",
  problem: "somebody else has made a key of this id at the same moment, with another secret",
  advice: "Run again.",
  uncertain: true,
} as const;

async function createKey(session: Session, owner: KeyOwner, access: string, secret: string): Promise<void> {
  const conflict: Meaning = {
    code: "conflict",
    problem: "the access key belongs to another user",
    advice: "Choose another rotationId.",
  };
  const means = { ...MEANS, "404": USER_GONE, "409": conflict };
  const act = { ...unrepeatable("issuing", `key ${access} of user "${owner.name}"`), means };
  const blob = JSON.stringify({ access, secret });
  const credential = { type: "ec2", blob, project_id: owner.projectId, user_id: owner.userId };
  await session.call(act, "POST", "/credentials", { body: { credential } });
}

/** DELETE /v3/users/U/credentials/OS-EC2/A; harmless to repeat, resolves when there is none. */
export async function revokeKey(
  session: Session,
  owner: Omit<KeyOwner, "projectId">,
  accessKey: string,
): Promise<void> {
  const act = { ...repeatable("revoking", `key ${accessKey} of user "${owner.name}"`), means: MEANS };
  await orUndefined(session.call(act, "DELETE", `${ec2(owner.userId)}/${encodeURIComponent(accessKey)}`));
}

/** The sentence for keys that nobody who is logged in may touch. */
export function keysNeedPassword(operation: string, name: string): ObjectUserError {
  return new ObjectUserError({ ...DELEGATED, operation, subject: `the S3 keys of user "${name}"` });
}

function ec2(userId: string): string {
  return `/users/${encodeURIComponent(userId)}/credentials/OS-EC2`;
}
