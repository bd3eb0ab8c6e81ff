/**
 * A fleet's state: its members' states, with what all share written once and the secrets of all in one secret map.
 */
import * as z from "zod";
import type { Backend } from "./backends/backend";
import { definedOnly, type Outputs, type Remembered, read, SCHEMA_VERSION, SECRET_SIGNATURE, write } from "./state";

/** The members by name. */
export type FleetState = ReadonlyMap<string, Remembered>;

const part = z.record(z.string(), z.unknown());

const fleetState = z.looseObject({
  members: z.record(z.string(), part).default({}),
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
  const written = [...members].map(
    ([name, { known, inputs }]) => [name, write(known, inputs, undefined, backend)] as const,
  );
  const by = <T>(pick: (outputs: Outputs) => T) =>
    Object.fromEntries(written.map(([name, outputs]) => [name, pick(outputs)]));
  return definedOnly({
    schemaVersion: SCHEMA_VERSION,
    endpoint: s3Endpoint,
    members: by(({ schemaVersion: _, keys: __, ...outputs }) => without(outputs, CREDENTIALS)),
    keys: by((outputs) => outputs.keys),
    credentials: { ...SECRET_SIGNATURE, value: by((outputs) => only(outputs, CREDENTIALS)) },
  });
}

/** Reads a fleet's outputs back. Throws an ObjectUserError when they are not of this release or an older one. */
export function readFleet(outputs: Outputs, backend: Backend): Map<string, Remembered> {
  const { members, keys, credentials } = fleetState.parse(outputs);
  const { schemaVersion } = outputs;
  return new Map(
    Object.entries(members).map(([name, member]) => {
      return [name, read({ schemaVersion, ...member, keys: keys[name], ...credentials[name] }, backend)];
    }),
  );
}

function only(outputs: Outputs, names: readonly string[]): Outputs {
  return Object.fromEntries(names.map((name) => [name, outputs[name]]));
}

function without(outputs: Outputs, names: readonly string[]): Outputs {
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !names.includes(name)));
}
