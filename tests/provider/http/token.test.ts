/** When a token is got, kept, replaced, and given up. What whole seconds do to it is tested with Keystone's sessions. */
import assert from "node:assert/strict";
import { TokenRefused, type TokenSource, tokensFrom } from "../../../provider/http/token";

/** Tokens 1, 2, 3 … of a system that takes those that `takes` says. */
function login(rules: Partial<TokenSource<number>> = {}) {
  let time = 0;
  let got = 0;
  const slept: number[] = [];
  const sleep = async (ms: number) => {
    slept.push(ms);
    time += ms;
  };
  const tokens = tokensFrom({ get: async () => ++got, ...rules }, { now: () => new Date(time), sleep });
  const use = (takes: (token: number) => boolean) =>
    tokens.use(async (token) => {
      if (!takes(token)) throw new TokenRefused();
      return token;
    });
  const advance = (ms: number) => {
    time += ms;
  };
  return { tokens, use, slept, got: () => got, advance };
}

describe("a token", () => {
  it("is got once for all who ask meanwhile, and kept", async () => {
    const { use, got } = login();
    assert.deepEqual(await Promise.all([use(() => true), use(() => true)]), [1, 1]);
    assert.deepEqual([await use(() => true), got()], [1, 1]);
  });

  it("is replaced once for all who were refused with it", async () => {
    const { use, got } = login();
    const isFresh = (token: number) => token > 1;
    assert.deepEqual(await Promise.all([use(isFresh), use(isFresh), use(isFresh)]), [2, 2, 2]);
    assert.equal(got(), 2);
  });

  it("is replaced before it ends", async () => {
    const { use, advance } = login({ endsAt: (token) => token * 1000 });
    assert.equal(await use(() => true), 1);
    advance(999);
    assert.equal(await use(() => true), 1);
    advance(1);
    assert.deepEqual(await Promise.all([use(() => true), use(() => true)]), [2, 2]);
  });

  it("is not replaced for ever", async () => {
    const { use, got, slept } = login();
    await assert.rejects(
      use(() => false),
      TokenRefused,
    );
    assert.deepEqual([got(), slept], [2, []]);
  });

  it("that could not be got is asked for again", async () => {
    let times = 0;
    const get = async () => {
      if (++times === 1) throw new Error("down");
      return times;
    };
    const { use } = login({ get });
    await assert.rejects(
      use(() => true),
      /down/,
    );
    assert.equal(await use(() => true), 2);
  });

  it("of another fault is kept", async () => {
    const { tokens, got } = login();
    await assert.rejects(
      tokens.use(() => Promise.reject(new Error("other"))),
      /other/,
    );
    assert.deepEqual([await tokens.current(), got()], [1, 1]);
  });

  it("is given up once, and another one is got when it is needed again", async () => {
    const { tokens, use } = login();
    assert.equal(await tokens.giveUp(), undefined);
    await use(() => true);
    assert.deepEqual([await tokens.giveUp(), await tokens.giveUp()], [1, undefined]);
    assert.equal(await use(() => true), 2);
  });
});
