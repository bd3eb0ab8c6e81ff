/** cegedim.ObjectUser from create to delete, through the provider, on the server of reference. */
import assert from "node:assert/strict";
import { APP, openBench, STORE } from "./bench";

const FIRST_USER = "Initial S3 user";

describe("cegedim.ObjectUser: a user's life", () => {
  it("is made with its label, and its secret opens S3", async () => {
    const bench = await openBench();
    const outputs = await bench.up();
    const live = bench.server.users().app;
    assert.equal(outputs.userId, String(live?.id));
    assert.equal(outputs.accessKey, live?.accessKey);
    assert.equal(bench.s3(outputs.secretKey), "200");
    assert.deepEqual(bench.engine.stored?.secrets, ["secretKey"]);
    assert.equal(outputs.label, "app");
    bench.assertNoLeak([String(outputs.secretKey), "the-clients-own-secret"]);
  });

  it("changes nothing the second time, and asks nothing", async () => {
    const bench = await openBench();
    await bench.up();
    const before = bench.server.requests.count();
    assert.equal(await bench.engine.up(APP), "same");
    assert.equal(bench.server.requests.count(), before);
  });

  it("changes its label in place", async () => {
    const bench = await openBench();
    const { userId, secretKey } = await bench.up();
    const outputs = await bench.up({ label: "the app" });
    assert.equal(outputs.userId, userId);
    assert.equal(outputs.secretKey, secretKey);
    assert.deepEqual(Object.keys(bench.server.users()), [FIRST_USER, "the app"]);
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
    const { secretKey } = await bench.up();
    const user = bench.server.users().app;
    assert.ok(user);
    user.label = "renamed by hand";
    user.locked = true;
    await bench.engine.refresh();
    assert.equal(bench.engine.stored?.inputs.label, "renamed by hand");
    assert.equal(bench.engine.stored?.inputs.locked, true);
    assert.equal(bench.outputs().secretKey, secretKey);
    await bench.up();
    assert.equal(bench.server.users().app?.locked, false);
  });

  it("is gone when the store's list does not have it, and made again", async () => {
    const bench = await openBench();
    const { userId } = await bench.up();
    await bench.engine.destroy();
    await bench.up();
    assert.notEqual(bench.outputs().userId, userId);
    const { id } = bench.server.users().app ?? {};
    bench.server.handle({
      method: "DELETE",
      url: new URL(`https://x.test/storage/object-stores/${STORE}/users/${id}`),
      headers: await someToken(bench),
    });
    await bench.engine.refresh();
    assert.equal(bench.engine.stored, undefined);
  });

  it("finds its user in a store of many pages", async () => {
    const bench = await openBench();
    for (let n = 0; n < 250; n++) await bench.engine.provider.create({ ...APP, label: `user ${n}`, prove: false });
    await bench.up();
    assert.match(await bench.fails({ label: "user 249", objectStore: STORE }), /./);
    assert.equal(Object.keys(bench.server.users()).length, 252);
  });

  it("is replaced when the store changes", async () => {
    const bench = await openBench({ objectStores: [STORE, "cos-acme-backup"] });
    await bench.up();
    assert.equal(await bench.engine.up({ ...APP, objectStore: "cos-acme-backup" }), "replaced");
    assert.deepEqual(Object.keys(bench.server.users()), [FIRST_USER]);
    assert.deepEqual(Object.keys(bench.server.users("cos-acme-backup")), [FIRST_USER, "app"]);
  });

  it("is deleted for good; and deleting what is gone is no error", async () => {
    const bench = await openBench();
    const { secretKey } = await bench.up();
    const { outputs } = bench.engine.stored ?? {};
    await bench.engine.destroy();
    assert.deepEqual(Object.keys(bench.server.users()), [FIRST_USER]);
    assert.equal(bench.s3(secretKey), "401");
    await bench.engine.provider.delete(String(outputs?.userId), outputs ?? {});
  });
});

describe("cegedim.ObjectUser: rotation", () => {
  it("takes both secrets during the grace, to the second, and then one", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1", gracePeriodSeconds: 90 });
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 90 });
    assert.equal(second.accessKey, first.accessKey);
    assert.equal(second.previousSecretKey, first.secretKey);
    bench.assertEndsIn(90);
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], ["200", "200"]);
    bench.world.advance(89);
    assert.equal(bench.s3(first.secretKey), "200");
    bench.world.advance(2);
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], ["401", "200"]);
    const after = await bench.up({ rotationId: "2", gracePeriodSeconds: 90 });
    assert.equal(after.previousSecretKey, undefined);
    assert.equal((after.keys as unknown[]).length, 1);
    bench.assertNoLeak([String(first.secretKey), String(second.secretKey)]);
  });

  it("without a grace, the old secret answers 401 at once", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1" });
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], ["401", "200"]);
    assert.equal(second.previousSecretKey, undefined);
    assert.equal(await bench.engine.up({ ...APP, rotationId: "2", gracePeriodSeconds: 0 }), "same");
  });

  it("refuses to extend or end a running grace, and to go back to an old secret", async () => {
    const bench = await openBench();
    await bench.up({ rotationId: "1" });
    const { secretKey } = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    const refusals = [
      [{ rotationId: "2", gracePeriodSeconds: 86_400 }, /ends it by itself at .*cannot be put off/],
      [{ rotationId: "2", gracePeriodSeconds: 0 }, /cannot be brought forward.*Rotate once more/],
      [{ rotationId: "1", gracePeriodSeconds: 3600 }, /going back.*its secret ends by itself at/],
    ] as const;
    for (const [inputs, says] of refusals) assert.match(await bench.fails(inputs), says);
    assert.equal(bench.outputs().secretKey, secretKey);
  });

  it("ends a leaked secret in one run though a grace is running: another rotation with 0", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1" });
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    assert.match(
      await bench.fails({ rotationId: "3", gracePeriodSeconds: 3600 }),
      /keeps at most 2 keys.*Run again after/,
    );
    const third = await bench.up({ rotationId: "3", gracePeriodSeconds: 0 });
    const answers = [first, second, third].map(({ secretKey }) => bench.s3(secretKey));
    assert.deepEqual(answers, ["401", "401", "200"]);
    assert.equal((third.keys as unknown[]).length, 1);
  });

  it("waits for minutes of propagation, says so, and publishes what is proven", async () => {
    const bench = await openBench();
    bench.server.propagationSeconds = 240;
    const first = await bench.up({ rotationId: "1", gracePeriodSeconds: 3600 });
    assert.ok(bench.world.lines.some((line) => /S3 reports refused .* waiting \(\d+ of 600 s\)/.test(line)));
    assert.equal(bench.s3(first.secretKey), "200");
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], ["200", "200"]);
    assert.equal(await bench.engine.up({ ...APP, rotationId: "2", gracePeriodSeconds: 3600 }), "same");
  });

  for (const rotations of [1, 2]) {
    it(`never loses a secret whose proof failed, in another process too: rotation ${rotations}`, async () => {
      const bench = await openBench();
      if (rotations === 2) await bench.up({ rotationId: "1", gracePeriodSeconds: 7200 });
      const old = bench.engine.stored?.outputs.secretKey;
      bench.world.advance(1000);
      bench.server.propagationSeconds = 1000;
      const inputs = { rotationId: String(rotations), gracePeriodSeconds: 7200 };
      const message = await bench.fails(inputs);
      assert.match(message, /S3 refuses the key/);
      assert.equal(bench.outputs().secretKey, old);
      assert.ok(bench.engine.stored?.secrets.includes("__secrets"));
      const [kept = ""] = Object.values(bench.outputs().__secrets as Record<string, string>);
      bench.assertNoLeak([kept]);
      bench.world.advance(900);
      await bench.restart();
      await bench.engine.refresh();
      const renewals = bench.server.requests.count("PATCH user renewSecretKey");
      const outputs = await bench.up(inputs);
      assert.equal(outputs.secretKey, kept);
      assert.equal(bench.server.requests.count("PATCH user renewSecretKey"), renewals);
      assert.equal(bench.s3(kept), "200");
      assert.equal(outputs.previousSecretKey, old);
      assert.equal(await bench.engine.up({ ...APP, ...inputs }), "same");
    });
  }

  for (const skewSeconds of [-600, 600]) {
    it(`counts graces right with a server whose clock is ${skewSeconds} s ahead`, async () => {
      const bench = await openBench({ skewSeconds });
      const first = await bench.up({ rotationId: "1" });
      await bench.up({ rotationId: "2", gracePeriodSeconds: 60 });
      bench.world.advance(59);
      assert.equal(bench.s3(first.secretKey), "200");
      bench.world.advance(2);
      await bench.up({ rotationId: "2", gracePeriodSeconds: 60 });
      assert.equal(bench.s3(first.secretKey), "401");
    });
  }
});

describe("cegedim.ObjectUser: the user that comes with a store", () => {
  it("is taken over only when told, and its secret is left alone until a rotationId is given", async () => {
    const bench = await openBench();
    const label = FIRST_USER;
    const { accessKey, secrets } = bench.server.users()[label] ?? {};
    const [secret] = secrets?.taken(bench.world.now().getTime()) ?? [];
    assert.match(await bench.fails({ label }), /has a user with this label already/);
    const outputs = await bench.up({ label, adopt: true });
    assert.deepEqual([outputs.accessKey, outputs.secretKey], [accessKey, undefined]);
    await bench.up({ label });
    assert.equal(await bench.engine.up({ ...APP, label }), "same");
    await bench.up({ label, locked: true });
    await bench.up({ label, locked: false });
    assert.equal(bench.s3(secret), "200");
    assert.equal(bench.server.requests.count("PATCH user renewSecretKey"), 0);

    const renewed = await bench.up({ label, rotationId: "1", gracePeriodSeconds: 60 });
    assert.equal(renewed.accessKey, accessKey);
    assert.deepEqual([bench.s3(secret), bench.s3(renewed.secretKey)], ["200", "200"]);
    bench.world.advance(61);
    assert.deepEqual([bench.s3(secret), bench.s3(renewed.secretKey)], ["401", "200"]);
  });
});

async function someToken({ server }: Awaited<ReturnType<typeof openBench>>): Promise<Record<string, string>> {
  const basic = Buffer.from("cgdm-sa-test:the-clients-own-secret").toString("base64");
  const headers = { authorization: `Basic ${basic}` };
  const url = new URL("https://x.test/token");
  const { body } = server.handle({ method: "POST", url, headers, body: "grant_type=client_credentials" });
  const token = /"access_token":"([^"]+)"/.exec(body)?.[1];
  return { authorization: `Bearer ${token}`, accept: "application/vnd.cegedim-it.v1+json" };
}
