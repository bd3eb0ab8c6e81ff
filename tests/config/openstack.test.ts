// openrc and clouds.yaml of users on a real Keystone, read by openstacksdk: who logs in, and into which project. The users of
// Infomaniak stand behind the stand-in of its account API, their logins are real.

import assert from "node:assert/strict";
import * as config from "../../sdk/config";
import { CLOUD, openAccount, PROJECT, type Setting } from "../infomaniak/account";
import { openProgram } from "../openstack/program";
import { projectId } from "../openstack/store";
import { skipWithout } from "../real/needs";
import { resolved } from "../sdk/config-outputs";
import { type Answer, run } from "./clients";
import { type Folder, makeFolder } from "./folder";
import { LOGIN, PYTHON } from "./readers";

/** A password with all that shells and YAML make something of. */
const ODD = `a1 'b' "c" $d #e %f: {g} & *h \\i`;

describe("openrc and clouds.yaml on a real Keystone", function () {
  this.timeout(60_000);
  let setting: Setting;
  let folder: Folder;

  before(async function () {
    setting = await openAccount(this);
    const { installClients } = await import("../../tools/clients/install.mjs");
    skipWithout(this, installClients());
  });
  after(() => setting?.served.close());
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => folder.remove());

  /** Who logs in by both files, which must be the same one. */
  async function logIn(user: config.PasswordHolder, options: config.OpenStackOptions) {
    const bySourcing = await logInBy(await resolved(config.openrc(user, options)));
    const clouds = folder.write("clouds.yaml", await resolved(config.cloudsYaml(user, { ...options, cloud: "media" })));
    const byCloud = await run(PYTHON, [LOGIN, "media"], { OS_CLIENT_CONFIG_FILE: clouds });
    assert.deepEqual(shown(byCloud), shown(bySourcing));
    return shown(byCloud);
  }
  function logInBy(openrc: string): Promise<Answer> {
    const file = folder.write("openrc", openrc);
    return run("/bin/sh", ["-c", '. "$1"; shift; exec "$@"', "sh", file, PYTHON, LOGIN, "envvars"]);
  }
  function shown({ accepted, said }: Answer): unknown {
    assert.ok(accepted, said);
    return JSON.parse(said.split("\n")[0] ?? "");
  }
  const open = () => openProgram({ kind: "openstack", environment: setting.store.env });

  it("log an openstack.User in, by its id, with a password that was made", async () => {
    const { authUrl } = setting.store.keystone;
    const { userId, password, projectId: project } = await (await open()).up({ name: "made", project: "media" });
    const user = { userId: String(userId), password: String(password) };
    const whole = { authUrl, projectId: String(project) };
    assert.deepEqual(await logIn(user, whole), { user: userId, project });
  });

  it("log an openstack.User in, by names, with a password of its own", async () => {
    const { authUrl } = setting.store.keystone;
    const { userId, password } = await (await open()).up({ name: "odd", project: "archive", password: ODD });
    const names = { authUrl, username: "odd", projectName: "archive", region: "RegionOne" };
    const project = await projectId(setting.store, "archive");
    assert.deepEqual(await logIn({ password: String(password) }, names), { user: userId, project });
  });

  it("log an infomaniak.User in, by its generated name", async () => {
    const program = await setting.open();
    const user = await program.up({ publicCloudId: CLOUD, projectId: PROJECT, description: "Alice" });
    const { openStackName, password, userId } = user;
    const holder = { openStackName: String(openStackName), password: String(password), userId: String(userId) };
    const { authUrl } = setting.store.keystone;
    const found = await logIn(holder, { authUrl, projectName: "PCP-TESTING" });
    const there = (await setting.store.user(String(openStackName))).id;
    assert.deepEqual(found, { user: there, project: await projectId(setting.store, "PCP-TESTING") });
  });

  it("are refused after the password was changed", async () => {
    const program = await open();
    const { authUrl } = setting.store.keystone;
    const { userId, password } = await program.up({ name: "changed", project: "media" });
    const holder = { userId: String(userId), password: String(password) };
    const openrc = await resolved(config.openrc(holder, { authUrl, projectName: "media" }));
    await program.up({ name: "changed", project: "media", passwordRotationId: "2" });
    const { accepted, said } = await logInBy(openrc);
    assert.equal(accepted, false);
    assert.match(said, /Unauthorized/);
  });
});
