// docs/guides/drift-in-ci.md: both CI files are parsed, and the lines of their steps run, with nothing to find and with a
// drift that was made at the gateway.

import assert from "node:assert/strict";
import { parse } from "yaml";
import { admin } from "../devserver/request";
import { needCli } from "../real/needs";
import { radosgwAdmin } from "./radosgw-admin";
import { Reader } from "./reader";

const PROGRAM = `
import { rgw } from "pulumi-object-users";
new rgw.User("alice", { uid: "alice", displayName: "Alice", maxBuckets: 10 });
new rgw.Users("teams", { users: { red: { uid: "red", displayName: "Red" } } });
`;

/** What Pulumi's CLI ends with when changes are proposed that were not expected. */
const DRIFT = 7;

/** What the machine that runs the tests does without: installing things. */
const INSTALLS = /^(npm ci|curl .*get\.pulumi\.com)/;

interface Workflow {
  readonly on: { readonly schedule: readonly { readonly cron: string }[] };
  readonly jobs: {
    readonly drift: {
      readonly env: Readonly<Record<string, string>>;
      readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly name?: string }[];
    };
  };
}

interface Pipeline {
  readonly drift: { readonly image: string; readonly before_script: string[]; readonly script: string[] };
}

describe("guide: drift in CI", function () {
  this.timeout(300_000);
  let reader: Reader;

  before(async function () {
    await needCli(this);
    reader = await Reader.open("drift-in-ci", { "index.ts": PROGRAM });
    radosgwAdmin(reader);
    await reader.stack.up({ expect: 0 });
  });
  after(() => reader?.close());

  const drift = () => reader.cluster.admin("POST user?uid=alice&max-buckets=5");
  const undo = () => reader.cluster.admin("POST user?uid=alice&max-buckets=10");

  it("the GitLab job, which is its two commands, ends with 0 when nothing is there to be found", async () => {
    const { drift: job }: Pipeline = parse(reader.block(".gitlab-ci.yml").text);
    assert.equal(job.image, "node:22");
    const lines = [...job.before_script.filter((line) => !INSTALLS.test(line)), ...job.script];
    const [, , drift = "", ages = ""] = lines;
    assert.equal(lines.length, 5);
    const commands = [drift, ages].map((line) => line.replace(" || code=$?", ""));
    assert.deepEqual(commands, [reader.block("drift").text.trim(), reader.block("ages").text.trim()]);
    await reader.bash(lines.join("\n"));
  });

  it("the first says by name what drifted, and ends with 7; the second does not look at the gateway", async () => {
    drift();
    const { out } = await reader.run("drift", { expect: DRIFT });
    assert.match(out, /rgw\.User alice: updateUser: maxBuckets is 5, wanted 10/);
    await reader.run("ages");
    undo();
  });

  it("the second ends with 1 when a key is too old", async () => {
    const { text } = reader.block("ages");
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // the age itself
    const { out } = await reader.bash(text, { expect: 1, replace: { "90d": "1s" } });
    assert.match(out, /alice: PULU\w+ is \d+ \w+ old, more than 1 s/);
  });

  it("the GitHub workflow has the variables and the steps, and they are the two commands", async () => {
    const { on, jobs }: Workflow = parse(reader.block(".github/workflows/drift.yml").text);
    assert.match(on.schedule[0]?.cron ?? "", /^\d+ \d+ \* \* \*$/);
    for (const [name, value] of Object.entries(jobs.drift.env)) assert.equal(value, `\${{ secrets.${name} }}`);
    const needed = ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", ...Object.keys(reader.cluster.env)];
    assert.deepEqual(Object.keys(jobs.drift.env).sort(), needed.sort());
    const lines = jobs.drift.steps.flatMap(({ run }) => (run === undefined || INSTALLS.test(run) ? [] : [run]));
    assert.equal(lines.length, 2);
    // The two commands of the guide, whose ends are seen above.
    assert.deepEqual(
      lines,
      [reader.block("drift").text, reader.block("ages").text].map((text) => text.trim()),
    );
  });

  it("its admin user can look, and change nothing", async () => {
    const { out } = await reader.run("weak-admin");
    const [key] = JSON.parse(out).keys;
    const env = { RADOSGW_ACCESS_KEY: key.access_key, RADOSGW_SECRET_KEY: key.secret_key };
    await reader.run("drift", { env });
    const weak = { admin: { accessKey: key.access_key, secretKey: key.secret_key } };
    assert.equal(reader.cluster.gateway.handle(admin(weak, "POST user?uid=alice&max-buckets=5")).status, 403);
  });
});
