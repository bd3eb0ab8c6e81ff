/** How often is looked, what is told meanwhile, and when a wait ends. */
import assert from "node:assert/strict";
import { type Poll, poll, type Seen } from "../../../provider/http/poll";

async function wait(seen: readonly (string | { done: number })[], rules: Partial<Poll<number>> = {}, slowMs = 0) {
  let time = 0;
  let looks = 0;
  const slept: number[] = [];
  const told: string[] = [];
  const outcome = await poll<number>(
    {
      seconds: 60,
      firstPauseMs: 1_000,
      longestPauseMs: 30_000,
      growth: 2,
      look: async (): Promise<Seen<number>> => {
        const one = seen[Math.min(looks++, seen.length - 1)] ?? assert.fail();
        time += slowMs;
        return typeof one === "string" ? { status: one } : one;
      },
      tell: (status, waited) => told.push(`${status} ${waited}`),
      ...rules,
    },
    {
      now: () => new Date(time),
      sleep: async (ms) => {
        slept.push(ms / 1000);
        time += ms;
      },
    },
  );
  return { outcome, slept, told };
}

describe("a wait", () => {
  it("ends with what is done, without a pause or a word when it is done already", async () => {
    assert.deepEqual(await wait([{ done: 1 }]), { outcome: { done: 1 }, slept: [], told: [] });
  });

  it("looks at growing intervals, and tells of each new status", async () => {
    const { outcome, slept, told } = await wait(["a", "a", "b", { done: 2 }]);
    assert.deepEqual([outcome, slept, told], [{ done: 2 }, [1, 2, 4], ["a 0", "b 3"]]);
  });

  it("ends when its time is over, with the last status; it tells every half minute", async () => {
    const { outcome, slept, told } = await wait(["a"], { longestPauseMs: 10_000 });
    assert.deepEqual(outcome, { status: "a", seconds: 65 });
    assert.deepEqual(
      [slept, told],
      [
        [1, 2, 4, 8, 10, 10, 10, 10, 10],
        ["a 0", "a 35"],
      ],
    );
  });

  it("counts the time that looks take", async () => {
    assert.deepEqual((await wait(["a"], { growth: 1 }, 29_000)).outcome, { status: "a", seconds: 89 });
  });

  it("looks once when there is no time", async () => {
    assert.deepEqual((await wait(["a"], { seconds: 0 })).outcome, { status: "a", seconds: 0 });
  });

  it("pauses longer where there is a reason", async () => {
    const { slept } = await wait(["a", "a", { done: 1 }], { pause: (ms) => Math.max(ms, 1_500) });
    assert.deepEqual(slept, [1.5, 2]);
  });
});
