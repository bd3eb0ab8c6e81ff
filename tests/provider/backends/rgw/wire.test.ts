/** The gateway's JSON in the project's words, of releases that say more or less. */
import assert from "node:assert/strict";
import { capsOf } from "../../../../provider/backends/rgw/caps";
import { leftOutOf, liveOf, userIdOf, wireUser } from "../../../../provider/backends/rgw/wire";
import { USER } from "./sample";

const fields = (changes: object) => liveOf(wireUser.parse({ ...USER, ...changes })).fields;

describe("a user on the wire", () => {
  it("becomes settings and keys", () => {
    assert.deepEqual(liveOf(wireUser.parse(USER)), {
      userId: "ann",
      fields: {
        displayName: "Ann",
        email: "ann@x.org",
        suspended: false,
        maxBuckets: 1000,
        caps: ["users=*"],
        opMask: "read, write, delete",
        defaultPlacement: "",
        defaultStorageClass: "",
        placementTags: [],
        userQuota: { enabled: true, maxSizeBytes: 1024, maxObjects: 5 },
        bucketQuota: { enabled: false, maxSizeBytes: -1, maxObjects: -1 },
        accountId: "",
        accountRoot: false,
        path: "/",
        subusers: [],
        swiftKeys: [],
      },
      dependents: [],
      keys: [{ id: "A", accessKey: "A", secretKey: "s" }],
    });
  });

  const rows: readonly [what: string, changes: object, name: string, value: unknown][] = [
    ["suspended is a number", { suspended: 1 }, "suspended", true],
    ["suspended is a boolean", { suspended: true }, "suspended", true],
    ["an e-mail address as it was given", { email: "Ann@X.org" }, "email", "ann@x.org"],
    ["booleans, where older releases show texts", { system: false, admin: false }, "suspended", false],
    ["any negative maxBuckets is none", { max_buckets: -5 }, "maxBuckets", -1],
    ["STANDARD is no class", { default_storage_class: "STANDARD" }, "defaultStorageClass", ""],
    ["no caps", { caps: [] }, "caps", []],
    ["a release without storage classes", { default_storage_class: undefined }, "defaultStorageClass", undefined],
    ["a release without placement tags", { placement_tags: undefined }, "placementTags", undefined],
    ["caps that say nothing", { caps: [{ type: "users", perm: "<none>" }] }, "caps", []],
    ["a root of an account", { account_id: "RGW12345678901234567", type: "root" }, "accountRoot", true],
    ["a release with accounts", { account_id: "RGW12345678901234567" }, "accountId", "RGW12345678901234567"],
    ...(
      [
        ["read", "read"],
        ["write", "write"],
        ["read-write", "readwrite"],
        ["full-control", "full"],
        ["<none>", "none"],
      ] as const
    ).map(([permissions, access]): (typeof rows)[number] => [
      `a subuser with ${permissions}`,
      { subusers: [{ id: "ann:a", permissions }] },
      "subusers",
      [{ id: "ann:a", access }],
    ]),
    ["Swift keys, by whose they are", { swift_keys: [{ user: "ann:a", secret_key: "s" }] }, "swiftKeys", ["ann:a"]],
    ["fields of a later release", { full_user_id: "ann", account_id: "", create_date: "x" }, "displayName", "Ann"],
  ];
  for (const [what, changes, name, value] of rows) it(what, () => assert.deepEqual(fields(changes)[name], value));

  for (const name of [
    "keys",
    "subusers",
    "swift_keys",
    "email",
    "suspended",
    "caps",
    "op_mask",
    "user_quota",
    "bucket_quota",
  ] as const) {
    it(`that leaves out ${name} is not read as one without: what is absent is unknown`, () => {
      const { [name]: _, ...user } = USER;
      assert.equal(wireUser.safeParse(user).success, false);
      assert.deepEqual(leftOutOf(user), [name]);
    });
  }

  it("leaves nothing out when it is whole; anything else is not about a user", () => {
    assert.deepEqual(leftOutOf(USER), []);
    for (const other of [undefined, [], {}, { Code: "NoSuchUser" }]) assert.equal(leftOutOf(other), undefined);
  });

  it("keys of subusers are not the user's, keys with new members are", () => {
    const keys = [
      { user: "ann:sub", access_key: "S", secret_key: "s" },
      { user: "acme$ann", access_key: "A", secret_key: "s", active: true, create_date: "2026-11-27T08:07:44.076535Z" },
      { user: "ann", access_key: "B", active: false, create_date: "0.000000" },
    ];
    assert.deepEqual(liveOf(wireUser.parse({ ...USER, keys })).keys, [
      { id: "A", accessKey: "A", secretKey: "s", issuedAt: "2026-11-27T08:07:44.076Z" },
      { id: "B", accessKey: "B", inactive: true },
    ]);
  });

  const ids: readonly [tenant: string | undefined, id: string, userId: string][] = [
    ["", "ann", "ann"],
    [undefined, "ann", "ann"],
    ["acme", "ann", "acme$ann"],
    ["acme", "acme$ann", "acme$ann"],
  ];
  for (const [tenant, user_id, userId] of ids) {
    it(`${tenant} and ${user_id} is ${userId}`, () =>
      assert.equal(userIdOf(wireUser.parse({ ...USER, tenant, user_id })), userId));
  }

  it("caps in normal form", () => {
    assert.deepEqual(
      capsOf([
        { type: "users", perm: "*" },
        { type: "buckets", perm: "read" },
      ]),
      ["buckets=read", "users=*"],
    );
  });
});
