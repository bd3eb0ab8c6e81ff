/**
 * What every user resource and every provider of this package share: the inputs and outputs that all have. This file has
 * Pulumi's words only; the provider decides what they do.
 */
import * as pulumi from "@pulumi/pulumi";
import { connectionOf } from "./door";
import { Managed, withSecrets } from "./managed";

/** The inputs that every key has, whatever the system. */
export interface RotationArgs {
  /**
   * The rotation that the current key belongs to; any text. A new value makes a new key, proves it and retires the old one.
   * Going back to the value of a key whose grace still runs makes that key current again. It is refused for a user with a
   * key of your own or without a key. Default: one key for ever.
   */
  rotationId?: pulumi.Input<string>;
  /**
   * How long, in whole seconds, a retired key stays valid after it was replaced. Default 86400, a day. The value also counts
   * for running graces: a larger number extends them, and 0 ends them with the next `pulumi up`. A grace begins when the
   * user's own update has succeeded, whether or not dependents have the new key. The first `pulumi up` after the grace
   * revokes the key, even if a dependent of a failed run still has it. Choose more than the time in which you notice a failed
   * run. With 0 the old key ends before dependents have the new one.
   */
  gracePeriodSeconds?: pulumi.Input<number>;
  /**
   * How long, in whole seconds, a key whose grace is over is kept before it is deleted. In that time the key is disabled:
   * S3 refuses it, and going back to its `rotationId` enables it again with the same secret. So a forgotten consumer is one
   * `pulumi up` away from working again. Default 0: the key is deleted when its grace is over. For Ceph 19 and later;
   * elsewhere another value than 0 is refused.
   */
  quarantinePeriodSeconds?: pulumi.Input<number>;
  /**
   * Prove keys: send an S3 request signed with a new key before it is published, and require that S3 accepts it; send one
   * with a revoked key, and require that S3 refuses it. Default: true where an S3 endpoint is known.
   */
  prove?: pulumi.Input<boolean>;
}

/** The inputs that every user has, whatever the system. */
export interface LifecycleArgs extends RotationArgs {
  /**
   * Adopt a user that exists, with the first key that it has, and change none of its keys. A user exists for every resource
   * but the one that made it, in whatever stack. For another name or parent of a resource, use `aliases` instead. Set it for
   * one `pulumi up`: while it is true, a user of this name at another address is adopted, too. Default false: a user that
   * exists is an error.
   */
  adopt?: pulumi.Input<boolean>;
  /** Revoke keys of the user that this resource did not make. Default false: they are left alone. */
  exclusiveKeys?: pulumi.Input<boolean>;
  /**
   * Delete the user even if it owns buckets, with all they hold, or has subusers (rgw), with their keys. Default false:
   * refuse, and name them.
   */
  forceDestroy?: pulumi.Input<boolean>;
}

/** A living key that the resource made or adopted, without its secret. Times are ISO 8601 in UTC. */
export interface Key {
  /** Tells the user's keys apart; the access key itself where every key has one of its own. */
  id: string;
  accessKey: string;
  /** The `rotationId` the key was made for; empty without one. */
  rotationId: string;
  issuedAt: string;
  /** When S3 accepted it, just before it was published; absent with `prove: false`. */
  provenAt?: string;
  /** When another key replaced it. */
  retiredAt?: string;
  /** From when on the next `pulumi up` revokes it, or disables it for its quarantine. */
  expiresAt?: string;
  /** When it was disabled, for the time of its quarantine. */
  disabledAt?: string;
}

/** The arguments that every provider has. */
export interface TransportArgs {
  /** PEM text of a certificate authority to trust besides the system's. */
  caCertificate?: pulumi.Input<string>;
  /** Accept any TLS certificate. Default false. For experiments only. */
  insecure?: pulumi.Input<boolean>;
  /** Longest wait for one answer, in seconds. Default 60; a Ceph gateway may take 30 when a peer of it is stuck. */
  timeoutSeconds?: pulumi.Input<number>;
  /** Most requests in progress concurrently. Default 32. */
  maxConcurrency?: pulumi.Input<number>;
}

const OUTPUTS = [
  ...["userId", "accessKey", "secretKey", "previousAccessKey", "previousSecretKey", "previousKeyExpiresAt"],
  ...["endpoint", "keys"],
];

/** A user of an object store, of whatever system. */
export abstract class ObjectUser extends Managed {
  /** The user's full name on the system. */
  declare readonly userId: pulumi.Output<string>;
  /** The current key's id. */
  declare readonly accessKey: pulumi.Output<string>;
  /** The current key's secret. Secret. */
  declare readonly secretKey: pulumi.Output<string>;
  /** The key retired last, while its grace runs. */
  declare readonly previousAccessKey: pulumi.Output<string | undefined>;
  /** The secret of the key retired last, while its grace runs. Secret. */
  declare readonly previousSecretKey: pulumi.Output<string | undefined>;
  /** When that grace ends, ISO 8601 in UTC. */
  declare readonly previousKeyExpiresAt: pulumi.Output<string | undefined>;
  /** The S3 endpoint the keys are for, when known. */
  declare readonly endpoint: pulumi.Output<string | undefined>;
  /** Every living key of this resource, oldest first, without secrets. */
  declare readonly keys: pulumi.Output<Key[]>;

  /** @internal */
  protected constructor(kind: string, type: string, name: string, args: object, opts?: pulumi.CustomResourceOptions) {
    super(kind, type, name, args, OUTPUTS, opts);
  }
}

/** Outputs of a user by name, as their values: `SettingsOf<User, "email">` is `{ email: string }`. */
export type SettingsOf<User, Name extends keyof User> = {
  [name in Name]: User[name] extends pulumi.Output<infer Value> ? Value : never;
};

/** An input's members as a system shows them: all of them, resolved. */
export type Resolved<Input> = { [name in keyof Input]-?: pulumi.Unwrap<NonNullable<Input[name]>> };

/** A connection to a system, given to resources as `{ provider }`. */
export abstract class ConnectionProvider extends pulumi.ProviderResource {
  /**
   * The arguments by the names that stack configuration has for them, for look-ups.
   * @internal
   */
  readonly settings: Record<string, unknown>;

  /** @internal */
  protected constructor(kind: string, name: string, args: object, secrets: string[], opts?: pulumi.ResourceOptions) {
    const given = Object.entries(withSecrets(args, secrets)).filter(([, value]) => value !== undefined);
    // As in stack configuration, a list is its JSON text.
    const text = (value: unknown) =>
      typeof value === "object"
        ? pulumi.output(value).apply((all) => (Array.isArray(all) ? JSON.stringify(all) : all))
        : value;
    const settings = Object.fromEntries(given.map(([key, value]) => [key, text(value)]));
    const connection = connectionOf(kind, settings, opts);
    super(connection.package, name, connection.props, connection.options);
    this.settings = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${kind}:${key}`, value]));
  }
}
