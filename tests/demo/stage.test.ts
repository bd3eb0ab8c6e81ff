// What ends the demo: a claim that does not hold, an exit code that was not expected, a secret in what the CLI says; and
// what of the CLI's output people get to see.

import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { interesting } from "../../tools/demo/cli-output";
import { openScreen } from "../../tools/demo/screen";
import { Failed, openStage } from "../../tools/demo/stage";
import type { System } from "../../tools/demo/system";

const SYSTEM: System = {
  title: "nothing",
  environment: {},
  s3: { endpoint: "http://127.0.0.1:1", region: "us-east-1" },
  userId: "alice",
  notes: [],
  rotates: "key",
  program: "",
  meddlings: [],
  users: async () => ({ command: "users", answer: [] }),
  stop: async () => {},
};

/** A stage whose CLI answers with this, and what it has shown. */
function stageOf(answer: { readonly code?: number; readonly stdout?: string; readonly stderr?: string } = {}) {
  const stream = Object.assign(new PassThrough(), { isTTY: false, columns: 80 });
  let shown = "";
  stream.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  const screen = openScreen(stream, {});
  screen.conceal("SeCrEt");
  const interruption = new AbortController();
  const result = { command: "pulumi up", code: 0, stdout: "", stderr: "", ms: 1, ...answer };
  const stage = openStage(SYSTEM, { run: async () => result }, screen, interruption.signal);
  return { stage, interruption, shown: () => shown };
}

describe("the demo's stage", () => {
  it("shows a claim that holds, and ends with one that does not", () => {
    const { stage, shown } = stageOf();
    stage.claim("the sky is above", true);
    assert.equal(shown(), "     ✓ the sky is above\n");
    assert.throws(
      () => stage.claim("the sky is below", false),
      new Failed("This does not hold: the sky is below.", ""),
    );
  });

  it("ends with an exit code that was not expected, and keeps what the CLI said", async () => {
    const { stage } = stageOf({ code: 1, stderr: "error: no such luck" });
    await assert.rejects(stage.pulumi(["up"]), (error: Failed) => {
      assert.equal(error.message, '"pulumi up" ended with exit code 1; expected was 0.');
      assert.match(error.evidence, /no such luck/);
      return true;
    });
    await stage.pulumi(["up"], { code: "not 0" });
    await assert.rejects(
      stageOf().stage.pulumi(["up"], { code: "not 0" }),
      /ended with exit code 0; expected was not 0/,
    );
  });

  it("ends with a secret in what the CLI says, and does not show it", async () => {
    const { stage, shown } = stageOf({ stdout: "Outputs:\n    secretKey: SeCrEt\n" });
    await assert.rejects(stage.pulumi(["up"]), /"pulumi up" printed a secret/);
    assert.match(shown(), /secretKey: \[secret\]/);
  });

  it("ends when S3 does not answer", async () => {
    const { stage } = stageOf();
    stage.keep("first", { accessKey: "A", secretKey: "B" });
    await assert.rejects(stage.s3("first", "refused"), /ECONNREFUSED/);
  });

  it("begins nothing after an interruption", async () => {
    const { stage, interruption } = stageOf();
    interruption.abort();
    await assert.rejects(stage.pulumi(["up"]), { name: "AbortError" });
    await assert.rejects(
      stage.deed((system) => system.users()),
      { name: "AbortError" },
    );
    await assert.rejects(stage.waitUntil(new Date(Date.now() + 60_000), "the end"), { name: "AbortError" });
  });
});

describe("what people see of the CLI's output", () => {
  it("is what becomes of resources, why, the outputs and the sum, each once", () => {
    const output = `Updating (demo):

@ updating....
    pulumi:pulumi:Stack program-demo running rgw.User alice: issueKey: rotationId changed
 ~  pulumi-nodejs:dynamic/object-users/rgw:User alice updating (0s) [diff: ~rotationId]
 ~  pulumi-nodejs:dynamic/object-users/rgw:User alice updated (0.03s) [diff: ~rotationId]
    pulumi:pulumi:Stack program-demo  6 messages
Diagnostics:
  pulumi:pulumi:Stack (program-demo):
    rgw.User alice: issueKey: rotationId changed
    rgw.User alice: retireKey: key A lives until 2026-11-22T11:13:24.444Z
    rgw.User alice: issueKey: rotationId changed
    rgw.User alice: retireKey: key A lives until 2026-11-22T11:13:24.460Z

Outputs:
  ~ accessKey: "A" => "B"
    secretKey: [secret]

Resources:
    ~ 1 updated
    1 unchanged

Duration: 2s

error: no luck
`;
    assert.deepEqual(interesting(output), [
      "~ rgw:User alice updated [diff: ~rotationId]",
      "rgw.User alice: issueKey: rotationId changed",
      "rgw.User alice: retireKey: key A lives until 2026-11-22T11:13:24.444Z",
      '~ accessKey: "A" => "B"',
      "secretKey: [secret]",
      "~ 1 updated",
      "1 unchanged",
      "error: no luck",
    ]);
  });
});
