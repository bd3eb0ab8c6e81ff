/** What resources that are keys of somebody else's users share. */
import type * as pulumi from "@pulumi/pulumi";
import type { RotationArgs } from "./resource";

/** The inputs that every resource of keys has. */
export interface KeyArgs extends RotationArgs {
  /**
   * An access key of your own, instead of a `rotationId`. Change it to rotate. Default: derived from the user, `rotationId`
   * and this resource.
   */
  accessKey?: pulumi.Input<string>;
  /**
   * Adopt `accessKey`, which the user has already. The key is revoked with this resource then. Set it for one `pulumi up`.
   * Default false: a key that exists is an error.
   */
  adopt?: pulumi.Input<boolean>;
}
