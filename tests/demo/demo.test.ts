// The demo as a person starts it, on the embedded gateway and on a server of reference: it tells the whole story, shows no
// secret, fails where a claim does not hold, and leaves neither a process nor a file behind, also when Ctrl-C ends it in
// the middle. With OBJECT_USERS_LONG=1 for every backend.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readArguments } from "../../tools/demo/arguments";
import { needCli } from "../real/needs";
import { processesWith } from "../real/processes";
import { QUICK_START } from "../real/project";
import { REPOSITORY } from "../real/pulumi";

/** A running demo. Everything of it has this TMPDIR: its files lie there, its processes are known by it. */
interface Demo {
  readonly child: ChildProcess;
  readonly temporary: string;
  /** All it has said so far. */
  said(): string;
  /** Resolves once it has said this. */
  saying(text: string): Promise<void>;
  readonly ended: Promise<number | null>;
}

const LONG = process.env.OBJECT_USERS_LONG === "1";

/** What each backend's story says besides the rest, in this order. */
const STORIES = [
  {
    backend: "rgw",
    user: "alice",
    long: false,
    says: [
      "$ pulumi preview",
      "✓ the preview shows one user to create",
      "+ rgw:User alice created",
      "✓ the first key is accepted",
      "$ pulumi config set rotationId 2027-q1",
      'rotationId changed from "2026-q4" to "2027-q1"',
      "✓ the first key is accepted",
      "✓ the second key is accepted",
      "✓ the state holds no secret in clear",
      "revokeKey: grace of key",
      "✓ the first key is refused",
      "$ pulumi preview --refresh --expect-no-changes",
      'displayName is "Mallory", wanted "Alice"',
      "✓ it names the key",
      "$ pulumi up --refresh",
      "✓ the restored key is accepted",
      "✓ everything is as the program says",
    ],
  },
  {
    backend: "cegedim",
    user: "Alice",
    long: true,
    says: [
      "It stands in for cegedim.cloud",
      "not published, and assumed",
      "+ cegedim:ObjectUser alice created",
      "✓ another secret, of the same access key",
      "✓ the first secret is accepted",
      "✓ the second secret is accepted",
      "is answered with 401",
      "✓ the first secret is refused",
      "$ pulumi up",
      "✓ the second secret is refused",
      'label is "Mallory", wanted "Alice"',
      "✓ it names the label",
      "✓ it names the lock",
      "✓ the restored secret is accepted",
      "✓ everything is as the program says",
    ],
  },
  {
    backend: "ecs",
    user: "alice",
    long: true,
    says: [
      "It stands in for ECS",
      "+ ecs:ObjectUser alice created",
      "✓ another secret, of the same access key",
      "✓ the first secret is accepted",
      "✓ the second secret is accepted",
      "> the server's clock is moved ahead",
      "✓ the first secret is refused",
      "$ pulumi up --refresh",
      "✓ the second secret is refused",
      'tags is {"team":"mallory"}, wanted {"team":"media"}',
      "✓ it names the tag",
      "✓ it names the lock",
      "✓ the restored secret is accepted",
      "✓ everything is as the program says",
    ],
  },
] as const;

describe("npm run demo", function () {
  this.timeout(150_000);
  const running: Demo[] = [];

  before(function () {
    return needCli(this);
  });
  afterEach(() => {
    for (const { child, temporary } of running.splice(0)) {
      if (child.exitCode === null) child.kill("SIGKILL");
      for (const { pid } of processesWith("TMPDIR", temporary)) process.kill(pid, "SIGKILL");
      rmSync(temporary, { recursive: true, force: true });
    }
  });

  function startDemo(words: readonly string[] = []): Demo {
    const temporary = mkdtempSync(path.join(tmpdir(), "object-users-demo-"));
    const args = ["--require", QUICK_START, path.join("tools", "demo", "main.ts"), ...words];
    const child = spawn(process.execPath, args, {
      cwd: REPOSITORY,
      // ts-node would keep a cache of its own there.
      env: { ...process.env, TMPDIR: temporary, DISABLE_V8_COMPILE_CACHE: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    let heard = () => {};
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        heard();
      });
    }
    const ended = once(child, "close").then(([code]: (number | null)[]) => code ?? null);
    const saying = (text: string) =>
      new Promise<void>((resolve, reject) => {
        heard = () => said.includes(text) && resolve();
        ended.then(() => reject(new Error(`it ended before it said "${text}":\n${said}`)));
        heard();
      });
    const demo = { child, temporary, said: () => said, saying, ended };
    running.push(demo);
    return demo;
  }

  for (const { backend, user, says } of STORIES.filter(({ long }) => !long || LONG)) {
    it(`tells the whole story of ${backend}, every claim checked`, async () => {
      const demo = startDemo(["--backend", backend]);
      const code = await demo.ended;
      const said = demo.said();
      assert.equal(code, 0, said);

      let from = 0;
      for (const text of [...says, "$ pulumi destroy", `✓ the object store has no user "${user}"`]) {
        const found = said.indexOf(text, from);
        assert.notEqual(found, -1, `"${text}" is missing, or not in its place:\n${said}`);
        from = found + text.length;
      }
      assert.match(said, /\n[1-9]\d+ S3 requests during the rotation, 0 refused\n$/);
      assert.equal(said.includes("\u001b"), false, "no colours and no rewritten lines in a file");
      assert.match(said, /(SECRET|SECRET_KEY|PASSWORD)=\[secret\]/);
      assert.match(said, /"secretKey":"\[secret\]"/);
      assert.doesNotMatch(said, /(?<![\w/+])[A-Za-z0-9/+]{40}(?![\w/+])/, "a secret key has 40 characters");
      assert.deepEqual(readdirSync(demo.temporary), []);
      assert.deepEqual(processesWith("TMPDIR", demo.temporary), []);
    });
  }

  it("leaves no process and no file when Ctrl-C ends it in the middle of a rotation", async () => {
    const demo = startDemo();
    await demo.saying("$ pulumi config set rotationId 2027-q1");
    await demo.saying("$ pulumi up --yes --skip-preview\n");
    assert.notDeepEqual(readdirSync(demo.temporary), []);
    demo.child.kill("SIGINT");
    assert.equal(await demo.ended, 130, demo.said());
    assert.match(demo.said(), /Interrupted: taking everything away …\nNothing is left\.\n$/);
    assert.deepEqual(readdirSync(demo.temporary), []);
    assert.deepEqual(processesWith("TMPDIR", demo.temporary), []);
  });

  it("leaves nothing when SIGTERM ends it before it has begun", async () => {
    const demo = startDemo();
    await demo.saying("the life of an S3 key");
    demo.child.kill("SIGTERM");
    assert.equal(await demo.ended, 143, demo.said());
    assert.deepEqual(readdirSync(demo.temporary), []);
    assert.deepEqual(processesWith("TMPDIR", demo.temporary), []);
  });

  it("refuses a word that it does not know, with a sentence and how to call it", async () => {
    const demo = startDemo(["--cehp"]);
    assert.equal(await demo.ended, 2);
    assert.match(demo.said(), /^Unknown option '--cehp'.*\n\nnpm run demo -- \[--ceph\]/);
  });
});

describe("the demo's arguments", () => {
  const read = (...words: string[]) => readArguments(words, ["rgw", "ecs"]);
  it("are the embedded Ceph gateway, unless others are given", () => {
    assert.deepEqual(read(), { help: false, backend: "rgw", real: false });
    assert.deepEqual(read("--ceph"), { help: false, backend: "rgw", real: true });
    assert.deepEqual(read("--backend", "ecs"), { help: false, backend: "ecs", real: false });
    assert.equal(read("-h").help, true);
  });
  it("are refused with a sentence where they mean nothing", () => {
    assert.throws(() => read("--backend", "swift"), /There is no backend "swift"; there is rgw, ecs\./);
    assert.throws(() => read("--backend", "ecs", "--ceph"), /--ceph starts a real Ceph, which is for --backend rgw/);
    assert.throws(() => read("ceph"), /Unexpected argument 'ceph'/);
  });
});
