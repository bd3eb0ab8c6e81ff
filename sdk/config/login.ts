/**
 * What the writers of S3 configuration share: what they take from a user, and what every format needs. How a format quotes is
 * defined with the format.
 */
import * as pulumi from "@pulumi/pulumi";

/** Anything with an S3 key: a user resource of any system, a fleet's `get(name)`, or values of your own. */
export interface KeyHolder {
  /** The current key's id. */
  readonly accessKey: pulumi.Input<string | undefined>;
  /** The current key's secret. */
  readonly secretKey: pulumi.Input<string | undefined>;
  /** Where S3 is. A member of a fleet has none, and needs the option `endpoint`. */
  readonly endpoint?: pulumi.Input<string | undefined> | undefined;
  /** The key retired last, while its grace runs; only `pair` looks at it. */
  readonly previousAccessKey?: pulumi.Input<string | undefined> | undefined;
  /** Its secret. */
  readonly previousSecretKey?: pulumi.Input<string | undefined> | undefined;
  /** The living keys, from which a preview knows that none of them is retired; only `pair` looks at it. */
  readonly keys?: pulumi.Input<readonly { readonly retiredAt?: string }[] | undefined> | undefined;
}

/** Where S3 is, for the formats that state it. */
export interface Place {
  /** The S3 endpoint, such as "https://s3.example.com". Default: the user's own. */
  readonly endpoint?: pulumi.Input<string | undefined> | undefined;
  /** The region in signatures. Default "us-east-1", which most systems other than AWS accept. */
  readonly region?: pulumi.Input<string | undefined> | undefined;
}

/** A key that is known. */
export interface Key {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** A key that is known and the place that it is for. */
export interface Login extends Key {
  readonly endpoint: string;
  readonly region: string;
}

/** The user's key, as a secret. Fails, once it is known, for a user without a key. `writer` begins the message. */
export function keyOf(writer: string, user: KeyHolder): pulumi.Output<Key> {
  return pulumi.secret(pulumi.all([user.accessKey, user.secretKey])).apply(([accessKey, secretKey]) => {
    if (!accessKey || !secretKey)
      throw new Error(`${writer}: this user has no S3 key with a secret. Was it made with createKey: false?`);
    return { accessKey: oneLine(writer, "accessKey", accessKey), secretKey: oneLine(writer, "secretKey", secretKey) };
  });
}

/** The user's key and its place, as a secret. Fails, once they are known, without a key or without an endpoint. */
export function loginOf(writer: string, user: KeyHolder, place: Place): pulumi.Output<Login> {
  const where = pulumi.all([place.endpoint ?? user.endpoint, place.region]);
  return pulumi.all([keyOf(writer, user), where]).apply(([key, [endpoint, region]]) => {
    if (!endpoint) throw new Error(`${writer}: the S3 endpoint is not known. Give it with the option endpoint.`);
    if (!isWebAddress(endpoint))
      throw new Error(`${writer}: endpoint must be an address such as "https://s3.example.com".`);
    return { ...key, endpoint, region: matching(writer, "region", region ?? "us-east-1", /^[\w-]+$/) };
  });
}

/** The value, if it is one line of text. No format here can hold a line break or another control character. */
export function oneLine(writer: string, name: string, value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\u0000-\u001f\u007f\u0085\u2028\u2029]/.test(value)) throw refusal(writer, name, "a control character");
  return value;
}

/** The value, if it looks so; for names that the program chooses, which are no secrets and are shown. */
export function matching(writer: string, name: string, value: string, form: RegExp): string {
  if (!form.test(value)) throw new Error(`${writer}: ${name} ${JSON.stringify(value)} must match ${form.source}.`);
  return value;
}

/** That a value has something in it that the format cannot hold. The value itself is not shown: it may be a secret. */
export function refusal(writer: string, name: string, what: string): Error {
  return new Error(`${writer}: ${name} has ${what} in it, which this format cannot hold.`);
}

/** An address without a login in it, a query or a fragment, in characters that need no quotes anywhere. */
function isWebAddress(text: string): boolean {
  return /^https?:\/\/[\w.~:[\]/-]+$/.test(text) && URL.canParse(text);
}
