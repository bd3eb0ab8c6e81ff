// What goes wrong with openstack.User, on a real Keystone: each is a sentence, and each leaves a state from which the next
// `up` finishes.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "../../provider/world";
import { openProgram } from "./program";
import { projectId, type Store, storeFor } from "./store";

describe("openstack.User when something is wrong", function () {
  this.timeout(60_000);
  let store: Store;
  let count = 0;

  before(async function () {
    store = await storeFor(this);
  });

  const s3 = () => ({ "openstack:s3Endpoint": store.s3Endpoint });
  const open = (environment = store.env, config: Record<string, unknown> = s3(), world: Partial<World> = {}) =>
    openProgram({ kind: "openstack", environment, config, world });
  /** Trying again takes a twentieth of the time. */
  const HASTE = { sleep: (ms: number) => sleep(ms / 20) };
  const another = () => ({ name: `user-${++count}`, project: "media", rotationId: "1" });

  const REFUSALS: readonly { what: string; inputs?: object; environment?: object; says: RegExp }[] = [
    {
      what: "a project that does not exist",
      inputs: { project: "nowhere" },
      says: /looking for project "nowhere": Keystone has no such project.*Check project/,
    },
    {
      what: "a project id that does not exist",
      inputs: { project: undefined, projectId: "0123456789abcdef" },
      says: /looking for project "0123456789abcdef"/,
    },
    {
      what: "a role that does not exist",
      inputs: { roles: ["member", "emperor"] },
      says: /looking for role "emperor": Keystone has no such role/,
    },
    {
      what: "a domain that does not exist",
      inputs: { domain: "elsewhere" },
      says: /looking for domain "elsewhere": Keystone has no such domain/,
    },
    {
      what: "a weak password, with the rule",
      inputs: { password: "short" },
      says: /does not accept the password: it wants at least 8 characters, with a letter and a digit \(400 req-/,
    },
    {
      what: "a wrong admin password",
      environment: { OS_PASSWORD: "wrong-Passw0rd" },
      says: /logging in to Keystone as user "admin": Keystone does not accept the login \(401 req-/,
    },
    {
      what: "an admin project that does not exist",
      environment: { OS_PROJECT_NAME: "nowhere" },
      says: /Keystone does not accept the login/,
    },
    {
      what: "an address where nothing listens",
      environment: { OS_AUTH_URL: "http://127.0.0.1:1" },
      says: /no answer from http:\/\/127\.0\.0\.1:1.*Nothing listens there/,
    },
    {
      what: "no login at all",
      environment: { OS_USERNAME: "", OS_PASSWORD: "" },
      says: /username is missing; password is missing.*OS_CLOUD/,
    },
  ];

  for (const { what, inputs = {}, environment = {}, says } of REFUSALS) {
    it(`says it: ${what}; nothing is left behind`, async () => {
      const user = { ...another(), ...inputs };
      const program = await open({ ...store.env, ...environment }, s3(), HASTE);
      assert.match(await program.fails(user), says);
      assert.equal(program.engine.stored, undefined);
      assert.equal(await store.user(user.name), undefined);
    });
  }

  it("says it: the address of something that is not Keystone", async () => {
    const program = await open({ ...store.env, OS_AUTH_URL: store.s3Endpoint });
    assert.match(await program.fails(another()), /does not answer like OpenStack's identity API v3/);
  });

  it("says it: a login without rights", async () => {
    const plain = another();
    const made = await open();
    const { password } = await made.up(plain);
    const environment = {
      ...store.env,
      OS_USERNAME: plain.name,
      OS_PASSWORD: String(password),
      OS_PROJECT_NAME: "media",
    };
    const program = await open(environment);
    assert.match(await program.fails(another()), /the user that is logged in may not do this \(403 req-.*admin role/);
    await made.engine.destroy();
  });

  it("refuses before anything is sent: no project, two projects, no roles, unknown names", async () => {
    const program = await open();
    assert.match(await program.fails({ name: "x" }), /project: is required: keys open one project/);
    assert.match(
      await program.fails({ name: "x", project: "a", projectId: "b" }),
      /projectId: cannot be given beside project/,
    );
    assert.match(await program.fails({ name: "x", project: "a", roles: [] }), /roles: must name a role/);
    const LEADS_ELSEWHERE = /cannot be "\." or "\.\.": it stands in addresses of Keystone/;
    assert.match(await program.fails({ name: "x", project: "a", domain: ".." }), LEADS_ELSEWHERE);
    assert.match(await program.fails({ name: "x", projectId: "." }), LEADS_ELSEWHERE);
    assert.match(await program.fails({ name: "x", project: "a", Enabled: true }), /did you mean "enabled"\?/);
  });

  it("does not take over a user that somebody else made; with adopt it does, and leaves its password alone", async () => {
    const inputs = another();
    const made = await store.ask("POST", "/users", {
      user: { name: inputs.name, domain_id: "default", password: "Somebody-e1se" },
    });
    const program = await open();
    assert.match(await program.fails(inputs), /exists already.*Set adopt: true/);
    const outputs = await program.up({ ...inputs, adopt: true });
    assert.equal(outputs.userId, made.body.user.id);
    assert.equal(outputs.password, undefined);
    assert.equal((await store.logIn({ id: outputs.userId, password: "Somebody-e1se" })).status, 201);
    assert.equal(await store.s3(program.keys().current), "200");
    await program.engine.destroy();
  });

  it("catches a key that never works: a role that S3 does not accept", async () => {
    const inputs = { ...another(), roles: ["reader"] };
    const program = await open(store.env, s3(), HASTE);
    assert.match(
      await program.fails(inputs),
      /proving key PULU\w+ of user ".*": S3 refuses the key although the system has it/,
    );
    assert.equal(program.outputs().accessKey, undefined);
    await program.up({ ...inputs, roles: ["member"] });
    assert.equal(await store.s3(program.keys().current), "200");
    await program.engine.destroy();
  });

  it("catches a key that never works: a project that is disabled, which it names", async () => {
    const { project } = (await store.ask("POST", "/projects", { project: { name: "shut", domain_id: "default" } }))
      .body;
    await store.ask("PATCH", `/projects/${project.id}`, { project: { enabled: false } });
    const program = await open(store.env, s3(), HASTE);
    const says = await program.fails({ ...another(), project: undefined, projectId: project.id });
    assert.match(says, /S3 refuses the key because project "shut" is disabled.*openstack project set --enable/);
    await program.engine.destroy();
  });

  it("renews its token once when Keystone does not take it any more", async () => {
    const inputs = another();
    const program = await open();
    await program.up(inputs);
    // Changing the admin's password ends all of its tokens, in this very second.
    const { admin } = store.keystone;
    const me = await store.user("admin");
    const change = { user: { original_password: admin.password, password: `${admin.password}2` } };
    const back = { user: { original_password: `${admin.password}2`, password: admin.password } };
    assert.equal((await store.ask("POST", `/users/${me.id}/password`, change)).status, 204);
    assert.equal((await store.ask("POST", `/users/${me.id}/password`, back)).status, 204);
    await program.up({ ...inputs, rotationId: "2", gracePeriodSeconds: 0 });
    assert.equal(await store.s3(program.keys().current), "200");
    await store.renew();
    await program.engine.destroy();
  });

  it("proves keys by Keystone where no S3 endpoint is known", async () => {
    const inputs = another();
    const program = await open(store.env, {});
    const outputs = await program.up(inputs);
    assert.equal(outputs.endpoint, undefined);
    assert.match(JSON.stringify(outputs.keys), /"provenAt"/);
    assert.equal(await store.s3(program.keys().current), "200");
    const first = program.keys().current;
    await program.up({ ...inputs, rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual(
      [await store.s3(program.keys().current), await store.s3(first)],
      ["200", "403 InvalidAccessKeyId"],
    );
    await program.engine.destroy();
  });

  it("takes a project by id, in another domain too", async () => {
    const domain = await store.ask("POST", "/domains", { domain: { name: "acme" } });
    const inputs = { ...another(), domain: "acme", project: undefined, projectId: await projectId(store, "archive") };
    const program = await open();
    const outputs = await program.up(inputs);
    assert.equal(outputs.project, "archive");
    assert.equal(await store.s3(program.keys().current), "200");
    await program.engine.refresh();
    assert.deepEqual(await program.preview(inputs), []);
    await program.engine.destroy();
    await store.ask("PATCH", `/domains/${domain.body.domain.id}`, { domain: { enabled: false } });
  });
});
