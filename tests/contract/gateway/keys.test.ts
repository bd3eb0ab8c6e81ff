/** PUT and DELETE /admin/user?key, and what an S3 client sees of it at once. */
import assert from "node:assert/strict";
import { admin, ann, contract, type Step, s3, since, toNobody } from "./table";

const bob = ann({ uid: "bob%", "access-key": "BK%", "secret-key": "bobs" });
const bobs = (secret: string | RegExp): Step => ({
  ask: admin("GET user", { uid: "bob%" }),
  gives: "200",
  shows: { keys: [{ access_key: "BK%", secret_key: secret }] },
});
const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const made = /^[A-Za-z0-9]{40}$/;

contract("PUT user?key", [
  [
    "the answer is a list of all keys, sorted, without a content type",
    ann(),
    {
      ...put({ "access-key": "CK%" }, [key("AK%", "sesame%"), key("CK%", made)]),
      also: ({ headers }) => assert.equal(headers["content-type"], undefined),
    },
    put({ "access-key": "BK%", "secret-key": "mine" }, [key("AK%", "sesame%"), key("BK%", "mine"), key("CK%", made)]),
  ],
  ["a key of the server's own", ann(), put({}, [{ user: "ann%" }, { user: "ann%" }])],
  [
    "a secret alone",
    ann({ "generate-key": "false", "access-key": "", "secret-key": "" }),
    put({ "secret-key": "x" }, [{ secret_key: "x" }]),
  ],
  [
    "?key= is ?key",
    ann(),
    { ask: admin("PUT user?key=", { uid: "ann%", "access-key": "AK%", "secret-key": "x" }), gives: "200" },
  ],
  ["an own key without a secret: the secret is REPLACED", ann(), put({ "access-key": "AK%" }, [key("AK%", made)])],
  [
    "unless generate-key=false, which newer releases take for no change",
    ann(),
    refused({ "access-key": "AK%", "generate-key": "false" }, since({ 16: "400 InvalidSecretKey", 20: "200" })),
    anns("sesame%"),
  ],
  ["which takes true and false only", ann(), put({ "access-key": "AK%", "generate-key": "fly" }, [key("AK%", made)])],
  [
    "an own key with a secret: changed in place, and again is the same",
    ann(),
    put({ "access-key": "AK%", "secret-key": "new" }, [key("AK%", "new")]),
    put({ "access-key": "AK%", "secret-key": "new", "generate-key": "false" }, [key("AK%", "new")]),
  ],
  ["an empty secret is none", ann(), put({ "access-key": "AK%", "secret-key": "" }, [key("AK%", made)])],
  ["generate-key=false without a key", ann(), refused({ "generate-key": "false" }, "403 InvalidAccessKeyId")],
  [
    "generate-key=false without a secret",
    ann(),
    refused({ "access-key": "CK%", "generate-key": "false" }, "400 InvalidSecretKey"),
  ],
  [
    "key-type=ssh: nothing, with an empty answer",
    ann(),
    { ...refused({ "access-key": "CK%", "key-type": "ssh" }, "200"), also: ({ body }) => assert.equal(body, "") },
    anns("sesame%"),
  ],
  ["key-type=swift", ann(), refused({ "access-key": "CK%", "key-type": "swift" }, "403 InvalidAccessKeyId")],
  ["key-type=s3", ann(), put({ "access-key": "AK%", "secret-key": "x", "key-type": "s3" }, [key("AK%", "x")])],
  [
    "somebody else's key",
    ann(),
    bob,
    refused({ "access-key": "BK%", "secret-key": "stolen" }, "409 KeyExists"),
    bobs("bobs"),
  ],
  ["no uid", { ask: admin("PUT user?key"), gives: toNobody }],
  ["anonymous", { ask: admin("PUT user?key", { uid: "anonymous" }), gives: toNobody }],
  ["no uid and an unknown key", { ask: admin("PUT user?key", { "access-key": "CK%" }), gives: toNobody }],
  ["an unknown uid with a fresh key", refused({ "access-key": "CK%" }, "404 NoSuchUser")],
  ["an unknown uid with an odd tenant", { ask: admin("PUT user?key", { uid: "a-b$c" }), gives: "404 NoSuchUser" }],
  [
    "an unknown uid with SOMEBODY's key acts on him",
    bob,
    {
      ...put({ "access-key": "BK%", "secret-key": "stolen" }, [
        { user: "bob%", access_key: "BK%", secret_key: "stolen" },
      ]),
    },
    { ...put({ "access-key": "BK%" }, [{ user: "bob%", access_key: "BK%", secret_key: made }]) },
    bobs(made),
  ],
  [
    "and so without any uid",
    bob,
    { ask: admin("PUT user?key", { "access-key": "BK%", "secret-key": "x" }), gives: "200" },
    bobs("x"),
  ],
]);

contract("DELETE user?key", [
  [
    "removes it, with an empty answer, and a second time it is unknown",
    ann(),
    { ...remove({ "access-key": "AK%" }, "200"), also: ({ body }) => assert.equal(body, "") },
    remove({ "access-key": "AK%" }, "403 InvalidAccessKeyId"),
    { ask: admin("GET user", { uid: "ann%" }), gives: "200", shows: { keys: [] } },
    { ask: admin("PUT user", { uid: "bob%", "display-name": "B", "access-key": "AK%" }), gives: "200" },
  ],
  ["without a key", ann(), remove({}, "403 InvalidAccessKeyId")],
  ["somebody else's key", ann(), bob, remove({ "access-key": "BK%" }, "403 InvalidAccessKeyId"), bobs("bobs")],
  [
    "key-type=swift",
    ann(),
    remove({ "access-key": "AK%", "key-type": "swift" }, "403 InvalidAccessKeyId"),
    anns("sesame%"),
  ],
  ["key-type=ssh is no obstacle", ann(), remove({ "access-key": "AK%", "key-type": "ssh" }, "200")],
  ["no uid", { ask: admin("DELETE user?key"), gives: toNobody }],
  ["an unknown uid", remove({ "access-key": "CK%" }, "404 NoSuchUser")],
  [
    "an unknown uid with SOMEBODY's key removes his",
    bob,
    remove({ "access-key": "BK%" }, "200"),
    { ask: admin("GET user", { uid: "bob%" }), gives: "200", shows: { keys: [] } },
  ],
  ["and so without any uid", bob, { ask: admin("DELETE user?key", { "access-key": "BK%" }), gives: "200" }],
]);

const turn = (active: string, values: Record<string, string> = {}): Step =>
  put({ "access-key": "AK%", active, "generate-key": "false", ...values }, [
    { active: !["false", "0"].includes(active) },
  ]);
const refusedByS3: Step = { ask: s3("GET /", "AK%", "sesame%"), gives: "403 InvalidAccessKeyId" };
const acceptedByS3: Step = { ask: s3("GET /", "AK%", "sesame%"), gives: "200" };

contract(
  "A disabled key",
  [
    [
      "is refused, keeps its secret, and is accepted again",
      ann(),
      turn("false"),
      refusedByS3,
      { ask: s3("GET /", "AK%", "wrong"), gives: "403 InvalidAccessKeyId" },
      {
        ask: admin("GET user", { uid: "ann%" }),
        gives: "200",
        shows: { keys: [{ ...key("AK%", "sesame%"), active: false }] },
      },
      turn("true"),
      acceptedByS3,
    ],
    [
      "gets another secret without generate-key=false",
      ann(),
      put({ "access-key": "AK%", active: "false" }, [key("AK%", made)]),
    ],
    ["everything but false is true", ann(), turn("0"), refusedByS3, turn("fly"), turn("0"), turn(""), acceptedByS3],
    [
      "of a new key it is not read",
      ann(),
      put({ "access-key": "BK%", "secret-key": "x", active: "false" }, [{}, { active: true }]),
    ],
    [
      "POST user does not read it, and leaves the key as it is",
      ann(),
      turn("false"),
      {
        ask: admin("POST user", { uid: "ann%", "access-key": "AK%", active: "true" }),
        gives: "200",
        shows: { keys: [{ active: false }] },
      },
      {
        ask: admin("POST user", { uid: "ann%", "access-key": "AK%", "secret-key": "new" }),
        gives: "200",
        shows: { keys: [{ secret_key: "new", active: false }] },
      },
      refusedByS3,
    ],
    [
      "does not lead to its user any more",
      ann(),
      turn("false"),
      { ask: admin("GET user", { "access-key": "AK%" }), gives: "400 InvalidArgument" },
      {
        ask: admin("PUT user?key", { uid: "no%", "access-key": "AK%", active: "true", "generate-key": "false" }),
        gives: "404 NoSuchUser",
      },
      { ask: admin("DELETE user?key", { uid: "no%", "access-key": "AK%" }), gives: "404 NoSuchUser" },
    ],
    [
      "has an id that somebody else can take; then it cannot come back, and its end does the other no harm",
      ann(),
      turn("false"),
      ann({ uid: "bob%", "secret-key": "bobs" }),
      { ask: s3("GET /", "AK%", "bobs"), gives: "200" },
      refused({ "access-key": "AK%", active: "true", "generate-key": "false" }, "409 BucketAlreadyExists"),
      remove({ "access-key": "AK%" }, "200"),
      { ask: admin("GET user", { uid: "ann%" }), gives: "200", shows: { keys: [] } },
      { ask: s3("GET /", "AK%", "bobs"), gives: "200" },
    ],
    [
      "can be removed, and goes with its user",
      ann(),
      turn("false"),
      remove({ "access-key": "AK%" }, "200"),
      put({ "access-key": "AK%", "secret-key": "x" }, [{ active: true }]),
      turn("false"),
      { ask: admin("DELETE user", { uid: "ann%" }), gives: "200" },
      ann(),
      acceptedByS3,
    ],
  ],
  { from: 20 },
);

contract(
  "A key, where none can be disabled",
  [
    [
      "has no field for it",
      ann(),
      { ...put({ "access-key": "AK%", "secret-key": "x", active: "false" }, [{ active: undefined }]) },
    ],
    [
      "stays as it is",
      ann(),
      put({ "access-key": "AK%", "secret-key": "sesame%", active: "false" }, [{}]),
      acceptedByS3,
    ],
    [
      "without a secret",
      ann(),
      refused({ "access-key": "AK%", active: "false", "generate-key": "false" }, "400 InvalidSecretKey"),
      acceptedByS3,
    ],
  ],
  { to: 18 },
);

contract(
  "Age",
  [
    [
      "of a user is shown by both APIs, that of a key by one",
      ann(),
      {
        ask: admin("GET user", { uid: "ann%" }),
        gives: "200",
        shows: { create_date: date, keys: [{ create_date: undefined }] },
      },
      {
        ask: admin("GET metadata/user", { key: "ann%" }),
        gives: "200",
        shows: { data: { create_date: date, keys: [{ active: true, create_date: date }] } },
      },
    ],
  ],
  { from: 20 },
);

contract("Rotation, as S3 sees it", [
  [
    "in place: the old secret is refused at once, the new one accepted",
    ann(),
    { ask: s3("GET /", "AK%", "sesame%"), gives: "200" },
    put({ "access-key": "AK%", "secret-key": "new" }, [{}]),
    { ask: s3("GET /", "AK%", "sesame%"), gives: "403 SignatureDoesNotMatch" },
    { ask: s3("GET /", "AK%", "new"), gives: "200" },
  ],
  [
    "two keys: both accepted, until one is removed",
    ann(),
    put({ "access-key": "BK%", "secret-key": "new" }, [{}, {}]),
    { ask: s3("GET /", "AK%", "sesame%"), gives: "200" },
    { ask: s3("GET /", "BK%", "new"), gives: "200" },
    remove({ "access-key": "AK%" }, "200"),
    { ask: s3("GET /", "AK%", "sesame%"), gives: "403 InvalidAccessKeyId" },
    { ask: s3("GET /", "BK%", "new"), gives: "200" },
  ],
  [
    "suspended: every key, but a wrong secret is still a wrong secret",
    ann(),
    { ask: admin("POST user", { uid: "ann%", suspended: 1 }), gives: "200" },
    { ask: s3("GET /", "AK%", "sesame%"), gives: "403 UserSuspended" },
    { ask: s3("GET /", "AK%", "wrong"), gives: "403 SignatureDoesNotMatch" },
    put({ "access-key": "BK%", "secret-key": "new" }, [{}, {}]),
    { ask: s3("GET /", "BK%", "new"), gives: "403 UserSuspended" },
    { ask: admin("POST user", { uid: "ann%", suspended: 0 }), gives: "200" },
    { ask: s3("GET /", "BK%", "new"), gives: "200" },
  ],
  [
    "deleted: the key is unknown",
    ann(),
    { ask: admin("DELETE user", { uid: "ann%" }), gives: "200" },
    { ask: s3("GET /", "AK%", "sesame%"), gives: "403 InvalidAccessKeyId" },
  ],
]);

function put(values: Record<string, string>, shows: unknown[]): Step {
  return { ask: admin("PUT user?key", { uid: "ann%", ...values }), gives: "200", shows };
}

function refused(values: Record<string, string>, gives: Step["gives"]): Step {
  return { ask: admin("PUT user?key", { uid: "ann%", ...values }), gives };
}

function remove(values: Record<string, string>, gives: string): Step {
  return { ask: admin("DELETE user?key", { uid: "ann%", ...values }), gives };
}

function anns(secret: string): Step {
  return { ask: admin("GET user", { uid: "ann%" }), gives: "200", shows: { keys: [key("AK%", secret)] } };
}

function key(access: string, secret: string | RegExp) {
  return { user: "ann%", access_key: access, secret_key: secret };
}
