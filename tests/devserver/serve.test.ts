/** The embedded gateway on sockets: the same faults, felt by a real HTTP client; and the command. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { request as open } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { type Fault, faults } from "../../devserver/rgw/fault";
import { Gateway } from "../../devserver/rgw/gateway";
import { type Served, serve } from "../../devserver/rgw/serve";
import { QUICK_START } from "../real/project";
import { admin } from "./request";

describe("serve", () => {
  let gateway: Gateway;
  let served: Served;
  beforeEach(async () => {
    gateway = new Gateway();
    served = await serve(gateway);
  });
  afterEach(() => served.close());

  it("answers", async () => {
    assert.match(await ask(served, gateway, "GET user?uid=admin"), /^200 {"full_user_id":"admin"/);
  });

  const weather: readonly [name: string, fault: Fault, seen: RegExp, acted: boolean][] = [
    ["cut before", faults.cutBefore, /^ECONNRESET$/, false],
    ["cut after", faults.cutAfter, /^ECONNRESET$/, true],
    ["cut midway", faults.cutMidway, /^ECONNRESET after {"full_user_id"/, true],
    ["half an answer", faults.truncate, /^200 {"full_user_id":.*[^}]$/, true],
    ["a delay", { kind: "delay", milliseconds: 5 }, /^200 {"full_user_id":.*}$/, true],
    ["503 SlowDown", faults.slowDown, /^503 {"Code":"SlowDown"/, false],
    ["HTML", faults.html, /^502 <html>/, false],
  ];
  for (const [name, fault, seen, acted] of weather) {
    it(name, async () => {
      gateway.faults = () => fault;
      assert.match(await ask(served, gateway, "PUT user?uid=ann&display-name=Ann"), seen);
      assert.equal(gateway.user("ann") !== undefined, acted);
    });
  }

  for (const [name, fault, acted] of [
    ["hang before", faults.hangBefore, false],
    ["hang after", faults.hangAfter, true],
  ] as const) {
    it(`${name}, until it is closed`, async () => {
      const decided = new Promise<void>((resolve) => {
        gateway.faults = () => {
          setImmediate(resolve);
          return fault;
        };
      });
      const answer = ask(served, gateway, "PUT user?uid=ann&display-name=Ann");
      assert.equal(await Promise.race([answer, decided]), undefined);
      assert.equal(gateway.user("ann") !== undefined, acted);
      await served.close();
      assert.equal(await answer, "ECONNRESET");
    });
  }

  it("listens on loopback only", async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === "IPv4" && !address.internal);
    if (outside === undefined) return;
    const [error] = await once(connect(served.port, outside.address), "error");
    assert.equal((error as { code?: string }).code, "ECONNREFUSED");
  });

  it("refuses a port that is taken", async () => {
    await assert.rejects(serve(new Gateway(), { port: served.port }), { code: "EADDRINUSE" });
  });
});

describe("The command", () => {
  it("says where it listens, keeps the secret in a private file, and cleans up on Ctrl-C", async function () {
    this.timeout(20_000);
    const main = join(__dirname, "../../devserver/main.ts");
    const child = spawn(process.execPath, ["--require", QUICK_START, main, "--release", "18"], { stdio: "pipe" });
    let output = "";
    while (!output.includes("Ctrl-C")) {
      const [part] = await once(child.stdout, "data");
      output += String(part);
    }
    const file = /^ +\. (\S+)$/m.exec(output)?.[1] ?? "";
    const values = Object.fromEntries(
      readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => line.replace("export ", "").split("=")),
    );
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(output, /^The gateway speaks as Ceph 18 /);
    assert.ok(output.includes(values.RADOSGW_ENDPOINT));
    assert.ok(!output.includes(values.RADOSGW_SECRET_KEY));

    const known = { admin: { accessKey: values.RADOSGW_ACCESS_KEY, secretKey: values.RADOSGW_SECRET_KEY } };
    const url = new URL(values.RADOSGW_ENDPOINT);
    assert.match(await ask({ port: Number(url.port) }, known, "GET user?uid=admin"), /^200 {"tenant".*"system":false/);

    child.kill("SIGINT");
    const [status] = await once(child, "exit");
    assert.equal(status, 0);
    assert.ok(!existsSync(file));
  });

  for (const [option, value, says] of [
    ["--port", "x", "--port x is no port."],
    ["--release", "19", "--release 19? There are 16, 18, 20."],
  ] as const) {
    it(`refuses ${option} ${value}`, async function () {
      this.timeout(20_000);
      const main = join(__dirname, "../../devserver/main.ts");
      const args = ["--require", QUICK_START, main, option, value];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
      const [[message], [status]] = await Promise.all([once(child.stderr, "data"), once(child, "exit")]);
      assert.equal(String(message).trim(), says);
      assert.equal(status, 1);
    });
  }
});

/** The status and body, or the error's code with what came before it. */
function ask({ port }: { port: number }, gateway: Pick<Gateway, "admin">, what: string): Promise<string> {
  const { method, url, headers } = admin(gateway, what);
  return new Promise((resolve) => {
    let text = "";
    const fail = (error: Error & { code?: string }) =>
      resolve(text === "" ? `${error.code}` : `${error.code} after ${text}`);
    const message = open(
      { hostname: "127.0.0.1", port, method, path: url.pathname + url.search, headers },
      (response) => {
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
        });
        response.on("error", fail);
        response.on("end", () => resolve(`${response.statusCode} ${text}`));
      },
    );
    message.on("error", fail);
    message.end();
  });
}
