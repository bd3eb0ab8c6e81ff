/** The server of reference for ECS itself: what the documentation says of secrets, sessions and refusals. */
import assert from "node:assert/strict";
import { EcsServer } from "../../devserver/ecs/server";
import { listBuckets, verdictOf } from "../backends/stack";

const KEYS = "/object/user-secret-keys/u1";

describe("the server of reference for ECS", () => {
  let now = Date.parse("2030-01-01T00:00:00Z");
  let server: EcsServer;
  const verdict = (secretKey: string, accessKey = "u1", at = now) =>
    verdictOf(server.handle(listBuckets({ accessKey, secretKey }, new Date(at))));

  beforeEach(() => {
    server = new EcsServer({ now: () => new Date(now) });
    server.meddle("POST /object/users", { user: "u1", namespace: "ns1" });
  });

  it("makes no secret with a user, keeps two, and refuses a third", () => {
    assert.deepEqual(server.secretsOf("u1"), []);
    server.meddle(`POST ${KEYS}`, { secretkey: "one" });
    server.meddle(`POST ${KEYS}`, { secretkey: "two" });
    assert.deepEqual([verdict("one"), verdict("two"), verdict("three")], ["200", "200", "403 SignatureDoesNotMatch"]);
    assert.throws(() => server.meddle(`POST ${KEYS}`, { secretkey: "three" }), { code: "1031" });
  });

  it("lets the old secret live for ever when no expiry is given, and else until its minutes are over", () => {
    server.meddle(`POST ${KEYS}`, { secretkey: "one" });
    server.meddle(`POST ${KEYS}`, { secretkey: "two" });
    now += 365 * 86_400_000;
    assert.equal(verdict("one"), "200");
    server.meddle(`POST ${KEYS}/deactivate`, { secret_key: "one" });
    server.meddle(`POST ${KEYS}`, { secretkey: "three", existing_key_expiry_time_mins: "2" });
    now += 119_000;
    assert.equal(verdict("two"), "200");
    now += 1_000;
    assert.deepEqual([verdict("two"), verdict("three")], ["403 SignatureDoesNotMatch", "200"]);
  });

  it("ends every secret when a deactivation names none", () => {
    server.meddle(`POST ${KEYS}`, { secretkey: "one" });
    server.meddle(`POST ${KEYS}`, { secretkey: "two" });
    server.meddle(`POST ${KEYS}/deactivate`, { namespace: "ns1" });
    assert.deepEqual(server.secretsOf("u1"), []);
  });

  it("serves buckets and objects to whoever signs with one of the two", () => {
    server.meddle(`POST ${KEYS}`, { secretkey: "one" });
    assert.equal(verdict("one", "nobody"), "403 InvalidAccessKeyId");
    assert.equal(verdict("one", "u1", now + 3_600_000), "403 RequestTimeTooSkewed");
  });

  it("takes the old and not yet the new secret while its nodes remember", () => {
    server.meddle(`POST ${KEYS}`, { secretkey: "one" });
    now += 1000;
    server.propagationSeconds = 120;
    now += 120_000;
    server.meddle(`POST ${KEYS}`, { secretkey: "two" });
    server.meddle(`POST ${KEYS}/deactivate`, { secret_key: "one" });
    assert.deepEqual([verdict("one"), verdict("two")], ["200", "403 SignatureDoesNotMatch"]);
    now += 120_000;
    assert.deepEqual([verdict("one"), verdict("two")], ["403 SignatureDoesNotMatch", "200"]);
  });
});
