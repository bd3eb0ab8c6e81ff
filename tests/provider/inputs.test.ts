/** Inputs of rgw.User: every one with good and bad values, misspelt names, values not known yet, normal form. */
import assert from "node:assert/strict";
import type { Backend } from "../../provider/backends/backend";
import { infomaniak } from "../../provider/backends/infomaniak";
import { openstack } from "../../provider/backends/openstack";
import { rgw } from "../../provider/backends/rgw";
import { checkInputs } from "../../provider/pulumi/inputs";

const ANN = { uid: "ann", displayName: "Ann" };

const check = (inputs: object, olds: object = {}) => checkInputs(rgw, { ...olds }, { ...ANN, ...inputs });

/** Each failure as "property: reason". */
const failures = (inputs: object, olds?: object) =>
  check(inputs, olds).failures.map(({ property, reason }) => `${property}: ${reason}`);

const LONG = "x".repeat(256);

describe("check refuses", () => {
  const rows: readonly [input: string, value: unknown, says: RegExp][] = [
    ...(["uid", "displayName", "tenant", "defaultPlacement", "defaultStorageClass"] as const).flatMap(
      (name): [string, unknown, RegExp][] => [
        [name, "", /^must not be empty$|^may have letters/],
        [name, LONG, /^must have at most 255 characters$/],
        [name, "a\nb", /^must not contain control characters$|^may have letters/],
        [name, 5, /^must be of type string, not a number$/],
        [name, null, /^must be of type string, not null$/],
        [name, ["a"], /^must be of type string, not a list$/],
      ],
    ),
    ["uid", "acme$ann", /must not contain "\$": give the tenant as tenant/],
    ["uid", "ann:backup", /^must not contain ":": Ceph takes what follows for a subuser$/],
    ["tenant", "a-b", /^may have letters, digits and _ only$/],
    ["email", 5, /^must be of type string, not a number$/],
    ["email", LONG, /^must have at most 255 characters$/],
    ["suspended", "true", /^must be of type boolean, not a string$/],
    ["suspended", 1, /^must be of type boolean, not a number$/],
    ["maxBuckets", "5", /^must be of type number, not a string$/],
    ["maxBuckets", 1.5, /^must be a whole number$/],
    ["maxBuckets", 2 ** 31, /^must be at most 2147483647/],
    ["maxBuckets", Number.NaN, /^must be of type number, not null$/],
    ["maxBuckets", Number.POSITIVE_INFINITY, /^must be of type number, not null$/],
    ["maxBuckets", 2 ** 60, /^is too large$/],
    ["caps", "users=read", /^must be of type array, not a string$/],
    ["opMask", "fly", /must list read, write, delete/],
    ["opMask", "", /must list read, write, delete/],
    ["opMask", "read,", /must list read, write, delete/],
    ["placementTags", [], /^cannot be empty: Ceph ignores an empty list$/],
    ["userQuota", 5, /^must be of type object, not a number$/],
    ["bucketQuota", [], /^must be of type object, not a list$/],
    ["accessKey", "", /^must not be empty$/],
    ["accessKey", "a b", /^may have letters, digits/],
    ["accessKey", "x".repeat(129), /^must have at most 128 characters$/],
    ["keyType", "swift", /^can only be "s3"/],
    ["keyType", "ssh", /^can only be "s3"/],
    ["createKey", "no", /^must be of type boolean, not a string$/],
    ["rotationId", 7, /^must be of type string, not a number$/],
    ["gracePeriodSeconds", "3600", /must be a number of seconds|must be of type number/],
    ["gracePeriodSeconds", -1, /^must be 0 or more seconds$/],
    ["gracePeriodSeconds", 1e15, /^must be at most 3155760000 seconds, a hundred years$/],
    ["gracePeriodSeconds", 0.5, /^must be a whole number of seconds$/],
    ...["prove", "adopt", "exclusiveKeys", "forceDestroy"].map((name): [string, unknown, RegExp] => [
      name,
      "yes",
      /^must be of type boolean, not a string$/,
    ]),
  ];
  for (const [input, value, says] of rows) {
    it(`${input}: ${JSON.stringify(value)?.slice(0, 30)}`, () => {
      const found = check({ [input]: value }).failures;
      assert.equal(found[0]?.property, input);
      assert.match(found[0]?.reason ?? "", says);
    });
  }

  const inner: readonly [inputs: object, failure: RegExp][] = [
    [{ caps: ["users=read", "users"] }, /^caps\.1: must be of the form "users=read"/],
    [{ caps: ["users=fly"] }, /^caps\.0: /],
    [{ caps: ["users=read=write"] }, /^caps\.0: /],
    [{ caps: ["Users=read"] }, /^caps\.0: /],
    [{ caps: [5] }, /^caps\.0: must be of type string, not a number$/],
    [{ placementTags: ["a,b"] }, /^placementTags\.0: must not contain ","$/],
    [{ placementTags: [""] }, /^placementTags\.0: must not be empty$/],
    [{ userQuota: { maxObjects: "5" } }, /^userQuota\.maxObjects: must be of type number, not a string$/],
    [{ userQuota: { maxSizeBytes: 2 ** 60 } }, /^userQuota\.maxSizeBytes: is too large$/],
    [{ bucketQuota: { maxSize: 5 } }, /^bucketQuota\.maxSize: is not known here$/],
    [{ createKey: false, accessKey: "A" }, /^accessKey: is of no use with createKey: false$/],
    [{ createKey: false, secretKey: "hush" }, /^secretKey: is of no use with createKey: false$/],
    [
      { accessKey: "A", rotationId: "1" },
      /^rotationId: is of no use beside an accessKey of your own: to rotate, change accessKey and its secretKey$/,
    ],
    [{ createKey: false, rotationId: "" }, /^rotationId: is of no use with createKey: false, which makes no key/],
    [{ defaultStorageClass: "COLD" }, /^defaultStorageClass: needs defaultPlacement beside it/],
    [{ displayname: "x" }, /^displayname: is not an input of this resource; did you mean "displayName"\?$/],
    [{ max_buckets: 5 }, /^max_buckets: .*did you mean "maxBuckets"\?$/],
    [
      { colour: "x" },
      /^colour: is not an input of this resource; its inputs are rotationId, gracePeriodSeconds, .*uid, tenant/,
    ],
    [{ uid: undefined }, /^uid: is required$/],
    [{ displayName: undefined }, /^displayName: is required$/],
  ];
  for (const [inputs, failure] of inner) {
    it(`${JSON.stringify(inputs)} ${Object.keys(inputs)[0]}`, () => {
      const found = failures(inputs);
      assert.match(found[0] ?? "", failure);
      assert.equal(found.length, 1);
    });
  }

  it("several wrong inputs, each by its name", () => {
    assert.deepEqual(
      check({ uid: "", maxBuckets: "x", colour: 1 })
        .failures.map(({ property }) => property)
        .sort(),
      ["colour", "maxBuckets", "uid"],
    );
  });

  it("never shows a secret", () => {
    for (const secretKey of ["my secret", 12345, ["my secret"], { my: "secret" }, `${"my secret".repeat(50)}`]) {
      assert.doesNotMatch(JSON.stringify(check({ accessKey: "A", secretKey }).failures), /my secret|12345/);
    }
  });

  for (const property of ["defaultPlacement", "placementTags"]) {
    const olds = { ...ANN, [property]: property === "placementTags" ? ["a"] : "a" };
    it(`${property} taken back, which Ceph would ignore`, () => {
      assert.match(failures({}, olds)[0] ?? "", new RegExp(`^${property}: cannot be taken back once it was set`));
    });
    it(`${property} taken back only while the user stays the same`, () => {
      assert.deepEqual(failures({ uid: "bob" }, olds), [], "another uid makes another user");
    });
  }
});

describe("check refuses a rotationId where no key is made, on every system that has such users", () => {
  const users: readonly [backend: Backend, inputs: object][] = [
    [openstack as Backend, { name: "ann", project: "media" }],
    [infomaniak as Backend, { publicCloudId: 1, projectId: 2, description: "Ann" }],
  ];
  for (const [backend, user] of users) {
    it(backend.resource, () => {
      const { failures } = checkInputs(backend, {}, { ...user, createKey: false, rotationId: "1" });
      assert.deepEqual(
        failures.map(({ property }) => property),
        ["rotationId"],
      );
      assert.match(failures[0]?.reason ?? "", /^is of no use with createKey: false.*leave one of the two out$/);
      assert.deepEqual(checkInputs(backend, {}, { ...user, createKey: true, rotationId: "1" }).failures, []);
    });
  }
});

describe("check accepts, in normal form", () => {
  const rows: readonly [inputs: object, normal: object][] = [
    [{}, {}],
    [{ uid: "ann ü@x'()*!/" }, {}],
    [{ email: "Ann@X.ORG" }, { email: "ann@x.org" }],
    [{ email: "" }, {}],
    [{ maxBuckets: -5 }, { maxBuckets: -1 }],
    [{ maxBuckets: 0 }, {}],
    [{ maxBuckets: 2 ** 31 - 1 }, {}],
    [{ caps: ["users=read, write", "buckets=read"] }, { caps: ["buckets=read", "users=*"] }],
    [{ caps: ["users=write", "users=read"] }, { caps: ["users=*"] }],
    [{ caps: [] }, {}],
    [{ opMask: "delete,  read" }, { opMask: "read, delete" }],
    [{ opMask: "*" }, { opMask: "read, write, delete" }],
    [{ defaultPlacement: "p", defaultStorageClass: "STANDARD" }, { defaultStorageClass: "" }],
    [{ userQuota: {} }, { userQuota: { enabled: true, maxSizeBytes: -1, maxObjects: -1 } }],
    [
      { userQuota: { maxSizeBytes: -1024, enabled: false } },
      { userQuota: { enabled: false, maxSizeBytes: -1, maxObjects: -1 } },
    ],
    [{ accessKey: "A", secretKey: "abc/+=_.~-" }, {}],
    [{ secretKey: "hush", rotationId: "1" }, {}],
    [{ keyType: "s3" }, {}],
    [{ accessKey: "A", gracePeriodSeconds: 0 }, {}],
    [{ createKey: false, gracePeriodSeconds: 0 }, {}],
    [{ createKey: true, rotationId: "1" }, {}],
    [{ gracePeriodSeconds: 0, rotationId: "", prove: false, adopt: true, exclusiveKeys: true, forceDestroy: true }, {}],
    [{ tenant: "acme_1" }, {}],
  ];
  for (const [inputs, normal] of rows) {
    it(JSON.stringify(inputs), () => {
      const checked = check(inputs);
      assert.deepEqual(checked.failures, []);
      assert.deepEqual(checked.inputs, { ...ANN, ...inputs, ...normal });
      assert.deepEqual(check(checked.inputs).inputs, checked.inputs, "normal form stays as it is");
    });
  }

  it("drops __provider and what is undefined", () => {
    assert.deepEqual(check({ __provider: "x", email: undefined }), { inputs: ANN, failures: [] });
  });
});

describe("values that are not known yet", () => {
  const TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const BOOLEAN = "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7";
  const NUMBER = "3eeb2bf0-c639-47a8-9e75-3b44932eb421";
  const LIST = "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2";
  const OBJECT = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";
  const rows: readonly object[] = [
    ...rgw.argNames.flatMap((name) => [TEXT, BOOLEAN, NUMBER, LIST, OBJECT].map((value) => ({ [name]: value }))),
    { caps: ["users=read", TEXT] },
    { placementTags: [TEXT] },
    { userQuota: { maxObjects: NUMBER } },
    { userQuota: { enabled: BOOLEAN, maxSizeBytes: 5 } },
    { bucketQuota: OBJECT, caps: LIST, maxBuckets: NUMBER, suspended: BOOLEAN, uid: TEXT },
    { secretKey: TEXT, accessKey: TEXT },
    { secretKey: "abc", accessKey: TEXT },
  ];
  it(`pass wherever they stand (${rows.length} places), and stay as they are`, () => {
    for (const inputs of rows) {
      const checked = check(inputs);
      assert.deepEqual(checked.failures, [], JSON.stringify(inputs));
      assert.deepEqual(checked.inputs, { ...ANN, ...inputs });
    }
  });

  it("do not hide what is wrong beside them", () => {
    assert.match(failures({ maxBuckets: NUMBER, caps: ["nonsense", TEXT] })[0] ?? "", /^caps\.0: must be of the form/);
    assert.match(failures({ uid: TEXT, colour: TEXT })[0] ?? "", /^colour: is not an input/);
    assert.match(
      failures({ userQuota: { maxObjects: NUMBER, colour: 1 } })[0] ?? "",
      /^userQuota\.colour: is not known here/,
    );
  });
});
