/** What each answer of the gateway means: its code, whether it may have acted, and the sentence. */
import assert from "node:assert/strict";
import { gateway } from "../../../../provider/backends/rgw/refusals";
import type { ErrorCode } from "../../../../provider/errors";
import { parseJson } from "../../../../provider/http/api";
import { foreign, refused, repeatable, unrepeatable } from "../../../../provider/http/dialect";

const NOW = new Date("2030-01-01T00:00:00Z");
const READING = repeatable("reading", 'user "ann"');
const CHANGING = unrepeatable("changing", 'user "ann"');
const GATEWAY = gateway({ endpoint: "https://rgw.test", timeoutSeconds: 60 }, () => NOW);

function refuse(status: number, code: string | undefined, act = READING, headers: Record<string, string> = {}) {
  const body = code === undefined ? "" : JSON.stringify({ Code: code, Message: "", RequestId: "tx0-1", HostId: "h" });
  return refused(GATEWAY, act, { status, headers }, parseJson(body));
}

describe("refused", () => {
  const rows: readonly [status: number, code: string | undefined, meaning: ErrorCode, says: RegExp][] = [
    [404, "NoSuchUser", "not-found", /there is no such user \(404 NoSuchUser tx0-1\)/],
    [409, "UserAlreadyExists", "already-exists", /Set adopt: true/],
    [409, "KeyExists", "conflict", /the access key belongs to another user/],
    [409, "EmailExists", "conflict", /another user has this e-mail address/],
    [400, "InvalidCapability", "invalid", /does not know one of the caps.*Later releases know more: Ceph 18 info/],
    [409, "ConcurrentModification", "unavailable", /may have lost a race with another change of the same user/],
    [400, "InvalidArgument", "invalid", /defaultPlacement/],
    [409, "BucketAlreadyExists", "in-use", /forceDestroy: true/],
    [403, "InvalidAccessKeyId", "unauthorized", /does not know the admin's access key.*RADOSGW_ACCESS_KEY/],
    [403, "SignatureDoesNotMatch", "unauthorized", /the admin's secret key is wrong.*RADOSGW_SECRET_KEY/],
    [403, "AccessDenied", "forbidden", /radosgw-admin caps add --uid=ADMIN --caps="users=\*/],
    [403, "UserSuspended", "forbidden", /the admin user is suspended.*radosgw-admin user enable/],
    [
      403,
      "RequestTimeTooSkewed",
      "unauthorized",
      /clocks of this machine and the gateway differ by more than 15 minutes.*NTP/,
    ],
    [503, "SlowDown", "rate-limited", /overloaded.*maxConcurrency/],
    [405, "MethodNotAllowed", "unsupported", /Admin Ops API is not enabled there.*rgw_enable_apis/],
    [501, "NotImplemented", "unsupported", /does not implement the request/],
    [500, "UnknownError", "unavailable", /the gateway has a fault/],
    [502, undefined, "unavailable", /the gateway has a fault/],
    [503, undefined, "rate-limited", /asks to come back later/],
    [429, undefined, "rate-limited", /asks to come back later/],
    [400, "SomethingNew", "invalid", /refuses the request \(400 SomethingNew tx0-1\)/],
    [
      404,
      undefined,
      "unexpected",
      /https:\/\/rgw\.test does not answer like a RADOS Gateway's Admin Ops API.*without \/admin/,
    ],
    [404, "NoSuchKey", "invalid", /refuses the request/],
    [302, undefined, "unexpected", /does not answer like a RADOS Gateway/],
    [204, undefined, "unexpected", /does not answer like a RADOS Gateway/],
  ];
  for (const [status, code, meaning, says] of rows) {
    it(`${status} ${code ?? "without a code"}: ${meaning}`, () => {
      const error = refuse(status, code);
      assert.equal(error.code, meaning);
      assert.match(error.message, /^reading user "ann": .*\.$/);
      assert.match(error.message, says);
      assert.equal(error.uncertain, false, "reading changes nothing");
    });
  }

  const fates: readonly [status: number, code: string | undefined, uncertain: boolean][] = [
    [500, "UnknownError", true],
    [409, "ConcurrentModification", true],
    [502, undefined, true],
    [504, undefined, true],
    [503, "SlowDown", false],
    [503, undefined, true],
    [429, undefined, false],
    [409, "KeyExists", false],
    [403, "AccessDenied", false],
  ];
  for (const [status, code, uncertain] of fates) {
    it(`a change answered ${status} ${code ?? ""} ${uncertain ? "may have been made" : "was not made"}`, () => {
      assert.equal(refuse(status, code, CHANGING).uncertain, uncertain);
    });
  }

  const clocks: readonly [date: string | undefined, says: RegExp][] = [
    ["Tue, 01 Jan 2030 00:20:00 GMT", /differ by 20 minutes/],
    ["Mon, 31 Dec 2029 22:00:00 GMT", /differ by 120 minutes/],
    ["nonsense", /differ by more than 15 minutes/],
  ];
  for (const [date, says] of clocks) {
    it(`says how far the clocks are apart: ${date}`, () => {
      assert.match(refuse(403, "RequestTimeTooSkewed", READING, date ? { date } : {}).message, says);
    });
  }

  it("tells the request id of the header where the body has none, and none that looks odd", () => {
    assert.match(refuse(500, undefined, READING, { "x-amz-request-id": "tx9-2" }).message, /\(500 tx9-2\)/);
    assert.match(refuse(500, undefined, READING, { "x-amz-request-id": "a b <hush>" }).message, /\(500\)/);
  });

  it("never quotes a body", () => {
    for (const body of [
      '{"Code":"hush hush"}',
      '{"Code":"X","RequestId":"hush hush"}',
      "<html>hush</html>",
      '{"keys":"hush"',
    ]) {
      const headers = { "content-type": "text/html; hush hush" };
      const error = refused(GATEWAY, READING, { status: 400, headers }, parseJson(body));
      assert.doesNotMatch(error.message, /hush/);
    }
  });
});

describe("what is no gateway", () => {
  const rows: readonly [type: string | undefined, says: RegExp][] = [
    [undefined, /Admin Ops API$/],
    ["text/html; charset=utf-8", /Admin Ops API but with text\/html$/],
    ["<script>", /Admin Ops API$/],
  ];
  for (const [type, says] of rows) it(String(type), () => assert.match(foreign(GATEWAY, type).problem, says));
});
