/** The embedded gateway beyond its contract: clock, chance, request log, faults, and other writers in between. */
import assert from "node:assert/strict";
import { type Fault, faults } from "../../devserver/rgw/fault";
import { Gateway } from "../../devserver/rgw/gateway";
import { admin, s3 } from "./request";

const timeoutMs = 1000;

describe("Gateway.send", () => {
  it("answers what handle answers", async () => {
    const gateway = new Gateway();
    const answer = await gateway.send(admin(gateway, "PUT user?uid=ann&display-name=Ann"), timeoutMs);
    assert.equal(answer.status, 200);
    assert.equal(gateway.handle(admin(gateway, "GET user?uid=ann")).body, answer.body);
  });

  it("takes the time from its clock", async () => {
    let time = new Date("2030-01-01T00:00:00Z");
    const gateway = new Gateway({ now: () => time });
    const request = admin(gateway, "GET user?uid=admin", time);
    assert.equal(gateway.handle(request).status, 200);
    time = new Date("2030-01-01T00:16:00Z");
    assert.match(gateway.handle(request).body, /RequestTimeTooSkewed/);
  });

  it("makes the same keys from the same chance", () => {
    const fixed = () => {
      let state = 1;
      const gateway = new Gateway({
        random: () => {
          state = (state * 16_807) % 2_147_483_647;
          return state / 2_147_483_647;
        },
        now: () => new Date(0),
      });
      gateway.handle(admin(gateway, "PUT user?uid=ann&display-name=Ann", new Date(0)));
      return gateway.users();
    };
    assert.deepEqual(fixed(), fixed());
    assert.match([...(fixed()[0]?.keys.keys() ?? [])].join(), /^[A-Z0-9]{20}$/);
  });
});

describe("The request log", () => {
  it("counts kinds and sides, and holds no secret", async () => {
    const gateway = new Gateway();
    const send = (what: string) => gateway.send(admin(gateway, what), timeoutMs);
    await send("PUT user?uid=ann&display-name=Ann&access-key=AK&secret-key=canary");
    await send("PUT user?key&uid=ann&access-key=AK&secret-key=canary");
    await send("PUT user?caps&uid=ann&user-caps=users%3Dread");
    await send("GET user?quota&uid=ann");
    await send("GET user?uid=nobody");
    await gateway.send(s3("GET /", "AK", "canary"), timeoutMs);
    await send("GET nothing");
    assert.deepEqual(gateway.requests.tally(), {
      "PUT user": 1,
      "PUT user?key": 1,
      "PUT user?caps": 1,
      "GET user?quota": 1,
      "GET user": 1,
      "S3 ListBuckets": 1,
      unknown: 1,
    });
    assert.equal(gateway.requests.count(), 7);
    assert.equal(gateway.requests.count("s3"), 1);
    assert.equal(gateway.requests.count("PUT user"), 1);
    assert.equal(gateway.requests.writes(), 3);
    assert.deepEqual(gateway.requests.entries[4], {
      sequence: 5,
      side: "admin",
      kind: "GET user",
      method: "GET",
      subject: "nobody",
      status: 404,
      fault: undefined,
    });
    assert.ok(!JSON.stringify(gateway.requests.entries).includes("canary"));
    assert.ok(!JSON.stringify(gateway.requests.entries).includes(gateway.admin.secretKey));
    gateway.requests.reset();
    assert.equal(gateway.requests.count(), 0);
  });

  it("does not count what handle is given", () => {
    const gateway = new Gateway();
    gateway.handle(admin(gateway, "GET user?uid=admin"));
    assert.equal(gateway.requests.count(), 0);
  });
});

/** What a client sees of a fault in process, and whether the gateway acted. */
const weather: readonly [name: string, fault: Fault, seen: string | RegExp, acted: boolean][] = [
  ["cut before", faults.cutBefore, "ECONNRESET", false],
  ["cut after", faults.cutAfter, "ECONNRESET", true],
  ["cut midway", faults.cutMidway, "ECONNRESET", true],
  ["hang before", faults.hangBefore, "ETIMEDOUT", false],
  ["hang after", faults.hangAfter, "ETIMEDOUT", true],
  ["delay beyond the timeout", { kind: "delay", milliseconds: 1001 }, "ETIMEDOUT", true],
  ["delay within it", { kind: "delay", milliseconds: 1000 }, /^200 {"full_user_id":.*}$/, true],
  ["half an answer", faults.truncate, /^200 {"full_user_id":.*[^}]$/, true],
  ["503 SlowDown", faults.slowDown, /^503 {"Code":"SlowDown","Message":"","RequestId":"tx/, false],
  ["500 UnknownError", faults.unknownError, /^500 {"Code":"UnknownError"/, false],
  ["HTML", faults.html, /^502 <html>/, false],
  ["an answer of one's own", { kind: "answer", status: 200, body: "[]" }, /^200 \[\]$/, false],
  ["a code with a body", { kind: "answer", status: 409, code: "KeyExists", body: "{" }, /^409 {$/, false],
];

describe("Faults, in process", () => {
  for (const [name, fault, seen, acted] of weather) {
    it(name, async () => {
      const gateway = new Gateway();
      gateway.faults = (_request, sequence) => (sequence === 1 ? fault : undefined);
      const outcome = await gateway.send(admin(gateway, "PUT user?uid=ann&display-name=Ann"), timeoutMs).then(
        ({ status, body }) => `${status} ${body}`,
        (error: unknown) => String((error as { code?: unknown }).code),
      );
      if (typeof seen === "string") assert.equal(outcome, seen);
      else assert.match(outcome, seen);
      assert.equal(gateway.user("ann") !== undefined, acted);
      assert.deepEqual(gateway.requests.entries[0]?.fault, fault.kind);
      assert.equal(gateway.requests.entries[0]?.status, acted ? 200 : undefined);
      // The next request finds fair weather.
      assert.equal((await gateway.send(admin(gateway, "GET user?uid=ann"), timeoutMs)).status, acted ? 200 : 404);
    });
  }

  it("know which operation they spoil, and XML where XML belongs", async () => {
    const gateway = new Gateway();
    gateway.faults = (_request, _sequence, kind) => (kind === "S3 ListBuckets" ? faults.slowDown : undefined);
    const { accessKey, secretKey } = gateway.admin;
    assert.equal((await gateway.send(admin(gateway, "GET user?uid=admin"), timeoutMs)).status, 200);
    const spoiled = await gateway.send(s3("GET /", accessKey, secretKey), timeoutMs);
    assert.match(spoiled.body, /<Code>SlowDown<\/Code>/);
  });
});

describe("Another writer", () => {
  it("acts between the fault's decision and the request", async () => {
    const gateway = new Gateway();
    gateway.between = (_request, kind) => {
      if (kind === "PUT user") gateway.handle(admin(gateway, "PUT user?uid=ann&display-name=Other"));
    };
    const answer = await gateway.send(admin(gateway, "PUT user?uid=ann&display-name=Ann"), timeoutMs);
    assert.match(answer.body, /UserAlreadyExists/);
    assert.equal(gateway.user("ann")?.user.displayName, "Other");
  });

  it("is not called for a request that is not acted on", async () => {
    const gateway = new Gateway();
    gateway.between = () => assert.fail("called");
    gateway.faults = () => faults.slowDown;
    assert.equal((await gateway.send(admin(gateway, "GET user?uid=admin"), timeoutMs)).status, 503);
  });
});
