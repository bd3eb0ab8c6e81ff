/** What ECS answers, and what is made of it: recorded answers, both forms of refusals. */
import assert from "node:assert/strict";
import { rows } from "../../provider/backends/ecs/args";
import { type Act, managementApi, SomethingMissing } from "../../provider/backends/ecs/refusals";
import { markOf, placesOf, wireKeys, wireUser } from "../../provider/backends/ecs/wire";
import { fingerprint, sha256 } from "../../provider/backends/fingerprint";
import { readBy } from "../../provider/backends/rows";
import { isObjectUserError } from "../../provider/errors";
import { parseJson } from "../../provider/http/api";
import { refused } from "../../provider/http/dialect";

const ONE_SECRET = {
  secret_key_1: "cmowABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  secret_key_1_exist: true,
  key_timestamp_1: "2019-11-25 09:56:32.364",
  key_expiry_timestamp_1: "",
  secret_key_2: "",
  secret_key_2_exist: false,
  key_timestamp_2: "",
  key_expiry_timestamp_2: "",
  link: { rel: "self", href: "/object/secret-keys" },
};

const keysOf = (...answer: Parameters<typeof placesOf>) => placesOf(...answer).map(({ key }) => key);

describe("ecs: answers", () => {
  it("reads one secret, its time taken for UTC", () => {
    const { secret_key_1: secretKey } = ONE_SECRET;
    const issuedAt = "2019-11-25T09:56:32.364Z";
    const expected = [{ id: fingerprint("u1", sha256(secretKey)), accessKey: "u1", secretKey, issuedAt }];
    assert.deepEqual(keysOf("u1", wireKeys.parse(ONE_SECRET)), expected);
  });

  it("reads the younger secret first, in whichever place it is", () => {
    const two = {
      ...ONE_SECRET,
      secret_key_2: "b",
      key_timestamp_2: "2020-01-01 00:00:00.000",
      secret_key_2_exist: true,
    };
    assert.deepEqual(
      keysOf("u1", wireKeys.parse(two)).map(({ secretKey }) => secretKey),
      ["b", ONE_SECRET.secret_key_1],
    );
  });

  it("reads a hidden secret by its fingerprint, the same that a shown one has", () => {
    const hash = sha256(ONE_SECRET.secret_key_1).toUpperCase();
    const [shown] = keysOf("u1", wireKeys.parse(ONE_SECRET));
    const hidden = wireKeys.parse({ ...ONE_SECRET, secret_key_1: "", secret_key_1_id: hash });
    const key = { id: shown?.id, accessKey: "u1", issuedAt: "2019-11-25T09:56:32.364Z" };
    assert.deepEqual(placesOf("u1", hidden), [{ key, listedId: hash }]);
  });

  it("reads a user, whose tags are called tag", () => {
    const user = wireUser.parse({
      namespace: "ns1",
      name: "u1",
      locked: false,
      created: "Mon Nov 25 09:55:38 GMT 2019",
      tag: [
        { name: "b", value: "2" },
        { name: "a", value: "1" },
        { name: "pulumi-object-users", value: "unfinished" },
      ],
    });
    assert.equal(JSON.stringify(readBy(rows, user)), '{"locked":false,"tags":{"a":"1","b":"2"}}');
    assert.equal(markOf(user), "unfinished");
  });
});

describe("ecs: refusals", () => {
  const ecs = managementApi({ endpoint: "https://x", timeoutSeconds: 60, username: "root" });
  const refuse = (act: Act, status: number, text: string) =>
    refused(ecs, act, { status, headers: {} }, parseJson(text));
  const body = (code: number) => JSON.stringify({ code, description: "…", details: "…", retryable: false });
  const newer = JSON.stringify({
    http_status_code: 400,
    messages: [{ code: "1004", message: "…", severity: "ERROR" }],
  });
  for (const [status, text, code, uncertain, says = /./] of [
    [404, body(2000), "not-found", false],
    [400, body(1005), "invalid", false],
    [400, body(1008), "invalid", false, /does not accept one of the values \(400 code 1008\)/],
    [400, body(1031), "conflict", false, /two secrets already/],
    [400, body(9999), "invalid", false],
    [400, "", "unexpected", false],
    [404, "", "unexpected", false],
    [404, "<html>", "unexpected", false, /does not answer like the management API/],
    [200, "<html>", "unexpected", false, /does not answer like the management API/],
    [403, "", "forbidden", false, /may not do this \(403\)/],
    [403, body(3000), "forbidden", false, /\(403 code 3000\)\. It needs the role SYSTEM_ADMIN, or NAMESPACE/],
    [429, "", "rate-limited", false],
    [503, "", "unavailable", true],
    [503, "<html>", "unavailable", true],
    [500, body(7000), "unavailable", true, /service has a fault \(500 code 7000\)/],
    [500, "", "unavailable", true],
    [502, "<html>", "unavailable", true],
  ] as const) {
    it(`${status} ${text.slice(0, 24)} is ${code}`, () => {
      const about = { userId: "u", namespace: "n", isInPath: true };
      const act = { operation: "making", subject: "it", safe: false, about };
      const error = refuse(act, status, text);
      assert.ok(isObjectUserError(error, code), error.message);
      assert.equal(error.uncertain, uncertain);
      assert.match(error.message, says);
    });
  }

  for (const [status, text, isInPath] of [
    [400, body(1004), true],
    [400, newer, true],
    [400, body(1019), true],
    [400, body(2000), true],
    [404, body(1004), true],
    [404, body(2000), false],
  ] as const) {
    it(`${status} ${text.slice(0, 40)} does not say what is missing${isInPath ? "" : " but at the user's own address"}`, () => {
      const act = { operation: "reading", subject: "it", safe: true, about: { userId: "u", namespace: "n", isInPath } };
      assert.throws(() => refuse(act, status, text), SomethingMissing);
    });
  }

  for (const status of [401, 302]) {
    it(`${status} means that the session is over`, () => assert.ok(ecs.token?.over.includes(status)));
  }
});
