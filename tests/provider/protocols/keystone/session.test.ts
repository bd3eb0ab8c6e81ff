// Sessions at a Keystone that a test plays: when a token is kept, when it is renewed, and what is never repeated.

import assert from "node:assert/strict";
import { isObjectUserError } from "../../../../provider/errors";
import { repeatable, unrepeatable } from "../../../../provider/http/dialect";
import type { WireResponse } from "../../../../provider/http/wire";
import { openSession } from "../../../../provider/protocols/keystone/session";

const ADDRESS = { authUrl: "https://keystone.test/v3", timeoutSeconds: 5 };
const LOGIN = {
  identity: { by: "password", user: { id: "u" }, password: "the-secret" },
  scope: "unscoped",
  who: 'user "admin"',
  advice: "Check it.",
} as const;
const READ = repeatable("reading", "it");
const WRITE = unrepeatable("changing", "it");

/** A Keystone that answers as a script says; tokens are "t1", "t2", … in the order of logins. */
function keystone(answer: (token: string, call: number) => number | WireResponse) {
  let time = 0;
  let logins = 0;
  let calls = 0;
  const slept: number[] = [];
  const session = openSession(LOGIN, ADDRESS, {
    random: () => 0.5,
    now: () => new Date(time),
    sleep: async (ms) => {
      slept.push(ms);
      time += ms;
    },
    send: async ({ url, headers }) => {
      if (url.pathname.endsWith("/auth/tokens")) {
        logins++;
        const token = { user: { id: "u", name: "admin" } };
        return { status: 201, headers: { "x-subject-token": `t${logins}` }, body: JSON.stringify({ token }) };
      }
      const answered = answer(headers["x-auth-token"] ?? "", ++calls);
      return typeof answered === "number" ? { status: answered, headers: {}, body: refusal(answered) } : answered;
    },
  });
  const advance = (ms: number) => {
    time += ms;
  };
  return { session, slept, advance, logins: () => logins, calls: () => calls };
}

function refusal(status: number): string {
  return status < 300 ? "" : JSON.stringify({ error: { code: status, message: "the-secret", title: "x" } });
}

describe("sessions at Keystone", () => {
  it("log in once for many calls, also for those that come at once", async () => {
    const { session, logins } = keystone(() => 204);
    await Promise.all([1, 2, 3].map(() => session.call(READ, "GET", "/x")));
    assert.equal(logins(), 1);
  });

  it("renew an old token once, at once", async () => {
    const { session, advance, logins, slept } = keystone((token) => (token === "t1" ? 401 : 204));
    await session.token();
    advance(3_600_000);
    await session.call(WRITE, "POST", "/x");
    assert.deepEqual([logins(), slept], [2, []]);
  });

  it("renew a young token in a later second: it may be dead from birth", async () => {
    const { session, logins, slept } = keystone((token) => (token === "t1" ? 401 : 204));
    await session.call(WRITE, "POST", "/x");
    assert.deepEqual([logins(), slept], [2, [1_100]]);
  });

  it("renew the one that took the place of an old token in the very second of the change", async () => {
    const { session, advance, logins, slept } = keystone((token) => (token === "t3" ? 204 : 401));
    await session.token();
    advance(3_600_000);
    await session.call(WRITE, "POST", "/x");
    assert.deepEqual([logins(), slept], [3, [1_100]]);
  });

  it("give up after the third token, where the first was old", async () => {
    const { session, advance, logins } = keystone(() => 401);
    await session.token();
    advance(3_600_000);
    await assert.rejects(session.call(READ, "GET", "/x"), /but not the token that it gave/);
    assert.equal(logins(), 3);
  });

  it("give up after the second token", async () => {
    const { session, logins } = keystone(() => 401);
    await assert.rejects(session.call(READ, "GET", "/x"), (error) => isObjectUserError(error, "unauthorized"));
    assert.equal(logins(), 2);
  });

  it("repeat a read that met a fault, and never a write, whose fate is then uncertain", async () => {
    const reading = keystone((_, call) => (call === 1 ? 500 : 204));
    await reading.session.call(READ, "GET", "/x");
    assert.equal(reading.calls(), 2);
    const writing = keystone(() => 500);
    await assert.rejects(
      writing.session.call(WRITE, "POST", "/x"),
      (error) => isObjectUserError(error, "unavailable") && error.uncertain,
    );
    assert.equal(writing.calls(), 1);
  });

  for (const [status, code] of [
    [400, "invalid"],
    [403, "forbidden"],
    [404, "not-found"],
    [409, "conflict"],
    [429, "rate-limited"],
    [503, "unavailable"],
  ] as const) {
    it(`read ${status} as ${code}, and never show what Keystone quotes`, async () => {
      const { session } = keystone(() => status);
      await assert.rejects(session.call(WRITE, "POST", "/x"), (error) => {
        assert.ok(isObjectUserError(error, code), String(error));
        assert.doesNotMatch(error.message, /the-secret/);
        return true;
      });
    });
  }

  it("take no other server's 404 for Keystone's", async () => {
    const { session } = keystone(() => ({ status: 404, headers: { "content-type": "text/html" }, body: "<html>" }));
    await assert.rejects(
      session.call(READ, "GET", "/x"),
      (error) => isObjectUserError(error, "unexpected") && /does not answer like OpenStack/.test(error.message),
    );
  });

  it("tell a refused signature from a dead token", async () => {
    const { session, logins } = keystone((token, call) => (token === "t1" ? 401 : call < 5 ? 200 : 401));
    assert.equal(await session.ask(READ, "POST", "/s3tokens", { also: [401, 404] }), 200);
    assert.equal(logins(), 2);
    const refusing = keystone((_, call) => (call === 2 ? 200 : 401));
    assert.equal(await refusing.session.ask(READ, "POST", "/s3tokens", { also: [401, 404] }), 401);
    assert.equal(refusing.logins(), 1);
  });
});
