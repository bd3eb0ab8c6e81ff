/** Both keys of a rotation, the current one and the one that is still accepted, in any of the formats. */
import * as pulumi from "@pulumi/pulumi";
import type { Key, KeyHolder } from "./login";

/** What was written for the two keys. */
export interface Pair {
  /** For the current key. Secret. */
  readonly current: pulumi.Output<string>;
  /** For the key retired last, while its grace runs; undefined otherwise. Secret. */
  readonly previous: pulumi.Output<string | undefined>;
  /** Both texts, one after the other, for formats with sections; without a grace only the current one. Secret. */
  readonly both: pulumi.Output<string>;
}

/**
 * Writes both keys of a user with one of the functions here. Consumers that you cannot change all together find the old
 * key under its own name until its grace is over.
 *
 * `write` gets something with the key, and "" or "-previous" for a name of its own.
 *
 * ```ts
 * const { both } = config.pair(alice, (key, suffix) => config.awsCredentials(key, { profile: `alice${suffix}` }));
 * // [alice] and, while a grace runs, [alice-previous]
 * const { current, previous } = config.pair(alice, (key) => config.environment(key));
 * ```
 *
 * A preview of a change to the user itself does not know the texts, like any output of a resource that is to change.
 */
export function pair(
  user: KeyHolder,
  write: (key: KeyHolder, suffix: "" | "-previous") => pulumi.Output<string>,
): Pair {
  const { accessKey, secretKey, endpoint } = user;
  const current = pulumi.secret(write({ accessKey, secretKey, endpoint }, ""));
  const previous = previousKeyOf(user).apply(
    (key): pulumi.Output<string | undefined> =>
      key ? write({ ...key, endpoint }, "-previous") : pulumi.output<string | undefined>(undefined),
  );
  const both = pulumi.all([current, previous]).apply((texts) => texts.filter((text) => text !== undefined).join(""));
  return { current, previous, both };
}

/** A preview does not know whether an absent output stays absent, but it knows that no living key is retired. */
function previousKeyOf({ previousAccessKey, previousSecretKey, keys }: KeyHolder): pulumi.Output<Key | undefined> {
  const none = pulumi.output<Key | undefined>(undefined);
  const given = pulumi
    .all([previousAccessKey, previousSecretKey])
    .apply(([accessKey, secretKey]) => (accessKey && secretKey ? { accessKey, secretKey } : undefined));
  const mayBe = pulumi.output(keys).apply((all) => all === undefined || all.some(({ retiredAt }) => retiredAt));
  return pulumi.secret(mayBe).apply((isRetired) => (isRetired ? given : none));
}
