/**
 * Random walks: rotations with any grace, lost answers, runs whose state was never written, waiting, refreshing. After
 * every run that succeeds the outputs must be true; and from wherever a walk ends, the next runs must find their way.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Inputs } from "../../provider/pulumi/state";
import type { Bench, Server } from "./bench";

/** One step of a walk. */
export interface Step {
  readonly rotate: boolean;
  readonly grace: number;
  readonly wait: number;
  readonly refresh: boolean;
  readonly restart: boolean;
  /** The run ends and its state is never written. */
  readonly killed: boolean;
  /** The first request of this kind is lost. */
  readonly lost: { readonly kind: string; readonly when: "before" | "after" | "midway" } | undefined;
}

/** Walks over a system whose changing requests have these kinds. */
export function walks(kinds: readonly string[]): fc.Arbitrary<Step[]> {
  const lost = fc.record({
    kind: fc.constantFrom(...kinds),
    when: fc.constantFrom("before" as const, "after" as const, "midway" as const),
  });
  const step: fc.Arbitrary<Step> = fc.record({
    rotate: fc.boolean(),
    grace: fc.constantFrom(0, 60, 600),
    wait: fc.constantFrom(0, 0, 30, 61, 1000),
    refresh: fc.boolean(),
    restart: fc.boolean(),
    killed: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    lost: fc.option(lost, { nil: undefined }),
  });
  return fc.array(step, { minLength: 1, maxLength: 8 });
}

/** Goes a walk; `alive` tells how many secrets the system has. */
export async function walk<Reference extends Server>(
  steps: readonly Step[],
  bench: Bench<Reference>,
  alive: () => number,
): Promise<void> {
  let rotation = 0;
  // After a loss, state may hold an old secret of which only the system knows that it has ended.
  let isSure = true;
  const look = () => {
    assertTrue(bench, alive(), isSure);
    isSure ||= bench.outputs().previousSecretKey === undefined;
  };
  await bench.up({ rotationId: "0" });
  for (const { rotate, grace, wait, refresh, restart, killed, lost } of steps) {
    bench.world.advance(wait);
    if (rotate) rotation++;
    if (restart) await bench.restart();
    if (refresh) await bench.engine.refresh();
    const before = bench.engine.stored;
    if (lost) bench.next(lost.kind, { kind: "cut", when: lost.when });
    const inputs = { rotationId: String(rotation), gracePeriodSeconds: grace };
    const isDone = await succeeds(bench, inputs);
    if (isDone) look();
    else assert.equal(bench.outputs().secretKey, before?.outputs.secretKey, "a failed run publishes nothing");
    bench.server.faults = undefined;
    if (killed) bench.whole.stored = before;
    isSure &&= isDone && !killed;
  }
  bench.world.advance(1000);
  const inputs = { rotationId: String(rotation + 1), gracePeriodSeconds: 60 };
  if (!(await succeeds(bench, inputs))) await asTold(bench, inputs);
  look();
  bench.world.advance(1000);
  await bench.engine.refresh();
  await bench.up(inputs);
  look();
  assert.equal(bench.outputs().previousSecretKey, undefined);
  assert.equal(alive(), 1, "one secret is left when everything is over");
}

/**
 * Where secrets are not listed, only the user knows that the published one has ended, by a run whose answer or state was
 * lost. The error says what to do then.
 */
async function asTold<Reference extends Server>(bench: Bench<Reference>, inputs: Inputs): Promise<void> {
  assert.match(await bench.fails(inputs), /S3 refuses it.*run up once with prove: false/);
  assert.notEqual(bench.s3(bench.outputs().secretKey), "200", "only a secret that has ended is refused");
  await bench.up({ ...inputs, prove: false });
  await bench.up(inputs);
}

async function succeeds<Reference extends Server>(bench: Bench<Reference>, inputs: Inputs): Promise<boolean> {
  try {
    await bench.up(inputs);
    return true;
  } catch {
    return false;
  }
}

/** What the outputs say is what S3 does. */
function assertTrue<Reference extends Server>(bench: Bench<Reference>, alive: number, isSure: boolean): void {
  const { secretKey, previousSecretKey, previousKeyExpiresAt } = bench.outputs();
  assert.equal(bench.s3(secretKey), "200", "the published secret works");
  assert.ok(alive <= 2, "there are at most two secrets");
  if (previousSecretKey === undefined || !isSure) return;
  const runs = Date.parse(String(previousKeyExpiresAt)) > bench.world.now().getTime();
  assert.equal(bench.s3(previousSecretKey) === "200", runs, "the previous secret works as long as its grace runs");
}
