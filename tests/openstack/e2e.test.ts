// examples/openstack with the real CLI, a real Keystone and a real S3 gateway: create, rotate with a grace, drift, destroy.
// Single drifts and their repair are in lifecycle.test.ts, and by the real CLI in tests/package.

import assert from "node:assert/strict";
import { type Store, storeFor } from "./store";
import { NO_DRIFT, OK, openExample, type Story } from "./story";

const GONE = "403 InvalidAccessKeyId";

describe("examples/openstack from up to destroy", function () {
  this.timeout(120_000);
  let store: Store;
  let story: Story;

  before(async function () {
    store = await storeFor(this, { cli: true });
    const { OS_PASSWORD = "" } = store.env;
    story = await openExample("openstack", { "openstack:s3Endpoint": store.s3Endpoint }, store.env, [OS_PASSWORD]);
  });
  after(() => story?.end());

  it("makes a user whose key opens S3 and whose password logs in; secrets are masked", async () => {
    await story.up(OK);
    const { current } = await story.keys();
    const user = await store.user("backup");
    assert.equal(await store.s3(current), "200");
    assert.equal(await store.s3(current, "PUT", "/backups"), "200");
    assert.equal((await store.logIn({ id: user.id, password: (await story.shown()).password })).status, 201);
    const { secretKey, password } = await story.outputs();
    assert.deepEqual([secretKey, password], ["[secret]", "[secret]"]);
  });

  it("rotates key and password: S3 accepts both keys, and refuses the old one once the grace is ended", async () => {
    const { current: first } = await story.keys();
    const { password } = await story.shown();
    for (const name of ["rotationId", "passwordRotationId"]) await story.setConfig(name, "second");
    await story.up(OK);
    const { current, previous } = await story.keys();
    assert.deepEqual(previous, first);
    assert.notEqual((await story.shown()).password, password);
    assert.deepEqual([await store.s3(current), await store.s3(first)], ["200", "200"]);
    await story.setConfig("gracePeriodSeconds", "0");
    await story.up(OK);
    assert.deepEqual([await store.s3(current), await store.s3(first)], ["200", GONE]);
  });

  it("sees drift by name, and makes a user again that somebody removed; then nothing is left to do", async () => {
    const { id } = await store.user("backup");
    await store.ask("PATCH", `/users/${id}`, { user: { description: "Mallory", enabled: false } });
    const { stdout } = await story.preview({ args: ["--refresh", "--diff"], expect: 0 });
    assert.match(stdout, /description.*"Writes the backups" => "Mallory"/);
    await store.ask("DELETE", `/users/${id}`);
    await story.up({ args: ["--refresh"], expect: 0 });
    assert.notEqual((await store.user("backup")).id, id);
    assert.equal(await store.s3((await story.keys()).current), "200");
    await story.preview(NO_DRIFT);
  });

  it("is gone after destroy", async () => {
    const { current } = await story.keys();
    await story.destroy(OK);
    assert.equal(await store.user("backup"), undefined);
    assert.equal(await store.s3(current), GONE);
  });
});
