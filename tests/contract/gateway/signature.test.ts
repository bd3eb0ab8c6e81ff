/** Who may: signatures, clocks, bodies, and the capabilities of administrators. */
import type { Ask } from "./exchange";
import { admin, ann, contract, type Row, type Step, s3, since } from "./table";

const read = admin("GET user", { uid: "admin" });
const drop = (name: string) => (headers: Record<string, string>) => {
  for (const own of Object.keys(headers)) if (own.toLowerCase() === name) delete headers[own];
};
const set = (name: string, value: string) => (headers: Record<string, string>) => {
  drop(name)(headers);
  headers[name] = value;
};
const strangers = { accessKey: "AKno%", secretKey: "x" };

const asked: readonly [what: string, gives: string, more: Partial<Ask>][] = [
  ["signed well", "200", {}],
  ["by nobody", "403 AccessDenied", { as: "nobody" }],
  ["by an unknown key", "403 InvalidAccessKeyId", { as: strangers }],
  ["16 minutes ago", "403 RequestTimeTooSkewed", { signedMinutesAgo: 16 }],
  ["14 minutes ago", "200", { signedMinutesAgo: 14 }],
  ["14 minutes ahead", "200", { signedMinutesAgo: -14 }],
  ["16 minutes ahead", "403 RequestTimeTooSkewed", { signedMinutesAgo: -16 }],
  ["16 minutes ago by an unknown key", "403 RequestTimeTooSkewed", { as: strangers, signedMinutesAgo: 16 }],
  ["the payload's hash is not sent", "403 SignatureDoesNotMatch", { tamper: drop("x-amz-content-sha256") }],
  ["the date is not sent", "403 AccessDenied", { tamper: drop("x-amz-date") }],
  ["the date is none", "403 AccessDenied", { tamper: set("x-amz-date", "yesterday") }],
  ["another path than the signed one", "403 SignatureDoesNotMatch", { sendPath: "/admin/user?uid=other" }],
  [
    "another order of the query",
    "200",
    { path: "/admin/user?uid=admin&stats=false", sendPath: "/admin/user?stats=false&uid=admin" },
  ],
  ["a name that begins like another", "200", { path: "/admin/user?uid-x=1&uid=admin" }],
  ["a header that was not signed", "200", { tamper: set("x-other", "1") }],
  ["unsigned payload", "200", { headers: { "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" } }],
  ["rubbish for a signature", "400 InvalidArgument", { tamper: set("authorization", "AWS4-HMAC-SHA256 x") }],
  ["another kind of authorization", "400 InvalidArgument", { tamper: set("authorization", "Basic YTpi") }],
  ["version 2, unknown key", "403 InvalidAccessKeyId", { tamper: set("authorization", "AWS AKno:x") }],
  ["a signed body", "501 NotImplemented", { body: "{}" }],
  [
    "a signed form",
    "501 NotImplemented",
    { body: "x=y", headers: { "content-type": "application/x-www-form-urlencoded" } },
  ],
];

contract("Signatures", [
  ...asked.map(([what, gives, more]): Row => [what, { ask: { ...read, ...more }, gives }]),
  [
    "a wrong secret",
    ann(),
    { ask: { ...read, as: { accessKey: "AK%", secretKey: "x" } }, gives: "403 SignatureDoesNotMatch" },
  ],
  [
    "a signed body is refused whatever is in it, an unsigned one is not read",
    { ask: admin("PUT user", { uid: "ann%", "display-name": "A" }, { body: "{}" }), gives: "501 NotImplemented" },
    {
      ask: admin(
        "PUT user",
        { uid: "ann%", "display-name": "A" },
        { body: "{}", headers: { "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" } },
      ),
      gives: "200",
    },
  ],
  [
    "uids of all characters",
    ...["a b", "ü", "a'b()*!", "a/b", "a=b&c", "a@b", "a:b"].flatMap((text): Step[] => [
      {
        ask: admin("PUT user", { uid: `${text} %`, "display-name": "A" }),
        gives: "200",
        shows: { user_id: `${text} %` },
      },
      { ask: admin("GET user", { uid: `${text} %` }), gives: "200", shows: { user_id: `${text} %` } },
    ]),
  ],
  [
    "a uid with a plus sign, which newer releases decode twice",
    {
      ask: admin("PUT user", { uid: "c+d %", "display-name": "A" }),
      gives: "200",
      shows: { user_id: since({ 16: "c+d %", 20: "c d %" }) },
    },
    // Not in the metadata API.
    { ask: admin("GET metadata/user", { key: "c+d %" }), gives: since({ 16: "200", 20: "404 NoSuchKey" }) },
  ],
  [
    "access keys of all characters",
    {
      ask: admin("PUT user", { uid: "odd%", "display-name": "A", "access-key": "a \"ü'%", "secret-key": "a" }),
      gives: "200",
    },
    { ask: admin("DELETE user?key", { uid: "odd%", "access-key": "a \"ü'%" }), gives: "200" },
  ],
]);

/** What an administrator with these capabilities gets: for reading, for writing, for lists of buckets, for metadata. */
const allowed: readonly [caps: string, reads: boolean, writes: boolean, buckets: boolean, metadata: boolean][] = [
  ["", false, false, false, false],
  ["users=read", true, false, false, false],
  ["users=write", false, true, false, false],
  ["users=*", true, true, false, false],
  ["buckets=read", false, false, true, false],
  ["buckets=write", false, false, false, false],
  ["metadata=read", false, false, false, true],
  ["usage=*", false, false, false, false],
];

contract("Capabilities", [
  ...allowed.map(([caps, reads, writes, buckets, metadata]): Row => {
    const as = { accessKey: "AK%", secretKey: "sesame%" };
    const may = (permitted: boolean, what: string, values: Record<string, string>, gives = "200"): Step => ({
      ask: admin(what, values, { as }),
      gives: permitted ? gives : "403 AccessDenied",
    });
    return [
      caps === "" ? "none" : caps,
      ann({ "user-caps": caps }),
      may(reads, "GET user", { uid: "ann%" }),
      may(reads, "GET user", {}, "400 InvalidArgument"),
      may(reads, "GET user", { uid: "no%" }, "404 NoSuchUser"),
      may(reads, "GET user?list", {}),
      may(reads, "GET user?quota", { uid: "ann%" }),
      may(writes, "POST user", { uid: "ann%" }),
      may(writes, "PUT user", { uid: "ann%", "display-name": "x" }, "409 UserAlreadyExists"),
      may(writes, "PUT user?key", { uid: "ann%", "access-key": "AK%", "secret-key": "sesame%" }),
      may(writes, "PUT user?quota", { uid: "ann%", "quota-type": "user" }),
      may(writes, "DELETE user?key", { uid: "ann%", "access-key": "no" }, "403 InvalidAccessKeyId"),
      may(writes, "DELETE user", { uid: "no%" }, "404 NoSuchUser"),
      may(buckets, "GET bucket", { uid: "ann%" }),
      may(metadata, "GET metadata/user", {}),
      may(metadata, "GET metadata/user", { key: "ann%" }),
      may(writes, "DELETE user?caps", { uid: "no%", "user-caps": "users=*" }, "404 NoSuchUser"),
    ];
  }),
  [
    "a suspended administrator cannot even resume himself",
    ann({ "user-caps": "users=*" }),
    { ask: admin("POST user", { uid: "ann%", suspended: "1" }), gives: "200" },
    {
      ask: admin("GET user", { uid: "ann%" }, { as: { accessKey: "AK%", secretKey: "sesame%" } }),
      gives: "403 UserSuspended",
    },
    {
      ask: admin("POST user", { uid: "ann%", suspended: "0" }, { as: { accessKey: "AK%", secretKey: "sesame%" } }),
      gives: "403 UserSuspended",
    },
  ],
  [
    "an administrator may delete himself",
    ann({ "user-caps": "users=*" }),
    { ask: admin("DELETE user", { uid: "ann%" }, { as: { accessKey: "AK%", secretKey: "sesame%" } }), gives: "200" },
    { ask: s3("GET /", "AK%", "sesame%"), gives: "403 InvalidAccessKeyId" },
  ],
]);
