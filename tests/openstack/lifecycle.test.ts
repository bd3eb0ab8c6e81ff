// openstack.User on a real Keystone with a real S3 gateway: the whole life of users through the resource's methods.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { openProgram, type Program } from "./program";
import { projectId, type Store, storeFor } from "./store";

const GONE = "403 InvalidAccessKeyId";
const WRONG = "403 SignatureDoesNotMatch";

describe("openstack.User on a real Keystone", function () {
  this.timeout(60_000);
  let store: Store;

  before(async function () {
    store = await storeFor(this);
  });

  /** How far the provider's clock is ahead: graces end without waiting. */
  let aheadMs = 0;
  // This gateway keeps no keys in a cache, so what S3 refuses it refuses at once.
  const world = { now: () => new Date(Date.now() + aheadMs), sleep: (ms: number) => sleep(ms / 20) };
  const open = (environment = store.env) =>
    openProgram({ kind: "openstack", environment, config: { "openstack:s3Endpoint": store.s3Endpoint }, world });
  const logsIn = async (id: unknown, password: unknown) => (await store.logIn({ id, password })).status;

  describe("from create to delete", () => {
    const ALICE = { name: "alice", project: "media" };
    let program: Program;
    let first: { accessKey: string; secretKey: string };

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
      first = program.keys().current;
      assert.equal(await store.s3(first), "200");
      assert.match(first.accessKey, /^PULU[A-Z2-7]{16}$/);
      assert.deepEqual([...(program.engine.stored?.secrets ?? [])].sort(), ["password", "secretKey"]);
    });

    it("has nothing to do afterwards, nor after a refresh", async () => {
      const inputs = { ...ALICE, description: "Alice", email: "alice@example.org", rotationId: "1" };
      assert.equal(await program.engine.up(inputs), "same");
      await program.engine.refresh();
      assert.deepEqual(await program.preview(inputs), []);
    });

    it("rotates with a grace in which both keys work, and revokes the old one afterwards", async () => {
      await program.up({ ...ALICE, rotationId: "2", gracePeriodSeconds: 2 });
      const { current, previous } = program.keys();
      assert.deepEqual(previous, first);
      assert.deepEqual([await store.s3(current), await store.s3(previous)], ["200", "200"]);
      aheadMs += 2_100;
      await program.up({ ...ALICE, rotationId: "2", gracePeriodSeconds: 2 });
      assert.deepEqual([await store.s3(current), await store.s3(first)], ["200", GONE]);
      assert.deepEqual(await store.keysOf(String(program.outputs().userId)), [current.accessKey]);
    });

    it("clears what is taken out of the program", async () => {
      const user = await store.user("alice");
      assert.deepEqual([user.description, user.email], ["", null]);
    });

    it("rotates the password without touching the key, and says so by not touching it", async () => {
      const before = program.outputs();
      const rotated = { ...ALICE, rotationId: "2", gracePeriodSeconds: 2, passwordRotationId: "q4" };
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
      const outputs = await program.up({ ...ALICE, rotationId: "2", password: "My-own-passw0rd" });
      assert.equal(outputs.password, "My-own-passw0rd");
      assert.equal(await logsIn(outputs.userId, "My-own-passw0rd"), 201);
    });

    it("locks the user: no key works, none is lost; unlocked, all work again", async () => {
      const own = { ...ALICE, rotationId: "2", password: "My-own-passw0rd" };
      await program.up({ ...own, enabled: false });
      assert.equal(await store.s3(program.keys().current), WRONG);
      await program.up(own);
      assert.equal(await store.s3(program.keys().current), "200");
    });

    it("rotates while the user is locked: proven as suspended", async () => {
      const own = { ...ALICE, rotationId: "3", password: "My-own-passw0rd", gracePeriodSeconds: 0 };
      await program.up({ ...own, enabled: false });
      assert.equal(await store.s3(program.keys().current), WRONG);
      await program.up(own);
      assert.equal(await store.s3(program.keys().current), "200");
    });

    it("renames, and moves to another project, where it gets another key", async () => {
      const { userId } = program.outputs();
      const before = program.keys().current;
      const moved = { name: "alison", project: "archive", rotationId: "3", roles: ["member", "reader"] };
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

    it("is gone after destroy, with its keys", async () => {
      const { current } = program.keys();
      await program.engine.destroy();
      assert.equal(await store.user("alison"), undefined);
      assert.equal(await store.s3(current), GONE);
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
        what: "a changed description",
        meddle: () => store.ask("PATCH", `/users/${userId()}`, { user: { description: "Mallory" } }),
        says: /description is "Mallory", wanted "Bob"/,
      },
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
      {
        what: "a key that was removed",
        meddle: () => store.ask("DELETE", `/users/${userId()}/credentials/OS-EC2/${program.outputs().accessKey}`),
        says: /issueKey: the published key PULU\w+ was removed/,
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

    it("is seen and repaired: the user was removed, which the next up makes again with another id", async () => {
      const before = userId();
      await store.ask("DELETE", `/users/${before}`);
      await program.engine.refresh();
      assert.equal(program.engine.stored, undefined);
      // Each `up` is a process of its own.
      program = await open();
      await program.up(BOB);
      assert.notEqual(userId(), before);
      assert.equal(await store.s3(program.keys().current), "200");
      await program.engine.destroy();
    });
  });
});
