// A stack of the real CLI whose program has nothing of this repository but the packed package, and makes all candidates.

import type { ConfigValue, Stack } from "../real/pulumi";
import { openStack } from "../real/pulumi";
import type { Candidate } from "./candidates";
import { install } from "./packed";

/** The program of candidates. */
export interface Program {
  readonly stack: Stack;
  readonly directory: string;
  /** Makes it say this of every resource. */
  declare(rotationId: string, more?: (candidate: Candidate) => object | undefined): void;
}

/** Makes a resource for every entry of inputs.json; of a fleet, its one member has the keys. */
const MAKING = `
for (const [name, { type, ...args }] of Object.entries(inputs)) {
  const [system, className] = type.split(".");
  const resource = new objectUsers[system][className](name, args);
  const { accessKey, secretKey, previousKeyExpiresAt } = resource.get?.("one") ?? resource;
  if (accessKey) made[name] = { accessKey, secretKey, ends: previousKeyExpiresAt };
}`;

const PROGRAM = `
import * as objectUsers from "pulumi-object-users";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const inputs = JSON.parse(readFileSync(new URL("inputs.json", import.meta.url), "utf8"));
export const made = {};${MAKING}
export const looked = [objectUsers.rgw.getUserOutput({ uid: "owner" }).keys, objectUsers.rgw.listUsers()];
export const loadedFrom = createRequire(import.meta.url).resolve("pulumi-object-users/provider");`;

/** Opens it. The package has to be built. */
export async function openProgram(candidates: readonly Candidate[]): Promise<Program> {
  const project = install("module");
  project.linkPulumi();
  project.write({
    "Pulumi.yaml": "name: program\nmain: index.js\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    "index.js": PROGRAM,
    "inputs.json": "{}",
  });
  const config: Record<string, ConfigValue> = Object.assign({}, ...candidates.map((candidate) => candidate.config));
  const stack = await openStack({ program: project.directory, config });
  return {
    stack,
    directory: project.directory,
    declare: (rotationId, more = () => undefined) => {
      const inputs = candidates.map((one) => {
        const { name, type, isFleet, keys } = one;
        const own = { ...one.inputs, ...(keys ? { rotationId } : {}), ...more(one) };
        return [name, { type, ...(isFleet ? { users: { one: own } } : own) }];
      });
      project.write({ "inputs.json": JSON.stringify(Object.fromEntries(inputs)) });
    },
  };
}
