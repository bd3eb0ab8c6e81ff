/** Access keys of rgw.User: the program's own, those of others, disabled ones, and whom they belong to. */
import assert from "node:assert/strict";
import type { Fault } from "../../devserver/rgw/fault";
import type { WireRequest } from "../../provider/http/wire";
import { deriveAccessKey } from "../../provider/lifecycle/keys";
import type { Inputs } from "../../provider/pulumi/state";
import { USER } from "../provider/backends/rgw/sample";
import { ME } from "../provider/engine";
import type { Key } from "./adapter";
import { openRgw, type RgwStack } from "./rgw";

const [DERIVED, TWO, THREE] = ["", "2", "3"].map((rotationId) => deriveAccessKey("ann", rotationId, ME)) as [
  string,
  string,
  string,
];
const HOUR = { gracePeriodSeconds: 3600 };

const pair = ({ accessKey, secretKey }: Key) => [accessKey, secretKey];
const accepts = (stack: RgwStack, [accessKey, secretKey]: readonly unknown[]) =>
  assert.equal(stack.says(accessKey, secretKey), "200");

/** Another user than is asked about. */
const BOB = { ...USER, user_id: "bob" };

describe("an own key of rgw.User", () => {
  let stack: RgwStack;
  beforeEach(async () => {
    stack = await openRgw();
  });

  const keys: readonly [what: string, inputs: Inputs, secretKey: string | undefined][] = [
    ["an own key", { accessKey: "MINE", secretKey: "own-secret" }, "own-secret"],
    ["an own id without a secret", { accessKey: "MINE" }, undefined],
  ];
  for (const [what, inputs, secretKey] of keys) {
    it(`is published: ${what}; a user that is there is not taken for ours by it`, async () => {
      const outputs = await stack.up(inputs);
      assert.equal(outputs.accessKey, "MINE");
      if (secretKey) assert.equal(outputs.secretKey, secretKey);
      assert.deepEqual(stack.keys(), ["MINE"]);
      assert.equal(stack.says(outputs.accessKey, outputs.secretKey), "200");
      assert.deepEqual(await stack.tally(() => stack.up(inputs)), {});
      stack.whole.stored = undefined;
      await stack.restart();
      assert.match(await stack.fails(inputs), /creating user "ann": .*exists already.*Set adopt: true/);
      assert.deepEqual(stack.keys(), ["MINE"]);
    });
  }

  it("own keys rotate with the same overlap; a new secret for the same id is a hard cut", async () => {
    await stack.up({ ...HOUR, accessKey: "MINE1", secretKey: "own-one" });
    await stack.up({ ...HOUR, accessKey: "MINE2", secretKey: "own-two" });
    accepts(stack, ["MINE1", "own-one"]);
    accepts(stack, ["MINE2", "own-two"]);
    await stack.up({ ...HOUR, accessKey: "MINE2", secretKey: "own-three" });
    assert.deepEqual(pair(stack.key()), ["MINE2", "own-three"]);
    assert.equal(stack.says("MINE2", "own-two"), "403 SignatureDoesNotMatch");
    accepts(stack, ["MINE2", "own-three"]);
    assert.match(
      stack.world.lines.join("\n"),
      /the secret of MINE2 is replaced by the inputs' secretKey: its old secret ends immediately/,
    );
    assert.doesNotMatch(stack.world.lines.join("\n"), /own-/);
  });

  it("an own key that has the id of a subuser's is refused, and the subuser's secret is not replaced", async () => {
    await stack.up();
    const subuser = "subuser=ann:app&access=full&key-type=s3&access-key=THEIRS&secret-key=their-secret";
    stack.meddle(`PUT user?uid=ann&${subuser}`);
    for (const own of [{ accessKey: "THEIRS", secretKey: "own-secret" }, { accessKey: "THEIRS" }])
      assert.match(await stack.fails(own), /key THEIRS: it is a key of subuser "ann:app"\. Nothing was changed/);
    accepts(stack, ["THEIRS", "their-secret"]);
  });

  /** S3 that does not know any key, as of another cluster, or of a gateway that has not heard of changes yet. */
  const refuses = ({ url }: { readonly url: URL }): Fault | undefined =>
    url.pathname === "/"
      ? { kind: "answer", status: 403, body: "<Error><Code>InvalidAccessKeyId</Code></Error>" }
      : undefined;

  it("an adopted key that S3 refuses, as s3Endpoint is wrong, is not made anew: somebody holds it", async () => {
    stack.meddle("PUT user?uid=ann&display-name=Ann&access-key=THEIRS&secret-key=their-secret");
    stack.mishap = refuses;
    const says = await stack.fails({ adopt: true, accessKey: "THEIRS" });
    assert.match(says, /S3 refuses the key although the system has it/);
    accepts(stack, ["THEIRS", "their-secret"]);
    stack.mishap = undefined;
    await stack.up({ adopt: true, accessKey: "THEIRS" });
    assert.deepEqual(pair(stack.key()), ["THEIRS", "their-secret"]);
  });

  it("a key that state has forgotten is not made anew where S3 refuses every key: somebody holds it", async () => {
    await stack.up();
    const held = pair(stack.key());
    stack.whole.stored = undefined;
    await stack.restart();
    stack.mishap = refuses;
    assert.match(await stack.fails(), /S3 refuses the key although the system has it/);
    accepts(stack, held);
  });

  it("a key that only S3 does not know, while it knows others, was left half-made, and is made anew", async () => {
    const isRevoked = () => stack.asked.some(({ method }) => method === "DELETE");
    const isOurs = (headers: WireRequest["headers"]) => JSON.stringify(headers).includes(DERIVED);
    stack.mishap = (request) => (isOurs(request.headers) && !isRevoked() ? refuses(request) : undefined);
    await stack.up();
    assert.ok(isRevoked());
    accepts(stack, pair(stack.key()));
  });

  it("a key in its grace that was never proven, to which the program goes back while S3 refuses it, is not made anew", async () => {
    await stack.up({ ...HOUR, rotationId: "1", prove: false });
    const held = pair(stack.key());
    await stack.up({ ...HOUR, rotationId: "2" });
    stack.mishap = refuses;
    assert.match(await stack.fails({ ...HOUR, rotationId: "1" }), /S3 refuses the key although the system has it/);
    accepts(stack, held);
  });

  it("an own key that has the id of one that is over: the old one is revoked first, then it is issued anew", async () => {
    await stack.up({ ...HOUR, accessKey: "MINE1", secretKey: "own-one" });
    await stack.up({ ...HOUR, accessKey: "MINE2", secretKey: "own-two" });
    stack.world.advance(3600);
    const tally = await stack.tally(() => stack.up({ ...HOUR, accessKey: "MINE1", secretKey: "own-one" }));
    assert.equal(tally["DELETE user?key"], 1);
    assert.deepEqual(
      [pair(stack.key()), pair(stack.previous())],
      [
        ["MINE1", "own-one"],
        ["MINE2", "own-two"],
      ],
    );
    accepts(stack, pair(stack.key()));
    assert.match(stack.world.lines.join("\n"), /that one is revoked first, then the key is issued anew/);
  });

  it("an own secret has a derived id, and rotates with it; alone it is a hard cut", async () => {
    const first = await stack.up({ ...HOUR, rotationId: "2", secretKey: "own-one" });
    assert.deepEqual(pair(stack.key()), [TWO, "own-one"]);
    assert.deepEqual(await stack.tally(() => stack.up({ ...HOUR, rotationId: "2", secretKey: "own-one" })), {});
    assert.match(
      await stack.fails({ ...HOUR, rotationId: "3", secretKey: "own-one" }),
      /rotating the key of user "ann": secretKey is that of the current key/,
    );
    await stack.up({ ...HOUR, rotationId: "3", secretKey: "own-two" });
    assert.deepEqual([pair(stack.key()), pair(stack.previous())], [[THREE, "own-two"], pair(first as unknown as Key)]);
    accepts(stack, [TWO, "own-one"]);
    accepts(stack, [THREE, "own-two"]);
    await stack.up({ ...HOUR, rotationId: "3", secretKey: "own-three" });
    assert.equal(stack.says(THREE, "own-two"), "403 SignatureDoesNotMatch");
    accepts(stack, [THREE, "own-three"]);
    accepts(stack, [TWO, "own-one"]);
    stack.assertNoLeak(["own-one", "own-two", "own-three"]);
  });

  it("an own secret that somebody replaced is drift, which up repairs with the program's", async () => {
    await stack.up({ secretKey: "own-one" });
    stack.meddle(`PUT user?key&uid=ann&access-key=${DERIVED}&secret-key=mallorys`);
    await stack.engine.refresh();
    assert.equal(stack.engine.stored?.inputs.secretKey, "(replaced on the system)");
    await stack.up({ secretKey: "own-one" });
    accepts(stack, [DERIVED, "own-one"]);
    assert.deepEqual(stack.keys(), [DERIVED]);
  });

  it("a user that a killed run made with an own secret is resumed, also with another secret", async () => {
    for (const next of ["own-one", "own-two"]) {
      stack = await openRgw();
      stack.mishap = ({ method, url }) =>
        method === "PUT" && url.pathname.endsWith("/user") ? { kind: "kill", when: "after" } : undefined;
      assert.equal(await stack.tries({ secretKey: "own-one" }), "killed");
      stack.mishap = undefined;
      await stack.restart();
      await stack.up({ secretKey: next });
      assert.deepEqual([pair(stack.key()), stack.keys()], [[DERIVED, next], [DERIVED]]);
      accepts(stack, [DERIVED, next]);
    }
  });

  const broken: readonly [what: string, meddling: string, secretKey: string, accepted: string][] = [
    ["gone", "DELETE user?key&uid=ann&access-key=MINE", "own-secret", "own-secret"],
    ["replaced", "PUT user?key&uid=ann&access-key=MINE&secret-key=mallorys", "own-secret", "mallorys"],
  ];

  for (const [what, meddling, secretKey, accepted] of broken) {
    it(`of an own key that is ${what} with ignoreChanges: ["*"] does not make another key of it`, async () => {
      await stack.up({ accessKey: "MINE", secretKey });
      stack.meddle(meddling);
      await stack.engine.refresh();
      await stack.engine.up(stack.engine.stored?.inputs ?? {});
      assert.deepEqual([stack.outputs().accessKey, stack.outputs().secretKey], ["MINE", accepted]);
      assert.equal(stack.says("MINE", accepted), "200");
      // The program's word is still the last.
      await stack.up({ accessKey: "MINE", secretKey });
      assert.equal(stack.says("MINE", secretKey), "200");
    });
  }
});

describe("keys of rgw.User cost few requests", () => {
  const steps: readonly [what: string, inputs: Inputs, requests: Record<string, number>][] = [
    ["made", { rotationId: "1" }, { "PUT user": 1, "S3 ListBuckets": 1 }],
    ["rotated", { rotationId: "2" }, { "GET user": 1, "POST user": 1, "S3 ListBuckets": 1 }],
    ["rolled back", { rotationId: "1" }, { "GET user": 1, "S3 ListBuckets": 1 }],
    ["nothing to do", { rotationId: "1" }, {}],
    [
      "revoked",
      { rotationId: "1", gracePeriodSeconds: 0 },
      { "GET user": 1, "DELETE user?key": 1, "S3 ListBuckets": 1 },
    ],
    ["not proven", { rotationId: "3", prove: false }, { "GET user": 2, "POST user": 1 }],
  ];
  it(steps.map(([what]) => what).join(", "), async () => {
    const stack = await openRgw();
    for (const [what, inputs, requests] of steps)
      assert.deepEqual(await stack.tally(() => stack.up({ ...HOUR, ...inputs })), requests, what);
    assert.deepEqual(await stack.tally(() => stack.engine.refresh()), { "GET user": 1 });
    assert.deepEqual(await stack.tally(() => stack.engine.destroy()), { "GET user": 1, "DELETE user": 1 });
  });

  it("adopting takes a look, one at the age of keys, a change of what is declared and a proof", async () => {
    const stack = await openRgw();
    await stack.system.make("ann");
    const adopting = () => stack.up({ adopt: true, maxBuckets: 9 });
    assert.deepEqual(await stack.tally(adopting), {
      "GET user": 1,
      "GET metadata/user": 1,
      "POST user": 1,
      "S3 ListBuckets": 1,
    });
  });
});

describe("keys of rgw.User that others have or make", () => {
  let stack: RgwStack;
  beforeEach(async () => {
    stack = await openRgw();
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
      assert.equal(stack.says(stack.outputs().accessKey, stack.outputs().secretKey), "200");
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
    if (secretKey !== undefined) assert.equal(stack.says(accessKey, secretKey), "200");
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
      await assert.rejects(stack.engine.refresh(), SENTENCE);
      assert.deepEqual(stack.engine.stored, stored);
      await stack.engine
        .up({ ...stack.inputs, maxBuckets: 3 })
        .catch((error: Error) => assert.match(error.message, SENTENCE));
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

  const answers: readonly [what: string, fault: Fault][] = [
    ["403 InvalidAccessKeyId", { kind: "answer", status: 403, code: "InvalidAccessKeyId" }],
    ["403 UserSuspended", { kind: "answer", status: 403, code: "UserSuspended" }],
    ["404 of another kind", { kind: "answer", status: 404, code: "NoSuchKey" }],
    ["200 with another user", { kind: "answer", status: 200, body: JSON.stringify(BOB) }],
    [
      "200 with a user without keys",
      { kind: "answer", status: 200, body: JSON.stringify({ ...BOB, keys: undefined }) },
    ],
  ];
  for (const [what, fault] of answers) {
    it(`${what} is never taken for "gone"`, async () => {
      await stack.up();
      const before = stack.engine.stored;
      stack.gateway.faults = () => fault;
      await assert.rejects(stack.engine.refresh(), /^Error: reading user "ann": .+\. .+\.$/);
      assert.deepEqual(stack.engine.stored, before);
      await assert.rejects(stack.engine.up({ ...stack.inputs, maxBuckets: 3, rotationId: "2" }));
      assert.deepEqual(stack.keys(), [DERIVED], "and nothing is made or revoked on its ground");
      stack.gateway.faults = undefined;
      await stack.up({ maxBuckets: 3, rotationId: "2" });
      assert.deepEqual(stack.keys(), [DERIVED, TWO]);
    });
  }

  /** An up that may fail, but not by a fault of ours. */

  async function engineUp(inputs: object): Promise<void> {
    await stack.engine.up({ ...stack.inputs, ...inputs }).catch((error: Error) => {
      assert.match(error.message, /^\w+ing .+: .+\./, error.stack);
    });
  }

  it("what consumers hold is not taken for a key of nobody when a run fails between publishing and retiring", async () => {
    await stack.up({ ...HOUR, rotationId: "1" });
    await stack.up({ ...HOUR, rotationId: "2", prove: false });
    const held = pair(stack.key());
    stack.world.advance(3600);
    stack.gateway.faults = (_request, _sequence, kind) =>
      kind === "DELETE user?key" ? { kind: "answer", status: 403, code: "AccessDenied" } : undefined;
    await stack.fails({ ...HOUR, rotationId: "3", prove: false });
    stack.gateway.faults = undefined;
    assert.deepEqual(pair(stack.previous()), held, "state keeps its secret");
    await stack.up({ ...HOUR, rotationId: "3", prove: false });
    assert.deepEqual(stack.keys(), [TWO, THREE]);
    assert.deepEqual(pair(stack.previous()), held);
    accepts(stack, held);
  });
});

describe("a disabled key of rgw.User", () => {
  let stack: RgwStack;
  beforeEach(async () => {
    stack = await openRgw();
  });

  const disable = (accessKey: unknown) =>
    stack.meddle(`PUT user?key&uid=ann&key-type=s3&access-key=${accessKey}&active=false&generate-key=false`);
  const says = ({ accessKey, secretKey }: Record<string, unknown>) => stack.says(accessKey, secretKey);

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
    assert.equal(stack.says(accessKey, "bobs"), "200");
  });

  it("is not the one that adopting a user publishes, if there is another", async () => {
    stack.meddle("PUT user?uid=ann&display-name=Ann&access-key=AAA&secret-key=first-secret");
    stack.meddle("PUT user?key&uid=ann&access-key=BBB&secret-key=other-secret");
    disable("AAA");
    const { accessKey } = await stack.up({ adopt: true });
    assert.equal(accessKey, "BBB");
  });
});
