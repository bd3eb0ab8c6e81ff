// docs/guides/losing-state.md on OpenStack and Infomaniak, on a real Keystone: a program without state meets the user that it
// made before.

import assert from "node:assert/strict";
import { CLOUD, openAccount, PROJECT, type Setting } from "../infomaniak/account";
import { openProgram } from "../openstack/program";
import { type Store, storeFor } from "../openstack/store";

describe("guide: the state is lost, on OpenStack", function () {
  this.timeout(90_000);
  let store: Store;
  let setting: Setting;

  before(async function () {
    store = await storeFor(this);
    setting = await openAccount(this);
  });
  after(() => setting?.served.close());

  it("openstack: the same key comes back; a password that was made here is replaced", async () => {
    const open = () =>
      openProgram({ kind: "openstack", environment: store.env, config: { "openstack:s3Endpoint": store.s3Endpoint } });
    const inputs = { name: "without-state", project: "media", rotationId: "1" };
    const first = await open();
    const { password: lost } = await first.up(inputs);
    const again = await open();
    const outputs = await again.up(inputs);
    assert.deepEqual(again.keys().current, first.keys().current);
    assert.equal(await store.s3(again.keys().current), "200");
    assert.ok(lost && outputs.password && outputs.password !== lost);
    assert.equal((await store.logIn({ id: outputs.userId, password: lost })).status, 401);
    await again.engine.destroy();
  });

  it("openstack: with adopt the password stays as it is, and the key, too", async () => {
    const open = () =>
      openProgram({ kind: "openstack", environment: store.env, config: { "openstack:s3Endpoint": store.s3Endpoint } });
    const inputs = { name: "without-state-2", project: "media", rotationId: "1" };
    const first = await open();
    const { password: lost } = await first.up(inputs);
    const again = await open();
    const outputs = await again.up({ ...inputs, adopt: true });
    assert.deepEqual(again.keys().current, first.keys().current);
    assert.equal((await store.logIn({ id: outputs.userId, password: lost })).status, 201);
    await again.engine.destroy();
  });

  it("infomaniak: adopt sets a new password, and finds its own key", async () => {
    const inputs = { publicCloudId: CLOUD, projectId: PROJECT, description: "Without state", rotationId: "1" };
    const first = await setting.open();
    const { password: lost } = await first.up(inputs);
    const again = await setting.open();
    assert.match(await again.fails(inputs), /Set adopt: true/);
    const outputs = await again.up({ ...inputs, adopt: true });
    assert.notEqual(outputs.password, lost);
    assert.deepEqual(again.keys().current, first.keys().current);
    assert.equal(await setting.store.s3(again.keys().current), "200");
    await again.engine.destroy();
  });
});
