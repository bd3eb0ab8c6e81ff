/** The real Ceph's own bad weather, by the launcher's switches: what the embedded gateway's faults stand for. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { faults } from "../../../devserver/rgw/fault";
import { Gateway } from "../../../devserver/rgw/gateway";
import { type RealCeph, startCeph } from "../../../tools/ceph/cluster";
import { admin as embedded } from "../../devserver/request";
import { needCeph } from "../../real/needs";
import { QUICK_START } from "../../real/project";
import { exchange, type Reply } from "./exchange";
import { admin } from "./table";

describe("A real Ceph in bad weather", function () {
  this.timeout(30_000);
  let ceph: RealCeph;
  before(async function () {
    await needCeph(this);
    ceph = await startCeph({ gateways: 2 });
  });
  afterEach(() => {
    ceph?.thawOsd();
    ceph?.thawGateway(1);
  });
  after(() => ceph?.stop());

  const at = (endpoint: string | undefined) => ({ endpoint: endpoint ?? "", admin: ceph.admin, stop: async () => {} });
  const make = (uid: string) => admin("PUT user", { uid, "display-name": "x" });
  const find = (uid: string) => admin("GET user", { uid });

  it("shows the same user through both gateways", async () => {
    assert.equal((await exchange(at(ceph.endpoints[0]), make("ann"))).status, 200);
    assert.equal((await exchange(at(ceph.endpoints[1]), find("ann"))).status, 200);
  });

  it("answers radosgw-admin", async () => {
    const user = await ceph.radosgwAdmin("user", "info", "--uid=ann");
    assert.equal((user as { display_name: string }).display_name, "x");
  });

  it("says 503 SlowDown when throttled, as the embedded one does", async () => {
    const throttled = at(await ceph.addGateway({ conf: ["rgw_max_concurrent_requests = 1"] }));
    const replies = await Promise.all(Array.from({ length: 24 }, (_, n) => exchange(throttled, make(`slow-${n}`))));
    const slow = replies.find(({ status }) => status === 503);
    assert.ok(slow !== undefined, "none of 24 requests at once was throttled");
    assert.ok(replies.some(({ status }) => status === 200));

    const gateway = new Gateway();
    gateway.faults = () => faults.slowDown;
    const imitation = await gateway.send(embedded(gateway, "PUT user?uid=x"), 1000);
    assert.deepEqual(shape(imitation), shape(slow));
    assert.equal(slow.headers["retry-after"], undefined);
  });

  it("refuses who loses a race for a user, as the embedded one does", async () => {
    await exchange(at(ceph.endpoint), make("raced"));
    const change = (n: number) => admin("POST user", { uid: "raced", "display-name": `${n}` });
    let losers: Reply[] = [];
    for (let round = 0; round < 100 && losers.length === 0; round++) {
      const racers = Array.from({ length: 24 }, (_, n) => exchange(at(ceph.endpoints[n % 2]), change(n)));
      losers = (await Promise.all(racers)).filter(({ status }) => status !== 200);
    }
    assert.ok(losers.length > 0, "none of 100 times 24 concurrent changes lost");

    const gateway = new Gateway();
    gateway.faults = () => (ceph.release < 20 ? faults.unknownError : faults.concurrentModification);
    const imitation = await gateway.send(embedded(gateway, "POST user?uid=x"), 1000);
    for (const loser of losers) assert.deepEqual(shape(loser), shape(imitation));
  });

  it("hangs with a frozen OSD, and answers when it thaws", async () => {
    assert.equal((await exchange(at(ceph.endpoint), find("ann"))).status, 200);
    ceph.freezeOsd();
    const write = exchange(at(ceph.endpoint), make("late"));
    // What is cached is still answered, so it is not the gateway that hangs.
    const read = exchange(at(ceph.endpoint), find("ann"));
    assert.equal(await Promise.race([write.then(() => "written"), read.then(() => "read")]), "read");
    ceph.thawOsd();
    assert.equal((await write).status, 200);
  });

  it("hangs with a frozen gateway, and answers when it thaws", async () => {
    ceph.freezeGateway(1);
    const frozen = exchange(at(ceph.endpoints[1]), find("ann"));
    const other = exchange(at(ceph.endpoints[0]), find("ann"));
    assert.equal(await Promise.race([frozen.then(() => "frozen"), other.then(() => "other")]), "other");
    ceph.thawGateway(1);
    assert.equal((await frozen).status, 200);
  });

  it("is not reachable between killGateway and restartGateway, and has forgotten nothing", async () => {
    await ceph.killGateway(1);
    await assert.rejects(exchange(at(ceph.endpoints[1]), find("ann")), /ECONNREFUSED|ECONNRESET|socket hang up/);
    await ceph.restartGateway(1);
    assert.equal((await exchange(at(ceph.endpoints[1]), find("ann"))).status, 200);
  });

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`leaves no process behind when its starter ends by ${signal}`, async () => {
      const launcher = join(__dirname, "../../../tools/ceph/cluster.ts");
      const script = `require(${JSON.stringify(launcher)}).startCeph().then((ceph) => console.log(ceph.processes.join()))`;
      const keepAlive = "setInterval(() => {}, 1000);";
      const args = ["--require", QUICK_START, "-e", keepAlive + script];
      const starter = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      const [line] = await once(starter.stdout, "data");
      const pids = String(line).trim().split(",");
      assert.equal(pids.length, 3);
      assert.doesNotMatch(readFileSync("/proc/self/mounts", "utf8"), /pulumi-object-users/, "others see no mounts");
      starter.kill(signal);
      await once(starter, "exit");
      // The kernel ends them in its own time, within milliseconds; a zombie still has a directory but no command.
      while (pids.some((pid) => existsSync(`/proc/${pid}/exe`))) await new Promise(setImmediate);
    });
  }
});

/** What can be compared of two answers: all but ids and dates. */
function shape({ status, headers, body }: Reply) {
  const { Code, Message } = JSON.parse(body);
  return { status, type: headers["content-type"], Code, Message };
}
