/**
 * A fleet's state: its members' states, small, because Pulumi's cost grows with it. What all share and what is the
 * system's default is left out; the secrets of all members are one secret map.
 */
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { Backend } from "./backends/backend";
import {
  definedOnly,
  type Inputs,
  type Outputs,
  type Remembered,
  read,
  SCHEMA_VERSION,
  SECRET_SIGNATURE,
  write,
} from "./state";

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
    ([name, { known, inputs }]) => [name, write(known, inputs, undefined, backend), inputs] as const,
  );
  const by = <T>(pick: (outputs: Outputs, inputs: Inputs) => T) =>
    Object.fromEntries(written.map(([name, outputs, inputs]) => [name, pick(outputs, inputs)]));
  return definedOnly({
    schemaVersion: SCHEMA_VERSION,
    endpoint: s3Endpoint,
    members: by((outputs, inputs) => compact(outputs, inputs, backend)),
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
      const whole = {
        schemaVersion,
        baseline: {},
        ...backend.defaults,
        ...member,
        keys: keys[name],
        ...credentials[name],
      };
      return [name, read(whole, backend)];
    }),
  );
}

/** A member's outputs without what is found elsewhere: secrets, keys, defaults, empty values. */
function compact(outputs: Outputs, inputs: Inputs, { defaults }: Backend): Outputs {
  const elsewhere = ["schemaVersion", "endpoint", "keys", ...CREDENTIALS];
  const isDefault = (name: string, value: unknown) =>
    inputs[name] === undefined && (isEmpty(value) || isDeepStrictEqual(value, defaults[name]));
  return Object.fromEntries(
    Object.entries(outputs).filter(([name, value]) => !elsewhere.includes(name) && !isDefault(name, value)),
  );
}

function isEmpty(value: unknown): boolean {
  return value === "" || isDeepStrictEqual(value, []) || isDeepStrictEqual(value, {});
}

function only(outputs: Outputs, names: readonly string[]): Outputs {
  return Object.fromEntries(names.map((name) => [name, outputs[name]]));
}
