/** DELETE /admin/user, the lists of users and buckets, and what the admin API does not have. */
import assert from "node:assert/strict";
import { admin, ann, contract, type Row, s3, since, toNobody } from "./table";

const bucket = { ask: s3("PUT /bucket-%", "AK%", "sesame%"), gives: "200" };

contract("DELETE user", [
  [
    "answers 200 and nothing, then 404; uid, key and e-mail address are free again",
    ann({ email: "a%@x" }),
    { ask: admin("DELETE user", { uid: "ann%" }), gives: "200", also: ({ body }) => assert.equal(body, "") },
    { ask: admin("DELETE user", { uid: "ann%" }), gives: "404 NoSuchUser" },
    ann({ email: "a%@x" }),
  ],
  [
    "one who owns buckets stays, unless his data go too",
    ann(),
    bucket,
    { ask: admin("DELETE user", { uid: "ann%" }), gives: "409 BucketAlreadyExists" },
    { ask: admin("DELETE user", { uid: "ann%", "purge-data": "false" }), gives: "409 BucketAlreadyExists" },
    { ask: s3("PUT /bucket-%/object", "AK%", "sesame%", "text"), gives: "200" },
    { ask: admin("DELETE user", { uid: "ann%", "purge-data": "True" }), gives: "200" },
    { ask: admin("GET bucket", { bucket: "bucket-%" }), gives: "404 NoSuchBucket" },
  ],
  ["no uid", { ask: admin("DELETE user"), gives: toNobody }],
  ["an empty uid", { ask: admin("DELETE user", { uid: "" }), gives: toNobody }],
  ["anonymous", { ask: admin("DELETE user", { uid: "anonymous" }), gives: toNobody }],
  ["an odd tenant", { ask: admin("DELETE user", { uid: "a-b$c" }), gives: "400 InvalidTenantName" }],
  [
    "an access key does not stand in for the uid",
    ann(),
    { ask: admin("DELETE user", { uid: "no%", "access-key": "AK%" }), gives: "404 NoSuchUser" },
    { ask: admin("DELETE user", { "access-key": "AK%" }), gives: toNobody },
  ],
]);

/** What a page of user?list shows, kept for the next request of its row. */
const page = { keys: [] as string[], marker: "" };

/** A key of a user with these caps, for requests about a user that is not there. */
const withCaps = (caps: string) => ann(caps === "" ? {} : { "user-caps": caps });
const by = (what: string, values: Readonly<Record<string, string | number>>) =>
  admin(what, values, { as: { accessKey: "AK%", secretKey: "sesame%" } });

contract("Capabilities are asked for before the user is looked up", [
  ...(
    [
      ["", "403 AccessDenied", "403 AccessDenied", "403 AccessDenied", "403 AccessDenied"],
      ["users=read", "404 NoSuchUser", "403 AccessDenied", "403 AccessDenied", "200"],
      ["users=write", "403 AccessDenied", "404 NoSuchUser", "403 AccessDenied", "403 AccessDenied"],
      ["users=*", "404 NoSuchUser", "404 NoSuchUser", "403 AccessDenied", "200"],
      ["buckets=read", "403 AccessDenied", "403 AccessDenied", "200", "403 AccessDenied"],
      ["metadata=read", "403 AccessDenied", "403 AccessDenied", "403 AccessDenied", "403 AccessDenied"],
    ] as const
  ).map(
    ([caps, read, write, buckets, list]): Row => [
      `with ${caps || "none"}: GET ${read}, POST ${write}, buckets ${buckets}, list ${list}`,
      withCaps(caps),
      { ask: by("GET user", { uid: "no%" }), gives: read },
      { ask: by("POST user", { uid: "no%" }), gives: write },
      { ask: by("GET bucket", { uid: "no%" }), gives: buckets },
      { ask: by("GET user?list", { "max-entries": 1 }), gives: list },
      { ask: by("GET user", { "access-key": "AK%" }), gives: list === "200" ? "200" : "403 AccessDenied" },
    ],
  ),
]);

contract("Lists of users", [
  [
    "a page goes on where the one before it ended",
    ann(),
    ann({ uid: "other%", "access-key": "BK%" }),
    {
      ask: admin("GET user?list", { "max-entries": 2, marker: "" }),
      gives: "200",
      also: ({ body }) => Object.assign(page, JSON.parse(body)),
    },
    {
      ask: {
        method: "GET",
        get path() {
          return admin("GET user?list", { "max-entries": 2, marker: page.marker }).path;
        },
      },
      gives: "200",
      also: ({ body }) => {
        const { keys } = JSON.parse(body) as { keys: string[] };
        assert.ok(keys.length > 0);
        assert.deepEqual(
          keys.filter((key) => page.keys.includes(key)),
          [],
        );
      },
    },
  ],
  [
    "user?list has pages, and names tenants",
    ann({ tenant: "t%" }),
    ann({ uid: "other%", "access-key": "BK%" }),
    {
      ask: admin("GET user?list", { "max-entries": 1 }),
      gives: "200",
      shows: { keys: [/./], truncated: true, count: 1, marker: /./ },
    },
    { ask: admin("GET user?list"), gives: "200", says: '"t%$ann%"', shows: { truncated: false } },
    { ask: admin("GET user?list"), gives: "200", also: ({ body }) => assert.equal(JSON.parse(body).marker, undefined) },
    { ask: admin("GET user?list", { "max-entries": 0 }), gives: "200", shows: { keys: [], truncated: true, count: 0 } },
  ],
  [
    "metadata/user is an array, or a page",
    ann(),
    {
      ask: admin("GET metadata/user"),
      gives: "200",
      says: '"ann%"',
      also: ({ body }) => assert.ok(Array.isArray(JSON.parse(body))),
    },
    {
      ask: admin("GET metadata/user", { "max-entries": 1 }),
      gives: "200",
      shows: { count: 1, truncated: since<unknown>({ 16: "true", 18: true }), marker: /./ },
    },
    {
      ask: admin("GET metadata/user", { "max-entries": 1000 }),
      gives: "200",
      shows: { truncated: since<unknown>({ 16: "false", 18: false }) },
    },
  ],
  [
    "metadata/user?key= counts versions",
    ann({ tenant: "t%" }),
    {
      ask: admin("GET metadata/user", { key: "t%$ann%" }),
      gives: "200",
      shows: {
        key: "user:t%$ann%",
        ver: { ver: 1, tag: /./ },
        mtime: /^\d{4}-/,
        data: { user_id: "t%$ann%", attrs: [] },
      },
      also: ({ headers }) => assert.equal(headers["content-type"], "application/json"),
    },
    { ask: admin("POST user", { uid: "t%$ann%", "display-name": "B" }), gives: "200" },
    { ask: admin("GET metadata/user", { key: "t%$ann%" }), gives: "200", shows: { ver: { ver: 2 } } },
    { ask: admin("GET metadata/user", { key: "no%" }), gives: "404 NoSuchKey" },
    { ask: admin("GET metadata/user", { key: "" }), gives: "400 InvalidArgument" },
  ],
]);

contract("GET bucket", [
  ["none", ann(), { ask: admin("GET bucket", { uid: "ann%" }), gives: "200", shows: [] }],
  ["of an unknown user: none, or nothing at all", noneOf("no%"), noneOf("no%", { stats: "true" }), noneOf("no%$no")],
  [
    "names, or everything about them",
    ann(),
    bucket,
    { ask: admin("GET bucket", { uid: "ann%" }), gives: "200", shows: ["bucket-%"] },
    {
      ask: admin("GET bucket", { uid: "ann%", stats: "true" }),
      gives: "200",
      shows: [{ bucket: "bucket-%", owner: "ann%" }],
    },
    {
      ask: admin("GET bucket", { bucket: "bucket-%" }),
      gives: "200",
      shows: { bucket: "bucket-%", tenant: "", owner: "ann%" },
    },
    { ask: admin("GET bucket"), gives: "200", says: '"bucket-%"' },
    { ask: admin("GET bucket", { bucket: "no-%" }), gives: "404 NoSuchBucket" },
  ],
  [
    "of a tenant",
    ann({ tenant: "t%" }),
    bucket,
    { ask: admin("GET bucket", { uid: "t%$ann%" }), gives: "200", shows: ["bucket-%"] },
    noneOf("ann%"),
    { ask: admin("GET bucket", { bucket: "t%/bucket-%" }), gives: "200", shows: { tenant: "t%", owner: "t%$ann%" } },
    { ask: admin("GET bucket", { bucket: "bucket-%" }), gives: "404 NoSuchBucket" },
    { ask: admin("GET bucket"), gives: "200", says: '"t%/bucket-%"' },
  ],
]);

contract(
  "GET info",
  [
    [
      "what the cluster calls itself",
      ann({ "user-caps": "info=read" }),
      {
        ask: by("GET info", {}),
        gives: "200",
        shows: { info: { storage_backends: [{ name: "rados", cluster_id: /^[0-9a-f-]{36}$/ }] } },
      },
    ],
  ],
  { from: 18 },
);

contract(
  "user-info-without-keys",
  [
    [
      "shows a user without the keys, and nothing else",
      ann({ "user-caps": "user-info-without-keys=read" }),
      { ask: by("GET user", { uid: "ann%" }), gives: "200", shows: { user_id: "ann%", keys: undefined } },
      { ask: by("GET user", { uid: "no%" }), gives: "404 NoSuchUser" },
      { ask: by("GET user?list", {}), gives: "403 AccessDenied" },
      { ask: by("GET user?quota", { uid: "ann%" }), gives: "403 AccessDenied" },
      { ask: by("GET metadata/user", { key: "ann%" }), gives: "403 AccessDenied" },
    ],
  ],
  { from: 20 },
);

contract("What the admin API does not have", [
  ...["GET nope", "GET ", "PATCH user?uid=x", "POST info", "PUT ratelimit?ratelimit-scope=user&uid=x"].map(
    (what): Row => [what, { ask: admin(what), gives: "405 MethodNotAllowed" }],
  ),
  ...(
    [
      ["GET info", since({ 16: "405 MethodNotAllowed", 18: "403 AccessDenied" })],
      ["GET ratelimit?ratelimit-scope=user&uid=x", since({ 16: "405 MethodNotAllowed", 18: "403 AccessDenied" })],
      ["POST ratelimit?ratelimit-scope=user&uid=x", since({ 16: "405 MethodNotAllowed", 18: "403 AccessDenied" })],
      ["GET account?id=x", since({ 16: "405 MethodNotAllowed", 20: "403 AccessDenied" })],
      ["POST account?name=x", since({ 16: "405 MethodNotAllowed", 20: "403 AccessDenied" })],
    ] as const
  ).map(([what, gives]): Row => [`${what}, or not without its capability`, { ask: admin(what), gives }]),
  [
    "said before the signature is read",
    { ask: admin("GET nope", {}, { as: "nobody" }), gives: "405 MethodNotAllowed" },
  ],
  [
    "errors are JSON with an empty message and a request id",
    {
      ask: admin("GET user", { uid: "no%" }),
      gives: "404 NoSuchUser",
      shows: { Code: "NoSuchUser", Message: "", RequestId: /^tx[0-9a-f]{21}-[0-9a-f]{10}-/, HostId: /./ },
      also: ({ headers, body }) => {
        assert.equal(headers["content-type"], "application/json");
        assert.equal(headers["x-amz-request-id"], JSON.parse(body).RequestId);
      },
    },
  ],
]);

/** The list of buckets of a user that is not there. */
function noneOf(uid: string, more: Readonly<Record<string, string>> = {}) {
  const body = since({ 16: "[]", 20: "" });
  return { ask: admin("GET bucket", { uid, ...more }), gives: "200", is: body };
}
