/** What only cegedim.ObjectUser has: tokens, actions, secrets that are shown once, and paths that are assumed. */
import assert from "node:assert/strict";
import type { Fate } from "../../devserver/cegedim/actions";
import { faults, isActedOn } from "../../devserver/rgw/fault";
import { momentOf } from "../../provider/backends/cegedim/actions";
import { api } from "../../provider/backends/cegedim/refusals";
import type { Settings } from "../../provider/backends/cegedim/settings";
import { isObjectUserError } from "../../provider/errors";
import { parseJson } from "../../provider/http/api";
import { refused } from "../../provider/http/dialect";
import { cegedimWith, STORE } from "./cegedim";
import { contract } from "./contract";
import type { Stack } from "./stack";
import { openCegedim } from "./two-secrets";

const FIRST_USER = "Initial S3 user";
const RENEW = "PATCH user renewSecretKey";
const HOUR = { gracePeriodSeconds: 3600 };
const ANN = { objectStore: STORE, label: "ann" };

contract(cegedimWith());

describe("cegedim.ObjectUser", () => {
  it("changes its label in place", async () => {
    const bench = await openCegedim();
    const { userId, secretKey } = await bench.up();
    const outputs = await bench.up({ label: "the app" });
    assert.equal(outputs.userId, userId);
    assert.equal(outputs.secretKey, secretKey);
    assert.deepEqual(Object.keys(bench.server.users()), [FIRST_USER, "the app"]);
  });

  it("finds its user in a store of many pages", async () => {
    const bench = await openCegedim();
    for (let n = 0; n < 250; n++) await bench.engine.provider.create({ ...ANN, label: `user ${n}`, prove: false });
    await bench.up();
    assert.match(await bench.fails({ label: "user 249", objectStore: STORE }), /./);
    assert.equal(Object.keys(bench.server.users()).length, 252);
  });

  it("is replaced when the store changes", async () => {
    const bench = await openCegedim({ objectStores: [STORE, "cos-acme-backup"] });
    await bench.up();
    assert.equal(await bench.engine.up({ ...ANN, objectStore: "cos-acme-backup" }), "replaced");
    assert.deepEqual(Object.keys(bench.server.users()), [FIRST_USER]);
    assert.deepEqual(Object.keys(bench.server.users("cos-acme-backup")), [FIRST_USER, "ann"]);
  });

  it("is taken over only when told, and its secret is left alone until a rotationId is given", async () => {
    const bench = await openCegedim();
    const label = FIRST_USER;
    const { accessKey, secrets } = bench.server.users()[label] ?? {};
    const [secret] = secrets?.taken(bench.world.now().getTime()) ?? [];
    assert.match(await bench.fails({ label }), /has a user with this label already/);
    const outputs = await bench.up({ label, adopt: true });
    assert.deepEqual([outputs.accessKey, outputs.secretKey], [accessKey, undefined]);
    await bench.up({ label });
    assert.equal(await bench.engine.up({ ...ANN, label }), "same");
    await bench.up({ label, locked: true });
    await bench.up({ label, locked: false });
    assert.equal(bench.s3(secret), "200");
    assert.equal(bench.server.requests.count("PATCH user renewSecretKey"), 0);

    const renewed = await bench.up({ label, rotationId: "1", gracePeriodSeconds: 60 });
    assert.equal(renewed.accessKey, accessKey);
    assert.deepEqual([bench.s3(secret), bench.s3(renewed.secretKey)], ["200", "200"]);
    bench.world.advance(61);
    assert.deepEqual([bench.s3(secret), bench.s3(renewed.secretKey)], ["401", "200"]);
  });

  it("is not taken for one that works: nothing is made until prove: false says so", async () => {
    const bench = await openCegedim();
    const first = await bench.up({ ...HOUR, rotationId: "1" });
    bench.server
      .users()
      .ann?.secrets.add("somebody-elses-secret", bench.world.now().getTime(), bench.world.now().getTime());
    assert.notEqual(bench.s3(first.secretKey), "200");
    assert.match(
      await bench.fails({ ...HOUR, rotationId: "2" }),
      /If somebody else renewed the secret, run up once with/,
    );
    await bench.up({ ...HOUR, rotationId: "2", prove: false });
    const { secretKey } = await bench.up({ ...HOUR, rotationId: "2" });
    assert.equal(bench.s3(secretKey), "200");
  });

  it("says that the store is not there", async () => {
    const bench = await openCegedim();
    const message = await bench.fails({ objectStore: "cos-acme-nothing" });
    assert.match(message, /listing the users of object store "cos-acme-nothing": there is no such object store/);
  });
});

describe("cegedim: a renewed secret whose answer is lost", () => {
  for (const fault of [
    faults.cutAfter,
    // May have acted, so that it is not repeated, which would lose a secret.
    faults.proxyGaveUp,
    { kind: "answer", status: 500 },
  ] as const) {
    it(`is lost: it says so, keeps the old one, and renews when it can: ${JSON.stringify(fault).slice(0, 50)}`, async () => {
      const bench = await openCegedim();
      const first = await bench.up({ rotationId: "1" });
      bench.next(RENEW, fault);
      const inputs = { rotationId: "2", gracePeriodSeconds: 600 };
      const message = await bench.fails(inputs);
      assert.match(message, /(in that answer only and|if there is one, .*) is lost.*Run again.* works for 600 s/);
      assert.equal(bench.server.requests.count(RENEW), 1);
      assert.equal(bench.outputs().secretKey, first.secretKey);
      assert.equal(bench.s3(first.secretKey), "200");
      if (isActedOn(fault)) {
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
});

describe("cegedim: a program that goes back after a renewal came to nothing", () => {
  it("is refreshed, and gets another secret, as the published one ends", async () => {
    const bench = await openCegedim();
    const first = await bench.up({ rotationId: "1" });
    bench.next(RENEW, faults.cutAfter);
    await bench.fails({ rotationId: "2", gracePeriodSeconds: 600 });
    await bench.engine.refresh();
    assert.equal(bench.outputs().secretKey, first.secretKey);
    bench.world.advance(601);
    const back = await bench.up({ rotationId: "1", gracePeriodSeconds: 600 });
    assert.notEqual(back.secretKey, first.secretKey);
    assert.deepEqual([bench.s3(back.secretKey), bench.s3(first.secretKey).slice(0, 3)], ["200", "401"]);
    assert.equal(bench.server.requests.count(RENEW), 2);
  });
});

describe("cegedim: a secret that is still published when the service has ended it", () => {
  it("makes room for the next, and is not asked to prove that it works", async () => {
    const bench = await openCegedim();
    await bench.up({ rotationId: "1" });
    bench.world.advance(1000);
    bench.server.propagationSeconds = 1000;
    const grace = { gracePeriodSeconds: 2000 };
    await bench.fails({ rotationId: "2", ...grace });
    bench.server.propagationSeconds = 0;
    bench.world.advance(4000);
    const third = await bench.up({ rotationId: "3", ...grace });
    assert.equal(bench.s3(third.secretKey), "200");
    assert.deepEqual(await bench.engine.up({ ...bench.inputs, rotationId: "3", ...grace }), "same");
  });
});

describe("cegedim: tokens", () => {
  it("asks for one token for everything, and for another shortly before it ends", async () => {
    const bench = await openCegedim();
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
    const bench = await openCegedim();
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
    const bench = await openCegedim();
    const many = Array.from({ length: 20 }, (_, n) => ({ ...ANN, label: `user ${n}` }));
    await Promise.all(many.map((inputs) => bench.engine.provider.create(inputs)));
    assert.equal(bench.server.requests.count("token"), 1);
  });

  it("does not ask for ever when the API takes none", async () => {
    const bench = await openCegedim();
    bench.server.faults = (_request, _sequence, kind) =>
      kind === "token" ? undefined : { kind: "answer", status: 401 };
    assert.match(await bench.fails(), /does not take the token that was just given/);
    assert.equal(bench.server.requests.count("token"), 2);
  });

  it("says that the client's secret is wrong, without it", async () => {
    const bench = await openCegedim({ settings: { "cegedim:clientSecret": "not-the-right-secret" } });
    assert.match(await bench.fails(), /client's id or secret is not accepted \(401 unauthorized_client\)/);
    bench.assertNoLeak(["not-the-right-secret", Buffer.from("cgdm-sa-test:not-the-right-secret").toString("base64")]);
  });
});

describe("cegedim: refusals", () => {
  const settings = { endpoint: "https://x", timeoutSeconds: 60, clientId: "c" } as Settings;
  for (const [status, text, code, says] of [
    [400, '{"errorCode":"INVALID_FIELD_VALUE"}', "invalid", /one of the values \(400 INVALID_FIELD_VALUE\)/],
    [400, "", "invalid", /one of the values \(400\)/],
    [403, "", "forbidden", /the API account may not do this \(403\)\. Ask the support/],
    [404, "", "not-found", /another path for it \(404\)\. Check objectStore, and paths/],
    [409, "", "conflict", /conflicts with something that is there or under way \(409\)/],
    [422, "", "invalid", /cannot carry it out \(422\)/],
    [302, "", "unexpected", /does not answer as this release expects/],
    [503, "", "unavailable", /\(503\)/],
  ] as const) {
    it(`${status} ${text} is ${code}`, () => {
      const act = { operation: "making", subject: "it", safe: false };
      const error = refused(api(settings), act, { status, headers: {} }, parseJson(text));
      assert.ok(isObjectUserError(error, code), error.message);
      assert.match(error.message, says);
    });
  }
});

describe("cegedim: actions", () => {
  const slow: Fate = { status: "SUCCESS", afterSeconds: 30 };

  it("waits for each change that is answered 202, and says so", async () => {
    const bench = await openCegedim();
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
    const bench = await openCegedim();
    const { secretKey } = await bench.up({ rotationId: "1" });
    bench.server.actionHook = () => ({ status: "ERROR", afterSeconds: 5 });
    assert.match(await bench.fails({ rotationId: "2" }), /action 9000 of cegedim\.cloud ended in an error/);
    assert.equal(bench.outputs().secretKey, secretKey);
    assert.equal(bench.s3(secretKey), "200");
    bench.server.actionHook = undefined;
    assert.equal(bench.s3((await bench.up({ rotationId: "2" })).secretKey), "200");
  });

  it("does not wait for ever for a change", async () => {
    const bench = await openCegedim();
    await bench.up();
    bench.server.actionHook = () => ({ status: "IN_PROGRESS", afterSeconds: 0 });
    const before = bench.world.now().getTime();
    assert.match(await bench.fails({ locked: true }), /action 9000 .* still under way after 600 s/);
    assert.ok(bench.world.now().getTime() - before < 700_000);
  });

  it("keeps a new secret whose action does not end: it may still become good", async () => {
    const bench = await openCegedim();
    const first = await bench.up({ rotationId: "1" });
    bench.server.actionHook = () => ({ status: "IN_PROGRESS", afterSeconds: 0 });
    assert.match(await bench.fails({ rotationId: "2" }), /S3 refuses the key/);
    assert.equal(bench.outputs().secretKey, first.secretKey);
    const [kept = ""] = Object.values(bench.outputs().__secrets as Record<string, string>);
    assert.ok(kept.length > 20);
  });

  for (const rotationId of ["1", "2"]) {
    it(`keeps a new secret though nobody says how its action stands: rotation ${rotationId}`, async () => {
      const bench = await openCegedim();
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

describe("cegedim: what is assumed", () => {
  for (const given of [{ objectUsers: "/v2/{objectStore}/accounts" }, '{"objectUsers":"/v2/{objectStore}/accounts"}']) {
    it(`uses the connection's path, as ${typeof given}`, async () => {
      const bench = await openCegedim({ settings: { "cegedim:paths": given } });
      bench.server.faults = ({ url }) => {
        if (url.pathname.endsWith("/token")) return undefined;
        assert.equal(url.pathname, `/itcare/v2/${STORE}/accounts`);
        return { kind: "answer", status: 404 };
      };
      assert.match(await bench.fails(), /another path for it/);
    });
  }

  it("refuses paths without their parts", async () => {
    const bench = await openCegedim({ settings: { "cegedim:paths": { objectUser: "/users/{userId}" } } });
    assert.match(await bench.fails(), /paths\.objectUser must contain \{objectStore\} and \{userId\}/);
  });

  it("keeps the published conventions in every request", async () => {
    const bench = await openCegedim();
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
    const bench = await openCegedim();
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
    assert.equal(ask("ann").status, 409);
    const { status, headers } = ask("new");
    assert.deepEqual([status, headers["itcare-dryrun"]], [200, "true"]);
    assert.equal(bench.server.users().new, undefined);
  });
});

describe("cegedim: a deletion, which cannot be undone", () => {
  const FINAL =
    /^warning: cegedim\.ObjectUsers? [^:]+: .*deletion cannot be undone: one that is made again has another/;
  const heard = ({ world }: Pick<Stack, "world">) =>
    world.lines.splice(0).filter((line) => line.startsWith("warning: "));

  it("is warned of in the preview of a replacement and before it is done, and nowhere else", async () => {
    const stack = await openCegedim();
    await stack.up();
    await stack.up({ locked: true });
    assert.deepEqual(heard(stack), []);
    const { id, outputs, inputs } = stack.engine.stored ?? assert.fail("it is in state");
    const { replaces } = await stack.engine.provider.diff(id, { ...outputs }, { ...inputs, objectStore: "cos-other" });
    assert.deepEqual(replaces, ["objectStore"]);
    const [foretold, ...more] = heard(stack);
    assert.match(foretold ?? "", FINAL);
    assert.match(foretold ?? "", /is replaced, and without retainOnDelete deleted/);
    assert.deepEqual(more, []);
    stack.system.remove("ann");
    await stack.engine.destroy();
    assert.deepEqual(heard(stack), [], "it was gone already");
    await stack.up();
    await stack.engine.destroy();
    const [done, ...others] = heard(stack);
    assert.match(done ?? "", FINAL);
    assert.deepEqual(others, []);
  });

  it("is warned of once for all that leave a fleet, but for those that stay", async () => {
    const stack = await openCegedim({ shape: "a member of a fleet" });
    const fleet = (...labels: string[]) => ({
      allowRemovals: true,
      users: Object.fromEntries(
        labels.map((label) => [
          label,
          { objectStore: STORE, label, ...(label === "d" ? { retainOnDelete: true } : {}) },
        ]),
      ),
    });
    await stack.whole.up(fleet("a", "b", "c", "d"));
    heard(stack);
    await stack.whole.up(fleet("a", "b", "d"));
    await stack.whole.up(fleet("a"));
    await stack.whole.destroy();
    const lines = heard(stack);
    assert.deepEqual(
      lines.map((line) => line.split(": ")[1]),
      ["cegedim.ObjectUsers c", "cegedim.ObjectUsers b", "cegedim.ObjectUsers a"],
    );
    for (const line of lines) assert.match(line, FINAL);
  });
});
