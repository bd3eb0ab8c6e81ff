/**
 * Keys of users that are somebody else's: what their kinds have in common. Nothing of the user is read but its keys, and
 * nothing is changed but those of the resource.
 */
import * as z from "zod";
import type { UserApi } from "../lifecycle/user-api";
import type { UserSpec } from "./backend";
import { lifecycleArgs } from "./rows";

const { exclusiveKeys: _e, forceDestroy: _f, ...common } = lifecycleArgs;

/** An access key or a secret of the caller's own. They travel in headers and queries; Ceph takes anything, but S3 clients do not. */
export const keyPart = z
  .string()
  .min(1, "must not be empty")
  .max(128, "must have at most 128 characters")
  .regex(/^[A-Za-z0-9+/=_.~-]*$/, "may have letters, digits and + / = _ . ~ - only");

/** The inputs that all of these resources have. */
export const keyArgs = { ...common, accessKey: keyPart.optional() };

/** What two of these inputs make no sense of together, by the one that is to go. */
export function contradictions(args: {
  readonly accessKey?: string | undefined;
  readonly rotationId?: string | undefined;
  readonly adopt?: boolean | undefined;
}): readonly (readonly [property: string, reason: string])[] {
  const { accessKey, rotationId, adopt } = args;
  const isOwn = accessKey !== undefined;
  const all: readonly (readonly [boolean, string, string])[] = [
    [isOwn && rotationId !== undefined, "rotationId", "is of no use beside an accessKey: to rotate, change accessKey"],
    [!isOwn && adopt === true, "adopt", "needs accessKey beside it: which key of the user is to be adopted"],
  ];
  return all.flatMap(([isSo, property, reason]) => (isSo ? [[property, reason] as const] : []));
}

/** The part of a wish that a key of the caller's own makes: all of it, or its secret alone. */
export function ownKeyOf({
  accessKey,
  secretKey,
}: {
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
}): Pick<UserSpec, "ownKey"> {
  const ownKey = {
    ...(accessKey === undefined ? {} : { accessKey }),
    ...(secretKey === undefined ? {} : { secretKey }),
  };
  return Object.keys(ownKey).length === 0 ? {} : { ownKey };
}

/** The port to users of which only keys are ours. */
export function onlyKeys<Where>(api: UserApi<Where>): UserApi<Where> {
  const { activateKey, disableKey, disablesKeys, knowsOtherKeys, systemId } = api;
  return {
    async find(user) {
      const live = await api.find(user);
      return live && { userId: live.userId, fields: {}, ...(live.keys ? { keys: live.keys } : {}) };
    },
    issueKey: (user, key) => api.issueKey(user, key),
    revokeKey: (user, key) => api.revokeKey(user, key),
    probe: (user, key, s3Endpoint) => api.probe(user, key, s3Endpoint),
    ...(activateKey ? { activateKey } : {}),
    ...(disableKey ? { disableKey } : {}),
    ...(disablesKeys ? { disablesKeys } : {}),
    ...(knowsOtherKeys ? { knowsOtherKeys } : {}),
    ...(systemId ? { systemId } : {}),
    create: never,
    update: never,
    remove: never,
  };
}

/** The lifecycle does not touch users where only keys are ours. */
export function never(): never {
  throw new Error("a user that is not ours is to be left alone");
}
