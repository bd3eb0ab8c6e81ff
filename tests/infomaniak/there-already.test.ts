// Users of Infomaniak that are there already: the first one of a project, which may have no description, is named by its
// generated name or its number, for adoption, imports and look-ups.

import assert from "node:assert/strict";
import type { Backend } from "../../provider/backends/backend";
import { infomaniak } from "../../provider/backends/infomaniak";
import { importContentOf } from "../../provider/operator/import";
import { openLookUps } from "../../provider/operator/look-up";
import { world as realWorld } from "../../provider/world";
import { CLOUD, openAccount, PROJECT, type Setting } from "./account";

const AT = { publicCloudId: CLOUD, projectId: PROJECT };
const BACKEND = infomaniak as unknown as Backend;

describe("a user of Infomaniak that is there already", function () {
  this.timeout(60_000);
  let setting: Setting;

  before(async function () {
    setting = await openAccount(this);
  });
  after(() => setting?.served.close());

  /** The first user of a project, as the Manager makes it. */
  async function first() {
    const known = new Set(setting.users.users.keys());
    await setting.users.create({ password: "Some-Password-1" });
    const made = [...setting.users.users.values()].find(({ public_cloud_user_id: id }) => !known.has(id));
    return made ?? assert.fail("it is made");
  }

  it("is adopted by its generated name, keeps what it has, and is deleted", async () => {
    const { open_stack_name: openStackName, public_cloud_user_id: id } = await first();
    const inputs = { ...AT, openStackName, rotationId: "1" };
    const program = await setting.open();
    assert.match(await program.fails(inputs), /exists already.*adopt: true/);
    const outputs = await program.up({ ...inputs, adopt: true });
    assert.deepEqual([outputs.userId, outputs.openStackName, outputs.description], [String(id), openStackName, ""]);
    assert.equal(await setting.store.s3(program.keys().current), "200");
    assert.deepEqual(await program.preview(inputs), []);
    await program.engine.refresh();
    assert.deepEqual(await program.preview(inputs), []);
    await program.up({ ...inputs, rotationId: "2", gracePeriodSeconds: 0 });
    assert.equal(await setting.store.s3(program.keys().current), "200");
    await program.engine.destroy();
    assert.equal(setting.users.users.has(id), false);
  });

  it("is adopted by its number, and gets the description that is declared", async () => {
    const user = await first();
    const inputs = { ...AT, userId: String(user.public_cloud_user_id), description: "The first" };
    const program = await setting.open();
    await program.up({ ...inputs, adopt: true });
    assert.equal(user.description, "The first");
    assert.equal(await setting.store.s3(program.keys().current), "200");
    assert.deepEqual(await program.preview({ ...AT, description: "The first" }), [], "the number may go");
    await program.engine.destroy();
  });

  it("is not described as another one, as neither would be found again", async () => {
    await setting.users.create({ password: "Some-Password-1", description: "Taken" });
    const program = await setting.open();
    await program.up({ ...AT, description: "Free" });
    const refusal =
      /user \d+ has this description already\. Give another description, or change that of the other user/;
    assert.match(await program.fails({ ...AT, description: "Taken" }), refusal);
    await program.up({ ...AT, description: "Free again" });
    await program.engine.destroy();
  });

  it("is no other one: a name that nobody has, one that changes, and one that is another's are refused", async () => {
    const program = await setting.open();
    const nobody = { ...AT, openStackName: "PCU-0000000", adopt: true };
    assert.match(await program.fails(nobody), /has no user with this userId and openStackName/);
    assert.match(await program.fails({ ...AT, openStackName: "Ann" }), /openStackName: must be a generated name/);
    assert.match(await program.fails({ ...AT }), /description: is required, unless userId or openStackName/);
    const [one, other] = [await first(), await first()];
    await program.up({ ...AT, userId: String(one.public_cloud_user_id), adopt: true });
    const others = { ...AT, userId: String(other.public_cloud_user_id) };
    assert.match(await program.fails(others), /userId: cannot change: it says which user this is/);
    const more = { ...AT, userId: String(one.public_cloud_user_id), openStackName: other.open_stack_name };
    assert.match(await program.fails(more), /userId or openStackName is another user's/);
    assert.equal(setting.users.users.has(other.public_cloud_user_id), true);
    await program.up({ ...AT, userId: String(one.public_cloud_user_id) });
    await program.engine.destroy();
    await setting.users.remove(other);
  });

  it("is moved in by its generated name; the first up sets a password, as nobody knows the one it has", async () => {
    const { open_stack_name: openStackName, public_cloud_user_id: id } = await first();
    const config = { get: (name: string) => setting.config[name] };
    const users = [{ name: "first", inputs: { ...AT, openStackName } }];
    const { resources } = await importContentOf(BACKEND, config, users, { ...realWorld, log: () => {} });
    assert.deepEqual([resources[0]?.id, resources[0]?.outputs.openStackName], [String(id), openStackName]);
    const program = await setting.open();
    const { inputs = {}, outputs = {} } = resources[0] ?? {};
    program.engine.stored = { id: String(id), inputs, outputs, secrets: [], halfMade: false };
    await program.up({ ...AT, openStackName });
    assert.equal(await setting.store.s3(program.keys().current), "200");
    await program.engine.destroy();
  });

  it("is looked up by description, name or number, and listed by what it has", async () => {
    const nameless = await first();
    await setting.users.create({ password: "Some-Password-1", description: "Looked up" });
    const get = (name: string) => setting.config[name];
    const lookUps = openLookUps(BACKEND, { get }, { ...realWorld, log: () => {} });
    const { open_stack_name: openStackName, public_cloud_user_id } = nameless;
    const userId = String(public_cloud_user_id);
    const withSecrets = false;
    for (const by of [{ openStackName }, { userId }]) {
      const found = await lookUps.getUser({ ...AT, ...by }, { withSecrets });
      assert.deepEqual([found.userId, found.fields.openStackName, found.keys], [userId, openStackName, undefined]);
    }
    const found = await lookUps.getUser({ ...AT, description: "Looked up" }, { withSecrets });
    assert.match(String(found.fields.openStackName), /^PCU-/);
    const listed = await lookUps.listUsers(AT);
    assert.ok(listed.some((one) => one.openStackName === openStackName && one.description === undefined));
    assert.ok(listed.some((one) => one.description === "Looked up"));
    await assert.rejects(lookUps.getUser({ ...AT, description: "Nobody" }, { withSecrets }), /there is no such user/);
    await assert.rejects(lookUps.getUser(AT, { withSecrets }), /nothing says which user.*openStackName or userId/);
  });
});
