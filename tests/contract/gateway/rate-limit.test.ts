/** GET and POST /admin/ratelimit of users, from Ceph 17 on. */
import assert from "node:assert/strict";
import { admin, ann, contract, type Step, since } from "./table";

const none = { max_read_ops: 0, max_write_ops: 0, max_read_bytes: 0, max_write_bytes: 0, enabled: false };
const by = { as: { accessKey: "RK%", secretKey: "rk-secret%" } };

/** An admin who may set rate limits, besides ann%. */
const limiter = (caps = "ratelimit=*"): Step =>
  ann({ uid: "rl%", "access-key": "RK%", "secret-key": "rk-secret%", "user-caps": caps });

const get = (shows: object, values: Record<string, string> = {}): Step => ({
  ask: admin("GET ratelimit", { "ratelimit-scope": "user", uid: "ann%", ...values }, by),
  gives: "200",
  shows: { user_ratelimit: shows },
});

const set = (values: Record<string, string | number>, gives = "200"): Step => ({
  ask: admin("POST ratelimit", { "ratelimit-scope": "user", uid: "ann%", ...values }, by),
  gives,
  also: ({ body }) => gives === "200" && assert.equal(body, ""),
});

contract(
  "ratelimit",
  [
    [
      "POST changes what is given and keeps the rest, with an empty answer",
      ann(),
      limiter(),
      { ...get(none), names: "user_ratelimit" },
      set({ "max-read-ops": 10, enabled: "true" }),
      get({ ...none, max_read_ops: 10, enabled: true }),
      set({ "max-write-bytes": 5, enabled: "False" }),
      get({ ...none, max_read_ops: 10, max_write_bytes: 5 }),
      set({ "max-read-ops": "", enabled: "TRUE" }),
      get({ ...none, max_write_bytes: 5, enabled: true }),
    ],
    [
      "what is no number or too large is refused, and nothing changed",
      ann(),
      limiter(),
      ...["abc", "7x", "99999999999999999999"].map((text) =>
        set({ "max-read-ops": text, enabled: "true" }, "400 InvalidArgument"),
      ),
      get(none),
    ],
    [
      "a negative number counts as not given",
      ann(),
      limiter(),
      set({ "max-read-ops": -5 }, "400 InvalidArgument"),
      set({ "max-read-ops": 7, "max-write-ops": -5 }),
      set({ "max-read-ops": -5, enabled: "true" }),
      get({ ...none, max_read_ops: 7, enabled: true }),
    ],
    [
      "enabled takes true and false only",
      ann(),
      limiter(),
      ...["", "1", "0", "yes"].map((enabled) => set({ "max-read-ops": 7, enabled }, "400 InvalidArgument")),
      get(none),
    ],
    [
      "more than 53 bits",
      ann(),
      limiter(),
      set({ "max-read-ops": "9007199254740993" }),
      { ...get({}), says: '"max_read_ops":9007199254740993' },
    ],
    ["nothing given", ann(), limiter(), set({}, "400 InvalidArgument")],
    [
      "a user that is not there",
      limiter(),
      { ask: admin("GET ratelimit", { "ratelimit-scope": "user", uid: "no%" }, by), gives: "404 NoSuchKey" },
      set({ uid: "no%", enabled: "true" }, "404 NoSuchKey"),
    ],
    [
      "no user, and no scope",
      limiter(),
      ...[{ "ratelimit-scope": "user" }, { uid: "rl%" }, { uid: "rl%", "ratelimit-scope": "x" }].map(
        (values): Step => ({ ask: admin("GET ratelimit", values, by), gives: "400 InvalidArgument" }),
      ),
    ],
    [
      "reading takes ratelimit=read, changing ratelimit=write, and users=* gives neither",
      ann(),
      limiter("ratelimit=read;users=*"),
      get(none),
      set({ enabled: "true" }, "403 AccessDenied"),
      { ask: admin("DELETE user?caps", { uid: "rl%", "user-caps": "ratelimit=read" }), gives: "200" },
      { ask: admin("PUT user?caps", { uid: "rl%", "user-caps": "ratelimit=write" }), gives: "200" },
      { ...get({}), gives: "403 AccessDenied", shows: {} },
      set({ enabled: "true" }),
    ],
    [
      "a user's limit goes with the user",
      ann(),
      limiter(),
      set({ "max-read-ops": 10 }),
      { ask: admin("DELETE user", { uid: "ann%" }), gives: "200" },
      ann(),
      get(none),
    ],
    [
      "a tenant's user, and a uid that is decoded twice by some",
      ann({ tenant: "t1" }),
      limiter(),
      set({ uid: "t1$ann%", "max-read-ops": 4 }),
      get({ ...none, max_read_ops: 4 }, { uid: "t1$ann%" }),
      { ask: admin("PUT user", { uid: "a b%", "display-name": "Ann", "generate-key": "false" }), gives: "200" },
      set({ uid: "a b%", "max-read-ops": 3 }),
      {
        ask: admin("GET ratelimit", { "ratelimit-scope": "user", uid: "a+b%" }, by),
        gives: since({ 18: "404 NoSuchKey", 20: "200" }),
      },
    ],
    ["all users' limit", limiter(), { ...get({}), ask: admin("GET ratelimit", { global: "true" }, by), shows: {} }],
  ],
  { from: 18 },
);

contract(
  "ratelimit before there was one",
  [["is no operation", { ask: admin("GET ratelimit", { global: "true" }), gives: "405 MethodNotAllowed" }]],
  { to: 16 },
);
