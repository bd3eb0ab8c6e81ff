/** What would hurt other people: acting on another user, believing a lost race, replacing a live secret, false "gone". */
import assert from "node:assert/strict";
import { type Fault, faults } from "../../../devserver/rgw/fault";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import { USER } from "../backends/rgw/sample";
import { ME } from "../engine";
import { ANN, describeShapes, type Stack, s3Says } from "../stack";

const [DERIVED, TWO] = ["", "2"].map((rotationId) => deriveAccessKey("ann", rotationId, ME)) as [string, string];

/** Another user than is asked about. */
const BOB = { ...USER, user_id: "bob" };

describeShapes("hazards", (openStack, shape) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await openStack();
  });

  describe("another user who owns the access key", () => {
    const bob = () => structuredClone(stack.gateway.user("bob"));
    beforeEach(() => {
      stack.meddle("PUT user?uid=bob&display-name=Bob&access-key=HIS&secret-key=his-secret");
    });

    it("keeps it when a user with it is made", async () => {
      const before = bob();
      assert.match(await stack.fails({ accessKey: "HIS", secretKey: "mine" }), /belongs to another user/);
      assert.deepEqual(bob(), before);
    });

    it("keeps it when a user rotates to it", async () => {
      await stack.up();
      const before = bob();
      for (const inputs of [{ accessKey: "HIS" }, { accessKey: "HIS", secretKey: "mine" }]) {
        assert.match(await stack.fails(inputs), /belongs to another user/);
      }
      assert.deepEqual(bob(), before);
      assert.equal(s3Says(stack, stack.outputs().accessKey, stack.outputs().secretKey), "200");
    });

    it("keeps it when our user is deleted in the middle of a rotation", async () => {
      await stack.up();
      const before = bob();
      stack.gateway.between = (_request, kind) => {
        if (kind === "POST user") stack.meddle("DELETE user?uid=ann");
      };
      await stack.fails({ accessKey: "HIS" });
      stack.gateway.between = undefined;
      assert.deepEqual(bob(), before);
    });
  });

  it("of two creations at once the loser does not publish what it got", async () => {
    // The real gateway answers 200 to both; the key of the one that was stored last survives.
    stack.gateway.between = (_request, kind) => {
      if (!kind.startsWith("S3")) return;
      stack.gateway.between = undefined;
      stack.meddle("DELETE user?uid=ann");
      stack.meddle(`PUT user?uid=ann&display-name=Ann&access-key=${DERIVED}&secret-key=the-winners-secret`);
    };
    await engineUp({});
    const { accessKey, secretKey } = stack.engine.stored?.outputs ?? {};
    if (secretKey !== undefined) assert.equal(s3Says(stack, accessKey, secretKey), "200");
  });

  describe("an admin that is shown users without their keys", () => {
    const SENTENCE =
      /the gateway shows users without their keys: the admin user has not the capability users=read \(200\)\. Give it with: radosgw-admin/;
    const blind = () => {
      stack.gateway.upgrade(20);
      stack.meddle("PUT user?caps&uid=admin&user-caps=user-info-without-keys=read");
      stack.meddle("DELETE user?caps&uid=admin&user-caps=users=read");
    };
    const keys = () => structuredClone(stack.gateway.user("ann")?.keys);

    it("does not replace the secret in place with a refresh and a change of settings", async () => {
      await stack.up();
      const [before, stored] = [keys(), stack.engine.stored];
      blind();
      // A fleet's bystander cannot be read either, which its suite would take for a fault.
      if (shape === "a single user") await assert.rejects(stack.engine.refresh(), SENTENCE);
      assert.deepEqual(stack.engine.stored, stored);
      await stack.engine.up({ ...ANN, maxBuckets: 3 }).catch((error: Error) => assert.match(error.message, SENTENCE));
      assert.deepEqual(keys(), before);
    });

    it("does not forget the former key with a rotation: nothing is changed", async () => {
      await stack.up();
      const before = keys();
      blind();
      assert.match(await stack.fails({ rotationId: "2" }), SENTENCE);
      assert.deepEqual(keys(), before);
      stack.meddle("PUT user?caps&uid=admin&user-caps=users=read");
      await stack.up({ rotationId: "2", gracePeriodSeconds: 0 });
      assert.deepEqual(stack.keys(), [TWO]);
    });

    it("does not take a key for revoked", async () => {
      await stack.up();
      await stack.up({ rotationId: "2" });
      blind();
      assert.match(await stack.fails({ rotationId: "2", gracePeriodSeconds: 0 }), SENTENCE);
      assert.deepEqual(stack.keys(), [DERIVED, TWO]);
    });
  });

  const lost: readonly [what: string, fault: Fault][] = [
    ["lost", faults.cutAfter],
    ["late", faults.hangAfter],
    ["half", faults.truncate],
    ["a proxy's 503", faults.proxyGaveUp],
  ];
  for (const [what, fault] of lost) {
    it(`a key request whose answer is ${what} is not repeated: one key, one secret`, async () => {
      await stack.up();
      once("POST user", fault);
      const tally = await stack.tally(() => stack.up({ rotationId: "2" }));
      assert.equal(tally["POST user"], 1);
      assert.deepEqual(stack.keys(), [DERIVED, TWO]);
      assert.equal(s3Says(stack, stack.outputs().accessKey, stack.outputs().secretKey), "200");
    });

    it(`a creation whose answer is ${what} is taken up, not repeated`, async () => {
      once("PUT user", fault);
      const tally = await stack.tally(() => stack.up({ caps: ["users=read"], userQuota: { maxObjects: 1 } }));
      assert.ok((tally["PUT user"] ?? 0) <= 2, JSON.stringify(tally));
      assert.deepEqual(stack.keys(), [DERIVED]);
      assert.equal(s3Says(stack, stack.outputs().accessKey, stack.outputs().secretKey), "200");
      assert.deepEqual(await stack.tally(() => stack.up({ caps: ["users=read"], userQuota: { maxObjects: 1 } })), {});
    });

    it(`a revocation whose answer is ${what} is not an error`, async () => {
      await stack.up({ gracePeriodSeconds: 0 });
      once("DELETE user?key", fault);
      await stack.up({ gracePeriodSeconds: 0, rotationId: "2" });
      assert.deepEqual(stack.keys(), [TWO]);
    });

    it(`a deletion whose answer is ${what} is not an error`, async () => {
      await stack.up();
      once("DELETE user", fault);
      await stack.engine.destroy();
      assert.deepEqual(stack.users(), []);
    });
  }

  const answers: readonly [what: string, fault: Fault][] = [
    ["403 AccessDenied", { kind: "answer", status: 403, code: "AccessDenied" }],
    ["403 InvalidAccessKeyId", { kind: "answer", status: 403, code: "InvalidAccessKeyId" }],
    ["403 UserSuspended", { kind: "answer", status: 403, code: "UserSuspended" }],
    ["404 of another kind", { kind: "answer", status: 404, code: "NoSuchKey" }],
    ["404 without a body", { kind: "answer", status: 404 }],
    [
      "404 with HTML",
      { kind: "answer", status: 404, body: "<h1>Not Found</h1>", headers: { "content-type": "text/html" } },
    ],
    ["405", { kind: "answer", status: 405, code: "MethodNotAllowed" }],
    ["500", faults.unknownError],
    ["503", faults.slowDown],
    ["502 with HTML", faults.html],
    ["200 with nothing", { kind: "answer", status: 200, body: "" }],
    ["200 with null", { kind: "answer", status: 200, body: "null" }],
    ["200 with HTML", { kind: "answer", status: 200, body: "<html></html>" }],
    ["200 with another user", { kind: "answer", status: 200, body: JSON.stringify(BOB) }],
    [
      "200 with a user without keys",
      { kind: "answer", status: 200, body: JSON.stringify({ ...BOB, keys: undefined }) },
    ],
    ["half an answer", faults.truncate],
    ["302", { kind: "answer", status: 302, headers: { location: "https://elsewhere.test/" } }],
    ["nothing", faults.cutBefore],
    ["a hang", faults.hangBefore],
  ];
  for (const [what, fault] of answers) {
    it(`${what} is never taken for "gone"`, async () => {
      await stack.up();
      const before = stack.engine.stored;
      stack.gateway.faults = () => fault;
      await assert.rejects(stack.engine.refresh(), /^Error: reading user "ann": .+\. .+\.$/);
      assert.deepEqual(stack.engine.stored, before);
      await assert.rejects(stack.engine.up({ ...ANN, maxBuckets: 3, rotationId: "2" }));
      assert.deepEqual(stack.keys(), [DERIVED], "and nothing is made or revoked on its ground");
      stack.gateway.faults = undefined;
      await stack.up({ maxBuckets: 3, rotationId: "2" });
      assert.deepEqual(stack.keys(), [DERIVED, TWO]);
    });
  }

  /** The next request of a kind goes wrong. */
  function once(spoiled: string, fault: Fault): void {
    stack.gateway.faults = (_request, _sequence, kind) => {
      if (kind !== spoiled) return undefined;
      stack.gateway.faults = undefined;
      return fault;
    };
  }

  /** An up that may fail, but not by a fault of ours. */
  async function engineUp(inputs: object): Promise<void> {
    await stack.engine.up({ ...ANN, ...inputs }).catch((error: Error) => {
      assert.match(error.message, /^\w+ing .+: .+\./, error.stack);
    });
  }
});
