/**
 * The words that stand between a program and this provider: what the SDK writes into a resource's inputs and state keeps.
 * Both sides import them from here. Names that begin with "__" are shown by no display of Pulumi.
 */
import { createHash } from "node:crypto";

/** The input that tells a resource from every other one, in every stack: `identityOf` its URN. */
export const IDENTITY = "__identity";

/** The input that names the inputs which the program gives as secrets: their values stand in no message. "*" is all. */
export const SECRET_INPUTS = "__secretInputs";

/** The members of a user's inputs and outputs that are secret; besides them only `SECRETS` holds one. */
export const SECRET_NAMES = ["secretKey", "previousSecretKey", "password"];

/** The output, a secret, that only this provider reads: the secrets of living keys by key id, without those shown elsewhere. */
export const SECRETS = "__secrets";

/** Outputs that only this provider reads: where the user is, what the system there calls itself, when the user was made. */
export const ADDRESS = "__address";
export const SYSTEM = "__system";
export const CREATED_AT = "__createdAt";

/** The text by which state names the provider of a kind. It must not change for a released kind. */
export function handlerOf(kind: string): string {
  return `exports.handler = () => require("pulumi-object-users/provider").provider(${JSON.stringify(kind)}, 1);`;
}

/** The output of a fleet that its class reads: what settings of members are of which a member's text does not speak. */
export const DEFAULTS = "__defaults";

/** A URN's type as both kinds of provider, dynamic and packaged, have it. */
const DYNAMIC_TYPE = /pulumi-nodejs:dynamic\/(object-users\/\w+:\w+)/g;

/**
 * A resource's identity: 22 characters of base64url, made of its URN. Another name, parent, project or stack is another
 * identity.
 */
export function identityOf(urn: string): string {
  const same = urn.replace(DYNAMIC_TYPE, (_, type: string) => type.replace("/", ":"));
  return createHash("sha256").update(same).digest("base64url").slice(0, 22);
}
