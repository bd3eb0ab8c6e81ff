/** ecs.ObjectUser from create to delete, through the provider, on the server of reference. */
import assert from "node:assert/strict";
import { ANN, openBench } from "./bench";

const REFUSED = "403 SignatureDoesNotMatch";

describe("ecs.ObjectUser: a user's life", () => {
  it("is made with tags, and its secret opens S3; the mark of its making is gone", async () => {
    const bench = await openBench();
    const outputs = await bench.up({ tags: { team: "red", cost: "7" } });
    assert.equal(outputs.userId, "ann");
    assert.equal(outputs.accessKey, "ann");
    assert.equal(bench.s3(outputs.secretKey), "200");
    assert.deepEqual(bench.engine.stored?.secrets, ["secretKey"]);
    const live = bench.server.meddle("GET /object/users/ann/info?namespace=ns1") as { tag: unknown };
    assert.deepEqual(live.tag, [
      { name: "cost", value: "7" },
      { name: "team", value: "red" },
    ]);
    assert.match(String(outputs.keys && JSON.stringify(outputs.keys)), /"provenAt"/);
  });

  it("changes nothing the second time, and asks nothing", async () => {
    const bench = await openBench();
    await bench.up();
    const before = bench.server.requests.count();
    assert.equal(await bench.engine.up(ANN), "same");
    assert.equal(bench.server.requests.count(), before);
  });

  it("adds, changes and removes tags", async () => {
    const bench = await openBench();
    await bench.up({ tags: { a: "1", b: "2" } });
    const { tags } = await bench.up({ tags: { b: "3", c: "4" } });
    assert.deepEqual(tags, { b: "3", c: "4" });
    await bench.up({});
    assert.deepEqual(bench.outputs().tags, {});
  });

  it("is locked and unlocked; its secret stays", async () => {
    const bench = await openBench();
    const { secretKey } = await bench.up({ locked: true });
    assert.equal(bench.s3(secretKey), "403 AccessDenied");
    const unlocked = await bench.up({ locked: false });
    assert.equal(unlocked.secretKey, secretKey);
    assert.equal(bench.s3(secretKey), "200");
  });

  it("shows drift by name on refresh, and repairs it", async () => {
    const bench = await openBench();
    await bench.up({ tags: { team: "red" } });
    bench.server.meddle("PUT /object/users/lock", { user: "ann", namespace: "ns1", isLocked: true });
    bench.server.meddle("PUT /object/users/ann/tags", { tags: [{ name: "team", value: "blue" }] });
    await bench.engine.refresh();
    assert.equal(bench.engine.stored?.inputs.locked, true);
    assert.deepEqual(bench.engine.stored?.inputs.tags, { team: "blue" });
    const outputs = await bench.up({ tags: { team: "red" } });
    assert.equal(outputs.locked, false);
    assert.deepEqual(outputs.tags, { team: "red" });
  });

  it("gets a new secret when somebody ended its own", async () => {
    const bench = await openBench();
    const { secretKey } = await bench.up();
    bench.server.meddle("POST /object/user-secret-keys/ann/deactivate", { secret_key: secretKey });
    await bench.engine.refresh();
    const outputs = await bench.up();
    assert.notEqual(outputs.secretKey, secretKey);
    assert.equal(bench.s3(outputs.secretKey), "200");
  });

  it("is gone when ECS says so by one of its two codes, and made again", async () => {
    const bench = await openBench();
    await bench.up();
    bench.server.meddle("POST /object/users/deactivate", { user: "ann", namespace: "ns1" });
    await bench.engine.refresh();
    assert.equal(bench.engine.stored, undefined);
    await bench.up();
    assert.deepEqual(bench.server.users(), ["ann"]);
  });

  it("is replaced, the old one first, when the namespace changes", async () => {
    const bench = await openBench({ namespaces: ["ns1", "ns2"] });
    await bench.up();
    assert.equal(await bench.engine.up({ ...ANN, namespace: "ns2" }), "replaced");
    assert.deepEqual(bench.server.users(), ["ann"]);
  });

  it("is deleted with its secrets; and deleting what is gone is no error", async () => {
    const bench = await openBench();
    const { secretKey } = await bench.up();
    await bench.engine.destroy();
    assert.deepEqual(bench.server.users(), []);
    assert.equal(bench.s3(secretKey), "403 InvalidAccessKeyId");
    await bench.up();
    bench.server.meddle("POST /object/users/deactivate", { user: "ann", namespace: "ns1" });
    await bench.engine.destroy();
  });

  it("takes an existing user over with its secret, and not without being told", async () => {
    const bench = await openBench();
    bench.server.meddle("POST /object/users", { user: "ann", namespace: "ns1", tags: [{ name: "by", value: "hand" }] });
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "made-by-hand-and-long-enough" });
    assert.match(await bench.fails(), /exists already and was not made by this resource/);
    const outputs = await bench.up({ adopt: true });
    assert.equal(outputs.secretKey, "made-by-hand-and-long-enough");
    assert.deepEqual(outputs.tags, { by: "hand" });
    const renewed = await bench.up({ adopt: true, rotationId: "2", gracePeriodSeconds: 60 });
    assert.equal(bench.s3("made-by-hand-and-long-enough"), "200");
    assert.equal(bench.s3(renewed.secretKey), "200");
  });

  it("keeps ids that need escaping", async () => {
    const bench = await openBench();
    const userId = "team/ann?#@x.org";
    await bench.up({ userId, rotationId: "1" });
    await bench.up({ userId, rotationId: "2", locked: true });
    assert.deepEqual(bench.server.users(), [userId]);
    assert.equal(bench.outputs().accessKey, userId);
    await bench.engine.destroy();
    assert.deepEqual(bench.server.users(), []);
  });

  it("proves nothing where no S3 address is known, and reads back instead", async () => {
    const bench = await openBench({ settings: { "ecs:s3Endpoint": undefined } });
    const outputs = await bench.up();
    assert.equal(bench.s3(outputs.secretKey), "200");
    await bench.up({ rotationId: "2" });
    assert.match(await bench.fails({ rotationId: "2", prove: true }), /no s3Endpoint to prove it at/);
  });
});

describe("ecs.ObjectUser: rotation", () => {
  it("takes both secrets during the grace, which ECS ends by its own clock, and then one", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1", gracePeriodSeconds: 90 });
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 90 });
    assert.equal(second.previousSecretKey, first.secretKey);
    assert.equal(second.previousAccessKey, "ann");
    // 90 seconds are two minutes to ECS.
    bench.assertEndsIn(120);
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], ["200", "200"]);
    bench.world.advance(119);
    assert.equal(bench.s3(first.secretKey), "200");
    bench.world.advance(2);
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], [REFUSED, "200"]);
    const after = await bench.up({ rotationId: "2", gracePeriodSeconds: 90 });
    assert.equal(after.previousSecretKey, undefined);
    assert.equal((after.keys as unknown[]).length, 1);
    assert.equal(await bench.engine.up({ ...ANN, rotationId: "2", gracePeriodSeconds: 90 }), "same");
    bench.assertNoLeak([String(first.secretKey), String(second.secretKey), "the-managers-own-password"]);
  });

  it("with a grace of 0 ends the old secret once the new one is proven", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1" });
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], [REFUSED, "200"]);
    assert.deepEqual(bench.server.secretsOf("ann"), [second.secretKey]);
    assert.equal(second.previousSecretKey, undefined);
  });

  it("ends a running grace at once with 0, and names the secret when it does", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1" });
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    await bench.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], [REFUSED, "200"]);
  });

  it("refuses to extend a running grace, and to go back to an old secret", async () => {
    const bench = await openBench();
    await bench.up({ rotationId: "1" });
    const { secretKey } = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    assert.match(
      await bench.fails({ rotationId: "2", gracePeriodSeconds: 86_400 }),
      /ends it by itself at .*cannot be put off/,
    );
    assert.match(await bench.fails({ rotationId: "1", gracePeriodSeconds: 3600 }), /its secret ends by itself at/);
    assert.equal(bench.outputs().secretKey, secretKey);
    assert.equal((await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 })).secretKey, secretKey);
  });

  it("does not make a third secret: waits with the time, goes on when that is over, or ends the old one when told", async () => {
    const bench = await openBench();
    await bench.up({ rotationId: "1" });
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    const message = await bench.fails({ rotationId: "3", gracePeriodSeconds: 3600 });
    assert.match(message, /keeps at most 2 keys and has as many\. Run again after 20\d\d-/);
    assert.equal(bench.server.secretsOf("ann").length, 2);
    const third = await bench.up({ rotationId: "3", gracePeriodSeconds: 0 });
    assert.deepEqual(bench.server.secretsOf("ann"), [third.secretKey]);
    assert.equal(bench.s3(second.secretKey), REFUSED);
    await bench.up({ rotationId: "4", gracePeriodSeconds: 60 });
    bench.world.advance(61);
    const fifth = await bench.up({ rotationId: "5", gracePeriodSeconds: 60 });
    assert.equal(bench.s3(fifth.secretKey), "200");
  });

  it("does not make a third secret beside one that somebody else made, unless it may end that one", async () => {
    const bench = await openBench();
    await bench.up({ rotationId: "1" });
    bench.world.advance(-10);
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "somebody-elses" });
    bench.world.advance(10);
    assert.match(await bench.fails({ rotationId: "2" }), /keeps at most 2 keys/);
    const outputs = await bench.up({ rotationId: "2", exclusiveKeys: true });
    assert.equal(bench.s3(outputs.secretKey), "200");
    assert.equal(bench.s3("somebody-elses"), REFUSED);
  });

  for (const skewSeconds of [-600, 600]) {
    it(`counts graces right with a server whose clock is ${skewSeconds} s ahead`, async () => {
      const bench = await openBench({ skewSeconds });
      const first = await bench.up({ rotationId: "1" });
      await bench.up({ rotationId: "2", gracePeriodSeconds: 60 });
      bench.assertEndsIn(60);
      bench.world.advance(59);
      assert.equal(bench.s3(first.secretKey), "200");
      bench.world.advance(2);
      await bench.up({ rotationId: "2", gracePeriodSeconds: 60 });
      assert.equal(bench.s3(first.secretKey), REFUSED);
      const third = await bench.up({ rotationId: "3", gracePeriodSeconds: 60 });
      assert.equal(bench.s3(third.secretKey), "200");
    });
  }

  it("waits for slow nodes, says so, and publishes what is proven", async () => {
    const bench = await openBench();
    bench.server.propagationSeconds = 100;
    const first = await bench.up({ rotationId: "1" });
    assert.equal(bench.s3(first.secretKey), "200");
    assert.ok(bench.world.lines.some((line) => /S3 reports refused for key ann, waiting \(\d+ of 150 s\)/.test(line)));
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], [REFUSED, "200"]);
  });

  it("publishes nothing that stays unproven, keeps the new secret, and goes on with it later", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1", gracePeriodSeconds: 3600 });
    bench.world.advance(400);
    bench.server.propagationSeconds = 400;
    assert.match(await bench.fails({ rotationId: "2", gracePeriodSeconds: 3600 }), /S3 refuses the key/);
    assert.equal(bench.outputs().secretKey, first.secretKey);
    bench.world.advance(600);
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    assert.equal(bench.server.secretsOf("ann").length, 2);
    assert.equal(bench.s3(second.secretKey), "200");
    assert.equal(second.previousSecretKey, first.secretKey);
    bench.world.advance(1000);
    assert.equal(await bench.engine.up({ ...ANN, rotationId: "2", gracePeriodSeconds: 3600 }), "same");
  });
});

describe("ecs.ObjectUser: hidden secrets", () => {
  it("rotates by fingerprint, in a new process too", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1" });
    bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
    await bench.engine.refresh();
    assert.equal(bench.outputs().secretKey, first.secretKey);
    await bench.restart();
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], ["200", "200"]);
    await bench.restart();
    await bench.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], [REFUSED, "200"]);
  });

  it("finds a secret again whose answer was lost", async () => {
    const bench = await openBench();
    bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
    bench.next("POST keys", { kind: "cut", when: "after" });
    const outputs = await bench.up();
    assert.deepEqual(bench.server.secretsOf("ann"), [outputs.secretKey]);
  });

  it("ends a foreign secret of which it knows the fingerprint only", async () => {
    const bench = await openBench();
    await bench.up();
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "somebody-elses" });
    bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
    const outputs = await bench.up({ exclusiveKeys: true });
    await bench.engine.refresh();
    await bench.up({ exclusiveKeys: true });
    assert.deepEqual(bench.server.secretsOf("ann"), [outputs.secretKey]);
  });

  it("takes a user over without touching a secret that it cannot read, until a rotationId says so", async () => {
    const bench = await openBench();
    bench.server.meddle("POST /object/users", { user: "ann", namespace: "ns1" });
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "made-by-hand" });
    bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
    const outputs = await bench.up({ adopt: true });
    assert.equal(outputs.secretKey, undefined);
    await bench.up({});
    assert.deepEqual(bench.server.secretsOf("ann"), ["made-by-hand"]);
    const renewed = await bench.up({ rotationId: "1", gracePeriodSeconds: 60 });
    assert.deepEqual([bench.s3("made-by-hand"), bench.s3(renewed.secretKey)], ["200", "200"]);
    bench.world.advance(61);
    assert.equal(bench.s3("made-by-hand"), REFUSED);
  });
});
