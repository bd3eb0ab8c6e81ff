// The limit of 60 requests a minute, on a clock that only sleeping moves.

import assert from "node:assert/strict";
import { Limiter, limited, limiterOf } from "../../provider/backends/infomaniak/limiter";
import type { Send } from "../../provider/http/wire";
import { fakeWorld } from "../provider/world";

/** A world in which sleeping takes time. */
function world() {
  const fake = fakeWorld();
  return { now: fake.now, log: fake.log, lines: fake.lines, sleep: async (ms: number) => fake.advance(ms / 1000) };
}

const REQUEST = { method: "GET", url: new URL("https://api.test/"), headers: {} };

describe("the limit of requests", () => {
  it("lets 60 through at once, and never more than 60 in any minute, in the order in which they came", async () => {
    const clock = world();
    const limiter = new Limiter(60);
    const times: number[] = [];
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        await limiter.pass(clock);
        times.push(clock.now().getTime());
        order.push(n);
      }),
    );
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    assert.equal(times[59], times[0]);
    for (const [n, time] of times.entries()) {
      const later = times[n + 60];
      assert.ok(
        later === undefined || later - time > 60_000,
        `request ${n + 60} came ${(later ?? 0) - time} ms after request ${n}`,
      );
    }
    assert.match(clock.lines[0] ?? "", /waiting 61 s: Infomaniak allows 60 requests a minute/);
  });

  for (const [what, headers, waits] of [
    ["with Retry-After", { "retry-after": "7" }, 7],
    ["without Retry-After", {}, 60],
    ["with a Retry-After that makes no sense", { "retry-after": "soon" }, 60],
    ["with a Retry-After of an hour", { "retry-after": "3600" }, 120],
  ] as const) {
    it(`holds everything back after 429 ${what}`, async () => {
      const clock = world();
      const answers = [429, 200, 200];
      const send: Send = async () => ({ status: answers.shift() ?? 200, headers, body: "" });
      const through = limited(send, new Limiter(60), clock);
      const started = clock.now().getTime();
      assert.equal((await through(REQUEST, 1_000)).status, 429);
      assert.equal(clock.now().getTime(), started);
      assert.equal((await through(REQUEST, 1_000)).status, 200);
      assert.equal(clock.now().getTime() - started, waits * 1000);
    });
  }

  it("is one for all providers of an endpoint, and the strictest wish counts", () => {
    const first = limiterOf("https://one.test", 60);
    assert.equal(limiterOf("https://one.test", 60), first);
    assert.equal(limiterOf("https://one.test", 100), first);
    assert.notEqual(limiterOf("https://two.test", 60), first);
    assert.equal(limiterOf("https://one.test", 30).perMinute, 30);
    assert.equal(limiterOf("https://one.test", 60).perMinute, 30);
  });
});
