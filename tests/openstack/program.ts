// A stack with one user, on a real system: Pulumi's engine as far as one resource sees it, with a real clock and real
// sockets. Says what was shown to people, and searches it for secrets.

import assert from "node:assert/strict";
import { Locks } from "../../provider/pulumi/locks";
import type { Inputs, Outputs } from "../../provider/pulumi/state";
import { world as realWorld, type World } from "../../provider/world";
import { Engine } from "../provider/engine";
import { boardOfRuns } from "../provider/world";
import { openBackend } from "./open-backend";

/** How to open a program. */
export interface ProgramOptions {
  /** A kind of user, or a fleet of them: "openstack/fleet". */
  readonly kind: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Stack configuration by its full name: "openstack:s3Endpoint". */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly world?: Partial<World>;
}

/** The program and what came of it. */
export interface Program {
  readonly engine: Engine;
  /** Every line that people were shown. */
  readonly lines: string[];
  /** `pulumi up` with these inputs; then the outputs. */
  up(inputs: Inputs): Promise<Outputs>;
  /** The same, expected to fail: the message. */
  fails(inputs: Inputs): Promise<string>;
  /** The steps that `pulumi preview` announces. */
  preview(inputs: Inputs): Promise<string[]>;
  /** The current key, and the one before it. */
  keys(): { current: { accessKey: string; secretKey: string }; previous: { accessKey: string; secretKey: string } };
  outputs(): Outputs;
}

/** Opens a program. Each has a provider of its own, as each `pulumi up` has. */
export async function openProgram(options: ProgramOptions): Promise<Program> {
  const lines: string[] = [];
  const runs = boardOfRuns();
  const world: World = {
    ...realWorld,
    board: runs.board,
    locks: new Locks(),
    environment: options.environment ?? {},
    log: (line) => lines.push(line),
    ...options.world,
  };
  const provider = openBackend(options.kind, world);
  await provider.configure({ config: { get: (key) => options.config?.[key] } });
  const engine = new Engine(provider, runs);
  const outputs = () => {
    assert.ok(engine.stored, "the resource is in state");
    return engine.stored.outputs;
  };
  const text = (name: string) => String(outputs()[name]);
  return {
    engine,
    lines,
    outputs,
    async up(inputs) {
      await engine.up(inputs);
      noSecretsIn(lines, outputs());
      return outputs();
    },
    async fails(inputs) {
      const error = await engine.up(inputs).then(
        () => assert.fail("up succeeded"),
        (thrown: Error) => thrown,
      );
      noSecretsIn([...lines, error.message], engine.stored?.outputs ?? {});
      return error.message;
    },
    async preview(inputs) {
      assert.ok(engine.stored);
      const before = lines.length;
      const checked = await provider.check(engine.stored.inputs, inputs);
      assert.deepEqual(checked.failures, []);
      await provider.diff(engine.stored.id, structuredClone(engine.stored.outputs), checked.inputs);
      return lines.slice(before);
    },
    keys: () => ({
      current: { accessKey: text("accessKey"), secretKey: text("secretKey") },
      previous: { accessKey: text("previousAccessKey"), secretKey: text("previousSecretKey") },
    }),
  };
}

function noSecretsIn(lines: readonly string[], outputs: Outputs): void {
  for (const name of ["secretKey", "previousSecretKey", "password"]) {
    const secret = outputs[name];
    if (typeof secret !== "string") continue;
    assert.ok(!lines.some((line) => line.includes(secret)), `a line shows ${name}`);
  }
}
