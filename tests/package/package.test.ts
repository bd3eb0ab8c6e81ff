// What is in the package, and that it can be loaded: by CommonJS and by ES modules, with types under every way in which
// TypeScript resolves modules, and to the content of the tools that look for mistakes in packages.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { REPOSITORY } from "../real/project";
import { install, pack, run } from "./packed";

describe("the package", function () {
  this.timeout(60_000);
  before(() => {
    pack();
  });

  describe("holds", () => {
    it("the compiled code, its types and what every package has, and nothing else", () => {
      const code = /^dist\/(provider|sdk|cli|devserver)\/[\w./-]+(\.js|\.d\.ts)$/;
      const papers = ["package.json", "README.md", "LICENSE", "CHANGELOG.md"];
      const plugin = ["dist/plugin/pulumi-resource-object-users", "dist/plugin/schema.json"];
      const { files, bytes } = pack();
      assert.deepEqual(
        files.filter((file) => !code.test(file) && ![...papers, ...plugin].includes(file)),
        [],
      );
      assert.deepEqual(
        [...papers, ...plugin].filter((file) => !files.includes(file)),
        [],
        "missing",
      );
      // Half of it is the packaged plugin, which has all that it needs in one file.
      assert.ok(bytes < 800_000, `${bytes} bytes`);
    });

    it("no code whose source is gone, which a build does not take away", () => {
      const compiled = pack().files.filter((file) => file.endsWith(".js"));
      const sources = compiled.map((file) => file.replace(/^dist\/(.*)\.js$/, "$1.ts"));
      assert.deepEqual(
        sources.filter((file) => !existsSync(path.join(REPOSITORY, file))),
        [],
        "run `rm -r dist && npm run build`",
      );
    });

    it("no path of the machine that built it", () => {
      const { directory } = install("commonjs");
      const installed = path.join(directory, "node_modules", "pulumi-object-users");
      for (const file of pack().files) {
        const text = readFileSync(path.join(installed, file), "utf8");
        for (const place of [REPOSITORY, `${homedir()}/`])
          assert.equal(text.includes(place), false, `${file}: ${place}`);
      }
    });
  });

  describe("is loaded", () => {
    it("without Pulumi, where only the provider is asked for: that is all the plugin needs", () => {
      const { node } = install("commonjs");
      const made = 'require("pulumi-object-users/provider").provider("rgw", 1)';
      assert.equal(node("-p", `Object.keys(${made}).sort().join(" ")`).trim(), METHODS);
      assert.match(node("-p", `try { ${made.replace("1", "2")} } catch (error) { error.message }`), /protocol 2/);
    });

    it("as a command, which says its version and what it can do", () => {
      const { node, directory } = install("commonjs");
      const installed = path.join(directory, "node_modules", "pulumi-object-users");
      const { bin, version } = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
      const command = path.join(installed, bin["object-users"]);
      assert.match(readFileSync(command, "utf8"), /^#!\/usr\/bin\/env node\n/);
      assert.equal(node(command, "--version").trim(), version);
      for (const name of ["status", "sweep", "check", "import"])
        assert.match(node(command, "--help"), new RegExp(name));
    });

    it("by require, through every door", () => {
      const project = install("commonjs");
      project.linkPulumi();
      project.write({
        "load.js": `
          const assert = require("node:assert/strict");
          const { rgw } = require("pulumi-object-users");
          const alone = require("pulumi-object-users/rgw");
          assert.equal(typeof rgw.User, "function");
          assert.equal(rgw.User, alone.User);
          assert.equal(rgw.Provider, alone.Provider);
          assert.match(require("pulumi-object-users/package.json").version, /^\\d+\\.\\d+\\.\\d+/);
          for (const door of Object.keys(require("pulumi-object-users/package.json").exports))
            assert.ok(require("pulumi-object-users" + door.slice(1)), door);
          assert.throws(() => require("pulumi-object-users/dist/provider/resource.js"), /not defined by "exports"/);`,
      });
      project.node("load.js");
    });

    it("by import, through every door and with names", () => {
      const project = install("module");
      project.linkPulumi();
      project.write({
        "load.js": `
          import assert from "node:assert/strict";
          import { createRequire } from "node:module";
          import { rgw } from "pulumi-object-users";
          import { User } from "pulumi-object-users/rgw";
          import * as alone from "pulumi-object-users/rgw";
          import { provider } from "pulumi-object-users/provider";
          const manifest = createRequire(import.meta.url)("pulumi-object-users/package.json");
          for (const door of Object.keys(manifest.exports).filter((name) => name !== "./package.json"))
            assert.ok(await import("pulumi-object-users" + door.slice(1)), door);
          assert.equal(rgw.User, User);
          assert.equal(alone.User, User);
          assert.equal(alone.Provider, rgw.Provider);
          assert.equal(Object.keys(provider("rgw", 1)).sort().join(" "), ${JSON.stringify(METHODS)});`,
      });
      project.node("load.js");
    });
  });

  describe("has types", () => {
    const modes = [
      // Whether our declarations hold in themselves is one question for all; whether they are found, are-the-types-wrong asks.
      { kind: "module", module: "node16", moduleResolution: "node16", skipLibCheck: false },
      { kind: "commonjs", module: "node16", moduleResolution: "node16", skipLibCheck: true },
      { kind: "commonjs", module: "commonjs", moduleResolution: "node10", skipLibCheck: true },
      { kind: "module", module: "esnext", moduleResolution: "bundler", skipLibCheck: true },
    ] as const;
    const told = process.env.OBJECT_USERS_LONG ? modes : modes.slice(0, 1);
    for (const { kind, module, moduleResolution, skipLibCheck } of told) {
      it(`under moduleResolution ${moduleResolution} in a ${kind} project`, () => {
        const project = install(kind);
        project.linkPulumi();
        project.write({
          "typed.ts": TYPED,
          "tsconfig.json": JSON.stringify({
            compilerOptions: { module, moduleResolution, target: "es2022", lib: ["es2022"], ...STRICT, skipLibCheck },
            files: ["typed.ts"],
          }),
        });
        project.node(path.join(REPOSITORY, "node_modules", "typescript", "bin", "tsc"), "-p", ".");
      });
    }
  });

  describe("pleases", () => {
    it("publint", () => {
      assert.match(run(tool("publint"), ["run", pack().tarball, "--strict"], REPOSITORY), /All good!/);
    });
    it("are-the-types-wrong", () => {
      const said = run(tool("attw"), [pack().tarball, "--no-color", "--no-emoji"], REPOSITORY);
      assert.match(said, /No problems found/);
    });
  });
});

const METHODS = "check configure create delete diff foresee read update";

const STRICT = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, esModuleInterop: true, types: ["node"] };

const TYPED = `
import * as pulumi from "@pulumi/pulumi";
import { cegedim, ecs, infomaniak, openstack, rgw } from "pulumi-object-users";
import * as alone from "pulumi-object-users/rgw";
import { provider } from "pulumi-object-users/provider";

const cluster = new rgw.Provider("cluster", { endpoint: "https://rgw.example.com", secretKey: pulumi.secret("x") });
const args: alone.UserArgs = { uid: "alice", displayName: pulumi.output("Alice"), caps: ["users=read"], userQuota: {} };
const alice: alone.User = new rgw.User("alice", args, { provider: cluster });
export const secretKey: pulumi.Output<string> = alice.secretKey;
export const ends: pulumi.Output<string | undefined> = alice.previousKeyExpiresAt;
export const newest: pulumi.Output<alone.Key | undefined> = alice.keys.apply((keys) => keys[0]);
export const made: Promise<void> = provider("rgw", 1).delete("alice", {});

const account = new rgw.Account("media", { name: "media", maxUsers: 20, quota: { maxObjects: 1 } });
new rgw.User("root", { uid: "root", displayName: "root", accountId: account.accountId, accountRoot: true });
const sync = new rgw.Subuser("sync", { user: alice.userId, name: "sync", access: "read", keyType: "swift" });
export const swift: pulumi.Output<string>[] = [sync.subuserId, sync.access, sync.secretKey];
const theirs: alone.AccessKey = new rgw.AccessKey("theirs", { userId: "rook", rotationId: "2" });
const member = new openstack.AccessKey("member", { project: "media" });
export const keys: pulumi.Output<string>[] = [theirs.secretKey, member.secretKey];
const project = new infomaniak.Project("film", { publicCloudId: 12, name: "film" });
const place = { publicCloudId: 12, projectId: project.projectId };
export const first = new infomaniak.User("first", { ...place, userId: project.firstUserId, adopt: true }).secretKey;
export const fleets: pulumi.Output<string | undefined>[] = [
  new rgw.Users("users", { users: { one: { uid: "one", displayName: "One" } } }),
  new rgw.AccessKeys("keys", { users: { one: { uid: "one", tenant: "t" } } }),
  new rgw.Subusers("subusers", { defaults: { user: alice.userId, access: "full" }, users: { one: { name: "one" } } }),
  new openstack.Users("people", { users: { one: { name: "one", project: "media" } } }),
  new openstack.AccessKeys("members", { users: { one: { userId: "one" } } }),
  new infomaniak.Users("pcus", { defaults: place, users: { one: { description: "one" } } }),
  new ecs.ObjectUsers("ecs", { users: { one: { userId: "one", namespace: "ns1" } } }),
  new cegedim.ObjectUsers("cegedim", { users: { one: { objectStore: "store", label: "one" } } }),
].map((fleet) => fleet.get("one").secretKey);
export const found: pulumi.Output<string> = rgw.getUserOutput({ uid: alice.userId }).userId;
export const caps: Promise<readonly string[] | undefined> = rgw.getUser({ uid: "bob" }).then((user) => user.caps);
export const names: Promise<string[]> = rgw.listUsers().then((users) => users.map(({ uid }) => uid));
export const people: Promise<object[]> = openstack.listUsers();

// @ts-expect-error a project has no keys
export const none = project.secretKey;
// @ts-expect-error what it may do must be said
new rgw.Subuser("other", { user: "alice", name: "other" });
// @ts-expect-error a display name is needed
new rgw.User("bob", { uid: "bob" });
// @ts-expect-error there is no such input
new rgw.User("bob", { uid: "bob", displayName: "Bob", colour: "blue" });
// @ts-expect-error rotationId is a text
new rgw.User("bob", { uid: "bob", displayName: "Bob", rotationId: 4 });
`;

/** A development dependency of this repository, by its command. */
function tool(command: string): string {
  const file = path.join(REPOSITORY, "node_modules", ".bin", command);
  if (!existsSync(file)) throw new Error(`${command} is not installed here: run \`npm ci\`.`);
  return file;
}
