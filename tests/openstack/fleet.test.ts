// Fleets of openstack.User on a real Keystone: many users as one resource, each with a password and a key of its own.

import assert from "node:assert/strict";
import { openProgram } from "./program";
import { type Store, storeFor } from "./store";

type Credentials = Record<string, { readonly accessKey: string; readonly secretKey: string }>;

describe("a fleet of openstack.User on a real Keystone", function () {
  this.timeout(60_000);
  let store: Store;

  before(async function () {
    store = await storeFor(this);
  });

  it("makes, rotates and deletes its members", async () => {
    const config = { "openstack:s3Endpoint": store.s3Endpoint };
    const program = await openProgram({ kind: "openstack/fleet", environment: store.env, config });
    const users = { red: { name: "red" }, blue: { name: "blue" }, green: { name: "green" } };
    const defaults = { project: "media", rotationId: "1", gracePeriodSeconds: 0 };
    const first = (await program.up({ defaults, users })).credentials as Credentials;
    assert.deepEqual(await Promise.all(Object.values(first).map((key) => store.s3(key))), ["200", "200", "200"]);
    const second = (await program.up({ defaults: { ...defaults, rotationId: "2" }, users })).credentials as Credentials;
    assert.deepEqual(await Promise.all(Object.values(second).map((key) => store.s3(key))), ["200", "200", "200"]);
    for (const key of Object.values(first)) assert.equal(await store.s3(key), "403 InvalidAccessKeyId");
    await program.engine.destroy();
    assert.equal(await store.user("red"), undefined);
  });
});
