/** Creating, as Pulumi gets it: requests sent, outputs, secrets, users that are there already, half-made ones. */
import assert from "node:assert/strict";
import { faults } from "../../../devserver/rgw/fault";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import type { Inputs } from "../../../provider/pulumi/state";
import { ME } from "../engine";
import { describeShapes, type Stack, s3Says } from "../stack";
import { ENDPOINT, START } from "../world";

const DERIVED = deriveAccessKey("ann", "", ME);

describeShapes("create", (openStack) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await openStack();
  });

  it("takes one admin request and one S3 request", async () => {
    assert.deepEqual(await stack.tally(() => stack.up()), { "PUT user": 1, "S3 ListBuckets": 1 });
  });

  it("gives every output, flat and plain, with the secret marked", async () => {
    const { secretKey, ...outputs } = await stack.up({ rotationId: "1", maxBuckets: 5 });
    const accessKey = deriveAccessKey("ann", "1", ME);
    assert.equal(secretKey, stack.gateway.user("ann")?.keys.get(accessKey));
    assert.deepEqual(stack.engine.stored?.secrets, ["secretKey"]);
    assert.deepEqual(outputs, {
      schemaVersion: 1,
      uid: "ann",
      displayName: "Ann",
      rotationId: "1",
      maxBuckets: 5,
      userId: "ann",
      endpoint: ENDPOINT,
      keyId: accessKey,
      accessKey,
      keys: [{ id: accessKey, accessKey, rotationId: "1", issuedAt: START, provenAt: START }],
      declared: ["displayName", "maxBuckets", "rotationId", "uid"],
      __identity: ME,
      __address: ENDPOINT,
      __createdAt: START.replace("Z", "000Z"),
      __provider: outputs.__provider,
    });
  });

  it("sends every setting, quotas with a request each", async () => {
    const inputs = {
      email: "Ann@Example.org",
      suspended: true,
      maxBuckets: -7,
      caps: ["users=read, write", "buckets=read"],
      opMask: "write,read",
      defaultPlacement: "default-placement",
      placementTags: ["ssd", "fast"],
      userQuota: { maxSizeBytes: 2 ** 40 },
      bucketQuota: { enabled: false, maxObjects: 7 },
    };
    const tally = await stack.tally(() => stack.up(inputs));
    assert.deepEqual(tally, { "PUT user": 1, "PUT user?quota": 2, "S3 ListBuckets": 1 });
    const outputs = stack.outputs();
    assert.equal(outputs.email, "ann@example.org");
    assert.equal(outputs.maxBuckets, -1);
    assert.deepEqual(outputs.caps, ["buckets=read", "users=*"]);
    assert.equal(outputs.opMask, "read, write");
    assert.deepEqual(outputs.placementTags, ["ssd", "fast"]);
    assert.deepEqual(outputs.userQuota, { enabled: true, maxSizeBytes: 2 ** 40, maxObjects: -1 });
    assert.deepEqual(await stack.tally(() => stack.up(inputs)), {}, "the next up has nothing to do");
    await stack.engine.refresh();
    assert.deepEqual(await stack.tally(() => stack.up(inputs)), {}, "nor after a refresh");
  });

  const keys: readonly [what: string, inputs: Inputs, accessKey: string | undefined, secretKey: string | undefined][] =
    [
      ["a derived key", {}, DERIVED, undefined],
      ["an own key", { accessKey: "MINE", secretKey: "own-secret" }, "MINE", "own-secret"],
      ["an own id without a secret", { accessKey: "MINE" }, "MINE", undefined],
      ["no key", { createKey: false }, undefined, undefined],
    ];
  for (const [what, inputs, accessKey, secretKey] of keys) {
    it(`publishes ${what}`, async () => {
      const outputs = await stack.up(inputs);
      assert.equal(outputs.accessKey, accessKey);
      if (secretKey) assert.equal(outputs.secretKey, secretKey);
      assert.deepEqual(stack.keys(), accessKey ? [accessKey] : []);
      if (accessKey) assert.equal(s3Says(stack, outputs.accessKey, outputs.secretKey), "200");
      assert.deepEqual(await stack.tally(() => stack.up(inputs)), {});
    });
  }

  it("names a user of a tenant with it, everywhere", async () => {
    const outputs = await stack.up({ tenant: "acme" });
    assert.equal(stack.engine.stored?.id, "acme$ann");
    assert.equal(outputs.userId, "acme$ann");
    assert.equal(outputs.accessKey, deriveAccessKey("acme$ann", "", ME));
    await stack.engine.refresh();
    assert.equal(stack.engine.stored?.id, "acme$ann");
    await stack.engine.destroy();
    assert.deepEqual(stack.users(), []);
  });

  it("with prove: false looks instead of asking S3", async () => {
    const outputs = await stack.tally(() => stack.up({ prove: false }));
    assert.deepEqual(outputs, { "PUT user": 1, "GET user": 1 });
    assert.equal((stack.outputs().keys as { provenAt?: string }[])[0]?.provenAt, undefined);
    assert.deepEqual(await stack.tally(() => stack.up({ prove: false })), {});
  });

  it("a suspended user's key is proven too", async () => {
    const outputs = await stack.up({ suspended: true });
    assert.equal(s3Says(stack, outputs.accessKey, outputs.secretKey), "403 UserSuspended");
  });

  it("of a user without the right to read is proven by looking", async () => {
    const outputs = await stack.up({ opMask: "write" });
    assert.equal(s3Says(stack, outputs.accessKey, outputs.secretKey), "403 AccessDenied");
  });

  it("refuses a user that is there, and leaves it alone", async () => {
    stack.meddle("PUT user?uid=ann&display-name=Other");
    const before = stack.gateway.user("ann");
    for (const inputs of [{}, { createKey: false }, { accessKey: "MINE" }]) {
      assert.match(await stack.fails(inputs), /creating user "ann": .*exists already.*Set adopt: true/);
    }
    assert.deepEqual(stack.gateway.user("ann"), before);
    assert.equal(stack.engine.stored, undefined);
  });

  it("refuses the second resource for one user", async () => {
    await stack.up();
    await assert.rejects(
      stack.engine.provider.create({ uid: "ann", displayName: "Ann", __provider: "x" }),
      /Two resources cannot manage one user/,
    );
  });

  it("makes it again after it was deleted", async () => {
    await stack.up();
    await stack.engine.destroy();
    await stack.up();
    assert.equal(stack.keys().length, 1);
  });

  const refused: readonly [what: string, inputs: Inputs, first: string, says: RegExp][] = [
    [
      "an e-mail of somebody else",
      { email: "X@y.z" },
      "PUT user?uid=bob&display-name=Bob&email=x@y.z",
      /another user has this e-mail address.*409 EmailExists tx/,
    ],
    [
      "a key of somebody else",
      { accessKey: "HIS" },
      "PUT user?uid=bob&display-name=Bob&access-key=HIS",
      /the access key belongs to another user.*409 KeyExists tx/,
    ],
    [
      "caps that Ceph does not know",
      { caps: ["nonsense=read"] },
      "GET user?uid=admin",
      /does not know one of the caps.*400 InvalidCapability/,
    ],
    [
      "a placement that is not there",
      { defaultPlacement: "nowhere" },
      "GET user?uid=admin",
      /Check defaultPlacement.*/,
    ],
  ];
  for (const [what, inputs, first, says] of refused) {
    it(`refuses ${what}, with nothing half-made`, async () => {
      stack.meddle(first);
      const before = structuredClone(stack.users());
      assert.match(await stack.fails(inputs), says);
      assert.deepEqual(structuredClone(stack.users()), before);
      assert.equal(stack.engine.stored, undefined);
    });
  }

  it("keeps what is made when the proof fails, and goes on from there", async () => {
    stack.gateway.faults = (_request, _sequence, kind) => (kind.startsWith("S3") ? faults.unknownError : undefined);
    assert.match(await stack.fails(), /proving key PULU\w+ of user "ann": S3 has a fault \(500 UnknownError\)/);
    assert.equal(stack.engine.stored?.halfMade, true);
    assert.equal(stack.outputs().accessKey, undefined, "what is not proven is not published");
    assert.equal(stack.outputs().secretKey, undefined);
    stack.gateway.faults = undefined;
    assert.deepEqual(await stack.tally(() => stack.up()), { "GET user": 1, "S3 ListBuckets": 1 });
    assert.deepEqual(stack.keys(), [DERIVED]);
    assert.equal(s3Says(stack, stack.outputs().accessKey, stack.outputs().secretKey), "200");
  });
});
