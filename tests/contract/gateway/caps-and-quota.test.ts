/** PUT and DELETE /admin/user?caps, and ?quota. */
import assert from "node:assert/strict";
import { admin, ann, contract, type Row, type Step, since, toNobody } from "./table";

const unlimited = { enabled: false, check_on_raw: false, max_size: -1, max_size_kb: 0, max_objects: -1 };

/** user-caps of PUT user, and the caps that are stored. */
const parsed: readonly [text: string, ...caps: string[]][] = [
  [""],
  ["users=read", "users read"],
  ["users=read, write;buckets=read", "buckets read", "users *"],
  ["users=write,read;buckets=*;", "buckets *", "users *"],
  ["users=read;users=write", "users *"],
  ["users=read=write", "users *"],
  [" users = read ; buckets = read ", "buckets read", "users read"],
  ["users=fly", "users <none>"],
  ["users=", "users <none>"],
  ["users=READ", "users <none>"],
  ["users=read,fly", "users read"],
  [
    "amz-cache=read;zone=read;user-policy=read;roles=read",
    "amz-cache read",
    "roles read",
    "user-policy read",
    "zone read",
  ],
];
const invalid = ["users", "nonsense=read", "users=read;nonsense=read", "USERS=read", ";users=read", "a;;b"];

contract("user-caps of PUT user", [
  ...parsed.map(
    ([text, ...caps]): Row => [
      `"${text}" is ${caps.join(", ") || "nothing"}`,
      { ...ann({ "user-caps": text }), shows: { caps: caps.map(cap) } },
    ],
  ),
  ...invalid.map(
    (text): Row => [
      `"${text}" is refused, and no user made`,
      { ...ann({ "user-caps": text }), gives: "400 InvalidCapability" },
      { ask: admin("GET user", { uid: "ann%" }), gives: "404 NoSuchUser" },
      { ask: admin("GET user", { "access-key": "AK%" }), gives: toNobody },
    ],
  ),
]);

/** Types of capabilities by the first release that knows them. */
const newer: readonly [type: string, gives: ReturnType<typeof since<string>>][] = [
  ["info", since({ 16: "400 InvalidCapability", 18: "200" })],
  ["ratelimit", since({ 16: "400 InvalidCapability", 18: "200" })],
  ["accounts", since({ 16: "400 InvalidCapability", 20: "200" })],
  ["user-info-without-keys", since({ 16: "400 InvalidCapability", 20: "200" })],
];

contract(
  "Capabilities of newer releases",
  newer.map(
    ([type, gives]): Row => [
      type,
      { ...ann({ "user-caps": `${type}=read` }), gives },
      ann({ uid: "bob%", "access-key": "BK%" }),
      { ask: admin("PUT user?caps", { uid: "bob%", "user-caps": `${type}=*` }), gives },
    ],
  ),
);

contract("user?caps", [
  [
    "PUT adds, DELETE takes away exactly what is given, both answer the rest",
    ann(),
    caps("PUT", "users=read", "users read"),
    caps("PUT", "users=fly", "users read"),
    caps("PUT", "users=write", "users *"),
    caps("PUT", "buckets=read;metadata=*", "buckets read", "metadata *", "users *"),
    caps("DELETE", "users=read", "buckets read", "metadata *", "users write"),
    caps("DELETE", "users=read", "buckets read", "metadata *", "users write"),
    caps("DELETE", "usage=*", "buckets read", "metadata *", "users write"),
    caps("DELETE", "users=*;metadata=*;buckets=*"),
    { ask: admin("GET user", { uid: "ann%" }), gives: "200", shows: { caps: [] } },
  ],
  ["DELETE of anything takes <none> away", ann({ "user-caps": "users=fly" }), caps("DELETE", "users=read")],
  ...["", "nonsense=read", "users=read;bad", ";;users=read;"].flatMap((text): Row[] =>
    ["PUT", "DELETE"].map(
      (method): Row => [
        `${method} of "${text}" is refused`,
        ann({ "user-caps": "users=*" }),
        { ask: admin(`${method} user?caps`, { uid: "ann%", "user-caps": text }), gives: "400 InvalidCapability" },
        { ask: admin("GET user", { uid: "ann%" }), gives: "200", shows: { caps: [cap("users *")] } },
      ],
    ),
  ),
  ["without user-caps", ann(), { ask: admin("PUT user?caps", { uid: "ann%" }), gives: "400 InvalidCapability" }],
  [
    "an unknown uid",
    { ask: admin("PUT user?caps", { uid: "no%", "user-caps": "users=read" }), gives: "404 NoSuchUser" },
  ],
  [
    "DELETE too",
    { ask: admin("DELETE user?caps", { uid: "no%", "user-caps": "users=read" }), gives: "404 NoSuchUser" },
  ],
  ["no uid", { ask: admin("PUT user?caps", { "user-caps": "users=read" }), gives: toNobody }],
  [
    "an access key does not stand in for the uid",
    ann(),
    {
      ask: admin("PUT user?caps", { uid: "no%", "access-key": "AK%", "user-caps": "users=read" }),
      gives: "404 NoSuchUser",
    },
  ],
  [
    "GET ?caps is GET user",
    ann(),
    { ask: admin("GET user?caps", { uid: "ann%" }), gives: "200", shows: { user_id: "ann%" } },
  ],
]);

contract("user?quota", [
  ["at first there is none", ann(), quota({}, unlimited)],
  ["GET without a type gives both", ann(), both({ user_quota: unlimited, bucket_quota: unlimited })],
  [
    "PUT changes what is given and keeps the rest, with an empty answer",
    ann(),
    {
      ask: admin("PUT user?quota", { uid: "ann%", "quota-type": "user", "max-size": 1500 }),
      gives: "200",
      also: ({ body }) => assert.equal(body, ""),
    },
    quota({}, { ...unlimited, max_size: 1500, max_size_kb: 2 }),
    quota({ enabled: "true" }, { enabled: true, max_size: 1500, max_objects: -1 }),
    quota({ "max-objects": 7 }, { enabled: true, max_size: 1500, max_objects: 7 }),
    quota({ enabled: "false", "max-size": -1, "max-objects": -1 }, unlimited),
  ],
  [
    "user and bucket apart, and shown by GET user",
    ann(),
    quota({ "max-size": 1, "quota-type": "bucket" }, { max_size: 1, max_size_kb: 1 }),
    both({ user_quota: unlimited, bucket_quota: { max_size: 1 } }),
    {
      ask: admin("GET user", { uid: "ann%" }),
      gives: "200",
      shows: { user_quota: unlimited, bucket_quota: { max_size: 1 } },
    },
  ],
  ["max-size-kb, which wins", ann(), quota({ "max-size": 100, "max-size-kb": 7 }, { max_size: 7168, max_size_kb: 7 })],
  ["max-size-kb=-1 is not unlimited", ann(), quota({ "max-size-kb": -1 }, { max_size: -1024, max_size_kb: 0 })],
  ["zero is zero", ann(), quota({ "max-size": 0, "max-objects": 0 }, { max_size: 0, max_objects: 0 })],
  ["so is an empty number", ann(), quota({ "max-size": "", "max-objects": "" }, { max_size: 0, max_objects: 0 })],
  ["negative numbers are kept", ann(), quota({ "max-size": -5, "max-objects": -7 }, { max_size: -5, max_objects: -7 })],
  [
    "what is no number is -1",
    ann(),
    quota({ "max-size": 5, "max-objects": 5 }, {}),
    quota({ "max-size": "abc", "max-objects": "7x" }, { max_size: -1, max_objects: -1 }),
  ],
  [
    "more than 53 bits",
    ann(),
    {
      ask: admin("PUT user?quota", { uid: "ann%", "quota-type": "user", "max-objects": "9007199254740993" }),
      gives: "200",
    },
    {
      ask: admin("GET user?quota", { uid: "ann%", "quota-type": "user" }),
      gives: "200",
      says: '"max_objects":9007199254740993',
    },
  ],
  [
    "enabled takes true, 1 and nothing; what it does not know changes nothing",
    ann(),
    quota({ enabled: "True" }, { enabled: true }),
    quota({ enabled: "maybe" }, { enabled: true }),
    quota({ enabled: "0" }, { enabled: false }),
    quota({ enabled: "yes" }, { enabled: false }),
    quota({ enabled: "" }, { enabled: true }),
  ],
  ["PUT without a type", ann(), { ask: admin("PUT user?quota", { uid: "ann%" }), gives: "400 InvalidArgument" }],
  [
    "PUT of an unknown type",
    ann(),
    { ask: admin("PUT user?quota", { uid: "ann%", "quota-type": "x" }), gives: "400 InvalidArgument" },
  ],
  [
    "GET of an unknown type",
    ann(),
    { ask: admin("GET user?quota", { uid: "ann%", "quota-type": "x" }), gives: "400 InvalidArgument" },
  ],
  ["PUT without uid", { ask: admin("PUT user?quota", { "quota-type": "user" }), gives: "400 InvalidArgument" }],
  ["GET without uid", { ask: admin("GET user?quota"), gives: "400 InvalidArgument" }],
  [
    "PUT for an unknown uid",
    { ask: admin("PUT user?quota", { uid: "no%", "quota-type": "user" }), gives: "404 NoSuchUser" },
  ],
  ["GET for an unknown uid", { ask: admin("GET user?quota", { uid: "no%" }), gives: "404 NoSuchUser" }],
  [
    "DELETE ?quota deletes the USER",
    ann(),
    { ask: admin("DELETE user?quota", { uid: "ann%", "quota-type": "user" }), gives: "200" },
    { ask: admin("GET user", { uid: "ann%" }), gives: "404 NoSuchUser" },
  ],
]);

function cap(text: string) {
  const [type, perm] = text.split(" ");
  return { type, perm };
}

function caps(method: string, text: string, ...left: string[]): Step {
  return { ask: admin(`${method} user?caps`, { uid: "ann%", "user-caps": text }), gives: "200", shows: left.map(cap) };
}

/** Sets the quota and reads it back: two requests in the place of one step. */
function quota(values: Record<string, string | number>, shows: Record<string, unknown>): Step {
  const which = { uid: "ann%", "quota-type": "user", ...values };
  const type = String(which["quota-type"]);
  return {
    first: Object.keys(values).length === 0 ? undefined : { ask: admin("PUT user?quota", which), gives: "200" },
    ask: admin("GET user?quota", { uid: "ann%", "quota-type": type }),
    gives: "200",
    shows,
  };
}

function both(shows: Record<string, unknown>): Step {
  return { ask: admin("GET user?quota", { uid: "ann%" }), gives: "200", shows };
}
