/**
 * The packaged plugin in other languages than TypeScript: the examples as they stand, with the SDKs that Pulumi's generators
 * make of the schema and Pulumi's own SDK of each language, on a real Ceph. The CLI's hosts for Python and Go are stand-ins
 * where this project built the CLI; the one for YAML is Pulumi's.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { needCeph, skipWithout } from "../../real/needs";
import { openStack, REPOSITORY, type Stack } from "../../real/pulumi";
import { type Cluster, cluster, sharedClusters } from "../rgw/cluster";
import { until } from "../rgw/story";

const PLUGIN = path.join(REPOSITORY, "dist", "plugin");
const UIDS = ["alice", "red", "blue", "carol"];

sharedClusters();

describe("the examples in other languages", function () {
  this.timeout(600_000);
  let ceph: Cluster;
  let tools: Awaited<ReturnType<typeof load>>;
  let made: string;
  let stack: Stack | undefined;

  before(async function () {
    tools = await load();
    skipWithout(this, tools.languagesAvailable());
    await needCeph(this, { cli: true });
    // The examples name their users as every other example does.
    ceph = await cluster("languages");
    made = mkdtempSync(path.join(tmpdir(), "object-users-sdks-"));
    tools.generateSdks(path.join(PLUGIN, "schema.json"), made);
  });
  afterEach(async () => {
    await stack?.dispose();
    stack = undefined;
  });
  after(() => made && rmSync(made, { recursive: true, force: true }));

  /** What a language needs in the program's folder, and variables for the CLI. */
  const prepare: Record<string, (directory: string) => Promise<Record<string, string>>> = {
    yaml: async () => ({}),
    python: async (directory) => {
      symlinkSync(tools.environment(), path.join(directory, "venv"));
      tools.installPythonSdk(path.join(made, "python"), path.join(made, "installed"));
      return { PYTHONPATH: path.join(made, "installed") };
    },
    go: async (directory) => {
      cpSync(path.join(made, "go"), path.join(directory, "sdks", "object-users"), { recursive: true });
      await tools.buildGoProgram(directory, path.join(directory, "program"));
      return {};
    },
  };

  for (const language of Object.keys(prepare)) {
    it(`${language}: create, rotate with a grace, refuse the old key, drift, import, destroy`, async () => {
      const files = filesOf(path.join(REPOSITORY, "examples", language));
      // Built beforehand, so that a run does not build it again.
      const project = files["Pulumi.yaml"]?.replace(
        "runtime: go",
        "runtime: { name: go, options: { binary: program } }",
      );
      stack = await openStack({ program: { files: { ...files, "Pulumi.yaml": project ?? "" } }, env: ceph.env });
      install(stack);
      const env = await (prepare[language] as (directory: string) => Promise<Record<string, string>>)(stack.directory);
      const { setConfig, destroy, run } = stack;
      const outputs = async () => (await (stack as Stack).outputs({ showSecrets: true })) as Record<string, string>;
      const keyIn = ({ accessKey = "", secretKey = "" }: Record<string, string>) => ({ accessKey, secretKey });
      const up = (...args: string[]) => (stack as Stack).up({ args, env, expect: 0 });

      await up();
      const first = await outputs();
      assert.equal(await ceph.s3(keyIn(first)), "200");
      assert.equal((await (stack as Stack).outputs()).secretKey, "[secret]");
      assert.equal(Number(first.maxBuckets), 1000, "the user was looked up");
      assert.match((await up("--expect-no-changes")).stdout, /unchanged/);

      await setConfig("rotation", "2027-q1");
      await up();
      const second = await outputs();
      assert.equal(second.previousAccessKey, first.accessKey);
      assert.deepEqual([await ceph.s3(keyIn(first)), await ceph.s3(keyIn(second))], ["200", "200"]);
      await setConfig("grace", "1");
      await up();
      await until((await outputs()).previousKeyExpiresAt ?? "");
      await up();
      assert.deepEqual([await ceph.s3(keyIn(first)), await ceph.s3(keyIn(second))], ["403 InvalidAccessKeyId", "200"]);

      await ceph.admin("POST", { uid: "alice", "display-name": "Mallory" });
      const drift = await (stack as Stack).preview({ args: ["--refresh", "--diff"], env, expect: 0 });
      assert.match(drift.stdout, /displayName\s*: "Mallory" => "Alice"/);
      await up("--refresh");
      assert.equal((await ceph.user("alice"))?.display_name, "Alice");

      await ceph.admin("PUT", { uid: "carol", "display-name": "Carol" });
      const importing = ["import", "object-users:rgw:User", "carol", "carol", "--yes", "--protect=false"];
      await run([...importing, "--generate-code=false"], { env, expect: 0 });
      await destroy({ env, expect: 0 });
      assert.deepEqual(
        await Promise.all(UIDS.map((uid) => ceph.user(uid))),
        UIDS.map(() => undefined),
      );
    });
  }
});

function load() {
  return import("../../../tools/plugin/languages.mjs");
}

/** Puts the plugin where the stack's Pulumi finds it, as people do. */
function install({ directory }: Stack): void {
  const env = { ...process.env, PULUMI_HOME: path.join(path.dirname(directory), "pulumi") };
  const command = path.join(REPOSITORY, "dist", "cli", "main.js");
  execFileSync(process.execPath, [command, "plugin", "install"], { env, stdio: "pipe" });
}

function filesOf(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(directory, name), "utf8")]));
}
