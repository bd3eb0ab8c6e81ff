/** What the client makes of any system's answers: who may have acted, which meaning counts, what is shown and what never. */
import assert from "node:assert/strict";
import * as z from "zod";
import { isObjectUserError } from "../../../provider/errors";
import { type Access, type Content, openApi, parseJson } from "../../../provider/http/api";
import { type Act, type Dialect, refused, repeatable, unrepeatable } from "../../../provider/http/dialect";
import { tokensFrom } from "../../../provider/http/token";
import type { WireRequest, WireResponse } from "../../../provider/http/wire";

const READ = repeatable("reading", "it");
const CHANGE = unrepeatable("changing", "it");

const X: Dialect = {
  endpoint: "https://x.test/base",
  timeoutSeconds: 7,
  who: "X",
  refusal: z.object({ code: z.string() }),
  idHeader: "x-id",
  meanings: {
    NotNow: { code: "rate-limited", problem: "X is busy", advice: "Wait." },
    "404 Gone": { code: "not-found", problem: "X has none" },
    "409": { code: "conflict", problem: "X has another" },
    Wrong: { code: "invalid", problem: "X takes no such thing" },
  },
  otherwise: { code: "invalid", problem: "X refuses" },
  foreign: { problem: "does not answer like X", advice: "Check it." },
};

describe("come back later", () => {
  const rows: readonly [
    status: number,
    safe: boolean,
    isOwn: boolean,
    code: string | undefined,
    uncertain?: boolean,
  ][] = [
    [429, false, false, "rate-limited", false],
    [429, true, false, "rate-limited", false],
    [503, true, false, "rate-limited", false],
    [503, false, true, "rate-limited", false],
    [503, false, false, "unavailable", true],
    [500, true, true, undefined],
    [502, false, false, undefined],
  ];
  for (const [status, safe, isOwn, code, uncertain] of rows) {
    const whose = isOwn ? "the system's own" : "anybody's";
    it(`${whose} ${status} to ${safe ? "a read" : "a change"}: ${code ?? "another matter"}`, () => {
      const json = isOwn ? { code: status === 503 ? "NotNow" : "Other" } : undefined;
      const error = refused(X, safe ? READ : CHANGE, { status, headers: {} }, json);
      if (code === undefined) return assert.match(error.message, /X has a fault/);
      assert.equal(error.code, code);
      assert.equal(error.uncertain, uncertain);
    });
  }
});

describe("the meaning of a refusal", () => {
  const rows: readonly [status: number, code: string | undefined, says: RegExp][] = [
    [404, "Gone", /X has none \(404 Gone\)/],
    [400, "Gone", /X refuses \(400 Gone\)/],
    [409, "Wrong", /X has another \(409 Wrong\)/],
    [400, "Wrong", /X takes no such thing \(400 Wrong\)/],
    [409, undefined, /does not answer like X \(409\)/],
    [302, "Odd", /does not answer like X/],
    [400, "constructor", /X refuses \(400 constructor\)/],
    [400, "hush hush", /X refuses \(400\)/],
  ];
  for (const [status, code, says] of rows) {
    it(`${status} ${code}`, () => assert.match(refused(X, READ, { status, headers: {} }, { code }).message, says));
  }

  it("is what the call itself says of the code, before what the table says", () => {
    const act = { ...READ, means: { "409": { code: "already-exists", problem: "X has this one" } } } as const;
    assert.equal(refused(X, act, { status: 409, headers: {} }, { code: "Wrong" }).code, "already-exists");
  });

  it("is shown with the request's id, unless that looks odd", () => {
    const shown = (id: string) => refused(X, READ, { status: 409, headers: { "x-id": id } }, { code: "Any" }).message;
    assert.match(shown("req-1"), /\(409 Any req-1\)/);
    assert.match(shown("a <hush>"), /\(409 Any\)/);
  });
});

describe("a call", () => {
  const open: Access = (send) => send((request) => ({ ...request, headers: { ...request.headers, by: "me" } }));

  async function call<T>(answer: WireResponse, act: Act, content?: Content<T>, access = open, dialect = X) {
    const sent: [WireRequest, number][] = [];
    const send = async (request: WireRequest, timeoutMs: number) => {
      sent.push([request, timeoutMs]);
      return answer;
    };
    const api = openApi(dialect, { send, sleep: async () => {}, random: () => 0 }, access);
    const outcome = await api.call(act, "POST", "/a?b=%20", content).catch((error: unknown) => error);
    return { outcome, sent };
  }
  const ok = { status: 200, headers: { "content-type": "application/json" }, body: '{"a":[1]}' };
  const schema = z.looseObject({ a: z.array(z.number()) });

  it("sends its body as JSON, authorised, and gives what the schema makes of the answer", async () => {
    const { outcome, sent } = await call(ok, CHANGE, { body: { b: 1 }, schema });
    assert.deepEqual(outcome, { a: [1] });
    const [request, timeoutMs] = sent[0] ?? assert.fail();
    const { method, url, headers, body } = request;
    assert.deepEqual([method, url.href, body, timeoutMs], ["POST", "https://x.test/base/a?b=%20", '{"b":1}', 7000]);
    assert.deepEqual(headers, { accept: "application/json", "content-type": "application/json", by: "me" });
  });

  it("sends no type without a body, and reads nothing where nothing is expected", async () => {
    const { outcome, sent } = await call({ ...ok, body: "hush" }, READ, { timeoutMs: 5 });
    assert.equal(outcome, undefined);
    assert.deepEqual([sent[0]?.[0].headers, sent[0]?.[1]], [{ accept: "application/json", by: "me" }, 5]);
  });

  it("takes no page of a proxy for a success where nothing is expected: a deletion would be taken for done", async () => {
    for (const body of ["<!DOCTYPE html><html><body>hush</body></html>", " <html lang='en'>hush"]) {
      const { outcome } = await call({ status: 200, headers: { "content-type": "text/html" }, body }, CHANGE);
      assert.ok(isObjectUserError(outcome, "unexpected") && outcome.uncertain);
      assert.match(outcome.message, /does not answer like X but with text\/html \(200\)\. Check it\.$/);
    }
  });

  for (const act of [READ, CHANGE]) {
    it(`takes no success of another form for one: ${act.operation}`, async () => {
      const { outcome, sent } = await call({ ...ok, body: '{"a":"hush"}' }, act, { schema });
      assert.ok(isObjectUserError(outcome, "unexpected"));
      assert.match(outcome.message, /does not answer like X but with application\/json \(200\)\. Check it\.$/);
      assert.deepEqual([outcome.uncertain, sent.length], [!act.safe, 1]);
    });
  }

  it("says what a fresh token that is refused means, and gets no third one", async () => {
    let got = 0;
    const tokens = tokensFrom({ get: async () => ++got }, { now: () => new Date(0), sleep: async () => {} });
    const access: Access = (send) => tokens.use(() => send((request) => request));
    const token = { over: [401], notTaken: { code: "unauthorized", problem: "X takes no token" } } as const;
    const { outcome, sent } = await call({ ...ok, status: 401 }, CHANGE, {}, access, { ...X, token });
    assert.ok(isObjectUserError(outcome, "unauthorized"));
    assert.deepEqual([outcome.message, got, sent.length], ["changing it: X takes no token.", 2, 2]);
  });
});

describe("parseJson", () => {
  it("gives undefined for what is none, and no error that quotes it", () => {
    for (const text of ["", "{", "hush", "[1,", "undefined"]) assert.equal(parseJson(text), undefined);
    assert.deepEqual(parseJson('{"a":[1]}'), { a: [1] });
  });
});
