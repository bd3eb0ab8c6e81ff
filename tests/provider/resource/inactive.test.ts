/** Keys that somebody disables, where the system can: drift that is named, and mended without another secret. */
import assert from "node:assert/strict";
import { describeShapes, type Stack, s3Says } from "../stack";

describeShapes("a disabled key", (openStack) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await openStack();
  });

  const disable = (accessKey: unknown) =>
    stack.meddle(`PUT user?key&uid=ann&key-type=s3&access-key=${accessKey}&active=false&generate-key=false`);
  const says = ({ accessKey, secretKey }: Record<string, unknown>) => s3Says(stack, accessKey, secretKey);

  it("that is current is drift, and the next up enables it with the same secret", async () => {
    const before = await stack.up();
    disable(before.accessKey);
    assert.equal(says(before), "403 InvalidAccessKeyId");
    await stack.engine.refresh();
    assert.equal(stack.engine.stored?.inputs.accessKey, `${before.accessKey} (disabled on the system)`);
    const after = await stack.up();
    assert.deepEqual([after.accessKey, after.secretKey], [before.accessKey, before.secretKey]);
    assert.equal(says(after), "200");
    const again = await stack.tally(() => stack.up());
    assert.deepEqual(again, {});
  });

  it("of the program's own is named as declared, and enabled", async () => {
    const own = { accessKey: "MINE", secretKey: "my-own-secret" };
    await stack.up(own);
    disable("MINE");
    await stack.engine.refresh();
    assert.equal(stack.engine.stored?.inputs.accessKey, "MINE (declared, and disabled on the system)");
    await stack.up(own);
    assert.equal(says(own), "200");
  });

  it("that is retired stays disabled, and is revoked in its time", async () => {
    const first = await stack.up();
    await stack.up({ rotationId: "2", gracePeriodSeconds: 60 });
    disable(first.accessKey);
    await stack.up({ rotationId: "2", gracePeriodSeconds: 60, maxBuckets: 4 });
    assert.equal(says(first), "403 InvalidAccessKeyId");
    stack.world.advance(61);
    await stack.up({ rotationId: "2", gracePeriodSeconds: 60, maxBuckets: 4 });
    assert.deepEqual(stack.keys(), [stack.outputs().accessKey]);
  });

  it("becomes current again when the program goes back to its rotation", async () => {
    const first = await stack.up();
    await stack.up({ rotationId: "2" });
    disable(first.accessKey);
    const back = await stack.up();
    assert.deepEqual([back.accessKey, back.secretKey, says(back)], [first.accessKey, first.secretKey, "200"]);
  });

  it("whose id another user was given meanwhile is named, and touches nobody", async () => {
    const { accessKey } = await stack.up();
    disable(accessKey);
    stack.meddle(`PUT user?uid=bob&display-name=Bob&access-key=${accessKey}&secret-key=bobs`);
    await stack.engine.refresh();
    assert.match(
      await stack.fails(),
      /enabling key PULU\w+ of user "ann": another user was given this access key while/,
    );
    await stack.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual(stack.keys(), [stack.outputs().accessKey]);
    assert.equal(s3Says(stack, accessKey, "bobs"), "200");
  });

  it("is not the one that adopting a user publishes, if there is another", async () => {
    stack.meddle("PUT user?uid=ann&display-name=Ann&access-key=AAA&secret-key=first-secret");
    stack.meddle("PUT user?key&uid=ann&access-key=BBB&secret-key=other-secret");
    disable("AAA");
    const { accessKey } = await stack.up({ adopt: true });
    assert.equal(accessKey, "BBB");
  });
});
