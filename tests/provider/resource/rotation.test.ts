/** Rotation through Pulumi's methods: counted requests, overlap, deadlines, rollback, own keys, adoption. */
import assert from "node:assert/strict";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import { ME } from "../engine";
import { describeShapes, type Stack, s3Says } from "../stack";

const [ONE, TWO, THREE] = ["1", "2", "3"].map((rotationId) => deriveAccessKey("ann", rotationId, ME)) as [
  string,
  string,
  string,
];
const HOUR = { gracePeriodSeconds: 3600 };

describeShapes("rotation", (openStack) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await openStack();
  });
  const current = () => [stack.outputs().accessKey, stack.outputs().secretKey] as const;
  const previous = () => [stack.outputs().previousAccessKey, stack.outputs().previousSecretKey] as const;
  const accepts = (key: readonly [unknown, unknown]) => assert.equal(s3Says(stack, ...key), "200");
  const refuses = (key: readonly [unknown, unknown]) => assert.equal(s3Says(stack, ...key), "403 InvalidAccessKeyId");
  const ring = () => (stack.outputs().keys as { id: string }[]).map(({ id }) => id);

  it("overlaps: both keys until the deadline, then the new one only, in few requests", async () => {
    await stack.up({ ...HOUR, rotationId: "1" });
    const old = current();
    const rotated = await stack.tally(() => stack.up({ ...HOUR, rotationId: "2" }));
    assert.deepEqual(rotated, { "GET user": 1, "POST user": 1, "S3 ListBuckets": 1 });
    assert.deepEqual(previous(), old);
    assert.deepEqual([current()[0], stack.outputs().previousKeyExpiresAt], [TWO, "2030-01-01T01:00:00.000Z"]);
    assert.deepEqual(stack.engine.stored?.secrets, ["secretKey", "previousSecretKey"]);
    accepts(old);
    accepts(current());

    stack.world.advance(3599);
    assert.deepEqual(await stack.tally(() => stack.up({ ...HOUR, rotationId: "2" })), {}, "a second before, nothing");
    accepts(old);

    stack.world.advance(1);
    const revoked = await stack.tally(() => stack.up({ ...HOUR, rotationId: "2" }));
    assert.deepEqual(revoked, { "GET user": 1, "DELETE user?key": 1, "S3 ListBuckets": 1 });
    refuses(old);
    accepts(current());
    assert.deepEqual(previous(), [undefined, undefined]);
    assert.deepEqual(ring(), [TWO]);
  });

  it("rolls back inside the grace: the old key is current again with its secret, the newer one retires", async () => {
    await stack.up({ ...HOUR, rotationId: "1" });
    const old = current();
    await stack.up({ ...HOUR, rotationId: "2" });
    const newer = current();
    const tally = await stack.tally(() => stack.up({ ...HOUR, rotationId: "1" }));
    assert.deepEqual(tally, { "GET user": 1, "S3 ListBuckets": 1 });
    assert.deepEqual([current(), previous()], [old, newer]);
    stack.world.advance(3600);
    await stack.up({ ...HOUR, rotationId: "1" });
    refuses(newer);
    accepts(old);
  });

  it("after the grace the same rotationId has the same id and another secret", async () => {
    await stack.up({ gracePeriodSeconds: 0, rotationId: "1" });
    const old = current();
    await stack.up({ gracePeriodSeconds: 0, rotationId: "2" });
    refuses(old);
    await stack.up({ gracePeriodSeconds: 0, rotationId: "1" });
    assert.equal(current()[0], old[0]);
    assert.notEqual(current()[1], old[1]);
  });

  it("leaves each retired key its own deadline, and shows the latest as previous", async () => {
    await stack.up({ ...HOUR, rotationId: "1" });
    stack.world.advance(600);
    await stack.up({ ...HOUR, rotationId: "2" });
    stack.world.advance(600);
    await stack.up({ ...HOUR, rotationId: "3" });
    assert.deepEqual(ring(), [ONE, TWO, THREE]);
    assert.equal(previous()[0], TWO);
    stack.world.advance(3000);
    await stack.up({ ...HOUR, rotationId: "3" });
    assert.deepEqual(stack.keys(), [TWO, THREE]);
    stack.world.advance(600);
    await stack.up({ ...HOUR, rotationId: "3" });
    assert.deepEqual(stack.keys(), [THREE]);
  });

  it("a compromised key ends at once with gracePeriodSeconds: 0, and every retired one with it", async () => {
    await stack.up({ ...HOUR, rotationId: "1" });
    await stack.up({ ...HOUR, rotationId: "2" });
    await stack.up({ gracePeriodSeconds: 0, rotationId: "3" });
    assert.deepEqual(stack.keys(), [THREE]);
    assert.deepEqual(ring(), [THREE]);
  });

  it("a longer grace puts the deadline off, a shorter one brings it forward", async () => {
    await stack.up({ ...HOUR, rotationId: "1" });
    await stack.up({ ...HOUR, rotationId: "2" });
    stack.world.advance(3000);
    await stack.up({ gracePeriodSeconds: 7200, rotationId: "2" });
    assert.equal(stack.outputs().previousKeyExpiresAt, "2030-01-01T02:00:00.000Z");
    stack.world.advance(3000);
    await stack.up({ gracePeriodSeconds: 7200, rotationId: "2" });
    assert.deepEqual(stack.keys(), [ONE, TWO]);
    await stack.up({ gracePeriodSeconds: 5999, rotationId: "2" });
    assert.deepEqual(stack.keys(), [TWO]);
  });

  it("own keys rotate with the same overlap; a new secret for the same id is a hard cut", async () => {
    await stack.up({ ...HOUR, accessKey: "MINE1", secretKey: "own-one" });
    await stack.up({ ...HOUR, accessKey: "MINE2", secretKey: "own-two" });
    accepts(["MINE1", "own-one"]);
    accepts(["MINE2", "own-two"]);
    await stack.up({ ...HOUR, accessKey: "MINE2", secretKey: "own-three" });
    assert.deepEqual(current(), ["MINE2", "own-three"]);
    assert.equal(s3Says(stack, "MINE2", "own-two"), "403 SignatureDoesNotMatch");
    accepts(["MINE2", "own-three"]);
    assert.match(
      stack.world.lines.join("\n"),
      /the secret of MINE2 is replaced by the inputs' secretKey: its old secret ends immediately/,
    );
    assert.doesNotMatch(stack.world.lines.join("\n"), /own-/);
  });

  it("the second of two interrupted rotations leaves no key behind that state does not know", async () => {
    await stack.up({ ...HOUR, rotationId: "1" });
    stack.gateway.faults = (_request, _sequence, kind) =>
      kind.startsWith("S3") ? { kind: "answer", status: 500 } : undefined;
    await stack.fails({ ...HOUR, rotationId: "2" });
    accepts(current());
    assert.equal(current()[0], ONE);
    stack.gateway.faults = undefined;
    await stack.up({ ...HOUR, rotationId: "3" });
    // Nobody was ever given the key of the first one.
    assert.deepEqual(stack.keys(), [ONE, THREE]);
    assert.deepEqual(ring(), [ONE, THREE]);
    stack.world.advance(3600);
    await stack.up({ ...HOUR, rotationId: "3" });
    assert.deepEqual(stack.keys(), [THREE]);
  });

  it("createKey: false later keeps the key that is there", async () => {
    await stack.up({ rotationId: "1" });
    await stack.up({ createKey: false });
    assert.deepEqual(stack.keys(), [ONE]);
    accepts(current());
  });
});

describeShapes("adopt and exclusiveKeys", (openStack) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await openStack();
    stack.meddle(
      "PUT user?uid=ann&display-name=Old&access-key=THEIRS&secret-key=their-secret&max-buckets=7&email=ann@x.org",
    );
  });

  it("takes a user over with a key it has, and changes only what is declared", async () => {
    const tally = await stack.tally(() => stack.up({ adopt: true, maxBuckets: 9 }));
    assert.deepEqual(tally, { "GET user": 1, "POST user": 1, "S3 ListBuckets": 1 });
    const { accessKey, secretKey, email, maxBuckets } = stack.outputs();
    assert.deepEqual([accessKey, secretKey, email, maxBuckets], ["THEIRS", "their-secret", "ann@x.org", 9]);
    assert.deepEqual(await stack.tally(() => stack.up({ adopt: true, maxBuckets: 9 })), {});
  });

  it("gives back what a setting was before, once it is declared no more", async () => {
    await stack.up({ adopt: true, maxBuckets: 9 });
    await stack.up({ adopt: true });
    assert.equal(stack.gateway.user("ann")?.user.maxBuckets, 7);
  });

  it("rotates away from the key that was taken over, with a grace", async () => {
    await stack.up({ adopt: true, rotationId: "1" });
    await stack.up({ adopt: true, rotationId: "2" });
    assert.deepEqual(stack.keys(), ["THEIRS", TWO]);
    assert.equal(stack.outputs().previousAccessKey, "THEIRS");
  });

  it("leaves other keys alone and never shows them as drift", async () => {
    stack.meddle("PUT user?key&uid=ann&access-key=MORE&secret-key=more");
    await stack.up({ adopt: true });
    await stack.engine.refresh();
    assert.deepEqual(await stack.tally(() => stack.up({ adopt: true })), {});
    assert.deepEqual(stack.keys().sort(), ["MORE", "THEIRS"]);
    assert.equal(stack.outputs().foreignKeys, undefined);
  });

  it("with exclusiveKeys shows them by id and revokes them", async () => {
    await stack.up({ adopt: true, exclusiveKeys: true });
    stack.meddle("PUT user?key&uid=ann&access-key=MORE&secret-key=more");
    assert.deepEqual(await stack.tally(() => stack.up({ adopt: true, exclusiveKeys: true })), {}, "nobody looked yet");
    await stack.engine.refresh();
    assert.deepEqual(stack.outputs().foreignKeys, ["MORE"]);
    assert.deepEqual(stack.engine.stored?.inputs.foreignKeys, ["MORE"], "a preview names it");
    await stack.up({ adopt: true, exclusiveKeys: true });
    assert.deepEqual(stack.keys(), ["THEIRS"]);
    assert.deepEqual(stack.outputs().foreignKeys, []);
  });

  it("is deleted like any other", async () => {
    await stack.up({ adopt: true });
    await stack.engine.destroy();
    assert.deepEqual(stack.users(), []);
  });
});
