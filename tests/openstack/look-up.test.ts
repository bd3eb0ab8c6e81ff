// Look-ups of openstack.User on a real Keystone: settings and keys of a user as they are, and the list of a domain.

import assert from "node:assert/strict";
import type { Backend } from "../../provider/backends/backend";
import { openstack } from "../../provider/backends/openstack";
import { openLookUps } from "../../provider/operator/look-up";
import { world as realWorld } from "../../provider/world";
import { openProgram } from "./program";
import { type Store, storeFor } from "./store";

describe("look-ups of openstack.User on a real Keystone", function () {
  this.timeout(60_000);
  let store: Store;

  before(async function () {
    store = await storeFor(this);
  });

  it("show a user as it is, its secrets on demand, and list the domain", async () => {
    const config = { "openstack:s3Endpoint": store.s3Endpoint };
    const program = await openProgram({ kind: "openstack", environment: store.env, config });
    const outputs = await program.up({ name: "looked-up", project: "media", email: "l@example.org", rotationId: "1" });
    const lookUps = openLookUps(
      openstack as Backend,
      { get: () => undefined },
      { ...realWorld, environment: store.env, log: () => {} },
    );
    const found = await lookUps.getUser({ name: "looked-up" }, { withSecrets: false });
    assert.equal(found.userId, outputs.userId);
    assert.deepEqual([found.fields.email, found.fields.enabled], ["l@example.org", true]);
    assert.deepEqual(
      found.keys?.map(({ accessKey, secretKey }) => [accessKey, secretKey]),
      [[outputs.accessKey, undefined]],
    );
    const open = await lookUps.getUser({ name: "looked-up", domain: "Default" }, { withSecrets: true });
    assert.equal(open.keys?.[0]?.secretKey, outputs.secretKey);
    const listed = await lookUps.listUsers({ domain: "Default" });
    assert.ok(listed.some(({ name }) => name === "looked-up"));
    await assert.rejects(lookUps.getUser({ name: "nobody" }, { withSecrets: false }), /there is no such user/);
    await program.engine.destroy();
  });
});
