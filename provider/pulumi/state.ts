/**
 * State: how what is known is written into a resource's outputs, and read back.
 *
 * Flat and JSON-plain, without `undefined`. The secret of each key of the ring stands there once: in `secretKey` if the
 * key is published, in `previousSecretKey` if it was retired last, else in `__secrets` by its id. Times, never a status that
 * can go stale. Written by one release, it is read by all later ones.
 */
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { ObjectUserError } from "../errors";
import { isHidden } from "../lifecycle/hidden";
import { latestRetired } from "../lifecycle/keys";
import type { Capabilities, Fields, Json, KeyRecord, Known } from "../lifecycle/model";
import { ADDRESS, CREATED_AT, IDENTITY, SECRET_INPUTS, SECRET_NAMES, SECRETS, SYSTEM } from "../protocol";

/** The version of the written form. Raised only when an older release could misread it. */
export const SCHEMA_VERSION = 1;

const json: z.ZodType<Json> = z.json();

const keyRecord = z.object({
  id: z.string(),
  accessKey: z.string(),
  rotationId: z.string(),
  issuedAt: z.string(),
  provenAt: z.string().optional(),
  retiredAt: z.string().optional(),
  expiresAt: z.string().optional(),
  disabledAt: z.string().optional(),
});

const stateSchema = z.looseObject({
  schemaVersion: z.number(),
  userId: z.string(),
  [IDENTITY]: z.string().optional(),
  [ADDRESS]: z.string().optional(),
  [SYSTEM]: z.string().optional(),
  [CREATED_AT]: z.string().optional(),
  [SECRET_INPUTS]: z.array(z.string()).optional(),
  endpoint: z.string().optional(),
  /** The published key's id; absent once it is known not to work. */
  keyId: z.string().optional(),
  accessKey: z.string().optional(),
  secretKey: z.string().optional(),
  previousSecretKey: z.string().optional(),
  /** An export that masks secrets has an empty text. */
  [SECRETS]: z.record(z.string(), z.string()).or(z.literal("")).optional(),
  password: z.string().optional(),
  passwordRotationId: z.string().optional(),
  /** The user was there before, and has no key of this resource yet. */
  takenOver: z.boolean().optional(),
  keys: z.array(keyRecord),
  /** Names of the inputs that the program declares. */
  declared: z.array(z.string()),
  /** What settings that are not declared go back to, where it differs from the system's default. */
  baseline: z.record(z.string(), json).default({}),
  /** Ids of live keys outside the ring; watched only with exclusiveKeys. */
  foreignKeys: z.array(z.string()).optional(),
});

type State = z.infer<typeof stateSchema>;

/** A resource's outputs, or a part of them. */
export type Outputs = Record<string, unknown>;

/** Inputs in normal form, declared ones only. */
export type Inputs = Record<string, unknown>;

/** What state says: the knowledge, and the inputs as declared when it was written. */
export interface Remembered {
  readonly known: Known;
  readonly inputs: Inputs;
}

/** What the written form depends on. */
export interface System {
  /** The resource's name in messages. */
  readonly resource: string;
  /** Names of the user's settings. */
  readonly settings: readonly string[];
  /** Those that are written whatever they are, because programs read them as outputs. */
  readonly outputs?: readonly string[];
  /** What settings are that nobody declared. */
  readonly defaults: Fields;
  readonly unclearable: Fields;
  readonly capabilities: Pick<Capabilities, "rotates">;
  /** A key's id as it is today, from one that an earlier release wrote. */
  keyIdOf?(stored: string, accessKey: string): string;
}

/**
 * Writes what is known, with the inputs in force, as outputs. Of the settings that are not `outputs` those are left out that
 * nobody declared and that are the system's default.
 */
export function write(
  known: Known,
  inputs: Inputs,
  s3Endpoint: string | undefined,
  { outputs = [], defaults, unclearable }: System,
): Outputs {
  const { published } = known;
  const previous = latestRetired(known.keys);
  const unshown = known.keys.filter(({ id }) => id !== published?.id && id !== previous?.id && known.secrets[id]);
  const isDefault = (name: string, value: unknown) => isDeepStrictEqual(value, defaults[name] ?? unclearable[name]);
  const baseline = Object.entries(known.baseline).filter(([name, value]) => !isDefault(name, value));
  const fields = Object.entries(known.fields).filter(
    ([name, value]) => inputs[name] !== undefined || outputs.includes(name) || !isDefault(name, value),
  );
  const { accessKey: _a, secretKey: _s, password: _p, passwordRotationId: _r, ...own } = inputs;
  return definedOnly({
    schemaVersion: SCHEMA_VERSION,
    ...own,
    ...Object.fromEntries(fields),
    userId: known.userId,
    endpoint: s3Endpoint,
    keyId: published?.id,
    accessKey: published?.accessKey ?? known.fields.accessKey,
    secretKey: published?.secretKey,
    previousAccessKey: previous?.accessKey,
    previousSecretKey: previous && known.secrets[previous.id],
    [SECRETS]: unshown.length > 0 ? Object.fromEntries(unshown.map(({ id }) => [id, known.secrets[id]])) : undefined,
    previousKeyExpiresAt: previous?.expiresAt,
    password: known.password?.value,
    passwordRotationId: known.password?.rotationId || undefined,
    takenOver: known.takenOver,
    keys: known.keys,
    foreignKeys: inputs.exclusiveKeys === true ? known.foreign.map((key) => key.id) : undefined,
    [IDENTITY]: known.identity,
    [ADDRESS]: known.address,
    [SYSTEM]: known.system,
    [CREATED_AT]: known.createdAt,
    [SECRET_INPUTS]: known.hidden,
    baseline: baseline.length > 0 ? Object.fromEntries(baseline) : undefined,
    declared: Object.keys(inputs).sort(),
  });
}

/** Reads outputs back. Throws an ObjectUserError when they are not of this project or of a newer release. */
export function read(stored: Outputs, system: System): Remembered {
  const outputs = withoutNulls(stored);
  const { settings, defaults, unclearable, capabilities } = system;
  const version = outputs.schemaVersion;
  const parsed = stateSchema.safeParse(outputs);
  if (!parsed.success || version !== SCHEMA_VERSION) throw unreadable(outputs, system);
  const state = withKeyIds(parsed.data, system);
  const second = secondKey(state, capabilities);
  const secrets = {
    ...(state[SECRETS] || {}),
    ...(state.keyId !== undefined && state.secretKey !== undefined ? { [state.keyId]: state.secretKey } : {}),
    ...(second && state.previousSecretKey !== undefined ? { [second.id]: state.previousSecretKey } : {}),
  };
  const published =
    state.accessKey !== undefined && state.secretKey !== undefined
      ? {
          accessKey: state.accessKey,
          secretKey: state.secretKey,
          ...(state.keyId === undefined ? {} : { id: state.keyId }),
        }
      : undefined;
  return {
    known: {
      userId: state.userId,
      fields: pick({ ...defaults, ...unclearable, ...outputs }, settings) as Fields,
      baseline: { ...defaults, ...state.baseline },
      ...(state.takenOver ? { takenOver: true } : {}),
      keys: state.keys as Known["keys"],
      foreign: (state.foreignKeys ?? []).map((id) => ({ id, accessKey: id })),
      ...present({
        identity: state[IDENTITY],
        // The first release kept the address of S3 only.
        address: state[ADDRESS] ?? state.endpoint,
        system: state[SYSTEM],
        createdAt: state[CREATED_AT],
      }),
      ...(state[SECRET_INPUTS] ? { hidden: state[SECRET_INPUTS] } : {}),
      ...(state.password === undefined
        ? {}
        : { password: { value: state.password, rotationId: state.passwordRotationId ?? "" } }),
      ...(published ? { published } : {}),
      secrets,
    },
    inputs: pick(outputs, state.declared),
  };
}

/**
 * The key that `previousSecretKey` belongs to: the one retired last. A release that had no `__secrets` kept the secret there
 * that the system never shows again: one that is issued and not published yet.
 */
function secondKey(
  { keys, keyId, [SECRETS]: others }: State,
  { rotates }: System["capabilities"],
): KeyRecord | undefined {
  const ring = keys as readonly KeyRecord[];
  const pending = ring.filter((key) => key.retiredAt === undefined && key.id !== keyId).at(-1);
  return (rotates === "secrets" && others === undefined ? pending : undefined) ?? latestRetired(ring);
}

/** State with the ids that keys have today. */
function withKeyIds(state: State, { keyIdOf }: System): State {
  if (keyIdOf === undefined) return state;
  // Without the secret map that a fleet's export hides, the ring says which access key it is.
  const accessKey = state.accessKey ?? state.keys.at(-1)?.accessKey;
  const today = (id: string) => (accessKey === undefined ? id : keyIdOf(id, accessKey));
  return {
    ...state,
    ...(state.keyId === undefined ? {} : { keyId: today(state.keyId) }),
    ...(state.foreignKeys === undefined ? {} : { foreignKeys: state.foreignKeys.map(today) }),
    keys: state.keys.map((key) => ({ ...key, id: keyIdOf(key.id, key.accessKey) })),
  };
}

function unreadable(outputs: Outputs, { resource }: System): ObjectUserError {
  const { schemaVersion, userId } = outputs;
  const isNewer = typeof schemaVersion === "number" && schemaVersion > SCHEMA_VERSION;
  return new ObjectUserError({
    code: "unsupported",
    operation: "reading the state of",
    subject: `${resource} "${typeof userId === "string" ? userId : "?"}"`,
    problem: `the state has schema version ${JSON.stringify(schemaVersion)}, this release of pulumi-object-users reads version ${SCHEMA_VERSION}`,
    advice: isNewer
      ? "Install the release that wrote it, or a later one."
      : "The state is damaged: restore it from an earlier checkpoint.",
  });
}

/** Without members that are undefined. */
function present(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

function pick(from: Outputs, names: readonly string[]): Inputs {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
}

/**
 * Outputs without those that are null. A packaged plugin writes null for what is known to be absent, as Pulumi takes what
 * is missing for not known yet.
 */
export function withoutNulls(outputs: Outputs): Outputs {
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== null));
}

/** Without members that are undefined, at any depth: Pulumi cannot store them. */
export function definedOnly<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** How Pulumi marks a secret in what a provider answers. */
export const SECRET_SIGNATURE = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/** Whether the ring names rotations that the program gives as secrets. */
export function hasSecretRotations({ [SECRET_INPUTS]: hidden }: Outputs): boolean {
  return Array.isArray(hidden) && isHidden("rotationId", hidden);
}

/** Marks the secret members, so that Pulumi encrypts them; the ring, too, where the rotations in it are secrets. */
export function withSecrets(values: Outputs): Outputs {
  const ring = hasSecretRotations(values) && values.keys !== undefined ? ["keys"] : [];
  const names = [...[...SECRET_NAMES, SECRETS].filter((name) => values[name] !== undefined), ...ring];
  return { ...values, ...Object.fromEntries(names.map((name) => [name, asSecret(values[name])])) };
}

/** A value as Pulumi takes it for a secret. */
export function asSecret(value: unknown): unknown {
  return { ...SECRET_SIGNATURE, value };
}
