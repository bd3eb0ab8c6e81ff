/** PUT and DELETE /admin/user?key, and what an S3 client sees of it at once. */
import assert from "node:assert/strict";
import { admin, ann, contract, type Step, s3 } from "./table";

const bob = ann({ uid: "bob%", "access-key": "BK%", "secret-key": "bobs" });
const bobs = (secret: string | RegExp): Step => ({
  ask: admin("GET user", { uid: "bob%" }),
  gives: "200",
  shows: { keys: [{ access_key: "BK%", secret_key: secret }] },
});
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
    "unless generate-key=false",
    ann(),
    refused({ "access-key": "AK%", "generate-key": "false" }, "400 InvalidSecretKey"),
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
  ["no uid", { ask: admin("PUT user?key"), gives: "403 AccessDenied" }],
  ["anonymous", { ask: admin("PUT user?key", { uid: "anonymous" }), gives: "403 AccessDenied" }],
  ["no uid and an unknown key", { ask: admin("PUT user?key", { "access-key": "CK%" }), gives: "403 AccessDenied" }],
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
  ["no uid", { ask: admin("DELETE user?key"), gives: "403 AccessDenied" }],
  ["an unknown uid", remove({ "access-key": "CK%" }, "404 NoSuchUser")],
  [
    "an unknown uid with SOMEBODY's key removes his",
    bob,
    remove({ "access-key": "BK%" }, "200"),
    { ask: admin("GET user", { uid: "bob%" }), gives: "200", shows: { keys: [] } },
  ],
  ["and so without any uid", bob, { ask: admin("DELETE user?key", { "access-key": "BK%" }), gives: "200" }],
]);

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

function refused(values: Record<string, string>, gives: string): Step {
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
