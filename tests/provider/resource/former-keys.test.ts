/** What becomes of keys that were current once, or never were: when one may come back, and which one is "previous". */
import assert from "node:assert/strict";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import type { Inputs } from "../../../provider/pulumi/state";
import { ME } from "../engine";
import { describeShapes, type Stack, s3Says } from "../stack";

const [ONE, TWO, THREE] = ["1", "2", "3"].map((rotationId) => deriveAccessKey("ann", rotationId, ME)) as [
  string,
  string,
  string,
];
const HOUR = { gracePeriodSeconds: 3600 };

describeShapes("former keys", (openStack) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await openStack();
  });
  const current = () => [stack.outputs().accessKey, stack.outputs().secretKey] as const;
  const previous = () => [stack.outputs().previousAccessKey, stack.outputs().previousSecretKey] as const;
  const accepts = (key: readonly [unknown, unknown]) => assert.equal(s3Says(stack, ...key), "200");
  const refuses = (key: readonly [unknown, unknown]) => assert.equal(s3Says(stack, ...key), "403 InvalidAccessKeyId");

  it("a key whose grace is over never becomes current again: going back to its rotation makes another one", async () => {
    await stack.up({ ...HOUR, rotationId: "1" });
    const old = current();
    await stack.up({ ...HOUR, rotationId: "2" });
    const second = current();
    stack.world.advance(3600);
    let wasRevoked = false;
    stack.gateway.between = (_request, kind) => {
      // Whoever ends graces besides Pulumi may do it at any moment.
      if (kind !== "S3 ListBuckets" || wasRevoked) return;
      wasRevoked = true;
      stack.meddle(`DELETE user?key&uid=ann&access-key=${ONE}`);
    };
    await stack.up({ gracePeriodSeconds: 7200, rotationId: "1" });
    stack.gateway.between = undefined;
    assert.ok(wasRevoked);
    assert.notEqual(current()[0], old[0]);
    accepts(current());
    refuses(old);
    assert.deepEqual(previous(), second);
    assert.deepEqual(
      (stack.outputs().keys as { rotationId: string }[]).map(({ rotationId }) => rotationId),
      ["2", "1"],
    );
    assert.deepEqual(await stack.tally(() => stack.up({ gracePeriodSeconds: 7200, rotationId: "1" })), {});
  });

  it("what takes the place of a key that is over is found again after an interrupted run", async () => {
    await stack.up({ ...HOUR, rotationId: "1" });
    await stack.up({ ...HOUR, rotationId: "2" });
    stack.world.advance(3600);
    stack.gateway.faults = (_request, _sequence, kind) =>
      kind.startsWith("S3") ? { kind: "answer", status: 500 } : undefined;
    await stack.fails({ ...HOUR, rotationId: "1" });
    const keys = stack.keys();
    assert.equal(keys.length, 3);
    stack.gateway.faults = undefined;
    await stack.up({ ...HOUR, rotationId: "1" });
    assert.deepEqual(stack.keys(), keys.slice(1));
    assert.equal(current()[0], keys[2]);
    accepts(current());
  });

  it("an own key that has the id of one that is over: the old one is revoked first, then it is issued anew", async () => {
    await stack.up({ ...HOUR, accessKey: "MINE1", secretKey: "own-one" });
    await stack.up({ ...HOUR, accessKey: "MINE2", secretKey: "own-two" });
    stack.world.advance(3600);
    const tally = await stack.tally(() => stack.up({ ...HOUR, accessKey: "MINE1", secretKey: "own-one" }));
    assert.equal(tally["DELETE user?key"], 1);
    assert.deepEqual(
      [current(), previous()],
      [
        ["MINE1", "own-one"],
        ["MINE2", "own-two"],
      ],
    );
    accepts(current());
    assert.match(stack.world.lines.join("\n"), /that one is revoked first, then the key is issued anew/);
  });

  describe("a key that was never published", () => {
    /** A rotation whose proof fails: the next key is there and nobody has it. */
    async function failsToRotate(inputs: Inputs): Promise<void> {
      stack.gateway.faults = (_request, _sequence, kind) =>
        kind.startsWith("S3") ? { kind: "answer", status: 500 } : undefined;
      await stack.fails(inputs);
      stack.gateway.faults = undefined;
    }

    it("is revoked at once when the program goes back, and consumers' former key stays the previous one", async () => {
      await stack.up({ ...HOUR, rotationId: "1" });
      const first = current();
      await stack.up({ ...HOUR, rotationId: "2" });
      const second = current();
      await failsToRotate({ ...HOUR, rotationId: "3" });
      assert.deepEqual(stack.keys(), [ONE, TWO, THREE]);
      await stack.up({ ...HOUR, rotationId: "2" });
      assert.deepEqual(stack.keys(), [ONE, TWO]);
      assert.deepEqual([current(), previous()], [second, first]);
      assert.deepEqual(await stack.tally(() => stack.up({ ...HOUR, rotationId: "2" })), {});
    });

    it("is revoked at once when the program goes on, and never is the previous one", async () => {
      await stack.up({ ...HOUR, rotationId: "1" });
      const first = current();
      await failsToRotate({ ...HOUR, rotationId: "2" });
      assert.deepEqual(previous(), [undefined, undefined]);
      await stack.up({ ...HOUR, rotationId: "3" });
      assert.deepEqual(stack.keys(), [ONE, THREE]);
      assert.deepEqual(previous(), first);
      accepts(first);
      accepts(current());
    });

    it("is revoked without a proof as well, when the program goes back", async () => {
      const inputs = { ...HOUR, prove: false };
      await stack.up({ ...inputs, rotationId: "1" });
      const first = current();
      let isMade = false;
      stack.gateway.faults = (_request, _sequence, kind) => {
        const fault =
          isMade && kind === "GET user" ? ({ kind: "answer", status: 403, code: "AccessDenied" } as const) : undefined;
        isMade ||= kind === "POST user";
        return fault;
      };
      await stack.fails({ ...inputs, rotationId: "2" });
      stack.gateway.faults = undefined;
      assert.deepEqual(stack.keys(), [ONE, TWO]);
      await stack.up({ ...inputs, rotationId: "1" });
      assert.deepEqual(stack.keys(), [ONE]);
      assert.deepEqual([current(), previous()], [first, [undefined, undefined]]);
    });

    it("is revoked when no key is wanted any more", async () => {
      await failsToRotate({ ...HOUR, rotationId: "1" });
      assert.deepEqual(stack.keys(), [ONE]);
      await stack.up({ createKey: false });
      assert.deepEqual(stack.keys(), []);
    });
  });

  it("what consumers hold is not taken for a key of nobody when a run fails between publishing and retiring", async () => {
    await stack.up({ ...HOUR, rotationId: "1" });
    await stack.up({ ...HOUR, rotationId: "2", prove: false });
    const held = current();
    stack.world.advance(3600);
    stack.gateway.faults = (_request, _sequence, kind) =>
      kind === "DELETE user?key" ? { kind: "answer", status: 403, code: "AccessDenied" } : undefined;
    await stack.fails({ ...HOUR, rotationId: "3", prove: false });
    stack.gateway.faults = undefined;
    assert.deepEqual(previous(), held, "state keeps its secret");
    await stack.up({ ...HOUR, rotationId: "3", prove: false });
    assert.deepEqual(stack.keys(), [TWO, THREE]);
    assert.deepEqual([previous(), stack.outputs().previousKeyExpiresAt], [held, "2030-01-01T02:00:00.000Z"]);
    accepts(held);
  });

  it("ends at its deadline when somebody removed the current key and no other is wanted", async () => {
    await stack.up({ ...HOUR, rotationId: "1" });
    const first = current();
    await stack.up({ ...HOUR, rotationId: "2" });
    stack.meddle(`DELETE user?key&uid=ann&access-key=${TWO}`);
    await stack.engine.refresh();
    await stack.up({ ...HOUR, createKey: false });
    accepts(first);
    stack.world.advance(3600);
    await stack.up({ ...HOUR, createKey: false });
    refuses(first);
    assert.deepEqual(stack.keys(), []);
    assert.deepEqual(await stack.tally(() => stack.up({ ...HOUR, createKey: false })), {});
  });
});
