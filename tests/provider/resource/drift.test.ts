/** What others do to a user behind Pulumi's back: a refresh tells it by name, and the next up puts it right. */
import assert from "node:assert/strict";
import { rgw } from "../../../provider/backends/rgw";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import { ME } from "../engine";
import { describeShapes, type Stack, s3Says } from "../stack";

const KEY = deriveAccessKey("ann", "", ME);

describeShapes("drift", (openStack) => {
  let stack: Stack;
  const inputs = {
    email: "ann@x.org",
    suspended: false,
    maxBuckets: 5,
    caps: ["users=read"],
    userQuota: { maxObjects: 10 },
  };
  beforeEach(async () => {
    stack = await openStack();
    await stack.up(inputs);
  });

  const rows: readonly [property: string, meddling: string, shown: unknown][] = [
    ["displayName", "POST user?uid=ann&display-name=Mallory", "Mallory"],
    ["email", "POST user?uid=ann&email=mallory@x.org", "mallory@x.org"],
    ["email", "POST user?uid=ann&email=", ""],
    ["suspended", "POST user?uid=ann&suspended=true", true],
    ["maxBuckets", "POST user?uid=ann&max-buckets=0", 0],
    ["caps", "PUT user?caps&uid=ann&user-caps=buckets=read", ["buckets=read", "users=read"]],
    ["caps", "DELETE user?caps&uid=ann&user-caps=users=read", []],
    ["caps", "PUT user?caps&uid=ann&user-caps=users=write", ["users=*"]],
    [
      "userQuota",
      "PUT user?quota&uid=ann&quota-type=user&max-objects=11",
      { enabled: true, maxSizeBytes: -1, maxObjects: 11 },
    ],
    [
      "userQuota",
      "PUT user?quota&uid=ann&quota-type=user&enabled=false",
      { enabled: false, maxSizeBytes: -1, maxObjects: 10 },
    ],
    [
      "bucketQuota",
      "PUT user?quota&uid=ann&quota-type=bucket&enabled=true",
      { enabled: true, maxSizeBytes: -1, maxObjects: -1 },
    ],
    ["opMask", "POST user?uid=ann&op-mask=read", "read"],
    ["accessKey", `DELETE user?key&uid=ann&access-key=${KEY}`, `${KEY} (gone from the system)`],
    ["secretKey", `PUT user?key&uid=ann&access-key=${KEY}&secret-key=mallorys-secret`, "(replaced on the system)"],
  ];
  for (const [property, meddling, shown] of rows) {
    it(`of ${property} is shown by its name and repaired: ${meddling.replace(/secret-key=.*/, "secret-key=…")}`, async () => {
      const before = stack.engine.stored?.inputs ?? {};
      stack.meddle(meddling);
      await stack.engine.refresh();
      const after = stack.engine.stored?.inputs ?? {};
      const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
        (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
      );
      assert.deepEqual(changed, [property]);
      assert.deepEqual(after[property], shown);
      await stack.up(inputs);
      await stack.engine.refresh();
      assert.deepEqual(stack.engine.stored?.inputs, before);
      assert.deepEqual(await stack.tally(() => stack.up(inputs)), {});
      assert.equal(s3Says(stack, stack.outputs().accessKey, stack.outputs().secretKey), "200");
    });
  }

  for (const [property, meddling] of rows) {
    it(`of ${property} with ignoreChanges: ["*"] is not refused: ${meddling.replace(/secret-key=.*/, "secret-key=…")}`, async () => {
      stack.meddle(meddling);
      await stack.engine.refresh();
      const stored = stack.engine.stored?.inputs ?? {};
      await stack.engine.up(stored);
      assert.equal(stack.engine.stored?.halfMade, false);
      if (!property.endsWith("Key"))
        assert.deepEqual(stack.outputs()[property] ?? rgw.defaults[property], stored[property]);
      const { accessKey, secretKey } = stack.outputs();
      assert.match(s3Says(stack, accessKey, secretKey), /^(200|403 UserSuspended|403 AccessDenied)$/);
      assert.equal(accessKey, KEY);
      await stack.engine.refresh();
      const { inputs: now } = stack.engine.stored ?? {};
      assert.deepEqual(await stack.tally(() => stack.engine.up(now ?? {})), {}, "and is quiet afterwards");
    });
  }

  const broken: readonly [what: string, meddling: string, secretKey: string, accepted: string][] = [
    ["gone", "DELETE user?key&uid=ann&access-key=MINE", "own-secret", "own-secret"],
    ["replaced", "PUT user?key&uid=ann&access-key=MINE&secret-key=mallorys", "own-secret", "mallorys"],
  ];
  for (const [what, meddling, secretKey, accepted] of broken) {
    it(`of an own key that is ${what} with ignoreChanges: ["*"] does not make another key of it`, async () => {
      await stack.up({ ...inputs, accessKey: "MINE", secretKey });
      stack.meddle(meddling);
      await stack.engine.refresh();
      await stack.engine.up(stack.engine.stored?.inputs ?? {});
      assert.deepEqual([stack.outputs().accessKey, stack.outputs().secretKey], ["MINE", accepted]);
      assert.equal(s3Says(stack, "MINE", accepted), "200");
      // The program's word is still the last.
      await stack.up({ ...inputs, accessKey: "MINE", secretKey });
      assert.equal(s3Says(stack, "MINE", secretKey), "200");
    });
  }

  it('of others\' keys with ignoreChanges: ["*"] is no input, and repaired', async () => {
    await stack.up({ ...inputs, exclusiveKeys: true });
    stack.meddle("PUT user?key&uid=ann&access-key=MORE&secret-key=more");
    await stack.engine.refresh();
    assert.deepEqual(stack.engine.stored?.inputs.foreignKeys, ["MORE"]);
    await stack.engine.up(stack.engine.stored?.inputs ?? {});
    assert.deepEqual(stack.keys(), [KEY]);
    await assert.rejects(stack.up({ ...inputs, foreignKeys: ["MORE"] }), /foreignKeys: is not an input/);
  });

  it("that no program could declare is not stored as an input, and is repaired all the same", async () => {
    await stack.up({ ...inputs, defaultPlacement: "default-placement" });
    stack.meddle("POST user?uid=ann&display-name=Two%0Alines");
    await stack.engine.refresh();
    assert.equal(stack.engine.stored?.inputs.displayName, "Ann");
    assert.equal(stack.outputs().displayName, "Two\nlines");
    await stack.up({ ...inputs, defaultPlacement: "default-placement" });
    assert.equal(stack.gateway.user("ann")?.user.displayName, "Ann");
  });

  it("a deleted user is gone, and made again by up", async () => {
    stack.meddle("DELETE user?uid=ann");
    await stack.engine.refresh();
    assert.equal(stack.engine.stored, undefined);
    await stack.up(inputs);
    assert.equal(s3Says(stack, stack.outputs().accessKey, stack.outputs().secretKey), "200");
  });

  it("a deleted user is made again by an update that finds it gone", async () => {
    stack.meddle("DELETE user?uid=ann");
    await stack.up({ ...inputs, maxBuckets: 6 });
    assert.equal(stack.gateway.user("ann")?.user.maxBuckets, 6);
    assert.equal(s3Says(stack, stack.outputs().accessKey, stack.outputs().secretKey), "200");
    assert.deepEqual(await stack.tally(() => stack.up({ ...inputs, maxBuckets: 6 })), {});
  });

  it("a retired key that somebody removed is simply over", async () => {
    await stack.up({ ...inputs, rotationId: "2" });
    stack.meddle(`DELETE user?key&uid=ann&access-key=${KEY}`);
    await stack.engine.refresh();
    assert.equal(stack.outputs().previousAccessKey, undefined);
    assert.deepEqual(await stack.tally(() => stack.up({ ...inputs, rotationId: "2" })), {});
  });

  it("what is neither declared nor watched is not drift", async () => {
    stack.meddle("POST user?uid=ann&default-placement=default-placement&placement-tags=x");
    await stack.engine.refresh();
    assert.deepEqual(await stack.tally(() => stack.up(inputs)), {});
  });

  it("a refresh takes one request, and so does one of a user that is gone", async () => {
    assert.deepEqual(await stack.tally(() => stack.engine.refresh()), { "GET user": 1 });
    stack.meddle("DELETE user?uid=ann");
    assert.deepEqual(await stack.tally(() => stack.engine.refresh()), { "GET user": 1 });
  });

  it("subusers' keys and other people's users are no drift", async () => {
    stack.meddle("PUT user?uid=bob&display-name=Bob");
    await stack.engine.refresh();
    assert.deepEqual(await stack.tally(() => stack.up(inputs)), {});
  });
});
