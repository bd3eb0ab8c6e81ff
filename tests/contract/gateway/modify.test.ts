/** POST /admin/user: what it changes, what it ignores, what it refuses. */
import { admin, ann, contract, type Row, type Step, since, toNobody } from "./table";

const untouched: Step = {
  ask: admin("GET user", { uid: "ann%" }),
  gives: "200",
  shows: { display_name: "Ann", email: "", max_buckets: 1000, keys: [{ access_key: "AK%", secret_key: "sesame%" }] },
};

const two = { "default-placement": "default-placement", "default-storage-class": "STANDARD" };
const standard: Step = {
  ask: since({
    16: admin("POST user", { uid: "ann%", "default-placement": "default-placement/STANDARD" }),
    20: admin("POST user", { uid: "ann%", ...two }),
  }),
  gives: "200",
  shows: placed("STANDARD"),
};

contract("POST user", [
  ["changes the display name", ann(), post({ "display-name": "B" }, { display_name: "B", max_buckets: 1000 })],
  ["cannot clear it", ann(), post({ "display-name": "" }, { display_name: "Ann" })],
  ["nothing given, nothing changed", ann(), post({}, { display_name: "Ann" }), untouched],
  [
    "changes the e-mail address, which differs from others by more than case, and clears it for others",
    ann(),
    post({ email: "A%@x" }, { email: since({ 16: "a%@x", 20: "A%@x" }) }),
    post({ email: "a%@X" }, { email: since({ 16: "a%@x", 20: "a%@X" }) }),
    { ask: admin("PUT user", { uid: "bob%", "display-name": "B", email: "a%@x" }), gives: "409 EmailExists" },
    post({ email: "" }, { email: "" }),
    { ask: admin("PUT user", { uid: "bob%", "display-name": "B", email: "a%@x" }), gives: "200" },
    refused({ email: "A%@x" }, "409 EmailExists"),
  ],
  [
    "suspends and resumes",
    ann(),
    post({ suspended: "yes" }, { suspended: 0 }),
    post({ suspended: "TRUE" }, { suspended: 1 }),
    post({ "display-name": "B" }, { suspended: 1 }),
    post({ suspended: "yes" }, { suspended: 0 }),
    post({ suspended: "1" }, { suspended: 1 }),
    post({ suspended: "0" }, { suspended: 0 }),
  ],
  [
    "changes max-buckets",
    ann(),
    post({ "max-buckets": 5 }, { max_buckets: 5 }),
    post({ "max-buckets": -9 }, { max_buckets: -1 }),
    post({ "max-buckets": "" }, { max_buckets: 0 }),
    post({ "max-buckets": 1000 }, { max_buckets: 1000 }),
  ],
  [
    "changes op-mask; an empty one is ignored, an unknown word is <none>",
    ann(),
    post({ "op-mask": "read,write" }, { op_mask: "read, write" }),
    post({ "op-mask": "" }, { op_mask: "read, write" }),
    post({ "op-mask": "fly" }, { op_mask: "<none>" }),
    post({ "op-mask": "*" }, { op_mask: "read, write, delete" }),
  ],
  [
    "changes placement and tags, and cannot clear them",
    ann(),
    post({ "default-placement": "default-placement" }, placed("")),
    post({ "default-placement": "" }, placed("")),
    post({ "placement-tags": "x,y" }, { placement_tags: ["x", "y"] }),
    post({ "placement-tags": "" }, { placement_tags: ["x", "y"] }),
  ],
  [
    "shows the storage class STANDARD in the answer that sets it, and never again",
    ann(),
    standard,
    { ask: admin("GET user", { uid: "ann%" }), gives: "200", shows: placed("") },
    standard,
    { ask: admin("GET user", { uid: "ann%" }), gives: "200", shows: placed("") },
  ],
  [
    "ignores user-caps, also a bad one",
    ann({ "user-caps": "users=read" }),
    post({ "user-caps": "buckets=read" }, { caps: [{ type: "users", perm: "read" }] }),
    post({ "user-caps": "nonsense" }, { caps: [{ type: "users", perm: "read" }] }),
  ],
  ["ignores tenant", ann(), post({ tenant: "t%" }, { tenant: "", user_id: "ann%" })],
  ["POST ?caps and ?quota are POST user", ann(), { ask: admin("POST user?caps", { uid: "ann%" }), gives: "200" }],
]);

/** To name a key without a secret is an error, or no change. */
const keeps = since({ 16: "400 InvalidSecretKey", 20: "200" });

contract("POST user and keys", [
  [
    "a new secret for an own key, in place",
    ann(),
    post({ "access-key": "AK%", "secret-key": "new" }, { keys: [{ access_key: "AK%", secret_key: "new" }] }),
  ],
  ["an own key without a secret", ann(), refused({ "access-key": "AK%" }, keeps), untouched],
  ["with an empty one", ann(), refused({ "access-key": "AK%", "secret-key": "" }, keeps), untouched],
  ["a new key without a secret", ann(), refused({ "access-key": "AKb%" }, "400 InvalidSecretKey"), untouched],
  ["a secret without a key", ann(), refused({ "secret-key": "x" }, "403 InvalidAccessKeyId"), untouched],
  [
    "a new key is added",
    ann(),
    post({ "access-key": "BK%", "secret-key": "x" }, { keys: [{ access_key: "AK%" }, { access_key: "BK%" }] }),
  ],
  [
    "generate-key adds one each time",
    ann(),
    post({ "generate-key": "true" }, {}),
    post({ "generate-key": "true" }, { keys: [{ user: "ann%" }, { user: "ann%" }, { user: "ann%" }] }),
  ],
  [
    "generate-key with an own key replaces its secret",
    ann(),
    post({ "generate-key": "true", "access-key": "AK%" }, { keys: [{ access_key: "AK%", secret_key: /^\w{40}$/ }] }),
  ],
  [
    "key-type=ssh is ignored, with its key",
    ann(),
    post({ "key-type": "ssh", ...fresh() }, { keys: [{ access_key: "AK%" }] }),
  ],
  ["key-type=swift alone too", ann(), post({ "key-type": "swift" }, { keys: [{ access_key: "AK%" }] })],
  ["key-type=swift with a key", ann(), refused({ "key-type": "swift", ...fresh() }, "403 InvalidAccessKeyId")],
  [
    "somebody else's key, and nothing else of the request is done",
    ann(),
    bob(),
    refused({ email: "new%@x", "access-key": "BK%", "secret-key": "stolen" }, "409 KeyExists"),
    untouched,
    { ask: admin("GET user", { uid: "bob%" }), gives: "200", shows: { keys: [{ secret_key: "bobs" }] } },
  ],
]);

contract("POST user refuses", [
  ["no uid", { ask: admin("POST user"), gives: toNobody }],
  ["anonymous", { ask: admin("POST user", { uid: "anonymous" }), gives: toNobody }],
  ["an unknown uid", refused({}, "404 NoSuchUser")],
  ["an odd tenant", { ask: admin("POST user", { uid: "a-b$c" }), gives: "400 InvalidTenantName" }],
  ["an unknown placement, even for an unknown uid", refused({ "default-placement": "fly" }, "400 InvalidArgument")],
  ["system=true", ann(), refused({ system: "true" }, "400 InvalidArgument")],
  ["an unknown uid beside somebody's access key", bob(), refused({ "access-key": "BK%" }, "400 InvalidArgument")],
  [
    "an unknown uid beside somebody's e-mail",
    ann({ uid: "bob%", email: "b%@x" }),
    refused({ email: "B%@x" }, "400 InvalidArgument"),
  ],
  ["an access key alone", bob(), { ask: admin("POST user", { "access-key": "BK%" }), gives: "400 InvalidArgument" }],
] satisfies Row[]);

function post(values: Record<string, string | number>, shows: unknown): Step {
  return { ask: admin("POST user", { uid: "ann%", ...values }), gives: "200", shows };
}

function refused(values: Record<string, string>, gives: Step["gives"]): Step {
  return { ask: admin("POST user", { uid: "ann%", ...values }), gives };
}

function bob(): Step {
  return ann({ uid: "bob%", "access-key": "BK%", "secret-key": "bobs" });
}

function fresh() {
  return { "access-key": "CK%", "secret-key": "x" };
}

function placed(storageClass: string) {
  return { default_placement: "default-placement", default_storage_class: storageClass };
}
