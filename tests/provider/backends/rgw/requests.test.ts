/** The shape of every remote call: method, path and query as the gateway wants them. */
import assert from "node:assert/strict";
import { requestsTo } from "../../../../provider/backends/rgw/requests";
import { settings } from "../../../../provider/backends/rgw/settings";
import type { WireRequest } from "../../../../provider/http/wire";
import { fakeWorld } from "../../world";
import { USER } from "./sample";

const SETTINGS = settings.parse({ endpoint: "https://rgw.test/base/", accessKey: "AK", secretKey: "hush" });

async function shape(call: (requests: ReturnType<typeof requestsTo>) => Promise<unknown>) {
  const sent: [request: WireRequest, timeoutMs: number][] = [];
  const send = async (request: WireRequest, timeoutMs: number) => {
    sent.push([request, timeoutMs]);
    return { status: 404, headers: {}, body: '{"Code":"NoSuchUser"}' };
  };
  await call(requestsTo(SETTINGS, { ...fakeWorld(), send })).catch(() => {});
  assert.equal(sent.length, 1, "one request, not repeated");
  const [request, timeoutMs] = sent[0] ?? assert.fail();
  return { request, timeoutMs, line: `${request.method} ${request.url.pathname}${request.url.search}` };
}

describe("the calls", () => {
  const rows: readonly [line: string, call: (requests: ReturnType<typeof requestsTo>) => Promise<unknown>][] = [
    ["GET /base/admin/user?uid=acme%24ann", (rgw) => rgw.getUser("acme$ann")],
    ["GET /base/admin/user?uid=a%20b%26c%3D%2F%27%21%2A", (rgw) => rgw.getUser("a b&c=/'!*")],
    [
      "PUT /base/admin/user?uid=ann&display-name=Ann%20B",
      (rgw) => rgw.createUser("ann", { uid: "ann", "display-name": "Ann B", email: undefined }),
    ],
    [
      "POST /base/admin/user?uid=ann&email=&suspended=false",
      (rgw) => rgw.modifyUser("ann", { email: "", suspended: false }),
    ],
    ["DELETE /base/admin/user?uid=ann&purge-data=false", (rgw) => rgw.deleteUser("ann", false)],
    ["DELETE /base/admin/user?uid=ann&purge-data=true", (rgw) => rgw.deleteUser("ann", true)],
    ["DELETE /base/admin/user?key=&uid=ann&access-key=A", (rgw) => rgw.deleteKey("ann", "A")],
    [
      "PUT /base/admin/user?caps=&uid=ann&user-caps=users%3Dread%3Bzone%3D%2A",
      (rgw) => rgw.changeCaps("PUT", "ann", ["users=read", "zone=*"]),
    ],
    [
      "DELETE /base/admin/user?caps=&uid=ann&user-caps=users%3Dread",
      (rgw) => rgw.changeCaps("DELETE", "ann", ["users=read"]),
    ],
    [
      "PUT /base/admin/user?quota=&uid=ann&quota-type=user&max-size=-1",
      (rgw) => rgw.setQuota("ann", "user", { "max-size": -1 }),
    ],
    [
      "PUT /base/admin/user?key=&uid=ann&key-type=s3&access-key=A&active=true&generate-key=false",
      (rgw) => rgw.setActive("ann", "A", true),
    ],
    [
      "PUT /base/admin/user?key=&uid=ann&key-type=s3&access-key=A&active=false&generate-key=false",
      (rgw) => rgw.setActive("ann", "A", false),
    ],
    ["GET /base/admin/bucket?uid=ann", (rgw) => rgw.listBuckets("ann")],
  ];
  for (const [line, call] of rows) {
    it(line, async () => {
      const { request, timeoutMs, line: sent } = await shape(call);
      assert.equal(sent, line);
      assert.equal(request.body ?? "", "", "a signed body would be refused");
      assert.match(request.headers.Authorization ?? "", /^AWS4-HMAC-SHA256 Credential=AK\/20300101\/us-east-1\/s3\//);
      const names = [...request.url.searchParams.keys()];
      assert.deepEqual(names, [...new Set(names)], "a name that is given twice would break the signature");
      assert.equal(timeoutMs, line.includes("purge-data=true") ? 3_600_000 : 60_000);
      assert.ok(!JSON.stringify([request.url.href, request.headers]).includes("hush"));
    });
  }
});

describe("placement with a storage class", () => {
  const rows = [
    ["16 and 18 take it as one value", {}, "default-placement=fast%2FCOLD"],
    ["20 takes it as two", { create_date: "0.000000" }, "default-placement=fast&default-storage-class=COLD"],
  ] as const;
  for (const [what, more, query] of rows) {
    it(what, async () => {
      const sent: string[] = [];
      const send = async ({ method, url }: WireRequest) => {
        sent.push(`${method} ${url.search}`);
        return { status: 200, headers: {}, body: JSON.stringify({ ...USER, ...more }) };
      };
      const rgw = requestsTo(SETTINGS, { ...fakeWorld(), send });
      await rgw.createUser("ann", { uid: "ann", "default-placement": "fast/COLD" });
      assert.deepEqual(sent, ["GET ?access-key=AK", `PUT ?uid=ann&${query}`]);
      await rgw.modifyUser("ann", { "default-placement": "fast" });
      assert.deepEqual(sent.slice(2), ["POST ?uid=ann&default-placement=fast"], "without a class nobody asks");
      await rgw.modifyUser("ann", { "default-placement": "fast/COLD" });
      assert.deepEqual(sent.slice(3), [`POST ?uid=ann&${query}`], "the gateway is asked once");
    });
  }
});
