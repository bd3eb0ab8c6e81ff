/** rateLimit of rgw.User: a setting with requests of its own, which only users that declare it cost. */
import assert from "node:assert/strict";
import { openRgw, type RgwStack } from "./rgw";
import type { Shape } from "./stack";

const LIMIT = { maxReadOps: 100, maxWriteBytes: 2 ** 40 };
const FOUND = { enabled: true, maxReadOps: 100, maxWriteOps: 0, maxReadBytes: 0, maxWriteBytes: 2 ** 40 };
const NONE = { max_read_ops: 0, max_write_ops: 0, max_read_bytes: 0, max_write_bytes: 0, enabled: false };

for (const shape of ["a single user", "a member of a fleet"] satisfies Shape[])
  describe(`rateLimit, ${shape}`, () => {
    let stack: RgwStack;
    beforeEach(async () => {
      stack = await openRgw({ shape });
      stack.meddle("PUT user?caps&uid=admin&user-caps=ratelimit=*");
    });
    /** A refresh of a fleet looks at every member. */
    const looks = shape === "a single user" ? 1 : 2;
    const limit = (uid = "ann") =>
      (stack.meddle(`GET ratelimit?ratelimit-scope=user&uid=${uid}`) as { user_ratelimit: object }).user_ratelimit;

    it("is set when the user is made, watched, and switched off when it is no longer declared", async () => {
      const made = await stack.tally(() => stack.up({ rateLimit: LIMIT }));
      assert.deepEqual(made, { "GET ratelimit": 1, "PUT user": 1, "POST ratelimit": 1, "S3 ListBuckets": 1 });
      assert.deepEqual(stack.outputs().rateLimit, FOUND);
      assert.deepEqual(limit(), { ...NONE, max_read_ops: 100, max_write_bytes: 2 ** 40, enabled: true });
      assert.deepEqual(await stack.tally(() => stack.engine.refresh()), { "GET user": looks, "GET ratelimit": 1 });
      assert.deepEqual(await stack.tally(() => stack.up({ rateLimit: LIMIT })), {}, "nothing to do");
      await stack.up();
      assert.deepEqual(limit(), NONE);
      assert.deepEqual(await stack.tally(() => stack.engine.refresh()), { "GET user": looks });
      assert.deepEqual(await stack.tally(() => stack.up()), {}, "nothing to do");
    });

    it("costs a user that does not declare it no request, and an admin no right", async () => {
      stack.meddle("DELETE user?caps&uid=admin&user-caps=ratelimit=*");
      assert.deepEqual(await stack.tally(() => stack.up()), { "PUT user": 1, "S3 ListBuckets": 1 });
      assert.deepEqual(await stack.tally(() => stack.engine.refresh()), { "GET user": looks });
    });

    it("that somebody else changed is drift, which up repairs", async () => {
      await stack.up({ rateLimit: LIMIT });
      stack.meddle("POST ratelimit?ratelimit-scope=user&uid=ann&max-read-ops=5&enabled=false");
      await stack.engine.refresh();
      assert.deepEqual(stack.outputs().rateLimit, { ...FOUND, enabled: false, maxReadOps: 5 });
      await stack.up({ rateLimit: LIMIT });
      assert.deepEqual(limit(), { ...NONE, max_read_ops: 100, max_write_bytes: 2 ** 40, enabled: true });
    });

    it("of an adopted user goes back to what it was found with", async () => {
      stack.meddle("PUT user?uid=ann&display-name=Ann&access-key=THEIRS&secret-key=their-secret");
      stack.meddle("POST ratelimit?ratelimit-scope=user&uid=ann&max-read-ops=5&enabled=true");
      await stack.up({ adopt: true, rateLimit: LIMIT });
      await stack.up();
      assert.deepEqual(limit(), { ...NONE, max_read_ops: 5, enabled: true });
    });

    it("of an adopted user that does not declare it stays as it is", async () => {
      stack.meddle("PUT user?uid=ann&display-name=Ann&access-key=THEIRS&secret-key=their-secret");
      stack.meddle("POST ratelimit?ratelimit-scope=user&uid=ann&max-read-ops=5&enabled=true");
      await stack.up({ adopt: true });
      await stack.up({ maxBuckets: 7 });
      await stack.engine.refresh();
      assert.deepEqual(limit(), { ...NONE, max_read_ops: 5, enabled: true });
    });

    it("declared as none later switches off what nobody had looked at", async () => {
      await stack.up();
      stack.meddle("POST ratelimit?ratelimit-scope=user&uid=ann&max-read-ops=5&enabled=true");
      await stack.up({ rateLimit: { enabled: false } });
      assert.deepEqual(limit(), NONE);
    });

    it("is refused before anything is sent where the release has none", async () => {
      stack.gateway.upgrade(16);
      const says = await stack.fails({ rateLimit: LIMIT });
      assert.match(
        says,
        /rateLimit: must be left out: this release of Ceph has no rate limits, which begin with Ceph 17/,
      );
      assert.deepEqual(
        stack.uids().filter((uid) => uid === "ann"),
        [],
      );
    });

    it("without the right says which, and goes on once it is given", async () => {
      stack.meddle("DELETE user?caps&uid=admin&user-caps=ratelimit=*");
      const says = await stack.fails({ rateLimit: LIMIT });
      assert.match(says, /lacks the capability ratelimit.*--caps="ratelimit=\*"/);
      stack.meddle("PUT user?caps&uid=admin&user-caps=ratelimit=*");
      const outputs = await stack.up({ rateLimit: LIMIT });
      assert.deepEqual(outputs.rateLimit, FOUND);
      assert.equal(stack.says(outputs.accessKey, outputs.secretKey), "200");
    });

    it("refuses a negative number, which Ceph would ignore", async () => {
      assert.match(await stack.fails({ rateLimit: { maxReadOps: -1 } }), /rateLimit\.maxReadOps: must be 0/);
    });
  });
