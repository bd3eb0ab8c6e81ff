/** Quarantine on a gateway that can disable keys: rotate, grace over, refused, roll back, accepted with the same secret. */
import assert from "node:assert/strict";
import { openRgw, type RgwStack } from "./rgw";
import { ofSomebodyElse } from "./rgw-access-key";
import { withKeys } from "./rgw-subuser";
import { openStack, type Shape } from "./stack";

const FIRST = { gracePeriodSeconds: 60, quarantinePeriodSeconds: 1000 };
const SECOND = { ...FIRST, rotationId: "2" };

for (const shape of ["a single user", "a member of a fleet"] satisfies Shape[])
  describe(`quarantine, ${shape}`, () => {
    let stack: RgwStack;
    beforeEach(async () => {
      stack = await openRgw({ shape });
    });
    const says = ({ accessKey, secretKey }: Record<string, unknown>) => stack.says(accessKey, secretKey);
    const activeOf = (accessKey: unknown) => {
      const { keys } = stack.meddle("GET user?uid=ann") as { keys: { access_key: string; active: boolean }[] };
      return keys.find((key) => key.access_key === accessKey)?.active;
    };

    it("disables a key after its grace, and deletes it after its quarantine", async () => {
      const first = await stack.up(FIRST);
      await stack.up(SECOND);
      stack.world.advance(61);
      const requests = await stack.tally(() => stack.up(SECOND));
      assert.deepEqual(requests, { "GET user": 1, "PUT user?key": 1, "S3 ListBuckets": 1 });
      assert.deepEqual([says(first), activeOf(first.accessKey)], ["403 InvalidAccessKeyId", false]);
      assert.equal(stack.outputs().previousAccessKey, undefined);
      stack.world.advance(999);
      assert.deepEqual(await stack.tally(() => stack.up(SECOND)), {});
      stack.world.advance(2);
      await stack.up(SECOND);
      assert.deepEqual(stack.keys(), [stack.outputs().accessKey]);
    });

    it("brings a key back with the same secret, and gives the one after it a grace of its own", async () => {
      const first = await stack.up(FIRST);
      const second = await stack.up(SECOND);
      stack.world.advance(61);
      await stack.up(SECOND);
      const back = await stack.up(FIRST);
      assert.deepEqual([back.accessKey, back.secretKey, says(back)], [first.accessKey, first.secretKey, "200"]);
      assert.deepEqual([back.previousAccessKey, says(second)], [second.accessKey, "200"]);
      assert.deepEqual(await stack.tally(() => stack.up(FIRST)), {});
    });

    it("disables again what somebody has enabled", async () => {
      const first = await stack.up(FIRST);
      await stack.up(SECOND);
      stack.world.advance(61);
      await stack.up(SECOND);
      stack.meddle(`PUT user?key&uid=ann&key-type=s3&access-key=${first.accessKey}&active=true&generate-key=false`);
      await stack.engine.refresh();
      await stack.up(SECOND);
      assert.equal(says(first), "403 InvalidAccessKeyId");
    });

    it("asks once in a process whether the release can, also when the question fails", async () => {
      const isQuestion = ({ method, url }: { method: string; url: URL }) =>
        method === "GET" && url.searchParams.has("access-key");
      stack.mishap = (request) => (isQuestion(request) ? { kind: "answer", status: 500 } : undefined);
      await stack.up(FIRST);
      assert.ok(stack.asked.some(isQuestion));
      stack.asked.length = 0;
      await stack.up(SECOND);
      assert.equal(stack.asked.filter(isQuestion).length, 0);
    });

    it("is refused in check by a release that cannot disable keys, before anything is made", async () => {
      stack.gateway.upgrade(16);
      await assert.rejects(stack.up(FIRST), /quarantinePeriodSeconds.*this release of the system cannot disable a key/);
      assert.deepEqual(
        stack.uids().filter((uid) => uid === "ann"),
        [],
      );
    });
  });

for (const adapter of [ofSomebodyElse, withKeys("s3")])
  it(`${adapter.backend.resource} disables a key for its quarantine, brings it back with the same secret, or deletes it`, async () => {
    const stack = await openStack(adapter);
    await stack.up(FIRST);
    const first = stack.key();
    await stack.up(SECOND);
    stack.world.advance(61);
    await stack.up(SECOND);
    assert.deepEqual([await stack.system.s3(first), await stack.system.keys("ann")], ["403 InvalidAccessKeyId", 2]);
    await stack.up({ ...FIRST, rotationId: "" });
    assert.deepEqual([stack.key(), await stack.system.s3(first)], [first, "200"]);
    await stack.up(SECOND);
    for (const seconds of [61, 1001]) {
      stack.world.advance(seconds);
      await stack.up(SECOND);
    }
    assert.equal(await stack.system.keys("ann"), 1);
    assert.equal(await stack.system.s3(stack.key()), "200");
  });
