/** Subusers: PUT, POST and DELETE /admin/user?subuser, their keys, what these may do, and the login by a Swift key. */
import assert from "node:assert/strict";
import { admin, ann, contract, type Step, s3 } from "./table";

type Values = Record<string, string>;

const id = (name: string) => `ann%:${name}`;

const make = (name: string, values: Values = {}, gives = "200"): Step => ({
  ask: admin("PUT user", { uid: "ann%", subuser: id(name), access: "full", ...values }),
  gives,
});
const makeS3 = (name: string, values: Values = {}): Step =>
  make(name, { "key-type": "s3", "access-key": `SK-${name}%`, "secret-key": "sk-secret%", ...values });
const makeSwift = (name: string, values: Values = {}): Step => make(name, { "secret-key": "swift%", ...values });
const putKey = (values: Values, gives: Step["gives"] = "200"): Step => ({
  ask: admin("PUT user?key", { uid: "ann%", ...values }),
  gives,
});
const shows = (shown: object): Step => ({ ask: admin("GET user", { uid: "ann%" }), gives: "200", shows: shown });
const logIn = (name: string, secret: string, gives: string, user = id(name)): Step => ({
  ask: { method: "GET", path: "/auth/v1.0", as: "nobody", headers: { "X-Auth-User": user, "X-Auth-Key": secret } },
  gives,
});
const own = { user: "ann%", access_key: "AK%" };

contract("subusers", [
  [
    "PUT makes one with a Swift key, whatever generate-secret says, and answers all of them, sorted",
    ann(),
    { ...make("sw", { access: "read" }), shows: [{ id: "ann%:sw", permissions: "read" }] },
    { ...make("b", { access: "write", "generate-secret": "false" }), shows: [{ id: "ann%:b" }, { id: "ann%:sw" }] },
    shows({
      keys: [own],
      swift_keys: [
        { user: "ann%:b", secret_key: /^\w{40}$/ },
        { user: "ann%:sw", secret_key: /^\w{40}$/ },
      ],
      subusers: [
        { id: "ann%:b", permissions: "write" },
        { id: "ann%:sw", permissions: "read" },
      ],
    }),
  ],
  [
    "the words for what it may do, in any case",
    ann(),
    ...["read", "write", "readwrite", "full", "", "READ"].map((access, i) => make(`${i}`, { access })),
    ...["none", "<none>", "full-control", "read-write", "fly"].map((access) =>
      make("x", { access }, "400 InvalidArgument"),
    ),
    shows({
      subusers: ["read", "write", "read-write", "full-control", "<none>", "read"].map((permissions, i) => ({
        id: `ann%:${i}`,
        permissions,
      })),
    }),
  ],
  [
    "with key-type=s3 it gets an S3 key, whose id and secret may be chosen, and no Swift key",
    ann(),
    makeS3("a"),
    make("b", { "key-type": "s3", "access-key": "SK-b%" }),
    make("c", { "key-type": "s3", "generate-secret": "false" }),
    shows({
      swift_keys: [],
      subusers: [{ id: "ann%:a" }, { id: "ann%:b" }, { id: "ann%:c" }],
    }),
    { ask: s3("GET /", "SK-a%", "sk-secret%"), gives: "200", says: "<ID>ann%</ID>" },
  ],
  [
    "PUT of one that is there is no error: it keeps what it may do, and its Swift secret is replaced",
    ann(),
    makeSwift("sw"),
    make("sw", { access: "read", "generate-secret": "false" }),
    logIn("sw", "swift%", "401 AccessDenied"),
    shows({ subusers: [{ id: "ann%:sw", permissions: "full-control" }], swift_keys: [{ user: "ann%:sw" }] }),
    makeS3("sw", { access: "read" }),
    shows({
      subusers: [{ permissions: "full-control" }],
      keys: [own, { user: "ann%:sw", access_key: "SK-sw%" }],
      swift_keys: [{ user: "ann%:sw" }],
    }),
  ],
  [
    "a name by itself, with colons and of any characters; none at all",
    ann(),
    make("", {}, "400 InvalidArgument"),
    { ask: admin("PUT user", { uid: "ann%", subuser: "short" }), gives: "200" },
    make("a:b"),
    make("ü /"),
    shows({ subusers: [{ id: "ann%:a:b" }, { id: "ann%:short" }, { id: "ann%:ü /" }] }),
  ],
  [
    "the user is the one of the subuser's id; without a tenant there, the tenant of uid counts",
    ann(),
    ann({ tenant: "t1", "access-key": "TK%" }),
    { ask: admin("PUT user", { subuser: id("a") }), gives: "200", shows: [{ id: "ann%:a" }] },
    { ask: admin("PUT user", { uid: "no%", subuser: id("b") }), gives: "200", shows: [{}, {}] },
    { ask: admin("PUT user", { uid: "ann%", subuser: "no%:b" }), gives: "404 NoSuchUser" },
    { ask: admin("PUT user", { uid: "t1$ann%", subuser: id("c") }), gives: "200", shows: [{ id: "t1$ann%:c" }] },
    { ask: admin("PUT user", { uid: "no%", subuser: "t1$ann%:d" }), gives: "200", shows: [{}, { id: "t1$ann%:d" }] },
  ],
  [
    "an unknown user beside an access key of somebody is that somebody, and his secret is replaced",
    ann(),
    {
      ask: admin("PUT user", {
        uid: "no%",
        subuser: "no%:x",
        "key-type": "s3",
        "access-key": "AK%",
        "secret-key": "new",
      }),
      gives: "200",
      shows: [{ id: "ann%:x" }],
    },
    { ask: s3("GET /", "AK%", "new"), gives: "200" },
    shows({ keys: [own] }),
  ],
  [
    "an access key of another user is refused",
    ann(),
    ann({ uid: "bob%", "access-key": "BK%" }),
    { ...makeS3("a", { "access-key": "BK%" }), gives: "409 KeyExists" },
    shows({ subusers: [] }),
  ],
  [
    "POST sets what it may do, and takes it away when nothing is said",
    ann(),
    makeSwift("sw"),
    {
      ask: admin("POST user", { uid: "ann%", subuser: id("sw"), access: "read" }),
      gives: "200",
      shows: [{ permissions: "read" }],
    },
    { ask: admin("POST user", { uid: "ann%", subuser: id("sw"), access: "fly" }), gives: "400 InvalidArgument" },
    logIn("sw", "swift%", "204"),
    { ask: admin("POST user", { uid: "ann%", subuser: id("sw") }), gives: "200", shows: [{ permissions: "<none>" }] },
    { ask: admin("POST user", { uid: "ann%", subuser: id("no"), access: "read" }), gives: "404 NoSuchSubUser" },
    { ask: admin("POST user", { uid: "no%", subuser: "no%:a", access: "read" }), gives: "404 NoSuchUser" },
  ],
  [
    "POST makes Swift keys and no S3 keys",
    ann(),
    makeSwift("sw"),
    {
      ask: admin("POST user", {
        uid: "ann%",
        subuser: id("sw"),
        access: "full",
        "key-type": "swift",
        "secret-key": "next%",
      }),
      gives: "200",
    },
    logIn("sw", "next%", "204"),
    {
      ask: admin("POST user", {
        uid: "ann%",
        subuser: id("sw"),
        "key-type": "s3",
        "access-key": "SK%",
        "secret-key": "x",
      }),
      gives: "403 InvalidAccessKeyId",
    },
    shows({ keys: [own] }),
  ],
  [
    "DELETE takes its keys along, with purge-keys and without, and nothing else",
    ann(),
    makeS3("a"),
    makeSwift("a"),
    makeS3("b"),
    makeSwift("c"),
    { ask: admin("DELETE user", { uid: "ann%", subuser: id("a"), "purge-keys": "true" }), gives: "200", is: "" },
    { ask: admin("DELETE user", { uid: "ann%", subuser: "b", "purge-keys": "false" }), gives: "200" },
    shows({ subusers: [{ id: "ann%:c" }], keys: [own], swift_keys: [{ user: "ann%:c" }] }),
    { ask: admin("DELETE user", { uid: "ann%", subuser: id("a") }), gives: "404 NoSuchSubUser" },
    { ask: admin("DELETE user", { uid: "no%", subuser: "no%:a" }), gives: "404 NoSuchUser" },
    { ask: admin("DELETE user", { uid: "ann%", subuser: "" }), gives: "400 InvalidArgument" },
    { ask: s3("GET /", "SK-a%", "sk-secret%"), gives: "403 InvalidAccessKeyId" },
    logIn("a", "swift%", "403 AccessDenied"),
  ],
  [
    "a user is deleted with its subusers",
    ann(),
    makeS3("a"),
    makeSwift("b"),
    { ask: admin("DELETE user", { uid: "ann%" }), gives: "200" },
    ann(),
    shows({ subusers: [], swift_keys: [], keys: [own] }),
  ],
  [
    "PUT ?key makes an S3 key of it; an id that is there stays whose it is",
    ann(),
    makeSwift("a"),
    putKey({ subuser: id("a"), "key-type": "s3", "access-key": "SK%", "secret-key": "one" }),
    putKey({ subuser: id("b"), "key-type": "s3", "access-key": "SK%", "secret-key": "two" }),
    putKey({ subuser: id("a"), "key-type": "s3", "access-key": "AK%", "secret-key": "three" }),
    { ask: s3("GET /", "SK%", "two"), gives: "200" },
    { ask: s3("GET /", "AK%", "three"), gives: "200" },
    shows({ keys: [own, { user: "ann%:a", access_key: "SK%" }] }),
  ],
  [
    "PUT ?key needs no subuser: the key works, and waits for it",
    ann(),
    putKey({ subuser: id("gone"), "key-type": "s3", "access-key": "SK%", "secret-key": "one" }),
    shows({ subusers: [], keys: [own, { user: "ann%:gone", access_key: "SK%" }] }),
    { ask: s3("GET /", "SK%", "one"), gives: "200" },
    makeS3("gone", { "access-key": "SK%" }),
    { ask: s3("GET /", "SK%", "one"), gives: "403 SignatureDoesNotMatch" },
    shows({ subusers: [{ id: "ann%:gone" }], keys: [own, { user: "ann%:gone" }] }),
  ],
  [
    "PUT ?key replaces the one Swift secret, and answers all Swift keys",
    ann(),
    makeSwift("a"),
    makeSwift("b"),
    {
      ...putKey({ subuser: id("a"), "key-type": "swift", "generate-key": "true" }),
      shows: [
        { user: "ann%:a", secret_key: /^\w{40}$/ },
        { user: "ann%:b", secret_key: "swift%" },
      ],
    },
    logIn("a", "swift%", "401 AccessDenied"),
    putKey({ subuser: "a", "key-type": "swift", "secret-key": "next%" }),
    logIn("a", "next%", "204"),
    logIn("b", "swift%", "204"),
  ],
  [
    "DELETE ?key ends one key, by its id alone, or the Swift key",
    ann(),
    makeS3("a"),
    makeSwift("a"),
    { ask: admin("DELETE user?key", { uid: "ann%", "access-key": "SK-a%" }), gives: "200" },
    logIn("a", "swift%", "204"),
    { ask: admin("DELETE user?key", { uid: "ann%", subuser: id("a"), "key-type": "swift" }), gives: "200" },
    logIn("a", "swift%", "403 AccessDenied"),
    {
      ask: admin("DELETE user?key", { uid: "ann%", subuser: id("a"), "key-type": "swift" }),
      gives: "403 InvalidAccessKeyId",
    },
    shows({ subusers: [{ id: "ann%:a" }], keys: [own], swift_keys: [] }),
  ],
  [
    "an S3 key may do in buckets what its subuser may; each may list and make buckets",
    ann(),
    { ask: s3("PUT /all-%", "AK%", "sesame%"), gives: "200" },
    { ask: s3("PUT /all-%/o", "AK%", "sesame%", "text"), gives: "200" },
    ...["read", "write", "readwrite", "full", ""].flatMap((access) => {
      const may = (what: string) => (access === "full" || access.includes(what) ? undefined : "403 AccessDenied");
      const as = (what: string, body?: string) => s3(what, `SK-s${access}%`, "sk-secret%", body);
      return [
        makeS3(`s${access}`, { access }),
        { ask: as("GET /"), gives: "200", says: "<Name>all-%</Name>" },
        { ask: as("GET /all-%"), gives: may("read") ?? "200" },
        { ask: as("GET /all-%/o"), gives: may("read") ?? "200" },
        { ask: as(`PUT /all-%/o${access}`, "text"), gives: may("write") ?? "200" },
        { ask: as(`DELETE /all-%/o${access}`), gives: may("write") ?? "204" },
        { ask: as(`PUT /new${access}-%`), gives: "200" },
        { ask: as(`DELETE /new${access}-%`), gives: may("write") ?? "204" },
      ];
    }),
  ],
  [
    "a login takes the subuser's id, in UTF-8, and its secret; whatever it may do, and though the user is suspended",
    ann(),
    makeSwift("sw", { access: "" }),
    {
      ...logIn("sw", "swift%", "204"),
      also: ({ headers }) => assert.match(`${headers["x-auth-token"]} ${headers["x-storage-url"]}`, /^AUTH_\S+ http:/),
    },
    logIn("sw", "wrong", "401 AccessDenied"),
    logIn("no", "swift%", "403 AccessDenied"),
    logIn("", "sesame%", "403 AccessDenied", "ann%"),
    { ask: admin("POST user", { uid: "ann%", suspended: "true" }), gives: "200" },
    logIn("sw", "swift%", "204"),
    ann({ uid: "jö %", tenant: "t1", "access-key": "JK%" }),
    { ask: admin("PUT user", { uid: "t1$jö %", subuser: "sw", "secret-key": "j%" }), gives: "200" },
    logIn("", "j%", "204", Buffer.from("t1$jö %:sw").toString("latin1")),
  ],
  ["a user itself gets no Swift key", { ...ann({ "key-type": "swift" }), gives: "403 InvalidAccessKeyId" }],
]);

contract(
  "subusers' keys that are disabled",
  [
    [
      "are refused, and come back with their secret, whether or not the subuser is named",
      ann(),
      makeS3("a"),
      ...[{ subuser: id("a") }, {}].flatMap((whose: Values): Step[] => [
        putKey({ ...whose, "key-type": "s3", "access-key": "SK-a%", active: "false", "generate-key": "false" }),
        { ask: s3("GET /", "SK-a%", "sk-secret%"), gives: "403 InvalidAccessKeyId" },
        putKey({ ...whose, "key-type": "s3", "access-key": "SK-a%", active: "true", "generate-key": "false" }),
        { ask: s3("GET /", "SK-a%", "sk-secret%"), gives: "200" },
      ]),
      shows({ keys: [own, { user: "ann%:a", access_key: "SK-a%", active: true }] }),
    ],
  ],
  { from: 20 },
);
