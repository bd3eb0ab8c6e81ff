// `object-users check` and `import` on a real Keystone with a real S3 gateway, and on Infomaniak's stand-in before them.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { world as realWorld } from "../../../../provider/world";
import { CLOUD, openAccount, PROJECT, type Setting, TOKEN } from "../../../infomaniak/account";
import { memberOf, PASSWORD, projectId, type Store } from "../../../openstack/store";
import { runWith } from "../../scene";

describe("object-users on a real Keystone", function () {
  this.timeout(120_000);
  let setting: Setting;
  let store: Store;
  let directory: string;

  before(async function () {
    setting = await openAccount(this);
    store = setting.store;
    directory = mkdtempSync(path.join(tmpdir(), "object-users-import-"));
  });
  after(async () => {
    await setting?.served.close();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  const run = (args: readonly string[], environment: Record<string, string>) =>
    runWith(args, { ...realWorld, environment, log: () => {} }, directory);

  it("is content with an administrator, and with S3 that asks Keystone", async () => {
    const { code, out } = await run(["check", "openstack", "--set", `s3Endpoint=${store.s3Endpoint}`], store.env);
    assert.equal(code, 0, out);
    for (const what of ["credentials", "reading users", "changing users", "reading roles", "s3"])
      assert.match(out, new RegExp(`ok +${what}: `), out);
  });

  it("knows a wrong password, and a user without rights", async () => {
    const wrong = await run(["check", "openstack"], { ...store.env, OS_PASSWORD: "not-this-one" });
    assert.equal(wrong.code, 1);
    assert.match(wrong.out, /FAILED +credentials: Keystone does not accept the login/);

    const user = { name: "weak", password: "Weak-Password-12345", domain_id: "default" };
    const { body } = await store.ask("POST", "/users", { user });
    const media = await projectId(store, "media");
    const { body: roles } = await store.ask("GET", "/roles?name=member");
    await store.ask("PUT", `/projects/${media}/users/${body.user.id}/roles/${roles.roles[0].id}`);
    const env = { ...store.env, OS_USERNAME: "weak", OS_PASSWORD: "Weak-Password-12345", OS_PROJECT_NAME: "media" };
    const { code, out } = await run(["check", "openstack"], env);
    assert.equal(code, 1);
    assert.match(out, /ok +credentials: logged in as "weak" in project "media"/);
    assert.match(out, /FAILED +reading users: .*Log in as an administrator/);
    assert.match(out, /FAILED +changing users: /);

    const own = await run(["check", "openstack.accessKey", "--set", `s3Endpoint=${store.s3Endpoint}`], env);
    assert.equal(own.code, 0, own.out);
    for (const what of ["credentials", "own S3 keys", "s3"]) assert.match(own.out, new RegExp(`ok +${what}: `));
  });

  it("moves users of a domain in, and never the one that is logged in", async () => {
    const media = await projectId(store, "media");
    const { body: roles } = await store.ask("GET", "/roles?name=member");
    for (const name of ["moved-a", "moved-b"]) {
      const user = { name, domain_id: "default", default_project_id: media, email: `${name}@example.org` };
      const { body } = await store.ask("POST", "/users", { user });
      await store.ask("PUT", `/projects/${media}/users/${body.user.id}/roles/${roles.roles[0].id}`);
      await store.ask("POST", `/users/${body.user.id}/credentials/OS-EC2`, { tenant_id: media });
    }
    const files = ["--out", path.join(directory, "import.json"), "--program", path.join(directory, "users.ts")];
    const filter = ["--filter", "moved-*", "admin", "--input", "domain=Default"];
    const given = ["--set", `s3Endpoint=${store.s3Endpoint}`];
    const { code, out, said } = await run(["import", "openstack", ...files, ...filter, ...given], store.env);
    assert.equal(code, 0, said);
    assert.match(out, /^2 users/);
    const text = readFileSync(path.join(directory, "users.ts"), "utf8");
    assert.match(text, /name: "moved-a",\n {4}domain: "Default",/);
    assert.match(text, /email: "moved-a@example\.org"/);
    assert.doesNotMatch(text, /password|secret/i);
  });

  it("moves the keys of a member in that he made for himself, each for its project", async () => {
    const userId = await memberOf(store, "has-keys", "media", "archive");
    const projects = [await projectId(store, "media"), await projectId(store, "archive")];
    for (const tenant_id of projects) await store.ask("POST", `/users/${userId}/credentials/OS-EC2`, { tenant_id });
    const keys = await store.keysOf(userId);
    const files = ["--out", path.join(directory, "keys.json"), "--program", path.join(directory, "keys.ts")];
    const env = { ...store.env, OS_USERNAME: "has-keys", OS_PASSWORD: PASSWORD, OS_PROJECT_NAME: "media" };
    const given = ["--set", `s3Endpoint=${store.s3Endpoint}`];
    const { code, out, said } = await run(["import", "openstack.accessKey", ...files, ...given], env);
    assert.equal(code, 0, said);
    assert.match(out, /^2 users/);
    const text = readFileSync(path.join(directory, "keys.ts"), "utf8");
    for (const key of keys)
      assert.match(text, new RegExp(`new openstack\\.AccessKey\\("\\w+", \\{[^}]*accessKey: "${key}"`));
    for (const project of projects) assert.ok(text.includes(`projectId: "${project}"`));
    const { resources } = JSON.parse(readFileSync(path.join(directory, "keys.json"), "utf8"));
    assert.equal(resources.length, 2);
    assert.deepEqual(await store.keysOf(userId), keys, "nothing is changed");
  });

  it("knows Infomaniak's token, right and wrong", async () => {
    const { endpoint } = setting.served;
    const given = [`endpoint=${endpoint}`, `authUrl=${store.keystone.authUrl}`, `s3Endpoint=${store.s3Endpoint}`];
    const check = ["check", "infomaniak", "--set", ...given];
    const fine = await run(check, { INFOMANIAK_TOKEN: TOKEN });
    assert.equal(fine.code, 0, fine.out);
    assert.match(fine.out, /ok +credentials: /);
    const wrong = await run(check, { INFOMANIAK_TOKEN: "not-this-one" });
    assert.equal(wrong.code, 1);
    assert.match(wrong.out, /FAILED +credentials: /);
    assert.doesNotMatch(wrong.out, /not-this-one/);
  });

  it("says that users of Infomaniak need a password to be known", async () => {
    await setting.users.create({ description: "There already", password: "Some-Password-1" });
    const files = ["--out", path.join(directory, "i.json"), "--program", path.join(directory, "i.ts")];
    const { endpoint } = setting.served;
    const given = [`endpoint=${endpoint}`, `authUrl=${store.keystone.authUrl}`, `s3Endpoint=${store.s3Endpoint}`];
    const place = ["--input", `publicCloudId=${CLOUD}`, `projectId=${PROJECT}`];
    const args = ["import", "infomaniak", ...files, "--set", ...given, ...place];
    const { code, said } = await run(args, { INFOMANIAK_TOKEN: TOKEN });
    assert.equal(code, 3, said);
    assert.match(said, /not imported: There already: the first up would change it: no password is known/);
  });
});
