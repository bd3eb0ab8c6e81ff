/**
 * No secret leaves the places that are meant for it: canaries are looked for, in every form that JSON, addresses, base64
 * and hexadecimal give them, in errors down to their last cause, in what the CLI prints, in its event log, in state,
 * its history and backups, in files, and in the arguments of every process. Gateways answer as badly as can be meanwhile.
 *
 *   npx mocha -r ts-node/register/transpile-only tests/proofs/leaks.test.ts
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { rgw } from "../../provider/backends/rgw";
import { settings } from "../../provider/backends/rgw/settings";
import { nodeSend } from "../../provider/http/send";
import type { Send } from "../../provider/http/wire";
import { world } from "../../provider/world";
import { filesBelow } from "../real/files";
import { formsOf, type Places, search, watchArguments } from "../real/leaks";
import { needCeph } from "../real/needs";
import { badAnswers } from "./ground/bad-answers";
import { type Deployment, OK, openDeployment } from "./ground/deployment";
import { figures, type Ground, openGround } from "./ground/ground";

/** What the CLI wants to see before it knows its flag for an event log. */
const EVENTS = { PULUMI_DEBUG_COMMANDS: "true" };

const CANARY = "canary+of/the=caller_and~more.0123456789";
const SERVERS = "canaryOfTheServer0123456789abcdefghijklm";
const ADMINS = "canaryOfTheAdmin/0123456789+abcdefghijkl";

describe("the search for secrets", () => {
  for (const [name, form] of formsOf(`a+b/c="d"&<e> 0123456789`)) {
    it(`finds one in this form: ${name}`, () => {
      const places = { clean: "nothing here", dirty: `before ${form} after` };
      const { found } = search(places, ["another secret", `a+b/c="d"&<e> 0123456789`]);
      assert.ok(found.length > 0 && found.every((finding) => finding.startsWith("dirty: ")));
    });
  }

  it("finds base64 wherever it begins", () => {
    for (const before of ["", "x", "xy", "xyz"]) {
      const text = Buffer.from(`${before}${CANARY}${before}`).toString("base64");
      assert.ok(search({ text }, [CANARY]).found.length > 0);
    }
  });
});

describe("the files of a stack", () => {
  it("are read unpacked where they are compressed, and cut off", () => {
    const directory = mkdtempSync(path.join(tmpdir(), "object-users-files-"));
    try {
      const packed = gzipSync(`${"a line\n".repeat(1000)}${CANARY}\n${"a line\n".repeat(1000)}`);
      writeFileSync(path.join(directory, "whole.log"), packed);
      writeFileSync(path.join(directory, "cut.log"), packed.subarray(0, packed.length - 12));
      assert.equal(
        search(filesBelow(directory), [CANARY]).found.filter((finding) => / plain$/.test(finding)).length,
        2,
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe("errors of every remote call", () => {
  const key = { accessKey: "own-key", secretKey: CANARY };
  const said: string[] = [];

  it("show no secret, whatever the server answers", async () => {
    const answers = badAnswers([CANARY, SERVERS, ADMINS]);
    let errors = 0;
    for (const answer of answers) errors += await provoke(async () => answer);
    const { found, ...searched } = search(asPlaces(said), [CANARY, SERVERS, ADMINS]);
    figures("leaks of errors", { "bad answers": answers.length, errors, ...searched, leaks: found.length });
    assert.deepEqual(found, []);
  });

  it("show no secret, whatever the socket does", async () => {
    said.length = 0;
    const packets = [
      `${CANARY} is not HTTP\r\n\r\n`,
      `HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{"secret_key":"${SERVERS}`,
      `HTTP/1.1 200 OK\r\n${SERVERS}\r\n\r\n`,
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz ${SERVERS}\r\n`,
      "",
    ];
    let packet = "";
    const server = createServer((socket) => socket.on("error", () => {}).once("data", () => socket.end(packet)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    let errors = 0;
    for (packet of packets) errors += await provoke(nodeSend({ maxConcurrency: 4 }), `http://127.0.0.1:${port}`);
    server.close();
    const { found, ...searched } = search(asPlaces(said), [CANARY, SERVERS, ADMINS]);
    figures("leaks of sockets", { "bad packets": packets.length, errors, ...searched, leaks: found.length });
    assert.deepEqual(found, []);
  });

  /** Makes each call of the backend once and keeps every error, down to its last hidden property. */
  async function provoke(send: Send, endpoint = "http://127.0.0.1:1"): Promise<number> {
    const connection = settings.parse({ endpoint, accessKey: "admin", secretKey: ADMINS, timeoutSeconds: 5 });
    const deps = {
      ...world,
      log: (line: string) => void said.push(line),
      sleep: async () => {},
      openTransport: () => send,
    };
    const { api } = rgw.connect(connection, deps);
    const user = { userId: "alice", name: "alice", where: { uid: "alice" } };
    const before = { caps: ["users=read"] };
    const calls = [
      () => api.find(user),
      () => api.create({ ...user, fields: { displayName: "Alice" }, key, mark: "MARK" }),
      () => api.update(user, before, { displayName: "Other" }),
      () => api.update(user, before, { caps: ["buckets=read"] }),
      () => api.update(user, before, { userQuota: { enabled: true, maxSizeBytes: 1, maxObjects: 1 } }),
      () => api.remove(user, { force: false }),
      () => api.issueKey(user, key),
      () => api.issueKey(user, { accessKey: "derived" }),
      () => api.revokeKey(user, { id: key.accessKey, ...key }),
      () => api.probe(user, key),
    ];
    const errors = await Promise.all(
      calls.map((call) =>
        call().then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    );
    const thrown = errors.filter((error) => error !== undefined);
    said.push(...thrown.map((error) => inspect(error, { depth: null, showHidden: true, maxStringLength: null })));
    said.push(...thrown.map((error) => `${JSON.stringify(error)} ${(error as Error).stack} ${String(error)}`));
    return thrown.length;
  }
});

describe("runs of the real CLI", function () {
  this.timeout(180_000);
  let ground: Ground;
  let stack: Deployment;
  let args: ReturnType<typeof watchArguments>;

  before(async function () {
    await needCeph(this, { cli: true });
    ground = await openGround();
    stack = await openDeployment({ ...ground.env, OWN_SECRET: CANARY, OTHER_SECRET: `${CANARY}-2` });
    args = watchArguments();
  });
  after(async () => {
    args?.stop();
    await stack?.dispose();
    await ground?.close();
  });

  /** The same users in both shapes: a key that the gateway makes, and one of the caller's own. */
  const declare = (turn: "OWN" | "OTHER", gracePeriodSeconds: number) => {
    const users = (prefix: string) => {
      const inputs = (name: string) => ({ uid: `${prefix}${name}`, displayName: name, gracePeriodSeconds });
      return {
        plain: { ...inputs("plain"), rotationId: turn },
        own: { ...inputs("own"), accessKey: `${prefix}own-${turn}`, secretKey: `$${turn}_SECRET` },
      };
    };
    stack.declare(users(""), { fleet: { users: users("member-") } });
  };

  it("show no secret while all goes well", async () => {
    const log = path.join(path.dirname(stack.directory), "events.json");
    const logging = (file: string) => ({ ...OK, args: ["--diff", "--event-log", file], env: EVENTS });
    declare("OWN", 3600);
    await stack.up(logging(log));
    declare("OTHER", 3600);
    await stack.preview({ ...OK, args: ["--diff"] });
    await stack.up(logging(`${log}.2`));
    assert.ok(Object.keys(stack.places()).includes(`${log}.2`));
    await stack.refresh({ ...OK, args: ["--diff"] });
  });

  it("show no secret while the gateway answers with secrets in its errors", async () => {
    declare("OTHER", 0);
    const answers = badAnswers([CANARY, SERVERS, ...(await ground.secrets())]);
    let next = 0;
    ground.wire.forge(({ method }, body) => {
      const { status, body: bad, headers } = answers[next++ % answers.length] ?? { status: 500, body, headers: {} };
      return method === "GET" && next % 3 === 0
        ? undefined
        : { status, body: bad, type: headers["content-type"] ?? "" };
    });
    await stack.up({ args: ["--diff", "--continue-on-error"] });
    await stack.preview({ args: ["--refresh", "--diff"] });
    ground.wire.forge(undefined);
    for (const uid of ["plain", "member-plain"]) {
      const key = { "access-key": `somebodys-${uid}`, "secret-key": `${SERVERS}-2` };
      await ground.admin("PUT", { key: "", uid, ...key });
    }
    await stack.preview({ ...OK, args: ["--refresh", "--diff"] });
    await stack.up({ ...OK, args: ["--refresh", "--diff"] });
  });

  it("and leave none behind, in no file and in no process's arguments", async () => {
    await stack.run(["stack", "export"], OK);
    await stack.run(["stack", "output", "--json"], OK);
    await stack.run(["stack", "history"], OK);
    await stack.destroy({ ...OK, args: ["--show-config"] }).catch(() => stack.destroy(OK));
    args.stop();
    const places = { ...withoutDebugEvents(stack.places()), "arguments of processes": [...args.seen].join("\n") };
    const secrets = [CANARY, `${CANARY}-2`, SERVERS, `${SERVERS}-2`, ...(await ground.secrets())];
    const { found, ...searched } = search(places, secrets);
    figures("leaks of the CLI", { ...searched, "command lines": args.seen.size, leaks: found.length });
    assert.deepEqual(found, []);
  });
});

/**
 * Pulumi's own SDK writes each answer of its engine into debug events, secrets of every package in clear, and an event log
 * keeps those, as -v=9 and PULUMI_DEBUG_GRPC do. That is by its design; all other events are searched.
 */
function withoutDebugEvents(places: Places): Places {
  const isDebug = (line: string) => line.includes('"diagnosticEvent"') && line.includes('"severity":"debug"');
  const kept = (text: string) => text.split("\n").filter((line) => !isDebug(line));
  return Object.fromEntries(
    Object.entries(places).map(([place, text]) => [
      place,
      place.includes("events.json") ? kept(text).join("\n") : text,
    ]),
  );
}

function asPlaces(said: readonly string[]): Record<string, string> {
  return Object.fromEntries(said.map((text, i) => [`error or line ${i}`, text]));
}
