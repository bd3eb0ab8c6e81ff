/** GET, POST, PUT and DELETE /admin/account, from Ceph 19 on, and what an account demands of its users. */
import { admin, ann, contract, type Step, s3 } from "./table";

const quota = { enabled: false, max_size: -1, max_objects: -1 };
const most = { max_users: 1000, max_roles: 1000, max_groups: 1000, max_buckets: 1000, max_access_keys: 4 };
const by = { as: { accessKey: "CK%", secretKey: "ck-secret%" } };

/** An admin who may manage accounts. */
const keeper = (caps = "accounts=*"): Step =>
  ann({ uid: "ck%", "access-key": "CK%", "secret-key": "ck-secret%", "user-caps": caps });
type Values = Record<string, string | number>;
const account = (method: string, values: Values, gives = "200", shows?: object): Step => ({
  ask: admin(`${method} account${"quota-type" in values ? "?quota" : ""}`, values, by),
  gives,
  ...(shows ? { shows } : {}),
});
const made = (values: Values = {}) => account("POST", { name: "acme%", ...values }, "200", { name: "acme%" });
const named = { name: "acme%" };
const Q = "RGW80000000000000000";
const L = "RGW80000000000000001";

contract(
  "account",
  [
    [
      "POST makes one with an id of its own, GET finds it by its name",
      keeper(),
      account("POST", { ...named, email: "A%@b.c" }, "200", { id: /^RGW\d{17}$/, name: "acme%", email: "A%@b.c" }),
      account("GET", named, "200", { ...most, tenant: "", email: "A%@b.c", quota, bucket_quota: quota }),
    ],
    [
      "a name, an e-mail address in any case, and an id are taken once",
      keeper(),
      made({ email: "A%@b.c" }),
      account("POST", named, "409 AccountAlreadyExists"),
      account("POST", { name: "other%", email: "a%@B.c" }, "409 AccountAlreadyExists"),
      account("POST", { name: "other%" }),
      account("PUT", { ...named, email: "n%@b.c" }, "200", { email: "n%@b.c" }),
      account("POST", { name: "third%", email: "A%@b.c" }),
    ],
    ["an id that is none", keeper(), account("POST", { ...named, id: "XGW00000000000000000" }, "400 InvalidArgument")],
    ["a name with a colon or a dollar", keeper(), account("POST", { name: "a:%" }, "400 InvalidArgument")],
    [
      "PUT changes what is given, and ignores what is empty",
      keeper(),
      made({ email: "A%@b.c", "max-users": 3 }),
      account("PUT", { ...named, "max-buckets": -7, "max-access-keys": 1, email: "" }, "200", {
        ...most,
        max_users: 3,
        max_buckets: -7,
        max_access_keys: 1,
        email: "A%@b.c",
      }),
    ],
    [
      "metadata/account is an array of all ids",
      keeper("accounts=*;metadata=read"),
      made({ id: L }),
      { ask: admin("GET metadata/account", {}, by), gives: "200", says: `"${L}"` },
    ],
    [
      "metadata/account takes metadata=read",
      keeper(),
      { ask: admin("GET metadata/account", {}, by), gives: "403 AccessDenied" },
    ],
    [
      "?quota sets one of two, and keeps the other",
      keeper(),
      made({ id: Q }),
      account("PUT", { id: Q, "quota-type": "account", "max-size": 1000, enabled: "true" }, "200", {
        quota: { enabled: true, max_size: 1000, max_objects: -1 },
        bucket_quota: quota,
      }),
      account("PUT", { id: Q, "quota-type": "bucket", "max-objects": 5 }, "200", {
        quota: { enabled: true, max_size: 1000 },
        bucket_quota: { enabled: false, max_objects: 5 },
      }),
      account("PUT", { id: Q, "quota-type": "account", "max-size": 2 ** 40 }, "200", { quota: { max_size: 0 } }),
      account("PUT", { id: Q, "quota-type": "user", enabled: "true" }, "400 InvalidArgument"),
      account("PUT", { ...named, "quota-type": "account", enabled: "true" }, "400 InvalidArgument"),
    ],
    [
      "one that is not there, and one that is not named",
      keeper(),
      ...["GET", "PUT", "DELETE"].flatMap((method) => [
        account(method, { name: "no%" }, "404 NoSuchKey"),
        account(method, {}, "400 InvalidArgument"),
      ]),
    ],
    [
      "a tenant's is found with the tenant",
      keeper(),
      account("POST", { ...named, tenant: "t1" }, "200", { tenant: "t1" }),
      account("GET", named, "404 NoSuchKey"),
      account("GET", { ...named, tenant: "t1" }, "200", named),
    ],
    [
      "reading takes accounts=read, changing accounts=write",
      keeper("accounts=read;users=*"),
      account("POST", named, "403 AccessDenied"),
      account("GET", named, "404 NoSuchKey"),
    ],
  ],
  { from: 20 },
);

const join = (values: Values, gives = "200", shows?: object): Step => ({
  ask: admin("PUT user", { uid: "bob%", "display-name": "bob", "access-key": "BK%", "secret-key": "bs%", ...values }),
  gives,
  ...(shows ? { shows } : {}),
});
const change = (values: Values, gives = "200", shows?: object): Step => ({
  ask: admin("POST user", { uid: "bob%", ...values }),
  gives,
  ...(shows ? { shows } : {}),
});
/** An id of which no other row makes an account. */
const ids = Array.from({ length: 10 }, (_, index) => `RGW9000000000000000${index}`);
const [A = "", B = "", C = "", D = "", E = "", F = "", G = "", H = "", I = "", J = ""] = ids;

contract(
  "a user of an account",
  [
    [
      "is made there, with a path, and plain users may not list buckets though their key is right",
      keeper(),
      made({ id: A }),
      join({ "account-id": A, path: "/a/b/" }, "200", { account_id: A, type: "rgw", path: "/a/b/" }),
      { ask: s3("GET /", "BK%", "bs%"), gives: "403 AccessDenied" },
      { ask: s3("GET /", "BK%", "wrong"), gives: "403 SignatureDoesNotMatch" },
      { ask: s3("GET /", "NK%", "bs%"), gives: "403 InvalidAccessKeyId" },
    ],
    [
      "is its root, which may, and is it no more",
      keeper(),
      made({ id: B }),
      join({ "account-id": B, "account-root": "true" }, "200", { type: "root" }),
      { ask: s3("GET /", "BK%", "bs%"), gives: "200", says: "<ID>bob%</ID>" },
      change({ "account-root": "false", path: "/zz/" }, "200", { type: "rgw", path: "/zz/" }),
    ],
    [
      "joins later, and does not leave",
      keeper(),
      made({ id: C }),
      account("POST", { name: "other%", id: D }),
      join({}, "200", { account_id: "", type: "rgw", path: "/" }),
      change({ "account-id": C }, "200", { account_id: C }),
      change({ "account-id": "" }, "200", { account_id: C }),
      change({ "account-id": D }, "400 InvalidArgument"),
    ],
    [
      "has a name of IAM's, that no other user of the account has",
      keeper(),
      made({ id: E }),
      join({ "account-id": E, "display-name": "a b" }, "400 InvalidArgument"),
      join({ "account-id": E, "display-name": "x".repeat(65) }, "400 InvalidArgument"),
      join({ "account-id": E }),
      change({ "display-name": "a b" }, "400 InvalidArgument"),
      join({ "account-id": E, uid: "eve%", "access-key": "EK%" }, "409 UserAlreadyExists"),
      { ask: admin("GET user", { uid: "eve%" }), gives: "404 NoSuchUser" },
    ],
    [
      "needs an account that is there, of its tenant",
      keeper(),
      made({ id: F }),
      join({ "account-id": "RGW00000000000000009" }, "404 NoSuchKey"),
      join({ "account-id": "bad" }, "400 InvalidArgument"),
      join({ "account-id": F, tenant: "t1" }, "400 InvalidArgument"),
      join({ "account-root": "true" }, "400 InvalidArgument"),
      { ask: admin("GET user", { uid: "bob%" }), gives: "404 NoSuchUser" },
    ],
    [
      "keeps its account from being deleted",
      keeper(),
      made({ id: G }),
      join({ "account-id": G }),
      account("DELETE", named, "409 BucketNotEmpty"),
      { ask: admin("DELETE user", { uid: "bob%" }), gives: "200" },
      account("DELETE", named),
      account("DELETE", { id: G }, "404 NoSuchKey"),
    ],
    [
      "makes buckets that are the account's: they stay when the user goes, with its data too, and keep the account",
      keeper(),
      made({ id: J }),
      join({ "account-id": J, "account-root": "true" }),
      { ask: s3("PUT /bucket%", "BK%", "bs%"), gives: "200" },
      { ask: admin("DELETE user", { uid: "bob%", "purge-data": "true" }), gives: "200" },
      account("DELETE", named, "409 BucketAlreadyExists"),
      join({ uid: "eve%", "display-name": "eve", "access-key": "EK%", "account-id": J, "account-root": "true" }),
      { ask: s3("GET /", "EK%", "bs%"), gives: "200", says: "<Name>bucket%</Name>" },
      { ask: s3("DELETE /bucket%", "EK%", "bs%"), gives: "204" },
      { ask: admin("DELETE user", { uid: "eve%" }), gives: "200" },
      account("DELETE", named),
    ],
    [
      "is one more than the account's most, with one more key: they are for IAM",
      keeper(),
      made({ id: I, "max-users": 1, "max-access-keys": 1 }),
      join({ "account-id": I }),
      join({ "account-id": I, uid: "eve%", "display-name": "eve", "access-key": "EK%" }),
      { ask: admin("PUT user?key", { uid: "eve%", "access-key": "EK2%", "secret-key": "es%" }), gives: "200" },
    ],
    [
      "has a path without an account, too",
      join({ path: "/x/" }, "200", { account_id: "", path: "/x/" }),
      change({ path: "/y/" }, "200", { path: "/y/" }),
      change({ path: "" }, "200", { path: "/y/" }),
      keeper(),
      made({ id: H }),
    ],
  ],
  { from: 20 },
);

contract(
  "account before there were any",
  [["is no operation", { ask: admin("GET account", { id: A }), gives: "405 MethodNotAllowed" }]],
  { to: 18 },
);
