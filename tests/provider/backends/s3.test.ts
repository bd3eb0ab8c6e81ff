/** What an answer of S3 says about the key that signed the request, and what it does not say. */
import assert from "node:assert/strict";
import { listBuckets } from "../../../provider/backends/s3";
import { isObjectUserError } from "../../../provider/errors";
import { fakeWorld } from "../world";

const KEY = { accessKey: "AK", secretKey: "hush" };
const TARGET = { s3Endpoint: "https://s3.test/base", region: "eu-1", timeoutSeconds: 7 };

async function ask(status: number, body: string, ...later: readonly (readonly [status: number, body: string])[]) {
  const sent: { line: string; authorization: string | undefined; timeoutMs: number }[] = [];
  const send = async (
    { method, url, headers }: { method: string; url: URL; headers: Readonly<Record<string, string>> },
    timeoutMs: number,
  ) => {
    sent.push({ line: `${method} ${url.href}`, authorization: headers.Authorization, timeoutMs });
    const [nth, text] = sent.length === 1 ? [status, body] : (later[sent.length - 2] ?? [status, body]);
    return { status: nth, headers: {}, body: text };
  };
  const outcome = await listBuckets(KEY, { name: "ann" }, TARGET, { ...fakeWorld(), send }).catch(
    (error: unknown) => error,
  );
  return { outcome, sent };
}

const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>hush</Message></Error>`;
const result = (id: string) =>
  `<ListAllMyBucketsResult xmlns="x"><Owner><ID>${id}</ID></Owner></ListAllMyBucketsResult>`;

describe("listBuckets", () => {
  const verdicts: readonly [status: number, body: string, answer: object][] = [
    [200, result("ann"), { verdict: "accepted", owner: "ann" }],
    [200, result("a&amp;b&lt;"), { verdict: "accepted", owner: "a&b<" }],
    [200, "<ListAllMyBucketsResult/>", { verdict: "accepted", owner: undefined }],
    [403, error("InvalidAccessKeyId"), { verdict: "refused" }],
    [403, error("SignatureDoesNotMatch"), { verdict: "refused" }],
    [401, error("InvalidAccessKeyId"), { verdict: "refused" }],
    [403, error("UserSuspended"), { verdict: "suspended" }],
    [403, error("AccessDenied"), { verdict: "denied" }],
  ];
  for (const [status, body, answer] of verdicts) {
    it(`${status} ${/<Code>(\w+)/.exec(body)?.[1] ?? ""}: ${JSON.stringify(answer)}`, async () => {
      assert.deepEqual((await ask(status, body)).outcome, answer);
    });
  }

  const nothing: readonly [status: number, body: string, code: string, says: RegExp, tries: number][] = [
    [200, "<html>welcome</html>", "unexpected", /https:\/\/s3\.test\/base does not answer like S3 \(200\)/, 1],
    [200, "", "unexpected", /Check s3Endpoint and region/, 1],
    [403, error("RequestTimeTooSkewed"), "unexpected", /\(403 RequestTimeTooSkewed\)/, 1],
    [403, "<html>forbidden hush</html>", "unexpected", /does not answer like S3 \(403\)/, 1],
    [404, error("InvalidAccessKeyId"), "unexpected", /\(404 InvalidAccessKeyId\)/, 1],
    [301, "", "unexpected", /set prove: false/, 1],
    [500, error("InternalError"), "unavailable", /S3 has a fault \(500 InternalError\)/, 5],
    [503, error("SlowDown"), "rate-limited", /asks to come back later \(503 SlowDown\)/, 5],
    [409, error("BucketAlreadyExists"), "unavailable", /S3 is making the owner.*\(409 BucketAlreadyExists\)/, 5],
    [429, "", "rate-limited", /asks to come back later \(429\)/, 5],
  ];
  for (const [status, body, code, says, tries] of nothing) {
    it(`${status} ${body.slice(0, 60)} says nothing about the key`, async () => {
      const { outcome, sent } = await ask(status, body);
      assert.ok(isObjectUserError(outcome));
      assert.equal(outcome.code, code);
      assert.match(outcome.message, /^proving key AK of user "ann": /);
      assert.match(outcome.message, says);
      assert.doesNotMatch(outcome.message, /hush/);
      assert.equal(sent.length, tries);
    });
  }

  it("is repeated where S3 has just made the owner for another request", async () => {
    const { outcome, sent } = await ask(409, error("BucketAlreadyExists"), [200, result("project")]);
    assert.deepEqual([outcome, sent.length], [{ verdict: "accepted", owner: "project" }, 2]);
  });

  it("is one signed request without a body, in the region, within the timeout", async () => {
    const { sent } = await ask(200, result("ann"));
    assert.deepEqual(
      sent.map(({ line, timeoutMs }) => [line, timeoutMs]),
      [["GET https://s3.test/base/", 7000]],
    );
    assert.match(sent[0]?.authorization ?? "", /Credential=AK\/\d{8}\/eu-1\/s3\/aws4_request/);
  });
});
