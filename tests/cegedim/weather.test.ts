/** cegedim.ObjectUser in bad weather: tokens, actions, lost answers, refusals, runs that are cut off. */
import assert from "node:assert/strict";
import type { Fate } from "../../devserver/cegedim/actions";
import { type Fault, faults } from "../../devserver/rgw/fault";
import { momentOf } from "../../provider/backends/cegedim/actions";
import { deriveMark } from "../../provider/lifecycle/keys";
import { ME } from "../provider/engine";
import { APP, openBench, STORE } from "./bench";

const RENEW = "PATCH user renewSecretKey";
const EMPTY_500: Fault = { kind: "answer", status: 500 };

describe("cegedim: tokens", () => {
  it("asks for one token for everything, and for another shortly before it ends", async () => {
    const bench = await openBench();
    await bench.up({ rotationId: "1" });
    await bench.up({ rotationId: "2" });
    assert.equal(bench.server.requests.count("token"), 1);
    bench.world.advance(1200 - 30);
    await bench.up({ rotationId: "2", locked: true });
    assert.equal(bench.server.requests.count("token"), 2);
    assert.equal(
      bench.server.requests.count(({ status }) => status === 401),
      0,
    );
  });

  it("asks for another when the API does not take it any more, in the middle of a rotation too", async () => {
    const bench = await openBench();
    await bench.up({ rotationId: "1" });
    bench.server.faults = (_request, _sequence, kind) => {
      if (kind !== RENEW) return undefined;
      bench.server.faults = undefined;
      bench.server.forgetTokens();
      return undefined;
    };
    const { secretKey } = await bench.up({ rotationId: "2" });
    assert.equal(bench.s3(secretKey), "200");
    assert.equal(bench.server.requests.count("token"), 2);
    assert.equal(bench.server.requests.count(RENEW), 2);
  });

  it("asks for one token for many first requests at once", async () => {
    const bench = await openBench();
    const many = Array.from({ length: 20 }, (_, n) => ({ ...APP, label: `user ${n}` }));
    await Promise.all(many.map((inputs) => bench.engine.provider.create(inputs)));
    assert.equal(bench.server.requests.count("token"), 1);
  });

  it("does not ask for ever when the API takes none", async () => {
    const bench = await openBench();
    bench.server.faults = (_request, _sequence, kind) =>
      kind === "token" ? undefined : { kind: "answer", status: 401 };
    assert.match(await bench.fails(), /does not take the token that was just given/);
    assert.equal(bench.server.requests.count("token"), 2);
  });

  it("says that the client's secret is wrong, without it", async () => {
    const bench = await openBench({ settings: { "cegedim:clientSecret": "not-the-right-secret" } });
    assert.match(await bench.fails(), /client's id or secret is not accepted \(401 unauthorized_client\)/);
    bench.assertNoLeak(["not-the-right-secret", Buffer.from("cgdm-sa-test:not-the-right-secret").toString("base64")]);
  });

  it("says that the account may not write", async () => {
    const account = { clientId: "cgdm-sa-test", clientSecret: "the-clients-own-secret", mayWrite: false };
    const bench = await openBench({ accounts: [account] });
    assert.match(await bench.fails(), /the API account may not do this \(403\)\. Ask the support/);
  });
});

describe("cegedim: actions", () => {
  const slow: Fate = { status: "SUCCESS", afterSeconds: 30 };

  it("waits for each change that is answered 202, and says so", async () => {
    const bench = await openBench();
    bench.server.actionHook = () => slow;
    const first = await bench.up({ rotationId: "1", locked: true });
    await bench.up({ rotationId: "1", locked: false, label: "the app" });
    const second = await bench.up({ rotationId: "2", label: "the app" });
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], ["200", "200"]);
    assert.ok(
      bench.world.lines.some((line) => /action 90\d\d of 2030-01-01T.*Z is under way \(\d+ of 600 s\)/.test(line)),
    );
    await bench.engine.destroy();
    assert.deepEqual(Object.keys(bench.server.users()), ["Initial S3 user"]);
  });

  it("says which action ended in an error, and keeps what is published", async () => {
    const bench = await openBench();
    const { secretKey } = await bench.up({ rotationId: "1" });
    bench.server.actionHook = () => ({ status: "ERROR", afterSeconds: 5 });
    assert.match(await bench.fails({ rotationId: "2" }), /action 9000 of cegedim\.cloud ended in an error/);
    assert.equal(bench.outputs().secretKey, secretKey);
    assert.equal(bench.s3(secretKey), "200");
    bench.server.actionHook = undefined;
    assert.equal(bench.s3((await bench.up({ rotationId: "2" })).secretKey), "200");
  });

  it("does not wait for ever for a change", async () => {
    const bench = await openBench();
    await bench.up();
    bench.server.actionHook = () => ({ status: "IN_PROGRESS", afterSeconds: 0 });
    const before = bench.world.now().getTime();
    assert.match(await bench.fails({ locked: true }), /action 9000 .* still under way after 600 s/);
    assert.ok(bench.world.now().getTime() - before < 700_000);
  });

  it("keeps a new secret whose action does not end: it may still become good", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1" });
    bench.server.actionHook = () => ({ status: "IN_PROGRESS", afterSeconds: 0 });
    assert.match(await bench.fails({ rotationId: "2" }), /S3 refuses the key/);
    assert.equal(bench.outputs().secretKey, first.secretKey);
    const [kept = ""] = Object.values(bench.outputs().__secrets as Record<string, string>);
    assert.ok(kept.length > 20);
  });

  for (const rotationId of ["1", "2"]) {
    it(`keeps a new secret though nobody says how its action stands: rotation ${rotationId}`, async () => {
      const bench = await openBench();
      if (rotationId === "2") await bench.up({ rotationId: "1" });
      bench.server.actionHook = (kind) => (/POST|renew/.test(kind) ? slow : undefined);
      bench.server.faults = (_request, _sequence, kind) =>
        kind === "GET action" ? { kind: "answer", status: 500 } : undefined;
      const { secretKey } = await bench.up({ rotationId });
      assert.equal(bench.s3(secretKey), "200");
      assert.ok(bench.world.lines.some((line) => line.endsWith("The new secret is kept.")));
      bench.assertNoLeak([String(secretKey)]);
    });
  }

  it("reads the API's dates", () => {
    assert.equal(momentOf("2026-11-22T12:00:00.000+0200"), "2026-11-22T10:00:00.000Z");
    assert.equal(momentOf("2026-11-22T12:00:00.000+02:00"), "2026-11-22T10:00:00.000Z");
    assert.equal(momentOf("2026-11-22T12:00:00.000Z"), "2026-11-22T12:00:00.000Z");
    assert.equal(momentOf("soon"), undefined);
    assert.equal(momentOf(undefined), undefined);
  });
});

describe("cegedim: lost answers", () => {
  for (const kind of ["POST users", "GET users", "GET user", "PATCH user update", "token"]) {
    for (const when of ["before", "after", "midway"] as const) {
      it(`makes one user that works though ${kind} is cut ${when} it acts`, async () => {
        const bench = await openBench();
        bench.next(kind, { kind: "cut", when });
        const { secretKey } = await bench.up();
        assert.equal(bench.s3(secretKey), "200");
        assert.deepEqual(Object.keys(bench.server.users()), ["Initial S3 user", "app"]);
        assert.equal(bench.server.users().app?.secrets.list(bench.world.now().getTime()).length, 1);
      });
    }
  }

  for (const fault of [
    { kind: "cut", when: "after" },
    { kind: "truncate" },
    { kind: "hang", when: "after" },
    EMPTY_500,
  ] as const) {
    it(`says that the renewed secret is lost, keeps the old one, and renews when it can: ${JSON.stringify(fault)}`, async () => {
      const bench = await openBench();
      const first = await bench.up({ rotationId: "1" });
      bench.next(RENEW, fault);
      const inputs = { rotationId: "2", gracePeriodSeconds: 600 };
      const message = await bench.fails(inputs);
      assert.match(message, /in that answer only and is lost.*Run again.*old one stays published, and works for 600 s/);
      assert.equal(bench.server.requests.count(RENEW), 1);
      assert.equal(bench.outputs().secretKey, first.secretKey);
      assert.equal(bench.s3(first.secretKey), "200");
      if (fault !== EMPTY_500) {
        assert.match(
          await bench.fails(inputs),
          /grace period of an earlier renewal is still running.*gracePeriodSeconds: 0/,
        );
        assert.equal(bench.outputs().secretKey, first.secretKey);
        assert.equal(bench.s3(first.secretKey), "200");
        bench.world.advance(600);
        // State knows since the loss that the published one has ended: it is not asked to prove that it works.
      }
      const second = await bench.up(inputs);
      assert.equal(bench.s3(second.secretKey), "200");
    });
  }

  it("renews at once after a loss when told to end every old secret", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1" });
    bench.next(RENEW, { kind: "cut", when: "after" });
    await bench.fails({ rotationId: "2", gracePeriodSeconds: 3600 });
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], ["401", "200"]);
  });

  it("takes its own half-made user up again after a run that was cut off, with another secret", async () => {
    const bench = await openBench();
    bench.next("PATCH user update", { kind: "answer", status: 403 });
    await assert.rejects(bench.engine.provider.create({ ...APP, __identity: ME }));
    const mark = deriveMark({ name: `${STORE}/app`, identity: ME });
    assert.deepEqual(Object.keys(bench.server.users()), ["Initial S3 user", `app [unfinished ${mark}]`]);
    await bench.restart();
    const { secretKey, userId } = await bench.up();
    assert.equal(bench.s3(secretKey), "200");
    assert.equal(String(bench.server.users().app?.id), userId);
    assert.equal(bench.server.users().app?.secrets.list(bench.world.now().getTime()).length, 1);
    await bench.restart();
    await assert.rejects(bench.engine.provider.create(APP), /has a user with this label already/);
  });
});

describe("cegedim: refusals", () => {
  const refusals: readonly [string, Fault, RegExp][] = [
    [
      "400 with the four fields",
      { kind: "answer", status: 400, code: "INVALID_FIELD_VALUE" },
      /one of the values \(400 INVALID_FIELD_VALUE\)/,
    ],
    ["400 with an empty body", { kind: "answer", status: 400 }, /one of the values \(400\)/],
    ["403", { kind: "answer", status: 403 }, /API account may not do this \(403\)/],
    ["404", { kind: "answer", status: 404 }, /another path for it \(404\)\. Check objectStore, and paths/],
    ["409", { kind: "answer", status: 409 }, /grace period of an earlier renewal/],
    ["422", { kind: "answer", status: 422 }, /cannot carry it out \(422\)/],
    ["302", { kind: "answer", status: 302 }, /does not answer as this release expects/],
  ];
  for (const [name, fault, says] of refusals) {
    it(`a rotation says what is wrong and keeps what is published: ${name}`, async () => {
      const bench = await openBench();
      const { secretKey } = await bench.up({ rotationId: "1" });
      bench.next(RENEW, fault);
      assert.match(await bench.fails({ rotationId: "2" }), says);
      assert.equal(bench.outputs().secretKey, secretKey);
      assert.equal(bench.s3((await bench.up({ rotationId: "2" })).secretKey), "200");
    });
  }

  it("waits out a 503 with an empty body", async () => {
    const bench = await openBench();
    bench.next("POST users", { kind: "answer", status: 503, headers: { "retry-after": "1" } });
    assert.equal(bench.s3((await bench.up()).secretKey), "200");
  });

  it("a proxy's 503 to a renewal that took place does not lead to a second one, which would lose a secret", async () => {
    const bench = await openBench();
    const { secretKey } = await bench.up({ rotationId: "1" });
    bench.next(RENEW, faults.proxyGaveUp);
    const message = await bench.fails({ rotationId: "2", gracePeriodSeconds: 600 });
    assert.match(
      message,
      /may have acted; the new secret, if there is one, .* is lost \(503\)\. Run again .* works for 600 s/,
    );
    assert.equal(bench.server.requests.count(RENEW), 1);
    assert.equal(bench.outputs().secretKey, secretKey);
    assert.equal(bench.s3(secretKey), "200");
  });

  it("a proxy's 503 to a creation that took place makes no second user", async () => {
    const bench = await openBench();
    bench.next("POST users", faults.proxyGaveUp);
    assert.equal(bench.s3((await bench.up()).secretKey), "200");
    assert.equal(bench.server.requests.count("POST users"), 1);
    assert.deepEqual(Object.keys(bench.server.users()).sort(), ["Initial S3 user", APP.label].sort());
  });

  for (const status of [401, 403, 404, 500, 503]) {
    it(`a refresh never takes ${status} for "gone"`, async () => {
      const bench = await openBench();
      await bench.up();
      bench.server.faults = (_request, _sequence, kind) =>
        kind.startsWith("GET user") ? { kind: "answer", status } : undefined;
      await assert.rejects(bench.engine.refresh());
      assert.ok(bench.engine.stored);
    });
  }

  it("says that the store is not there", async () => {
    const bench = await openBench();
    const message = await bench.fails({ objectStore: "cos-acme-nothing" });
    assert.match(message, /listing the users of object store "cos-acme-nothing": there is no such object store/);
  });

  const inputs: readonly [object, RegExp][] = [
    [{ label: "" }, /label: must not be empty/],
    [{ label: "x".repeat(232) }, /label: must have at most 231 characters/],
    [{ label: " x" }, /label: must not begin or end with a space/],
    [{ label: "x [unfinished ABCDEFGH]" }, /label: must not end like this/],
    [{ objectStore: "media" }, /objectStore: must be the name of an object store, "cos-…"/],
    [{ exclusiveKeys: true }, /exclusiveKeys: cannot be true: cegedim\.cloud does not list/],
    [{ forceDestroy: true }, /forceDestroy: cannot be true/],
    [{ lable: "x" }, /lable: is not an input of this resource/],
  ];
  for (const [given, says] of inputs) {
    it(`refuses ${JSON.stringify(given).slice(0, 40)} before anything is sent`, async () => {
      const bench = await openBench();
      assert.match(await bench.fails({ ...given }), says);
      assert.equal(bench.server.requests.count(), 0);
    });
  }
});

describe("cegedim: what is assumed", () => {
  for (const given of [{ objectUsers: "/v2/{objectStore}/accounts" }, '{"objectUsers":"/v2/{objectStore}/accounts"}']) {
    it(`uses the connection's path, as ${typeof given}`, async () => {
      const bench = await openBench({ settings: { "cegedim:paths": given } });
      bench.server.faults = ({ url }) => {
        if (url.pathname.endsWith("/token")) return undefined;
        assert.equal(url.pathname, `/itcare/v2/${STORE}/accounts`);
        return { kind: "answer", status: 404 };
      };
      assert.match(await bench.fails(), /another path for it/);
    });
  }

  it("refuses paths without their parts", async () => {
    const bench = await openBench({ settings: { "cegedim:paths": { objectUser: "/users/{userId}" } } });
    assert.match(await bench.fails(), /paths\.objectUser must contain \{objectStore\} and \{userId\}/);
  });

  it("keeps the published conventions in every request", async () => {
    const bench = await openBench();
    bench.server.faults = ({ url, headers, method }) => {
      if (url.hostname === "accounts.test") {
        assert.equal(method, "POST");
        assert.equal(headers["content-type"], "application/x-www-form-urlencoded");
        assert.match(headers.authorization ?? "", /^Basic /);
      } else if (url.hostname === "cegedim.test") {
        assert.equal(headers.accept, "application/vnd.cegedim-it.v1+json");
        assert.match(headers.authorization ?? "", /^Bearer /);
      }
      return undefined;
    };
    await bench.up({ locked: true });
    await bench.engine.destroy();
  });

  it("checks without acting when a request asks for a dry run", async () => {
    const bench = await openBench();
    await bench.up();
    let authorization = "";
    bench.server.faults = ({ headers }) => {
      authorization = headers.authorization ?? authorization;
      return undefined;
    };
    await bench.up({ locked: true });
    const ask = (label: string) =>
      bench.server.handle({
        method: "POST",
        url: new URL(`https://cegedim.test/itcare/storage/object-stores/${STORE}/users`),
        headers: { authorization, accept: "application/vnd.cegedim-it.v1+json", "ITCare-DryRun": "true" },
        body: JSON.stringify({ label }),
      });
    assert.equal(ask("app").status, 409);
    const { status, headers } = ask("new");
    assert.deepEqual([status, headers["itcare-dryrun"]], [200, "true"]);
    assert.equal(bench.server.users().new, undefined);
  });
});
