// infomaniak.User: the account API's stand-in in front of a real Keystone and a real S3 gateway. Users, passwords, keys and
// refusals are real; tasks, statuses and envelopes stand in.

import assert from "node:assert/strict";
import { marked } from "../../provider/backends/infomaniak/description";
import { deriveMark } from "../../provider/lifecycle/keys";
import type { Program } from "../openstack/program";
import { ME } from "../provider/engine";
import { CLOUD, openAccount, PROJECT, type Setting } from "./account";

const AT = { publicCloudId: CLOUD, projectId: PROJECT };
const MARKED = marked("Marked", deriveMark({ name: `${CLOUD}/${PROJECT}/Marked`, identity: ME }));

describe("infomaniak.User on the stand-in before a real Keystone", function () {
  this.timeout(60_000);
  let setting: Setting;

  before(async function () {
    setting = await openAccount(this);
  });
  after(() => setting?.served.close());
  afterEach(() => {
    const { behaviour } = setting.served.account;
    Object.assign(behaviour, { answers: "asynchronous", stuck: false, failure: undefined, forbidden: false });
    setting.served.heal();
  });

  const logsIn = async (name: unknown, password: unknown) =>
    (await setting.store.logIn({ name, domain: { id: "default" }, password })).status;
  /** Every command of Pulumi is a process of its own. */
  const reopened = async ({ engine }: Program): Promise<Program> => {
    const program = await setting.open();
    program.engine.stored = engine.stored;
    return program;
  };
  const said = (program: Program) => program.lines.join("\n");

  describe("from create to delete", () => {
    const ALICE = { ...AT, description: "Alice" };
    let program: Program;

    before(async () => {
      program = await setting.open();
    });

    it("makes a user with a generated name, a password and a key that opens S3, telling how far it is", async () => {
      const outputs = await program.up({ ...ALICE, rotationId: "1" });
      const user = setting.user("Alice");
      assert.equal(outputs.userId, String(user?.public_cloud_user_id));
      assert.match(String(outputs.openStackName), /^PCU-\w{7}$/);
      assert.equal(await logsIn(outputs.openStackName, outputs.password), 201);
      assert.equal(await setting.store.s3(program.keys().current), "200");
      assert.match(said(program), /creating: (spooled|running) \(0 of at most 600 s\)/);
      assert.deepEqual([...(program.engine.stored?.secrets ?? [])].sort(), ["password", "secretKey"]);
    });

    it("rotates the password and goes on with the key; the next rotation logs in with the new password", async () => {
      const before = program.outputs();
      const inputs = { ...AT, description: "Alice", rotationId: "1", passwordRotationId: "q4" };
      const outputs = await program.up(inputs);
      assert.notEqual(outputs.password, before.password);
      assert.equal(outputs.accessKey, before.accessKey);
      assert.equal(await setting.store.s3(program.keys().current), "200");
      await program.up({ ...inputs, rotationId: "3", gracePeriodSeconds: 0 });
      assert.equal(await setting.store.s3(program.keys().current), "200");
    });

    it("survives the second in which a password changes: password and key in one run", async () => {
      await program.up({
        ...AT,
        description: "Alice",
        rotationId: "4",
        gracePeriodSeconds: 0,
        password: "A-passw0rd-of-mine",
      });
      assert.equal(program.outputs().password, "A-passw0rd-of-mine");
      assert.equal(await setting.store.s3(program.keys().current), "200");
    });
  });

  for (const answers of ["final", "delayed"] as const) {
    it(`takes answers of the kind "${answers}"`, async () => {
      setting.served.account.behaviour.answers = answers;
      const program = await setting.open();
      await program.up({ ...AT, description: `kind ${answers}` });
      await program.up({ ...AT, description: `of kind ${answers}` });
      assert.equal(await setting.store.s3(program.keys().current), "200");
      await program.engine.destroy();
      assert.equal(setting.user(`of kind ${answers}`), undefined);
    });
  }

  describe("by invitation", () => {
    const CAROL = { ...AT, description: "Carol", inviteEmail: "carol@example.org" };

    it("mails a link, makes no key, mails again, and makes keys once there is a password", async () => {
      const program = await setting.open();
      const outputs = await program.up(CAROL);
      const { invitations } = setting.users;
      assert.deepEqual([outputs.password, outputs.accessKey], [undefined, undefined]);
      assert.equal(setting.user("Carol")?.status, "ok");
      const mailed = () =>
        invitations.filter(({ userId }) => String(userId) === outputs.userId).map(({ email }) => email);
      assert.deepEqual(mailed(), ["carol@example.org"]);
      assert.equal(await program.engine.up(CAROL), "same");
      await program.engine.refresh();
      assert.deepEqual(await program.preview(CAROL), []);
      await program.up({ ...CAROL, inviteRotationId: "again" });
      assert.deepEqual(mailed(), ["carol@example.org", "carol@example.org"]);
      assert.match(await program.fails({ ...CAROL, rotationId: "1" }), /made with the user's own password/);
      await invitations.at(-1)?.follow("Carols-0wn-choice");
      await program.up({ ...AT, description: "Carol", password: "Carols-0wn-choice" });
      assert.equal(await setting.store.s3(program.keys().current), "200");
      await program.engine.destroy();
    });
  });

  describe("drift", () => {
    const BOB = { ...AT, description: "Bob", rotationId: "1" };
    let program: Program;

    before(async () => {
      program = await setting.open();
      await program.up(BOB);
    });

    const me = () => {
      const user = setting.users.users.get(Number(program.outputs().userId));
      assert.ok(user);
      return user;
    };

    const DRIFTS: readonly { what: string; meddle: () => Promise<unknown>; says: RegExp }[] = [
      {
        what: "a password that somebody changed",
        meddle: () => setting.users.change(me(), { password: "S0mebody-elses" }),
        says: /setPassword: no password is known/,
      },
    ];

    for (const { what, meddle, says } of DRIFTS) {
      it(`is seen and repaired: ${what}`, async () => {
        await meddle();
        program = await reopened(program);
        await program.engine.refresh();
        assert.match((await program.preview(BOB)).join("\n"), says);
        await program.up(BOB);
        await program.engine.refresh();
        assert.deepEqual(await program.preview(BOB), []);
        assert.equal(await setting.store.s3(program.keys().current), "200");
      });
    }
  });

  it("bears its mark only until its key is published", async () => {
    const program = await setting.open();
    const seen = new Set<string>();
    const watch = setInterval(() => {
      for (const user of setting.users.users.values()) seen.add(user.description);
    }, 5);
    await program.up({ ...AT, description: "Marked" });
    clearInterval(watch);
    assert.ok(seen.has(MARKED), [...seen].join(", "));
    assert.equal(setting.user("Marked")?.public_cloud_user_id, Number(program.outputs().userId));
    await program.engine.destroy();
  });

  it("takes its mark off a user that is to have no key, which gets one when it is wanted", async () => {
    const program = await setting.open();
    const outputs = await program.up({ ...AT, description: "Keyless", createKey: false });
    assert.deepEqual([setting.user("Keyless")?.status, outputs.accessKey], ["ok", undefined]);
    assert.equal(await logsIn(outputs.openStackName, outputs.password), 201);
    await program.up({ ...AT, description: "Keyless" });
    assert.equal(await setting.store.s3(program.keys().current), "200");
    await program.engine.destroy();
  });
});
