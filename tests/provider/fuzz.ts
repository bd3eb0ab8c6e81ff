/** Random things that Pulumi or a server may hand over, with canaries in them that nobody may repeat. */
import * as fc from "fast-check";

/** Runs of each fuzz test, and the seed to repeat them with; fast-check prints the seed of a failure. */
export const FUZZ = {
  numRuns: Number(process.env.OBJECT_USERS_FUZZ_RUNS ?? 2000),
  ...(process.env.OBJECT_USERS_SEED ? { seed: Number(process.env.OBJECT_USERS_SEED) } : {}),
};

/** Stands wherever a secret may stand. */
export const CANARY = "hush-canary-4711";

const USER = {
  tenant: "",
  user_id: "ann",
  display_name: "Ann",
  email: "",
  suspended: 0,
  max_buckets: 1000,
  keys: [{ user: "ann", access_key: "A", secret_key: CANARY }],
  caps: [{ type: "users", perm: "*" }],
  op_mask: "read, write, delete",
  default_placement: "",
  default_storage_class: "",
  placement_tags: [],
  user_quota: { enabled: false, max_size: -1, max_objects: -1 },
  bucket_quota: { enabled: false, max_size: -1, max_objects: -1 },
};

const CODES = [
  "NoSuchUser",
  "NoSuchKey",
  "UserAlreadyExists",
  "KeyExists",
  "EmailExists",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "AccessDenied",
  "UserSuspended",
  "RequestTimeTooSkewed",
  "BucketAlreadyExists",
  "UnknownError",
  "SlowDown",
];

const code = fc.oneof(fc.constantFrom(...CODES), fc.string(), fc.constant(`${CANARY} in a code`), fc.jsonValue());

/** A user's JSON with some of its members replaced by anything, or missing. */
const almostUser = fc
  .dictionary(fc.constantFrom(...Object.keys(USER)), fc.oneof(fc.jsonValue(), fc.constant(undefined)), { maxKeys: 2 })
  .map((changes) => JSON.stringify({ ...USER, ...changes }));

const error = fc
  .record({ Code: code, RequestId: fc.oneof(fc.constant("tx1-2"), fc.constant(`${CANARY} in an id`), fc.jsonValue()) })
  .map((body) => JSON.stringify({ ...body, Message: CANARY }));

const xml = fc.oneof(
  fc.constantFrom(...CODES).map((name) => `<Error><Code>${name}</Code><Message>${CANARY}</Message></Error>`),
  fc.string().map((text) => `<Error><Code>${text}${CANARY}</Code></Error>`),
  fc
    .constantFrom("ann", "bob", "anonymous", "")
    .map((owner) => `<ListAllMyBucketsResult><Owner><ID>${owner}</ID></Owner></ListAllMyBucketsResult>`),
);

const whole = fc.oneof(
  almostUser,
  fc.constant(JSON.stringify(USER)),
  fc.constant(JSON.stringify(USER.caps)),
  error,
  xml,
  fc.json(),
  fc.string(),
  fc.constantFrom("", "null", "[]", "{}", "0", '"text"', `<html><body>${CANARY}</body></html>`, `[${CANARY}`),
);

/** Some of them are cut off. */
const body = fc.oneof(
  { weight: 3, arbitrary: whole },
  {
    weight: 1,
    arbitrary: fc
      .tuple(whole, fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([text, part]) => text.slice(0, Math.floor(text.length * part))),
  },
);

const headerValue = fc.oneof(
  fc.constantFrom(
    "text/html",
    "application/json",
    "0",
    "-1",
    "1e9",
    "soon",
    "Tue, 01 Jan 2030 00:20:00 GMT",
    `${CANARY} in a header`,
  ),
  fc.string(),
);

/** A server's answer, right or wrong in any way. */
export const answer = fc.record({
  status: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(200, 404, 403, 409, 500, 503) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 599 }) },
  ),
  headers: fc
    .tuple(
      fc.constantFrom("text/html", "application/json", "", "text/html; charset=x"),
      fc.dictionary(fc.constantFrom("retry-after", "x-amz-request-id", "date"), headerValue),
    )
    .map(([type, headers]) => ({ ...headers, ...(type ? { "content-type": type } : {}) })),
  body,
});
