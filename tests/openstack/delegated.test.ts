// openstack.User with an application credential: it may make users, and Keystone does not let it touch S3 keys.

import assert from "node:assert/strict";
import { openProgram } from "./program";
import { type Store, storeFor } from "./store";

describe("openstack.User with an application credential", function () {
  this.timeout(60_000);
  let store: Store;
  let count = 0;
  const another = () => ({ name: `delegated-${++count}`, project: "media", rotationId: "1" });
  const open = (given: Readonly<Record<string, string>>) =>
    openProgram({ kind: "openstack", environment: given, config: { "openstack:s3Endpoint": store.s3Endpoint } });
  let environment: Record<string, string>;

  before(async function () {
    store = await storeFor(this);
    const me = await store.user("admin");
    const body = { application_credential: { name: "pulumi" } };
    const made = await store.ask("POST", `/users/${me.id}/application_credentials`, body);
    const { id, secret } = made.body.application_credential;
    environment = {
      OS_AUTH_URL: store.keystone.authUrl,
      OS_APPLICATION_CREDENTIAL_ID: id,
      OS_APPLICATION_CREDENTIAL_SECRET: secret,
    };
  });

  it("makes users, and their keys with their own passwords", async () => {
    const inputs = another();
    const program = await open(environment);
    await program.up(inputs);
    assert.equal(await store.s3(program.keys().current), "200");
    await program.up({ ...inputs, rotationId: "2", gracePeriodSeconds: 0 });
    assert.equal(await store.s3(program.keys().current), "200");
    await program.engine.refresh();
    assert.deepEqual(await program.preview({ ...inputs, rotationId: "2", gracePeriodSeconds: 0 }), []);
    await program.up({ ...inputs, rotationId: "3", gracePeriodSeconds: 0, passwordRotationId: "1" });
    assert.equal(await store.s3(program.keys().current), "200");
    await program.engine.destroy();
  });

  it("says that keys need a password where none is known", async () => {
    const inputs = another();
    await store.ask("POST", "/users", {
      user: { name: inputs.name, domain_id: "default", password: "Somebody-e1se" },
    });
    const program = await open(environment);
    assert.match(
      await program.fails({ ...inputs, adopt: true }),
      /Keystone does not let this login touch S3 keys: an application credential may not/,
    );
    await program.up({ ...inputs, adopt: true, password: "Now-kn0wn-here" });
    assert.equal(await store.s3(program.keys().current), "200");
    await program.engine.destroy();
  });
});
