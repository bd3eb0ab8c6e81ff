/**
 * Stacks for the commands, without Pulumi: resources are brought up by the provider itself on an embedded gateway, what
 * `pulumi stack export` would print is written to files, and the `pulumi` on PATH is a script that prints them.
 */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { run } from "../../cli/main";
import type { Terminal } from "../../cli/terminal";
import type { Gateway } from "../../devserver/rgw/gateway";
import { rgw } from "../../provider/backends/rgw";
import type { Send } from "../../provider/http/wire";
import { deriveAccessKey } from "../../provider/lifecycle/keys";
import { identityOf } from "../../provider/protocol";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
import { openResource } from "../../provider/pulumi/resource";
import { type Inputs, type Outputs, SECRET_SIGNATURE } from "../../provider/pulumi/state";
import { Engine } from "../provider/engine";
import { bench, ENDPOINT, type FakeWorld } from "../provider/world";

/** What a command came to. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

/** A gateway, a clock that tests own, and stacks. */
export interface Scene {
  readonly gateway: Gateway;
  readonly world: FakeWorld;
  /** Where the scene's files are; gone when it is closed. */
  readonly directory: string;
  /** `pulumi up` of one user; another call with the same name is the next `up`. Answers the outputs. */
  up(stack: string, name: string, inputs: Inputs): Promise<Outputs>;
  /** The same of a fleet. */
  upFleet(stack: string, name: string, users: Record<string, Inputs>): Promise<Outputs>;
  /** What `pulumi stack export --show-secrets` prints of a stack, changed by `change` if a test wants it otherwise. */
  exported(stack: string, change?: (deployment: Deployment) => void): void;
  /** How often the script was called. */
  reads(): number;
  /** Runs a command line. */
  run(args: readonly string[], more?: Partial<Terminal>): Promise<Ran>;
  close(): void;
}

/** The part of an exported state that tests change. */
export interface Deployment {
  resources: Record<string, unknown>[];
  pending_operations: unknown[];
}

const PROVIDER = "urn:pulumi:S::program::pulumi:providers:pulumi-nodejs::default";
const PROVIDER_ID = "0af3";

/** Prints the file of the stack that --stack names, else fails as the CLI does. */
const SCRIPT = `#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = --stack ] && stack=$2; shift; done
echo "$stack" >>"$(dirname "$0")/reads"
if [ -f "$(dirname "$0")/$stack.json" ]; then cat "$(dirname "$0")/$stack.json"; exit 0; fi
echo "error: no stack named '$stack' found" >&2
exit 255
`;

/** The key that a resource of a scene makes for a user and a rotation. */
export function keyInScene(stack: string, type: string, name: string, uid: string, rotationId: string): string {
  return deriveAccessKey(uid, rotationId, identityInScene(stack, type, name));
}

function identityInScene(stack: string, type: string, name: string): string {
  return identityOf(`urn:pulumi:${stack}::program::pulumi-nodejs:dynamic/object-users/rgw:${type}::${name}`);
}

/** Opens a scene. `wrap` may stand between everybody and the gateway. */
export async function openScene(wrap?: (send: Send) => Send): Promise<Scene> {
  const { gateway, world, config } = bench(wrap);
  const directory = mkdtempSync(path.join(tmpdir(), "object-users-scene-"));
  writeFileSync(path.join(directory, "pulumi"), SCRIPT);
  chmodSync(path.join(directory, "pulumi"), 0o755);
  const engines = new Map<string, { stack: string; name: string; type: string; engine: Engine }>();

  const engineOf = async (stack: string, name: string, type: "User" | "Users"): Promise<Engine> => {
    const found = engines.get(`${stack}/${name}`);
    if (found) return found.engine;
    const provider = type === "User" ? openResource(rgw, world) : openFleet(rgw, world);
    await provider.configure({ config });
    const engine = new Engine(provider, world, identityInScene(stack, type, name));
    engines.set(`${stack}/${name}`, { stack, name, type, engine });
    return engine;
  };
  const exported: Scene["exported"] = (stack, change) => {
    const resources = [...engines.values()]
      .filter((each) => each.stack === stack && each.engine.stored)
      .map(({ name, type, engine }) => ({
        urn: `urn:pulumi:${stack}::program::pulumi-nodejs:dynamic/object-users/rgw:${type}::${name}`,
        type: `pulumi-nodejs:dynamic/object-users/rgw:${type}`,
        custom: true,
        id: engine.stored?.id,
        inputs: engine.stored?.inputs,
        outputs: shown(engine.stored?.outputs ?? {}),
        provider: `${PROVIDER}::${PROVIDER_ID}`,
        ...(engine.stored?.halfMade ? { initErrors: ["it failed"] } : {}),
      }));
    const settings = {
      "rgw:endpoint": config.get("rgw:endpoint"),
      "rgw:accessKey": config.get("rgw:accessKey"),
      "rgw:secretKey": secret(config.get("rgw:secretKey")),
    };
    const provider = { urn: PROVIDER, type: "pulumi:providers:pulumi-nodejs", id: PROVIDER_ID, inputs: settings };
    const deployment: Deployment = { resources: [provider, ...resources], pending_operations: [] };
    change?.(deployment);
    writeFileSync(path.join(directory, `${stack}.json`), JSON.stringify({ version: 3, deployment }));
  };

  return {
    gateway,
    world,
    directory,
    exported,
    async up(stack, name, inputs) {
      const engine = await engineOf(stack, name, "User");
      await engine.up(inputs);
      exported(stack);
      return engine.stored?.outputs ?? {};
    },
    async upFleet(stack, name, users) {
      const engine = await engineOf(stack, name, "Users");
      await engine.up({ users });
      exported(stack);
      return engine.stored?.outputs ?? {};
    },
    reads: () => {
      const log = path.join(directory, "reads");
      return existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0;
    },
    run: (args, more) => runWith(args, world, directory, more),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Runs a command line in this process, with `directory` first on PATH. */
export async function runWith(
  args: readonly string[],
  world: Terminal["world"],
  directory: string,
  more: Partial<Terminal> = {},
): Promise<Ran> {
  const out: string[] = [];
  const said: string[] = [];
  const before = process.env.PATH;
  process.env.PATH = `${directory}${path.delimiter}${before}`;
  try {
    const terminal: Terminal = {
      out: (text) => out.push(text),
      say: (text) => said.push(text),
      input: () => Readable.from([]),
      interrupted: new AbortController().signal,
      world,
      ...more,
    };
    const code = await run(args, terminal);
    return { code, out: out.join("\n"), said: said.join("\n") };
  } finally {
    process.env.PATH = before;
  }
}

/** The connection's address, as findings name it. */
export const SYSTEM = `rgw ${ENDPOINT}`;

function secret(value: unknown) {
  return { ...SECRET_SIGNATURE, plaintext: JSON.stringify(value) };
}

function shown(outputs: Outputs): Outputs {
  const names = ["secretKey", "previousSecretKey", "credentials"].filter((name) => outputs[name] !== undefined);
  return { ...outputs, ...Object.fromEntries(names.map((name) => [name, secret(outputs[name])])) };
}
