/**
 * A fleet's state: its members' states, with what all share written once and the secrets of all in one secret map.
 *
 * What only this provider reads of a member is one text of JSON: Pulumi's cost is by the value, in each of its processes,
 * and its diffs show what changed inside such a text.
 */
import * as z from "zod";
import type { Backend } from "./backends/backend";
import { type Outputs, type Remembered, read, SCHEMA_VERSION, SECRET_SIGNATURE, write } from "./state";

/** The members by name. */
export type FleetState = ReadonlyMap<string, Remembered>;

const part = z.record(z.string(), z.unknown());

const fleetState = z.looseObject({
  members: z.record(z.string(), z.union([z.string().transform(parsed), part])).default({}),
  keys: z.record(z.string(), z.array(z.unknown())).default({}),
  credentials: z.record(z.string(), part).default({}),
});

/** What of a member's outputs is for its consumers, and secret in part. */
const CREDENTIALS = [
  "accessKey",
  "secretKey",
  "previousAccessKey",
  "previousSecretKey",
  "previousKeyExpiresAt",
  "password",
];

/** Writes a fleet's outputs. `credentials` is marked as secret. */
export function writeFleet(members: FleetState, s3Endpoint: string | undefined, backend: Backend): Outputs {
  const written = [...members].map(([name, { known, inputs }]) => {
    const { schemaVersion: _, keys, ...outputs } = write(known, inputs, undefined, backend);
    const [credentials, others] = split(outputs);
    return [name, { text: JSON.stringify(others), keys, credentials }] as const;
  });
  const by = (part: "text" | "keys" | "credentials") =>
    Object.fromEntries(written.map(([name, member]) => [name, member[part]]));
  return {
    schemaVersion: SCHEMA_VERSION,
    ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }),
    members: by("text"),
    keys: by("keys"),
    credentials: { ...SECRET_SIGNATURE, value: by("credentials") },
  };
}

/** Reads a fleet's outputs back. Throws an ObjectUserError when they are not of this release or an older one. */
export function readFleet(outputs: Outputs, backend: Backend): Map<string, Remembered> {
  return new Map(memberOutputs(outputs).map(([name, member]) => [name, read(member, backend)]));
}

/** Each member's outputs by its name, as a single user's. */
export function memberOutputs(outputs: Outputs): (readonly [name: string, outputs: Outputs])[] {
  const { members, keys, credentials } = fleetState.parse(outputs);
  const { schemaVersion } = outputs;
  return Object.entries(members).map(([name, member]) => {
    return [name, { schemaVersion, ...member, keys: keys[name], ...credentials[name] }] as const;
  });
}

/** What is for consumers, and the rest. */
function split(outputs: Outputs): [credentials: Outputs, others: Outputs] {
  const credentials: Outputs = {};
  const others: Outputs = {};
  for (const [name, value] of Object.entries(outputs))
    (CREDENTIALS.includes(name) ? credentials : others)[name] = value;
  return [credentials, others];
}

/** The members of a text; none of one that is no JSON, which is then found to be unreadable. */
function parsed(text: string): Outputs {
  try {
    return part.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
