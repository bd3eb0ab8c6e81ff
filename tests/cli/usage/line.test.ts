/** What a line of an ops log says: real lines of Ceph 20.2.4, those of its socket, and what is no line at all. */
import assert from "node:assert/strict";
import { requestsIn } from "../../../cli/usage/line";
import { Lines } from "../../../cli/usage/lines";
import { addUse, type KeyUse } from "../../../cli/usage/uses";
import { logged } from "./logged";

const ACCEPTED = `{"bucket":"","object":"","time":"2026-11-27T08:49:16.346048Z","time_local":"2026-11-27T08:49:16.346048+0000","remote_addr":"127.0.0.1","user":"ann","operation":"list_buckets","uri":"GET / HTTP/1.1","http_status":"200","error_code":"","bytes_sent":234,"bytes_received":0,"object_size":0,"total_time":4,"user_agent":"probe \\"}{\\" [1],","referrer":"","trans_id":"tx00000bfc720495517c3a6-006b09440c-4113-default","authentication_type":"Local","access_key_id":"ANNKEY1","temp_url":false}`;
const WRONG_SIGNATURE = `{"bucket":"","object":"","time":"2026-11-27T08:49:16.394048Z","time_local":"2026-11-27T08:49:16.394048+0000","remote_addr":"127.0.0.1","user":"","operation":"get_obj","uri":"GET /b1/o1 HTTP/1.1","http_status":"403","error_code":"SignatureDoesNotMatch","bytes_sent":213,"bytes_received":0,"object_size":0,"total_time":4,"user_agent":"probe/1","referrer":"","trans_id":"tx0000091cd7d90cca9e003-006b09440c-4113-default","temp_url":false}`;

const ANN = {
  at: Date.parse("2026-11-27T08:49:16.346Z"),
  accessKey: "ANNKEY1",
  user: "ann",
  from: "127.0.0.1",
  client: 'probe "}{" [1],',
  operation: "list_buckets",
  status: 200,
};

describe("a line of an ops log", () => {
  it("says who did what with which key, and of a wrong signature no key", () => {
    assert.deepEqual(requestsIn(ACCEPTED), [ANN]);
    assert.equal(requestsIn(WRONG_SIGNATURE)[0]?.accessKey, undefined);
  });

  for (const [what, line, keys] of [
    ["of the socket, the first one", `[${ACCEPTED},`, ["ANNKEY1"]],
    ["of the socket", `${ACCEPTED},\r`, ["ANNKEY1"]],
    [
      "with several texts, as a busy gateway writes it",
      ACCEPTED + WRONG_SIGNATURE + ACCEPTED,
      ["ANNKEY1", "", "ANNKEY1"],
    ],
    ["that was cut off behind another text", ACCEPTED + ACCEPTED.slice(0, 90), ["ANNKEY1", "unreadable"]],
    ["that was cut off at its beginning", ACCEPTED.slice(90), ["unreadable"]],
    ["that is no JSON", "Nov 27 08:49:16 host radosgw[1]: hello", ["unreadable"]],
    ["that is of something else", '{"level":"info","msg":"hello"}', ["unreadable"]],
    ["that is null", "null", ["unreadable"]],
    ["whose time is none", logged({ time: "yesterday" }), ["unreadable"]],
    ["that is empty", "", []],
    ["that ends a socket's list", "]", []],
  ] as const) {
    it(what, () =>
      assert.deepEqual(
        requestsIn(line).map((request) => (request ? (request.accessKey ?? "") : "unreadable")),
        keys,
      ),
    );
  }

  for (const [time, iso] of [
    ["2026-11-27T08:49:16.346048Z", "2026-11-27T08:49:16.346Z"],
    ["2026-11-27T10:49:16.3+0200", "2026-11-27T08:49:16.300Z"],
    ["2026-11-27T03:19:16-05:30", "2026-11-27T08:49:16.000Z"],
    ["2026-11-27 08:49:16.346048Z", "2026-11-27T08:49:16.346Z"],
    ["2026-11-27T08:49:16", "2026-11-27T08:49:16.000Z"],
  ] as const) {
    it(`reads the time ${time}`, () =>
      assert.equal(new Date(requestsIn(logged({ time }))[0]?.at ?? 0).toISOString(), iso));
  }

  it("comes together from pieces that are cut anywhere, also inside of a letter", () => {
    const text = `${logged({ time: "2026-11-27T08:49:16Z", client: "ä€" })}\n\nx\n${ACCEPTED}`;
    for (const size of [1, 7, 1000]) {
      const lines: unknown[] = [];
      const taker = new Lines((line) => lines.push(line));
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += size) taker.add(bytes.subarray(at, at + size));
      taker.end();
      assert.deepEqual(lines, text.split("\n").filter(Boolean));
    }
  });

  it("is given up when it is endless, and the next one is read", () => {
    const lines: unknown[] = [];
    const taker = new Lines((line) => lines.push(line));
    for (let mega = 0; mega < 20; mega++) taker.add(Buffer.alloc(1 << 20, "x"));
    taker.add(Buffer.from("\nnext\n"));
    assert.deepEqual(lines, [undefined, "next"]);
  });
});

describe("the uses of a key", () => {
  it("are counted, and the last of each kind is kept, in whatever order the logs come", () => {
    const uses = new Map<string, KeyUse>();
    for (const [status, second] of [
      [200, 3],
      [404, 9],
      [403, 5],
      [204, 1],
      [401, 4],
    ] as const)
      addUse(uses, { ...ANN, at: second * 1000, status, client: "c".repeat(10_000) });
    const { accepted, refused, lastAccepted, lastRefused } = uses.get("ANNKEY1") ?? assert.fail();
    assert.deepEqual([accepted, refused, lastAccepted?.status, lastRefused?.status], [3, 2, 404, 403]);
    assert.equal(lastAccepted?.client.length, 200);
  });
});
