/** ecs.ObjectUser in bad weather: sessions that end, answers that are lost, codes that refuse. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { type Fault, faults } from "../../devserver/rgw/fault";
import { endingOf } from "../../provider/at-end";
import { openBench } from "./bench";

const EMPTY: Fault = { kind: "answer", status: 500 };
const code = (status: number, number: string): Fault => ({ kind: "answer", status, code: number });

describe("ecs: sessions", () => {
  it("logs in once for everything a process does, and out at its end", async () => {
    const bench = await openBench();
    await bench.up({ rotationId: "1" });
    await bench.up({ rotationId: "2" });
    await bench.engine.destroy();
    assert.equal(bench.server.requests.count("login"), 1);
    assert.equal(bench.server.sessions.count(bench.world.now().getTime()), 1);
    await bench.end();
    assert.equal(bench.server.sessions.count(bench.world.now().getTime()), 0);
    bench.assertNoLeak(["the-managers-own-password"]);
  });

  it("opens one session for many first requests at once", async () => {
    const bench = await openBench();
    const { provider } = bench.engine;
    const many = Array.from({ length: 20 }, (_, n) => ({ userId: `user${n}`, namespace: "ns1" }));
    await Promise.all(many.map((inputs) => provider.create(inputs)));
    assert.equal(bench.server.requests.count("login"), 1);
    assert.equal(bench.server.users().length, 20);
  });

  for (const overStatus of [401, 302] as const) {
    it(`logs in once more when ECS answers ${overStatus}, in the middle of a rotation too`, async () => {
      const bench = await openBench({ overStatus });
      await bench.up({ rotationId: "1" });
      bench.server.faults = (_request, _sequence, kind) => {
        if (kind !== "POST keys") return undefined;
        bench.server.faults = undefined;
        bench.server.sessions.closeAll();
        return undefined;
      };
      const { secretKey } = await bench.up({ rotationId: "2" });
      assert.equal(bench.s3(secretKey), "200");
      assert.equal(bench.server.requests.count("login"), 2);
      bench.world.advance(3 * 3600);
      await bench.up({ rotationId: "2", locked: true });
      assert.equal(bench.server.requests.count("login"), 3);
    });
  }

  it("does not log in for ever when each session is over at once", async () => {
    const bench = await openBench();
    bench.server.faults = (_request, _sequence, kind) =>
      kind === "login" || kind.startsWith("S3") ? undefined : { kind: "answer", status: 401 };
    assert.match(await bench.fails(), /ended a session that it had just opened/);
    assert.equal(bench.server.requests.count("login"), 2);
  });

  it("says that a hundred sessions are open, and what to do", async () => {
    const bench = await openBench();
    for (let n = 0; n < 100; n++) bench.server.sessions.open("root", bench.world.now().getTime());
    assert.match(await bench.fails(), /hundred sessions.*force=true/);
    bench.world.advance(2 * 3600);
    await bench.up();
  });

  it("says that the password is wrong, without it", async () => {
    const bench = await openBench({ settings: { "ecs:password": "not-the-right-password" } });
    assert.match(await bench.fails(), /does not accept the management user's name or password \(401\)/);
    bench.assertNoLeak(["not-the-right-password", Buffer.from("root:not-the-right-password").toString("base64")]);
  });

  it("says that the management user may not write", async () => {
    const monitor = { username: "root", password: "the-managers-own-password", role: "SYSTEM_MONITOR" } as const;
    const bench = await openBench({ managers: [monitor] });
    assert.match(
      await bench.fails(),
      /may not do this \(403 code 3000\)\. It needs the role SYSTEM_ADMIN, or NAMESPACE/,
    );
  });
});

describe("ecs: the end of the process", () => {
  const ending = () => {
    const killed: string[] = [];
    const process = Object.assign(new EventEmitter(), {
      pid: 1,
      kill: (_pid: number, signal: string) => killed.push(signal),
    });
    return { process, killed, atEnd: endingOf(process) };
  };

  it("does its tasks on a signal, and then ends as the signal would have", async () => {
    const { process, killed, atEnd } = ending();
    const done: string[] = [];
    atEnd(async () => void done.push("out"));
    process.emit("SIGTERM", "SIGTERM");
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([done, killed, process.listenerCount("SIGTERM")], [["out"], ["SIGTERM"], 0]);
  });

  it("leaves the end to somebody else who listens", async () => {
    const { process, killed, atEnd } = ending();
    process.on("SIGINT", () => undefined);
    atEnd(async () => Promise.reject(new Error("nobody's business")));
    process.emit("SIGINT", "SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(killed, []);
  });

  it("does its tasks once when there is nothing left to do", async () => {
    const { process, atEnd } = ending();
    let times = 0;
    atEnd(async () => void times++);
    process.emit("beforeExit", 0);
    process.emit("beforeExit", 0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(times, 1);
  });
});

describe("ecs: lost answers", () => {
  for (const kind of ["POST users", "GET keys", "POST keys", "GET users/info", "DELETE users/tags"]) {
    for (const when of ["before", "after", "midway"] as const) {
      it(`makes one user with one secret though ${kind} is cut ${when} it acts`, async () => {
        const bench = await openBench();
        bench.next(kind, { kind: "cut", when });
        const { secretKey } = await bench.up();
        assert.deepEqual(bench.server.secretsOf("ann"), [secretKey]);
        assert.equal(bench.s3(secretKey), "200");
      });
    }
  }

  for (const fault of [
    { kind: "cut", when: "after" },
    { kind: "truncate" },
    { kind: "hang", when: "after" },
    faults.proxyGaveUp,
  ] as const) {
    it(`finds the rotated secret again when the answer is lost: ${fault.kind}`, async () => {
      const bench = await openBench();
      const first = await bench.up({ rotationId: "1" });
      bench.next("POST keys", fault);
      const second = await bench.up({ rotationId: "2" });
      assert.deepEqual(bench.server.secretsOf("ann"), [first.secretKey, second.secretKey]);
      assert.equal(bench.s3(second.secretKey), "200");
    });
  }

  it("asks again for the first secret when ECS answers 7000, as it does right after making a user", async () => {
    const bench = await openBench();
    bench.next("POST keys", code(500, "7000"));
    const { secretKey } = await bench.up();
    assert.deepEqual(bench.server.secretsOf("ann"), [secretKey]);
  });

  it("gives up on 7000 after a while, and the next run goes on", async () => {
    const bench = await openBench();
    bench.server.faults = (_request, _sequence, kind) => (kind === "POST keys" ? code(500, "7000") : undefined);
    assert.match(await bench.fails(), /service has a fault \(500 code 7000\)/);
    bench.server.faults = undefined;
    await bench.restart();
    await bench.up();
    assert.equal(bench.server.secretsOf("ann").length, 1);
  });
});

describe("ecs: refusals", () => {
  const refusals: readonly [string, Fault, RegExp][] = [
    [
      "404 without a code, as a proxy's",
      { kind: "answer", status: 404, body: "<html>" },
      /does not answer like the management API/,
    ],
    ["404 with 2000", code(404, "2000"), /already exists|no such user/],
    [
      "400 with 1004, of a user that is there",
      code(400, "1004"),
      /does not find something .* neither the user nor its namespace \(400 code 1004\)/,
    ],
    ["400 with 1031", code(400, "1031"), /two secrets already/],
    ["400 with 1008", code(400, "1008"), /does not accept one of the values/],
    ["403 with an empty body", { kind: "answer", status: 403 }, /may not do this \(403\)/],
    ["200 with HTML", { kind: "answer", status: 200, body: "<html>" }, /does not answer like the management API/],
  ];
  for (const [name, fault, says] of refusals) {
    it(`a rotation says what is wrong and keeps what is published: ${name}`, async () => {
      const bench = await openBench();
      const { secretKey } = await bench.up({ rotationId: "1" });
      bench.server.faults = (_request, _sequence, kind) => (kind === "POST keys" ? fault : undefined);
      assert.match(await bench.fails({ rotationId: "2" }), says);
      assert.equal(bench.outputs().secretKey, secretKey);
      bench.server.faults = undefined;
      assert.equal(bench.s3((await bench.up({ rotationId: "2" })).secretKey), "200");
    });
  }

  for (const fault of [
    { kind: "answer", status: 404 },
    { kind: "answer", status: 400, code: "1008" },
    { kind: "answer", status: 400, code: "1004" },
    { kind: "answer", status: 400, code: "2000" },
    { kind: "answer", status: 404, code: "1019" },
    EMPTY,
    { kind: "answer", status: 503 },
    { kind: "hang", when: "before" },
  ] as const) {
    it(`a refresh never takes a fault for "gone": ${JSON.stringify(fault)}`, async () => {
      const bench = await openBench();
      await bench.up();
      bench.server.faults = (_request, _sequence, kind) => (kind === "GET users/info" ? fault : undefined);
      await assert.rejects(bench.engine.refresh());
      assert.ok(bench.engine.stored);
    });
  }

  it("says that the namespace is not there", async () => {
    const bench = await openBench();
    assert.match(
      await bench.fails({ namespace: "nowhere" }),
      /creating user "nowhere\/ann": ECS has no such namespace \(400 code 1004\)\. Check namespace\./,
    );
  });

  const inputs: readonly [object, RegExp][] = [
    [{ userId: "" }, /userId: must not be empty/],
    [{ userId: "." }, /userId: cannot be "\." or "\.\.": it stands in addresses/],
    [{ userId: ".." }, /userId: cannot be "\." or "\.\."/],
    [{ namespace: "a b" }, /namespace: may have/],
    [{ namespace: ".." }, /namespace: cannot be "\." or "\.\."/],
    [{ tags: { "pulumi-object-users": "x" } }, /tags: must not have the name/],
    [{ tags: { a: "" } }, /tags\.a: must not be empty/],
    [{ forceDestroy: true }, /forceDestroy: cannot be true/],
    [{ gracePeriodSeconds: 1.5 }, /whole number/],
    [{ usrId: "x" }, /usrId: is not an input of this resource/],
  ];
  for (const [given, says] of inputs) {
    it(`refuses ${JSON.stringify(given)} before anything is sent`, async () => {
      const bench = await openBench();
      assert.match(await bench.fails({ ...given }), says);
      assert.equal(bench.server.requests.count(), 0);
    });
  }

  it("names every setting that is missing", async () => {
    const bench = await openBench({ settings: { "ecs:username": undefined, "ecs:password": undefined } });
    assert.match(await bench.fails(), /username is missing; password is missing.*ECS_USERNAME.*ECS_PASSWORD/);
  });
});
