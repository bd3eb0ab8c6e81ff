// What only openstack.User has, on a real Keystone with a real S3 gateway: roles, projects, passwords, names that change. The
// rest of its life is the contract.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { openProgram, type Program } from "./program";
import { projectId, type Store, storeFor } from "./store";

describe("openstack.User on a real Keystone", function () {
  this.timeout(60_000);
  let store: Store;

  before(async function () {
    store = await storeFor(this);
  });

  // This gateway keeps no keys in a cache, so what S3 refuses it refuses at once.
  const world = { sleep: (ms: number) => sleep(ms / 20) };
  const open = (environment = store.env) =>
    openProgram({ kind: "openstack", environment, config: { "openstack:s3Endpoint": store.s3Endpoint }, world });
  const logsIn = async (id: unknown, password: unknown) => (await store.logIn({ id, password })).status;

  describe("from create to delete", () => {
    const ALICE = { name: "alice", project: "media" };
    let program: Program;

    before(async () => {
      program = await open();
    });

    it("makes a user with role, generated password and a key that opens S3", async () => {
      const outputs = await program.up({ ...ALICE, description: "Alice", email: "alice@example.org", rotationId: "1" });
      const user = await store.user("alice");
      assert.equal(outputs.userId, user.id);
      assert.deepEqual([user.description, user.email, user.enabled], ["Alice", "alice@example.org", true]);
      assert.equal(outputs.projectId, await projectId(store, "media"));
      assert.equal(await logsIn(user.id, outputs.password), 201);
      const { current } = program.keys();
      assert.equal(await store.s3(current), "200");
      assert.match(current.accessKey, /^PULU[A-Z2-7]{16}$/);
      assert.deepEqual([...(program.engine.stored?.secrets ?? [])].sort(), ["password", "secretKey"]);
    });

    it("clears what is taken out of the program", async () => {
      await program.up({ ...ALICE, rotationId: "1" });
      const user = await store.user("alice");
      assert.deepEqual([user.description, user.email], ["", null]);
    });

    it("rotates the password without touching the key, and says so by not touching it", async () => {
      const before = program.outputs();
      const rotated = { ...ALICE, rotationId: "1", passwordRotationId: "q4" };
      assert.match(
        (await program.preview(rotated)).join("\n"),
        /setPassword: passwordRotationId changed from "" to "q4"/,
      );
      const outputs = await program.up(rotated);
      assert.notEqual(outputs.password, before.password);
      assert.equal(outputs.accessKey, before.accessKey);
      assert.equal(await store.s3(program.keys().current), "200");
      assert.equal(await logsIn(outputs.userId, before.password), 401);
      await sleep(1_000);
      assert.equal(await logsIn(outputs.userId, outputs.password), 201);
    });

    it("takes a password of the program's own", async () => {
      const outputs = await program.up({ ...ALICE, rotationId: "1", password: "My-own-passw0rd" });
      assert.equal(outputs.password, "My-own-passw0rd");
      assert.equal(await logsIn(outputs.userId, "My-own-passw0rd"), 201);
    });

    it("renames, and moves to another project, where it gets another key", async () => {
      const { userId } = program.outputs();
      const before = program.keys().current;
      const moved = { name: "alison", project: "archive", rotationId: "1", roles: ["member", "reader"] };
      const outputs = await program.up(moved);
      assert.equal(outputs.userId, userId);
      assert.equal(outputs.projectId, await projectId(store, "archive"));
      assert.equal(await store.user("alice"), undefined);
      assert.equal(await store.s3(program.keys().current), "200");
      assert.notEqual(await store.s3(before), "200");
      const { body } = await store.ask("GET", `/role_assignments?user.id=${userId}&include_names=true`);
      const roles = body.role_assignments.map(
        (each: { role: { name: string }; scope: { project: { name: string } } }) =>
          `${each.scope.project.name} ${each.role.name}`,
      );
      assert.deepEqual(roles.sort(), ["archive member", "archive reader"]);
      await program.engine.refresh();
      assert.deepEqual(await program.preview(moved), []);
    });
  });

  describe("drift", () => {
    const BOB = { name: "bob", project: "media", description: "Bob", rotationId: "1" };
    let program: Program;

    before(async () => {
      program = await open();
      await program.up(BOB);
    });

    const userId = () => String(program.outputs().userId);

    const DRIFTS: readonly { what: string; meddle: () => Promise<unknown>; says: RegExp }[] = [
      {
        what: "a lock",
        meddle: () => store.ask("PATCH", `/users/${userId()}`, { user: { enabled: false } }),
        says: /enabled is false, wanted true/,
      },
      {
        what: "an e-mail address that nobody declared",
        meddle: () => store.ask("PATCH", `/users/${userId()}`, { user: { email: "m@example.org" } }),
        says: /email is "m@example.org", wanted ""/,
      },
      {
        what: "another name",
        meddle: () => store.ask("PATCH", `/users/${userId()}`, { user: { name: "robert" } }),
        says: /name is "robert", wanted "bob"/,
      },
      {
        what: "a role that was taken away",
        meddle: async () => {
          const role = (await store.ask("GET", "/roles?name=member")).body.roles[0].id;
          const at = await projectId(store, "media");
          return store.ask("DELETE", `/projects/${at}/users/${userId()}/roles/${role}`);
        },
        says: /roles is \[\], wanted \["member"\]/,
      },
    ];

    for (const { what, meddle, says } of DRIFTS) {
      it(`is seen and repaired: ${what}`, async () => {
        await meddle();
        await program.engine.refresh();
        assert.match((await program.preview(BOB)).join("\n"), says);
        await program.up(BOB);
        await program.engine.refresh();
        assert.deepEqual(await program.preview(BOB), []);
        assert.equal(await store.s3(program.keys().current), "200");
      });
    }
  });
});
