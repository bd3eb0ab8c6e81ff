/** What is repeated and what never, how long is waited, and what an error says when no answer came. */
import assert from "node:assert/strict";
import { isObjectUserError, ObjectUserError } from "../../../provider/errors";
import { exchange } from "../../../provider/http/exchange";
import { TransportError } from "../../../provider/http/send";
import type { WireResponse } from "../../../provider/http/wire";

type Answer = number | TransportError | (WireResponse & { readonly given?: true });

const lost = (code: string, sent: boolean) => new TransportError(`socket said ${code}`, code, sent);

/** Sends a call to a server that gives these answers in turn, the last one for ever. */
async function send(answers: readonly Answer[], safe: boolean, random = 0.5) {
  const slept: number[] = [];
  let sent = 0;
  const outcome = await exchange(
    {
      send: async () => {
        const answer = answers[Math.min(sent++, answers.length - 1)];
        if (answer instanceof TransportError) throw answer;
        return typeof answer === "object" ? answer : { status: answer ?? 0, headers: {}, body: "" };
      },
      sleep: async (ms) => {
        slept.push(ms);
      },
      random: () => random,
    },
    {
      operation: "reading",
      subject: 'user "ann"',
      safe,
      timeoutMs: 1000,
      request: () => ({ method: "GET", url: new URL("https://rgw.test/admin/user?secret-key=hush"), headers: {} }),
      read: ({ status }) => {
        const act = { operation: "reading", subject: 'user "ann"', problem: `was answered ${status}` };
        if (status === 503) throw new ObjectUserError({ ...act, code: "rate-limited" });
        if (status >= 500) throw new ObjectUserError({ ...act, code: "unavailable" });
        if (status >= 400) throw new ObjectUserError({ ...act, code: "forbidden" });
        return status;
      },
    },
  ).catch((error: unknown) => error);
  return { outcome, sent, slept };
}

describe("exchange repeats", () => {
  const rows: readonly [
    what: string,
    answers: readonly Answer[],
    safe: boolean,
    sent: number,
    ends: number | string,
  ][] = [
    ["nothing that succeeds", [200], true, 1, 200],
    ["nothing that is refused", [403, 200], true, 1, "forbidden"],
    ["503, also for writes", [503, 503, 200], false, 3, 200],
    ["503 five times", [503], false, 5, "rate-limited"],
    ["500 for what is safe", [500, 200], true, 2, 200],
    ["500 never for writes", [500, 200], false, 1, "unavailable"],
    ["500 five times", [500], true, 5, "unavailable"],
    ["a cut for what is safe", [lost("ECONNRESET", true), 200], true, 2, 200],
    ["a cut never for writes", [lost("ECONNRESET", true), 200], false, 1, "unavailable"],
    ["what was not sent, also for writes", [lost("ECONNREFUSED", false), 200], false, 2, 200],
    ["a refused connection five times", [lost("ECONNREFUSED", false)], true, 5, "unavailable"],
    ["a timeout once", [lost("ETIMEDOUT", true)], true, 2, "unavailable"],
    ["a timeout never for writes", [lost("ETIMEDOUT", true), 200], false, 1, "unavailable"],
    ["a wrong name never", [lost("ENOTFOUND", false), 200], true, 1, "unavailable"],
    ["an untrusted certificate never", [lost("DEPTH_ZERO_SELF_SIGNED_CERT", false), 200], true, 1, "unavailable"],
    ["an expired certificate never", [lost("CERT_HAS_EXPIRED", false), 200], true, 1, "unavailable"],
    ["a wrong protocol never", [lost("EPROTO", false), 200], true, 1, "unavailable"],
    ["in any mixture", [503, lost("ECONNRESET", true), 500, 503, 200], true, 5, 200],
  ];
  for (const [what, answers, safe, sent, ends] of rows) {
    it(what, async () => {
      const seen = await send(answers, safe);
      assert.equal(seen.sent, sent);
      assert.equal(seen.slept.length, sent - 1);
      assert.equal(isObjectUserError(seen.outcome) ? seen.outcome.code : seen.outcome, ends);
    });
  }
});

describe("exchange waits", () => {
  const later = (seconds: string): Answer => ({ status: 503, headers: { "retry-after": seconds }, body: "" });
  const rows: readonly [what: string, answer: Answer, random: number, slept: readonly number[]][] = [
    ["twice as long each time", 503, 0.5, [200, 400, 800, 1600]],
    ["half of that at least", 503, 0, [100, 200, 400, 800]],
    ["what the server asks for", later("3"), 0.9, [3000, 3000, 3000, 3000]],
    ["half a minute at most", later("3600"), 0.5, [30_000, 30_000, 30_000, 30_000]],
    ["its own time for a date", later("Wed, 21 Oct 2030 07:28:00 GMT"), 0.5, [200, 400, 800, 1600]],
    ["its own time for nonsense", later("soon"), 0.5, [200, 400, 800, 1600]],
  ];
  for (const [what, answer, random, slept] of rows) {
    it(what, async () => assert.deepEqual((await send([answer], false, random)).slept, slept));
  }

  it("less for a cut after a Retry-After of an earlier answer", async () => {
    assert.deepEqual((await send([later("9"), lost("ECONNRESET", true), 200], true)).slept, [9000, 400]);
  });
});

describe("exchange, without an answer", () => {
  const rows: readonly [code: string, sent: boolean, safe: boolean, uncertain: boolean, advice: RegExp][] = [
    ["ECONNREFUSED", false, false, false, /Nothing listens there: check the endpoint's port/],
    ["ENOTFOUND", false, false, false, /Check the endpoint's host name/],
    ["ETIMEDOUT", true, false, true, /or raise timeoutSeconds/],
    ["ETIMEDOUT", true, true, false, /or raise timeoutSeconds/],
    ["ECONNRESET", true, false, true, /Check the endpoint and the network/],
    ["SELF_SIGNED_CERT_IN_CHAIN", false, false, false, /give the authority's PEM text as caCertificate/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", false, false, false, /give the authority's PEM text as caCertificate/],
    ["CERT_HAS_EXPIRED", false, false, false, /has expired: renew it/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", false, false, false, /is for another host name/],
    ["EPROTO", false, false, false, /does not speak TLS there/],
  ];
  for (const [code, sent, safe, uncertain, advice] of rows) {
    it(`${code}${safe ? ", safe" : ""}: ${uncertain ? "may have acted" : "did not act"}`, async () => {
      const { outcome } = await send([lost(code, sent)], safe);
      assert.ok(isObjectUserError(outcome, "unavailable"));
      assert.equal(outcome.uncertain, uncertain);
      assert.match(outcome.message, /^reading user "ann": no answer from https:\/\/rgw\.test: socket said/);
      assert.match(outcome.message, advice);
      assert.ok(!outcome.message.includes("hush"), "no query in a message");
    });
  }

  it("a fault of another kind is not swallowed", async () => {
    const fault = new TypeError("a bug");
    const failing = { send: () => Promise.reject(fault), sleep: async () => {}, random: () => 0 };
    const call = {
      operation: "x",
      subject: "y",
      safe: true,
      timeoutMs: 1,
      request: () => ({ method: "GET", url: new URL("http://x"), headers: {} }),
      read: () => 1,
    };
    await assert.rejects(exchange(failing, call), fault);
  });
});
