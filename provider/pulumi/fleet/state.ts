/**
 * A fleet's state: its members' states, with what all share written once and the secrets of all in two secret maps: what
 * consumers need in `credentials`, and what only this provider reads in `__secrets`.
 *
 * What only this provider reads of a member is one text of JSON: Pulumi's cost is by the value, in each of its processes,
 * and its diffs show what changed inside such a text. Settings that nobody declared and that are the system's default stand
 * there once for all members, in `__defaults`.
 */
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { Backend } from "../../backends/backend";
import { ADDRESS, DEFAULTS, IDENTITY, SECRET_INPUTS, SECRETS, SYSTEM } from "../../protocol";
import {
  asSecret,
  definedOnly,
  hasSecretRotations,
  type Outputs,
  type Remembered,
  read,
  SCHEMA_VERSION,
  withoutNulls,
  write,
} from "../state";

/** The members by name. */
export type FleetState = ReadonlyMap<string, Remembered>;

const part = z.record(z.string(), z.unknown());

const fleetState = z.looseObject({
  members: z.record(z.string(), z.union([z.string().transform(parsed), part])).default({}),
  keys: z.record(z.string(), z.array(z.unknown())).default({}),
  credentials: z.record(z.string(), part).default({}),
  /** An export that masks secrets has an empty text. */
  [SECRETS]: z.record(z.string(), part).or(z.literal("")).default({}),
});

/** What members share, unless one of them says otherwise. */
const SHARED = [IDENTITY, SECRET_INPUTS, ADDRESS, SYSTEM];

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
  const common = sharedBy(members);
  const written = [...members].map(([name, { known, inputs }]) => {
    const {
      schemaVersion: _,
      keys,
      [SECRETS]: secrets,
      ...outputs
    } = write(known, inputs, undefined, { ...backend, outputs: [] });
    const [credentials, all] = split(outputs);
    const others = Object.fromEntries(
      Object.entries(all).filter(([name, value]) => !isDeepStrictEqual(value, common[name])),
    );
    return [name, { text: JSON.stringify(others), keys, credentials, secrets }] as const;
  });
  const by = (part: "text" | "keys" | "credentials") =>
    Object.fromEntries(written.map(([name, member]) => [name, member[part]]));
  const unshown = written.flatMap(([name, { secrets }]) => (secrets === undefined ? [] : [[name, secrets] as const]));
  return {
    schemaVersion: SCHEMA_VERSION,
    ...common,
    ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }),
    members: by("text"),
    [DEFAULTS]: Object.fromEntries(
      Object.entries({ ...backend.unclearable, ...backend.defaults }).filter(([name]) =>
        backend.outputs.includes(name),
      ),
    ),
    keys: hasSecretRotations(common) ? asSecret(by("keys")) : by("keys"),
    credentials: asSecret(by("credentials")),
    ...(unshown.length > 0 ? { [SECRETS]: asSecret(Object.fromEntries(unshown)) } : {}),
  };
}

/** What all members have alike, and state once: whose they are and where. */
function sharedBy(members: FleetState): Outputs {
  const [first] = members.values();
  if (first === undefined) return {};
  const { identity, hidden, address, system } = first.known;
  return definedOnly({ [IDENTITY]: identity, [SECRET_INPUTS]: hidden, [ADDRESS]: address, [SYSTEM]: system });
}

/** Reads a fleet's outputs back. Throws an ObjectUserError when they are not of this release or an older one. */
export function readFleet(outputs: Outputs, backend: Backend): Map<string, Remembered> {
  return new Map(memberOutputs(outputs).map(([name, member]) => [name, read(member, backend)]));
}

/** Each member's outputs by its name, as a single user's. */
export function memberOutputs(outputs: Outputs): (readonly [name: string, outputs: Outputs])[] {
  const { members, keys, credentials, [SECRETS]: all } = fleetState.parse(outputs);
  const secrets = all === "" ? {} : all;
  const { schemaVersion, endpoint } = withoutNulls(outputs);
  const common = Object.fromEntries(SHARED.map((name) => [name, outputs[name]]));
  return Object.entries(members).map(([name, member]) => {
    return [
      name,
      {
        schemaVersion,
        endpoint,
        ...common,
        ...member,
        keys: keys[name],
        ...credentials[name],
        [SECRETS]: secrets[name],
      },
    ] as const;
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
