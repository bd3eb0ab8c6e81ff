/**
 * The words that stand between a program and this provider: what the SDK writes into a resource's inputs and state keeps.
 * Both sides import them from here. Names that begin with "__" are shown by no display of Pulumi.
 */
import { createHash } from "node:crypto";

/** The input that tells a resource from every other one, in every stack: `identityOf` its URN. */
export const IDENTITY = "__identity";

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
