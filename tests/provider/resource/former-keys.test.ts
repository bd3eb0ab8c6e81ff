/** What becomes of keys that were current once, or never were: when one may come back, and which one is "previous". */
import assert from "node:assert/strict";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import { describeShapes, type Stack, s3Says } from "../stack";

const ONE = deriveAccessKey("ann", "1");
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
});
