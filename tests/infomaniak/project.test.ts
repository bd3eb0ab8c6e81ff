// infomaniak.Project at the port, on the account API's stand-in before a real Keystone: made once with its first user, recognised
// after a killed run, never a stranger's, renamed, and not deleted with users of others.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Backend } from "../../provider/backends/backend";
import { project } from "../../provider/backends/infomaniak/project";
import { nodeSend } from "../../provider/http/send";
import type { Inputs } from "../../provider/pulumi/state";
import { world } from "../../provider/world";
import type { Adapter, System } from "../backends/adapter";
import { openStack, type Stack } from "../backends/stack";
import { runWith } from "../cli/scene";
import { type Store, storeFor } from "../openstack/store";
import { accountBefore, CLOUD, type Setting, TOKEN } from "./account";

interface Running extends System {
  readonly setting: Setting;
}

describe("infomaniak.Project", function () {
  this.timeout(60_000);
  let store: Store;
  let stack: Stack<Running>;
  const opened: Setting[] = [];

  before(async function () {
    store = await storeFor(this);
  });
  after(() => Promise.all(opened.map(({ served }) => served.close())));

  const adapter: Adapter<Running> = {
    backend: project as unknown as Backend,
    on: "the stand-in before a real Keystone",
    isReal: true,
    user: (name) => ({ publicCloudId: CLOUD, name }),
    setting: { name: "name", first: "media", next: "film", others: "theirs" },
    refused: {},
    async open() {
      const setting = await accountBefore(store, { delayMs: 1 });
      opened.push(setting);
      const nothing = () => assert.fail("a project has no keys");
      return {
        setting,
        openTransport: nodeSend,
        config: setting.config,
        secrets: [TOKEN],
        count: (name) => like(setting, name).length,
        keys: nothing,
        look: (name) => like(setting, name)[0]?.name,
        s3: nothing,
        make: async (name) => {
          await setting.served.account.projects.create({ project_name: name, user_password: "Some-Password-1" });
          return undefined;
        },
        change: nothing,
        remove: (name) =>
          setting.served.account.projects.remove(like(setting, name)[0]?.public_cloud_project_id ?? assert.fail()),
      };
    },
  };

  /** Projects of a name, those that are being made as well. */
  const like = ({ served }: Setting, name: string) =>
    served.account.projects.list().filter((one) => one.name === name || one.name.startsWith(`${name} ..`));
  const there = (name = stack.name) => like(stack.system.setting, name);
  const usersOf = (id: unknown) => stack.system.setting.served.account.usersOf(Number(id));
  const logsIn = async (name: unknown, password: unknown) =>
    (await store.logIn({ name, domain: { id: "default" }, password })).status;
  const said = () => stack.world.lines.join("\n");

  beforeEach(async () => {
    stack = await openStack(adapter);
  });

  it("is made with its first user, whose password is a secret output, and shown as found", async () => {
    const outputs = await stack.up({ userDescription: "The first" });
    const [made, ...others] = there();
    assert.deepEqual([made?.public_cloud_project_id, others.length], [outputs.projectId, 0]);
    assert.match(String(outputs.openStackName), /^PCP-/);
    const [user] = [...usersOf(outputs.projectId).users.values()];
    assert.deepEqual(
      [outputs.firstUserId, outputs.firstUserName],
      [String(user?.public_cloud_user_id), user?.open_stack_name],
    );
    assert.equal(user?.description, "The first");
    assert.equal(await logsIn(outputs.firstUserName, outputs.password), 201);
    assert.deepEqual([...(stack.engine.stored?.secrets ?? [])], ["password"]);
    assert.match(said(), /infomaniak\.Project \S+: creating: /);
    stack.asked.length = 0;
    assert.equal(await stack.engine.up({ ...stack.inputs, userDescription: "The first" }), "same");
    assert.deepEqual(stack.asked, [], "nothing to do");
    await stack.engine.refresh();
    assert.equal(stack.asked.length, 1, "a refresh looks once");
    assert.equal(await stack.engine.up({ ...stack.inputs, userDescription: "The first" }), "same");
    stack.assertNoLeak();
  });

  it("is renamed with its number; a new password is that of its first user; what is for a new one is refused", async () => {
    const { projectId, firstUserName } = await stack.up({ password: "My-0wn-password" });
    assert.equal(await logsIn(firstUserName, "My-0wn-password"), 201);
    const renamed = await stack.up({ name: "film", password: "My-0wn-passw0rd" });
    assert.deepEqual([renamed.projectId, renamed.firstUserName], [projectId, firstUserName]);
    assert.deepEqual([there().length, there("film")[0]?.public_cloud_project_id], [0, projectId]);
    assert.equal(await logsIn(firstUserName, "My-0wn-passw0rd"), 201);
    const late = { name: "film", password: "My-0wn-passw0rd", userDescription: "late" };
    assert.match(await stack.fails(late), /inviteEmail and userDescription are for the first user, with whom a new/);
    stack.assertNoLeak(["My-0wn-password", "My-0wn-passw0rd"]);
  });

  it("is made with an invited user, who has no password here", async () => {
    const outputs = await stack.up({ inviteEmail: "carol@example.org" });
    const { invitations } = usersOf(outputs.projectId);
    assert.deepEqual(
      invitations.map(({ email }) => email),
      ["carol@example.org"],
    );
    assert.equal(outputs.password, undefined);
    assert.match(await stack.fails({ inviteEmail: "dave@example.org" }), /inviteEmail: cannot change: it was for the/);
    assert.match(await stack.fails({ inviteEmail: "carol@example.org", password: "x" }), /password: is of no use with/);
  });

  it("is not given the name of another project, by which neither would be found again", async () => {
    await stack.up();
    await stack.system.make("taken");
    assert.match(await stack.fails({ name: "taken" }), /project \d+ has this name already\. Give another name, or/);
    assert.deepEqual([there().length, there("taken").length], [1, 1]);
    await stack.up();
  });

  it("that somebody renamed is drift, which up repairs", async () => {
    await stack.up();
    const [made] = there();
    await stack.system.setting.served.account.projects.rename(made?.public_cloud_project_id ?? 0, "theirs");
    await stack.engine.refresh();
    assert.equal(stack.outputs().name, "theirs");
    await stack.up();
    assert.equal(there().length, 1);
  });

  for (const when of ["before", "after"] as const)
    it(`is one project, with a password that is known, when a run is killed ${when} its making`, async () => {
      stack.mishap = ({ method }) => (method === "POST" ? { kind: "kill", when } : undefined);
      assert.equal(await stack.tries({ userDescription: "First" }), "killed");
      stack.mishap = undefined;
      await stack.system.setting.served.account.idle();
      await stack.restart();
      const outputs = await stack.up({ userDescription: "First" });
      assert.deepEqual([there().length, there()[0]?.name], [1, stack.name]);
      assert.equal(await logsIn(outputs.firstUserName, outputs.password), 201);
      assert.deepEqual(await stack.tries({ userDescription: "First" }), undefined);
    });

  it("is one project when a killed run had asked for one that was not there yet; the second goes, and the run tells", async () => {
    stack.mishap = ({ method }) => (method === "POST" ? { kind: "kill", when: "after" } : undefined);
    assert.equal(await stack.tries({}), "killed");
    stack.mishap = undefined;
    const { account } = stack.system.setting.served;
    await account.idle();
    const [first] = there();
    await account.projects.create({ project_name: first?.name ?? "", user_password: "Some-Password-1" });
    await account.idle();
    const [, twin] = there();
    await stack.restart();
    const outputs = await stack.up();
    assert.deepEqual([there().length, there()[0]?.name], [1, stack.name]);
    assert.equal(outputs.userId, String(first?.public_cloud_project_id));
    assert.match(
      said(),
      new RegExp(`deleting project ${twin?.public_cloud_project_id}, which an interrupted run made`),
    );
  });

  it("is read and deleted though its first user was never seen", async () => {
    stack.mishap = ({ method, url }) =>
      method === "GET" && url.pathname.endsWith("/users") ? { kind: "cut", when: "before" } : undefined;
    assert.match(await stack.fails(), /the user that it was made with is not/);
    stack.mishap = undefined;
    const [made] = there();
    for (const id of usersOf(made?.public_cloud_project_id).users.keys())
      usersOf(made?.public_cloud_project_id).users.delete(id);
    await stack.engine.refresh();
    await stack.engine.destroy();
    assert.equal(there().length, 0);
  });

  it("that is adopted with another resource's mark on it has a first user that is nobody known", async () => {
    const { account } = stack.system.setting.served;
    const project_name = `${stack.name} ..unfinished-pulumi-object-users-AAAAAAAAAA`;
    await account.projects.create({ project_name, user_password: "Some-Password-1" });
    await account.idle();
    await stack.up({ adopt: true });
    await stack.engine.refresh();
    const outputs = await stack.up({ adopt: true });
    assert.deepEqual([outputs.firstUserId, outputs.password], [undefined, undefined]);
    assert.equal(there().length, 1);
  });

  it("gets to know its first user in the next run, where the run that made it could not, and gives it its password", async () => {
    stack.mishap = ({ method, url }) =>
      method === "GET" && url.pathname.endsWith("/users") ? { kind: "cut", when: "before" } : undefined;
    assert.match(await stack.fails(), /the user that it was made with is not/);
    stack.mishap = undefined;
    await stack.up();
    const password = "My-own-passw0rd";
    const outputs = await stack.up({ password });
    assert.equal(await logsIn(outputs.firstUserName, password), 201);
  });

  it("is one project when the answer to its making is lost", async () => {
    let lost = 0;
    stack.mishap = ({ method }) => (method === "POST" && lost++ === 0 ? { kind: "cut", when: "after" } : undefined);
    const outputs = await stack.up();
    assert.equal(there().length, 1);
    assert.equal(await logsIn(outputs.firstUserName, outputs.password), 201);
  });

  it("that takes longer than a run waits is kept as its task, and finished by the next", async () => {
    const { behaviour } = stack.system.setting.served.account;
    await stack.restart({ "infomaniak:waitSeconds": 1 });
    behaviour.delayMs = 800;
    assert.match(await stack.fails(), /its task \S+ is still/);
    assert.match(String(stack.engine.stored?.outputs.userId), /^task:/);
    behaviour.delayMs = 1;
    await stack.restart({ "infomaniak:waitSeconds": 600 });
    const outputs = await stack.up();
    assert.deepEqual([outputs.userId, there().length], [String(there()[0]?.public_cloud_project_id), 1]);
    assert.equal(await logsIn(outputs.firstUserName, outputs.password), 201);
  });

  it("is never a stranger's, unless adopt says so; then its first user is nobody that is known", async () => {
    await stack.system.make(stack.name);
    assert.match(await stack.fails(), /a project of this name exists already.*adopt: true/);
    const outputs = await stack.up({ adopt: true, password: "not-to-be-used" });
    assert.deepEqual([outputs.firstUserId, outputs.password], [undefined, undefined]);
    const [user] = [...usersOf(outputs.projectId).users.values()];
    assert.equal(await logsIn(user?.open_stack_name, "Some-Password-1"), 201, "its password stays");
    assert.match(String(await stack.attempt(() => stack.engine.destroy())), /users besides the one.*PCU-/);
  });

  it("is not deleted with users of others, unless forceDestroy; it says before that nothing brings it back", async () => {
    const { projectId } = await stack.up();
    await usersOf(projectId).create({ password: "Some-Password-1", description: "Backup" });
    const refusal = /deleting project .*users besides the one that it was made with: Backup\. .*forceDestroy: true/;
    assert.match(String(await stack.attempt(() => stack.engine.destroy())), refusal);
    assert.equal(there().length, 1);
    await stack.up({ forceDestroy: true });
    assert.equal(await stack.attempt(() => stack.engine.destroy()), undefined);
    assert.equal(there().length, 0);
    assert.match(said(), /^warning: infomaniak\.Project \S+: deletion cannot be undone/m);
  });

  it("with its first user only is deleted; one that somebody deleted is made anew", async () => {
    await stack.up();
    await stack.system.remove(stack.name);
    await stack.engine.refresh();
    assert.equal(stack.engine.stored, undefined);
    await stack.up();
    assert.equal(await stack.attempt(() => stack.engine.destroy()), undefined);
    assert.equal(there().length, 0);
  });

  it("that somebody else deletes at the same moment is gone", async () => {
    await stack.up();
    const body = JSON.stringify({
      result: "error",
      error: { code: "object_not_found", description: "Object not found" },
    });
    stack.mishap = ({ method }) => {
      if (method !== "DELETE") return undefined;
      void stack.system.remove(stack.name);
      return { kind: "answer", status: 404, body, when: "before" };
    };
    assert.equal(await stack.attempt(() => stack.engine.destroy()), undefined);
    assert.equal(there().length, 0);
  });

  it("is moved into a stack by object-users import, with its password left alone; the next up has nothing to do", async () => {
    await stack.system.make("theirs");
    const { served, store } = stack.system.setting;
    const directory = mkdtempSync(path.join(tmpdir(), "object-users-import-"));
    try {
      const [out, program] = ["import.json", "projects.ts"].map((file) => path.join(directory, file));
      const places = { endpoint: served.endpoint, authUrl: store.keystone.authUrl, s3Endpoint: store.s3Endpoint };
      const set = Object.entries(places).flatMap(([name, url]) => ["--set", `${name}=${url}`]);
      const files = ["--out", String(out), "--program", String(program)];
      const args = ["--filter", "theirs", "--input", `publicCloudId=${CLOUD}`, ...set, ...files];
      const environment = { INFOMANIAK_TOKEN: TOKEN };
      const ran = await runWith(
        ["import", "infomaniak.project", ...args],
        { ...world, environment, log: () => {} },
        directory,
      );
      assert.equal(ran.code, 0, ran.said);
      assert.match(readFileSync(String(program), "utf8"), /new infomaniak\.Project\("theirs", \{[^}]*name: "theirs"/);
      const { resources } = JSON.parse(readFileSync(String(out), "utf8"));
      const [{ id, inputs, outputs }] = resources;
      assert.equal(outputs.password, undefined);
      stack.whole.stored = { id, inputs, outputs, secrets: [], halfMade: false };
      assert.equal(await stack.engine.up({ publicCloudId: CLOUD, name: "theirs" }), "same");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  const wrong: readonly [Inputs, RegExp][] = [
    [{ rotationId: "1" }, /rotationId: is not an input/],
    [{ name: " x" }, /name: must not begin or end with a space/],
    [{ name: "x".repeat(251) }, /name: must have at most 250 characters/],
    [{ inviteEmail: "nobody" }, /inviteEmail: must be an e-mail address/],
    [{ userDescription: "Ä" }, /userDescription: may have letters/],
  ];
  for (const [inputs, says] of wrong)
    it(`refuses ${JSON.stringify(inputs).slice(0, 40)} in a preview`, async () => {
      assert.match(await stack.fails(inputs), says);
    });

  it("has a password that the policy refuses told without its text", async () => {
    const refusal = {
      code: "validation_rule_password",
      description: "hush-hush",
      context: { attribute: "user_password" },
    };
    const body = JSON.stringify({
      result: "error",
      error: { code: "validation_failed", description: "", errors: [refusal] },
    });
    stack.mishap = ({ method }) =>
      method === "POST" ? { kind: "answer", status: 422, body, when: "before" } : undefined;
    const says = await stack.fails({ password: "hush-hush" });
    assert.match(says, /the password does not meet the Public Cloud password policy/);
    stack.assertNoLeak(["hush-hush"]);
  });
});
