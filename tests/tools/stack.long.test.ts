// The stack runner and the language host, with the real CLI. That a run can be killed with its plugins is in
// tests/proofs/kill.test.ts; programs in TypeScript and the stand-in for the random plugin are in tests/e2e/examples.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { needCli } from "../real/needs";
import { processesWith } from "../real/processes";
import { QUICK_START } from "../real/project";
import { openStack, REPOSITORY, type Stack, type StackOptions } from "../real/pulumi";

/** A resource that does nothing, slowly where it is told to. */
const THING = `
const pulumi = require("@pulumi/pulumi");
class Thing extends pulumi.dynamic.Resource {
  constructor(name, inputs) {
    super({
      create: async (ins) => {
        await new Promise((resolve) => setTimeout(resolve, ins.sleepMs ?? 0));
        return { id: "thing", outs: ins };
      },
      diff: async (_id, olds, news) => ({ changes: olds.size !== news.size }),
      update: async (_id, _olds, news) => ({ outs: news }),
    }, name, inputs);
  }
}
`;

describe("a stack of the real Pulumi CLI", function () {
  this.timeout(60_000);
  const opened: Stack[] = [];
  const open = async (options: StackOptions) => {
    const stack = await openStack(options);
    opened.push(stack);
    return stack;
  };

  before(function () {
    return needCli(this);
  });
  afterEach(async () => {
    for (const stack of opened.splice(0)) await stack.dispose();
  });

  it("runs a JavaScript program: preview, up, change, destroy; leaves nothing", async () => {
    const program = (size: number) => `${THING}
      const config = new pulumi.Config();
      new Thing("thing", { size: ${size} });
      exports.size = ${size};
      exports.greeting = config.require("greeting");
      exports.token = config.requireSecret("token");
      exports.organization = pulumi.getOrganization();
      exports.name = pulumi.getProject() + "/" + pulumi.getStack();
      exports.seen = [process.env.AWS_PROFILE, process.env.RADOSGW_ENDPOINT, process.env.GIVEN].map(String);`;
    const mine = { AWS_PROFILE: process.env.AWS_PROFILE, RADOSGW_ENDPOINT: process.env.RADOSGW_ENDPOINT };
    Object.assign(process.env, { AWS_PROFILE: "mine", RADOSGW_ENDPOINT: "mine" });
    let streamed = "";
    const stack = await open({
      program: { files: { "index.js": program(1) } },
      stack: "dev",
      config: { "program:greeting": "hello = world", "program:token": { value: "secret token", secret: true } },
      env: { GIVEN: "given" },
      onOutput: (text) => {
        streamed += text;
      },
    });
    for (const [name, value] of Object.entries(mine)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }

    assert.match((await stack.preview({ expect: 0 })).stdout, /\+ 2 to create/);
    const first = await stack.up({ expect: 0 });
    assert.match(first.stdout, /\+ 2 created/);
    assert.ok(streamed.endsWith(first.stdout));
    const outputs = {
      size: 1,
      greeting: "hello = world",
      token: "[secret]",
      organization: "organization",
      name: "program/dev",
      seen: ["undefined", "undefined", "given"],
    };
    assert.deepEqual(await stack.outputs(), outputs);
    assert.deepEqual(await stack.outputs({ showSecrets: true }), { ...outputs, token: "secret token" });
    assert.doesNotMatch(JSON.stringify(await stack.exportState()), /secret token/);

    stack.write({ "index.js": program(2) });
    await stack.setConfig("greeting", "--bye");
    assert.match((await stack.up({ expect: 0 })).stdout, /~ 1 updated/);
    assert.equal((await stack.outputs()).greeting, "--bye");
    await stack.destroy({ expect: 0 });
    assert.deepEqual((await stack.exportState()).deployment.resources ?? [], []);

    const base = path.dirname(stack.directory);
    await stack.dispose();
    assert.equal(existsSync(base), false);
    assert.deepEqual(processesWith("PULUMI_HOME", path.join(base, "pulumi")), []);
  });

  it("reports the error of a failing program once", async () => {
    const stack = await open({ program: { files: { "index.js": 'throw new Error("no such luck");' } } });
    await assert.rejects(stack.up({ expect: 0 }), ({ message }: Error) => {
      assert.match(message, /pulumi up .* ended with code .*no such luck.*Expected was exit code 0/s);
      assert.equal(message.match(/Error: no such luck/g)?.length, 1, message);
      assert.doesNotMatch(message, /non-zero exit code/);
      return true;
    });
  });

  it("says so when the program ends itself", async () => {
    const stack = await open({ program: { files: { "index.js": "process.exit(7);" } } });
    const result = await stack.up();
    assert.notEqual(result.code, 0);
    assert.match(result.stdout + result.stderr, /exited with non-zero exit code: 7/);
  });

  it("ends everything and removes its directories when the process that opened it is interrupted", async () => {
    const index = `${THING} new Thing("thing", { size: 1, sleepMs: 30000 });`;
    const script = `
      const { openStack } = require(${JSON.stringify(path.join(REPOSITORY, "tests", "real", "pulumi"))});
      openStack({ program: { files: { "index.js": ${JSON.stringify(index)} } } }).then((stack) => {
        const running = stack.spawn(["up", "--yes", "--skip-preview"]);
        const timer = setInterval(() => {
          if (running.processes().length < 4) return;
          clearInterval(timer);
          console.log(require("node:path").dirname(stack.directory));
        }, 50);
      });`;
    const child = spawn(process.execPath, ["--require", QUICK_START, "-e", script], {
      cwd: REPOSITORY,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = await once(child.stdout, "data");
    const base = String(said).trim();
    assert.equal(existsSync(base), true);
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "exit"), [130, null]);
    assert.equal(existsSync(base), false);
    assert.deepEqual(processesWith("PULUMI_HOME", path.join(base, "pulumi")), []);
  });
});
