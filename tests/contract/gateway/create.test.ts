/** PUT and GET /admin/user: making users, and what is shown of them. */
import assert from "node:assert/strict";
import { admin, ann, contract, type Row, type Step, since, toNobody } from "./table";

const nothingMade: Step = { ask: admin("GET user", { uid: "bob%" }), gives: "404 NoSuchUser" };
const unlimited = { enabled: false, max_size: -1, max_size_kb: 0, max_objects: -1 };

const fields =
  "tenant user_id display_name email suspended max_buckets subusers keys swift_keys caps op_mask system admin " +
  "default_placement default_storage_class placement_tags bucket_quota user_quota temp_url_keys type mfa_ids";

const made: readonly Row[] = [
  [
    "the answer has every field, without a content type, and GET the same",
    {
      ask: admin("PUT user", { uid: "ann%", "display-name": "Ann A" }),
      gives: "200",
      also: ({ headers }) => assert.equal(headers["content-type"], undefined),
      names: since({ 16: fields, 20: `full_user_id ${fields} account_id path create_date tags group_ids` }),
    },
    {
      ask: admin("GET user", { uid: "ann%" }),
      gives: "200",
      also: ({ headers }) => assert.equal(headers["content-type"], undefined),
      shows: {
        tenant: "",
        user_id: "ann%",
        display_name: "Ann A",
        email: "",
        suspended: 0,
        max_buckets: 1000,
        subusers: [],
        keys: [{ user: "ann%", access_key: /^[A-Z0-9]{20}$/, secret_key: /^[A-Za-z0-9]{40}$/ }],
        swift_keys: [],
        caps: [],
        op_mask: "read, write, delete",
        system: since<unknown>({ 16: "false", 18: false }),
        admin: since<unknown>({ 16: "false", 18: false }),
        default_placement: "",
        default_storage_class: "",
        placement_tags: [],
        bucket_quota: unlimited,
        user_quota: unlimited,
        temp_url_keys: [],
        type: "rgw",
        mfa_ids: [],
      },
    },
  ],
  [
    "stats come when asked for",
    ann(),
    { ask: admin("GET user", { uid: "ann%", stats: "true" }), gives: "200", shows: { stats: { num_objects: 0 } } },
  ],
  ["a tenant's user is named with it", ...tenantRow()],
  [
    "tenant wins over the one in uid",
    {
      ask: admin("PUT user", { uid: "x%$ann", tenant: "t%", "display-name": "A" }),
      gives: "200",
      shows: { tenant: "t%" },
    },
  ],
  [
    "an access key without a secret gets one",
    ann({ "secret-key": "" }),
    {
      ask: admin("GET user", { uid: "ann%" }),
      gives: "200",
      shows: { keys: [{ access_key: "AK%", secret_key: /^[A-Za-z0-9]{40}$/ }] },
    },
  ],
  ["a secret without an access key gets one", shown({ "secret-key": "mine" }, { keys: [{ secret_key: "mine" }] })],
  ["generate-key=false makes no key", shown({ "generate-key": "false" }, { keys: [] })],
  ["generate-key=0 too", shown({ "generate-key": "0" }, { keys: [] })],
  ["generate-key=no makes one", shown({ "generate-key": "no" }, { keys: [{ user: "bob%" }] })],
  ["key-type=ssh silently makes none", shown({ "key-type": "ssh" }, { keys: [] })],
  [
    "key-type=ssh with a key neither",
    shown({ "key-type": "ssh", "access-key": "AK%", "secret-key": "x" }, { keys: [] }),
  ],
  [
    "an e-mail address is stored in lower case, or as given",
    shown({ email: "Bob%@Example.org" }, { email: since({ 16: "bob%@example.org", 20: "Bob%@Example.org" }) }),
  ],
  ["suspended=True suspends", shown({ suspended: "True" }, { suspended: 1 })],
  ["suspended=yes does not", shown({ suspended: "yes" }, { suspended: 0 })],
  ["suspended without a value does", shown({ suspended: "" }, { suspended: 1 })],
  ["max-buckets=0 is unlimited", shown({ "max-buckets": 0 }, { max_buckets: 0 })],
  ["max-buckets below zero is -1", shown({ "max-buckets": -5 }, { max_buckets: -1 })],
  ["max-buckets without a number is 0", shown({ "max-buckets": "" }, { max_buckets: 0 })],
  ["max-buckets wraps around at 32 bits", shown({ "max-buckets": "99999999999" }, { max_buckets: 1215752191 })],
  [
    "max-buckets that is no number is taken for some number",
    shown({ "max-buckets": "12abc" }, { max_buckets: /^-?\d+$/ }),
  ],
  ["op-mask in any order and separation", shown({ "op-mask": "delete read" }, { op_mask: "read, delete" })],
  ["op-mask * is all", shown({ "op-mask": "*" }, { op_mask: "read, write, delete" })],
  ["op-mask with unknown words is <none>", shown({ "op-mask": "fly" }, { op_mask: "<none>" })],
  ["op-mask without a value is all", shown({ "op-mask": "" }, { op_mask: "read, write, delete" })],
  [
    "placement with a class in one parameter",
    {
      ...shown(
        { "default-placement": "default-placement/STANDARD" },
        since<object>({ 16: placed("STANDARD"), 20: {} }),
      ),
      gives: since({ 16: "200", 20: "400 InvalidArgument" }),
    },
  ],
  [
    "placement with a class in two parameters",
    shown(
      { "default-placement": "default-placement", "default-storage-class": "STANDARD" },
      since({ 16: placed(""), 20: placed("STANDARD") }),
    ),
  ],
  ["a class without a placement is ignored", shown({ "default-storage-class": "COLD" }, { default_storage_class: "" })],
  ["placement-tags", shown({ "placement-tags": "a,,b c" }, { placement_tags: ["a", "b c"] })],
  ["any display name", shown({ "display-name": ' x "ü&<\n>/\\ ' }, { display_name: ' x "ü&<\n>/\\ ' })],
  [
    "a plus sign is a space",
    { ask: admin("PUT user?uid=b+ob%25&display-name=b+b"), gives: "200", shows: { user_id: "b ob%" } },
  ],
  ["a trailing slash", { ask: admin("PUT user/", { uid: "bob%", "display-name": "B" }), gives: "200" }],
  ["unknown parameters are ignored", shown({ colour: "red" }, { user_id: "bob%" })],
  [
    "GET by access key alone, and by one beside an unknown uid",
    ann(),
    { ask: admin("GET user", { "access-key": "AK%" }), gives: "200", shows: { user_id: "ann%" } },
    { ask: admin("GET user", { uid: "nobody%", "access-key": "AK%" }), gives: "200", shows: { user_id: "ann%" } },
  ],
];

const refused: readonly Row[] = [
  ["no uid", { ask: admin("PUT user", { "display-name": "B" }), gives: toNobody }],
  ["an empty uid", { ask: admin("PUT user", { uid: "", "display-name": "B" }), gives: toNobody }],
  ["uid anonymous", { ask: admin("PUT user", { uid: "anonymous", "display-name": "B" }), gives: toNobody }],
  ["a tenant without a user", { ask: admin("PUT user", { uid: "t$", "display-name": "B" }), gives: toNobody }],
  ["no display name", no({ "display-name": "" }, "400 InvalidArgument")],
  [
    "an odd tenant",
    { ask: admin("PUT user", { uid: "b", tenant: "a-b", "display-name": "B" }), gives: "400 InvalidTenantName" },
  ],
  ["system=true", no({ system: "true" }, "400 InvalidArgument")],
  ["an unknown placement", no({ "default-placement": "fly" }, "400 InvalidArgument")],
  ["an unknown storage class", no({ "default-placement": "default-placement/COLD" }, "400 InvalidArgument")],
  [
    "an unknown storage class in a parameter of its own, where that is read",
    {
      ...no({ "default-placement": "default-placement", "default-storage-class": "COLD" }, "200"),
      gives: since({ 16: "200", 20: "400 InvalidArgument" }),
    },
  ],
  ["key-type=swift", no({ "key-type": "swift" }, "403 InvalidAccessKeyId"), nothingMade],
  ["a key without a secret", no({ "access-key": "AK%", "generate-key": "false" }, "400 InvalidSecretKey"), nothingMade],
  ["a secret without a key", no({ "secret-key": "x", "generate-key": "false" }, "403 InvalidAccessKeyId"), nothingMade],
  [
    "an existing uid, whatever else is said, and nothing changes",
    ann(),
    { ask: admin("PUT user", { uid: "ann%", "display-name": "B" }), gives: "409 UserAlreadyExists" },
    { ask: admin("PUT user", { uid: "ann%" }), gives: "409 UserAlreadyExists" },
    ...[{ "access-key": "AK%" }, { "generate-key": "false" }, { "user-caps": "bad" }, { exclusive: "false" }].map(
      (more) => ({
        ask: admin("PUT user", { uid: "ann%", "display-name": "B", ...more }),
        gives: "409 UserAlreadyExists",
      }),
    ),
    {
      ask: admin("GET user", { uid: "ann%" }),
      gives: "200",
      shows: { display_name: "Ann", keys: [{ access_key: "AK%", secret_key: "sesame%" }], caps: [] },
    },
  ],
  ["somebody's access key", ann(), no({ "access-key": "AK%" }, "409 KeyExists"), nothingMade],
  ["somebody's e-mail address", ann({ email: "a%@x" }), no({ email: "A%@X" }, "409 EmailExists"), nothingMade],
  ["both", ann({ email: "a%@x" }), no({ email: "A%@X", "access-key": "AK%" }, "409 EmailExists")],
  ["GET without uid", { ask: admin("GET user"), gives: "400 InvalidArgument" }],
  ["GET with an e-mail address alone", { ask: admin("GET user", { email: "a@b" }), gives: "400 InvalidArgument" }],
  ["GET of an unknown uid", nothingMade],
  ["GET of an unknown access key", { ask: admin("GET user", { "access-key": "AKno%" }), gives: toNobody }],
  ["GET of anonymous", { ask: admin("GET user", { uid: "anonymous" }), gives: toNobody }],
];

contract("PUT and GET user", made);
contract("PUT and GET user refuse", refused);

function shown(values: Record<string, string | number>, shows: unknown): Step {
  return { ask: admin("PUT user", { uid: "bob%", "display-name": "Bob", ...values }), gives: "200", shows };
}

function no(values: Record<string, string>, gives: string): Step {
  return { ask: admin("PUT user", { uid: "bob%", "display-name": "Bob", ...values }), gives };
}

function placed(storageClass: string) {
  return { default_placement: "default-placement", default_storage_class: storageClass };
}

function tenantRow(): Step[] {
  const shows = { tenant: "t%", user_id: "ann", keys: [{ user: "t%$ann" }] };
  return [
    { ask: admin("PUT user", { uid: "ann", tenant: "t%", "display-name": "A" }), gives: "200", shows },
    { ask: admin("GET user", { uid: "t%$ann" }), gives: "200", shows },
    { ask: admin("GET user", { uid: "ann", tenant: "t%" }), gives: "404 NoSuchUser" },
    { ask: admin("POST user", { uid: "ann", tenant: "t%", "display-name": "B" }), gives: "404 NoSuchUser" },
    { ask: admin("DELETE user", { uid: "ann", tenant: "t%" }), gives: "404 NoSuchUser" },
    { ask: admin("POST user", { uid: "t%$ann", "display-name": "B" }), gives: "200", shows: { display_name: "B" } },
    { ask: admin("DELETE user", { uid: "t%$ann" }), gives: "200" },
  ];
}
