/**
 * Times of the real CLI against a real Ceph, interleaved: for each size and round every contender once, so that a slow
 * moment of the machine hits all alike. Medians.
 */
import { openStack, type Stack } from "../tests/real/pulumi";
import type { RealCeph } from "../tools/ceph/cluster";
import { type Contender, connectionTo, programOf } from "./programs";

/** The operations, in the order of a stack's life. */
export const OPERATIONS = ["create", "no-op", "refresh", "one field", "destroy"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Medians in milliseconds. */
export type Times = ReadonlyMap<string, number>;

/** The name of a measurement in `Times`. */
export const keyOf = (contender: Contender, size: number, operation: Operation) => `${contender} ${size} ${operation}`;

/** Measures every contender at every size. */
export async function measure(
  ceph: RealCeph,
  contenders: readonly Contender[],
  sizes: readonly number[],
  rounds: number,
  log: (line: string) => void,
): Promise<Times> {
  const samples = new Map<string, number[]>();
  for (let round = 1; round <= rounds; round++) {
    for (const size of sizes) {
      for (const contender of contenders) {
        log(`round ${round} of ${rounds}: ${size} x ${contender}`);
        const lived = await live(ceph, contender, size);
        for (const [operation, ms] of lived) {
          const key = keyOf(contender, size, operation);
          samples.set(key, [...(samples.get(key) ?? []), ms]);
        }
      }
    }
  }
  return new Map([...samples].map(([key, values]) => [key, median(values)]));
}

async function live(ceph: RealCeph, contender: Contender, size: number): Promise<Map<Operation, number>> {
  const stack = await openStack({
    program: { files: { "index.js": programOf(contender, size) } },
    config: connectionTo(ceph.endpoint, ceph.admin),
  });
  const parallel = { args: ["--parallel", "16"], expect: 0 };
  const times = new Map<Operation, number>();
  const time = async (operation: Operation, call: (of: Stack) => Promise<{ readonly ms: number }>) =>
    times.set(operation, (await call(stack)).ms);
  try {
    await time("create", (of) => of.up(parallel));
    await expectUsers(ceph, contender === "floor" || contender === "empty" ? 0 : size);
    await time("no-op", (of) => of.up(parallel));
    await time("refresh", (of) => of.refresh(parallel));
    stack.write({ "index.js": programOf(contender, size, "B") });
    await time("one field", (of) => of.up(parallel));
    await time("destroy", (of) => of.destroy(parallel));
    await expectUsers(ceph, 0);
    return times;
  } finally {
    await stack.dispose();
  }
}

/** A measurement counts only if the work was done: so many users besides the admin. */
async function expectUsers(ceph: RealCeph, expected: number): Promise<void> {
  const users = (await ceph.radosgwAdmin("user", "list")) as string[];
  const ours = users.filter((uid) => /^u\d+$/.test(uid)).length;
  if (ours !== expected) throw new Error(`there are ${ours} users, ${expected} were expected`);
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
