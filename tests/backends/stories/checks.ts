/**
 * What the stories of the contract ask again and again, and what decides whether a system is told one: its capabilities and
 * the inputs that it accepts, never its name.
 */
import assert from "node:assert/strict";
import type { Capabilities } from "../../../provider/lifecycle/model";
import type { Inputs, Outputs } from "../../../provider/pulumi/state";
import type { Adapter, Key } from "../adapter";
import type { Stack } from "../stack";

export const GRACE = { gracePeriodSeconds: 120 };

/** What a story is told. */
export interface Scene {
  readonly adapter: Adapter;
  /** The inputs that give the setting a value. */
  readonly set: (which: "first" | "next" | "others") => Inputs;
  readonly can: Capabilities;
  /** Whether an input may have this value. */
  readonly accepts: (input: string, value: unknown) => boolean;
  /** Another stack on a system of its own. */
  open(): Promise<Stack>;
}

export type Story = (stack: Stack, scene: Scene) => Promise<void>;
export type Where = (can: Capabilities, accepts: Scene["accepts"], adapter: Adapter) => boolean;

export const always: Where = () => true;
export const rotatesKeys: Where = ({ rotates }) => rotates === "keys";
export const movesDeadlines: Where = ({ deadline }) => deadline === "free";
export const fixesDeadlines: Where = ({ deadline, maxKeys }) => deadline !== "free" && maxKeys > 1;
/** The former key can work beside the current one. */
export const overlaps: Where = ({ maxKeys }) => maxKeys > 1;
export const showsKeys: Where = ({ secretsReadable }) => secretsReadable;

/** Users are the resource's own: it makes and deletes them, and nobody else may. */
export const ownsUser: Where = ({ keysOnly }) => !keysOnly;
export const hasSetting: Where = (_can, _accepts, { setting }) => setting !== undefined;

/** The setting that changes, of a system that was asked whether it has one. */
export function settingOf({ setting }: Adapter): NonNullable<Adapter["setting"]> {
  return setting ?? assert.fail("no setting changes");
}

/** Whether the setting that changes is what the user is found by: another value would be another user. */
export const settingIsName = ({ setting, user }: Adapter) => setting !== undefined && setting.name in user("ann");

/** Stories as a table. */
export type Stories = readonly (readonly [title: string, where: Where, story: Story])[];

export const works = async (stack: Stack, key: Key = stack.key()) =>
  assert.equal(await stack.system.s3(key), "200", "the key works");
export const refused = async (stack: Stack, key: Key) =>
  assert.match(await stack.system.s3(key), /^40[13]/, "the key is refused");
export const isQuiet = async (stack: Stack, inputs: Inputs) => {
  stack.asked.length = 0;
  await stack.up(inputs);
  assert.deepEqual(
    stack.asked.map(({ method, url }) => `${method} ${url.pathname}`),
    [],
    "nothing is asked",
  );
};
export const ringOf = (outputs: Outputs) => outputs.keys as { id: string; rotationId: string; provenAt?: string }[];
export const isOne = async ({ system, name }: Stack) =>
  assert.equal(await system.count(name), 1, "one user of the name");
export const hasKeys = async ({ system, name }: Stack, count: number) =>
  assert.equal(await system.keys(name), count, "so many keys on the system");
/** A request to S3, or a Swift login, which proves a key. */
export const isS3 = ({ url, headers }: Stack["asked"][number]) =>
  url.pathname === "/auth/v1.0" ||
  (/^AWS4/.test(String(headers.Authorization ?? headers.authorization)) && !url.pathname.includes("/admin/"));
export const spoilS3 = (stack: Stack) => {
  stack.mishap = (request) => (isS3(request) ? { kind: "answer", status: 500 } : undefined);
};
export const secondsLeft = ({ outputs, world }: Stack) =>
  (Date.parse(String(outputs().previousKeyExpiresAt)) - world.now().getTime()) / 1000;

/** The next run, of another process. A secret that nobody chose and nobody can read is lost with its answer, and is renewed. */
export async function resume(
  stack: Stack,
  inputs: Inputs,
  { chooseAccessKey, chooseSecret, maxKeys }: Capabilities,
): Promise<void> {
  const isLost = !chooseAccessKey && !chooseSecret && inputs.rotationId === "2";
  stack.mishap = undefined;
  await stack.restart();
  await stack.up(isLost && maxKeys > 1 ? { ...inputs, gracePeriodSeconds: 0 } : inputs);
}

/** What state has of the user, whether the last run failed or not. */
export function standing({ engine }: Stack): unknown {
  const { halfMade: _, ...rest } = engine.stored ?? assert.fail("the user left the state");
  return structuredClone(rest);
}
