/** What only rgw.User has: its settings and their requests, tenants, buckets in the way, Ceph's refusals. */
import assert from "node:assert/strict";
import { sign } from "aws4";
import { faults } from "../../devserver/rgw/fault";
import { rgw } from "../../provider/backends/rgw";
import { deriveAccessKey } from "../../provider/lifecycle/keys";
import type { Inputs } from "../../provider/pulumi/state";
import { ME } from "../provider/engine";
import { START } from "../provider/world";
import { contract } from "./contract";
import { embedded, openRgw, type RgwStack } from "./rgw";

const ENDPOINT = "https://gateway.test";
const KEY = deriveAccessKey("ann", "", ME);

contract(embedded);

describe("rgw.User is made", () => {
  let stack: RgwStack;
  beforeEach(async () => {
    stack = await openRgw();
  });

  it("gives every output, flat and plain, with the secret marked", async () => {
    const { secretKey, ...outputs } = await stack.up({ rotationId: "1", maxBuckets: 5 });
    const accessKey = deriveAccessKey("ann", "1", ME);
    assert.equal(secretKey, stack.gateway.user("ann")?.keys.get(accessKey));
    assert.deepEqual(stack.engine.stored?.secrets, ["secretKey"]);
    const [{ provenAt = "" } = {}] = outputs.keys as { provenAt?: string }[];
    assert.ok(provenAt >= START && provenAt <= stack.world.now().toISOString());
    assert.deepEqual(outputs, {
      schemaVersion: 1,
      uid: "ann",
      displayName: "Ann",
      rotationId: "1",
      maxBuckets: 5,
      email: "",
      suspended: false,
      caps: [],
      opMask: "read, write, delete",
      defaultPlacement: "",
      defaultStorageClass: "",
      placementTags: [],
      accountId: "",
      accountRoot: false,
      path: "/",
      subusers: [],
      swiftKeys: [],
      userQuota: { enabled: false, maxSizeBytes: -1, maxObjects: -1 },
      bucketQuota: { enabled: false, maxSizeBytes: -1, maxObjects: -1 },
      userId: "ann",
      endpoint: ENDPOINT,
      keyId: accessKey,
      accessKey,
      keys: [{ id: accessKey, accessKey, rotationId: "1", issuedAt: START, provenAt }],
      declared: ["displayName", "maxBuckets", "rotationId", "uid"],
      __identity: ME,
      __address: ENDPOINT,
      __createdAt: outputs.__createdAt,
      __provider: outputs.__provider,
    });
  });

  it("sends every setting, quotas with a request each", async () => {
    const inputs = {
      email: "Ann@Example.org",
      suspended: true,
      maxBuckets: -7,
      caps: ["users=read, write", "buckets=read"],
      opMask: "write,read",
      defaultPlacement: "default-placement",
      placementTags: ["ssd", "fast"],
      userQuota: { maxSizeBytes: 2 ** 40 },
      bucketQuota: { enabled: false, maxObjects: 7 },
    };
    const tally = await stack.tally(() => stack.up(inputs));
    assert.deepEqual(tally, { "PUT user": 1, "PUT user?quota": 2, "S3 ListBuckets": 1 });
    const outputs = stack.outputs();
    assert.equal(outputs.email, "ann@example.org");
    assert.equal(outputs.maxBuckets, -1);
    assert.deepEqual(outputs.caps, ["buckets=read", "users=*"]);
    assert.equal(outputs.opMask, "read, write");
    assert.deepEqual(outputs.placementTags, ["ssd", "fast"]);
    assert.deepEqual(outputs.userQuota, { enabled: true, maxSizeBytes: 2 ** 40, maxObjects: -1 });
    assert.deepEqual(await stack.tally(() => stack.up(inputs)), {}, "the next up has nothing to do");
    await stack.engine.refresh();
    assert.deepEqual(await stack.tally(() => stack.up(inputs)), {}, "nor after a refresh");
  });

  it("names a user of a tenant with it, everywhere", async () => {
    const outputs = await stack.up({ tenant: "acme" });
    assert.equal(stack.engine.stored?.id, "acme$ann");
    assert.equal(outputs.userId, "acme$ann");
    assert.equal(outputs.accessKey, deriveAccessKey("acme$ann", "", ME));
    await stack.engine.refresh();
    assert.equal(stack.engine.stored?.id, "acme$ann");
    await stack.engine.destroy();
    assert.deepEqual(stack.uids(), []);
  });

  it("of a user without the right to read is proven by looking", async () => {
    const outputs = await stack.up({ opMask: "write" });
    assert.equal(stack.says(outputs.accessKey, outputs.secretKey), "403 AccessDenied");
  });

  const refused: readonly [what: string, inputs: Inputs, first: string, says: RegExp][] = [
    [
      "an e-mail of somebody else",
      { email: "X@y.z" },
      "PUT user?uid=bob&display-name=Bob&email=x@y.z",
      /another user has this e-mail address.*409 EmailExists tx/,
    ],
    [
      "a key of somebody else",
      { accessKey: "HIS" },
      "PUT user?uid=bob&display-name=Bob&access-key=HIS",
      /the access key belongs to another user.*409 KeyExists tx/,
    ],
    [
      "caps that Ceph does not know",
      { caps: ["flying=read"] },
      "GET user?uid=admin",
      /does not know one of the caps.*400 InvalidCapability/,
    ],
    [
      "a placement that is not there",
      { defaultPlacement: "nowhere" },
      "GET user?uid=admin",
      /Check defaultPlacement.*/,
    ],
  ];

  for (const [what, inputs, first, says] of refused) {
    it(`refuses ${what}, with nothing half-made`, async () => {
      stack.meddle(first);
      const before = structuredClone(stack.uids());
      assert.match(await stack.fails(inputs), says);
      assert.deepEqual(structuredClone(stack.uids()), before);
      assert.equal(stack.engine.stored, undefined);
    });
  }
});

describe("rgw.User is changed", () => {
  let stack: RgwStack;
  beforeEach(async () => {
    stack = await openRgw();
  });

  const user = () => stack.gateway.user("ann")?.user;

  const changes: readonly [before: Inputs, after: Inputs, most: number, name: string, value: unknown][] = [
    [{}, { displayName: "Ann B." }, 2, "displayName", "Ann B."],
    [{ email: "a@x.org" }, { email: "B@x.org" }, 2, "email", "b@x.org"],
    [{ email: "a@x.org" }, { email: "" }, 2, "email", ""],
    [{ email: "a@x.org" }, {}, 2, "email", ""],
    [{}, { suspended: true }, 2, "suspended", true],
    [{ suspended: true }, {}, 2, "suspended", false],
    [{}, { maxBuckets: -1 }, 2, "maxBuckets", -1],
    [{ maxBuckets: 5 }, {}, 2, "maxBuckets", 1000],
    [{}, { opMask: "read" }, 3, "opMask", "read"],
    [{ opMask: "read" }, {}, 2, "opMask", "read, write, delete"],
    [{ caps: ["users=*"] }, { caps: ["users=read"] }, 2, "caps", ["users=read"]],
    [{ caps: ["users=read"] }, { caps: ["buckets=read"] }, 3, "caps", ["buckets=read"]],
    [{ caps: ["users=read"] }, {}, 2, "caps", []],
    [{}, { defaultPlacement: "default-placement" }, 2, "defaultPlacement", "default-placement"],
    [{ placementTags: ["a"] }, { placementTags: ["b", "c"] }, 2, "placementTags", ["b", "c"]],
    [{}, { userQuota: { maxObjects: 5 } }, 2, "userQuota", { enabled: true, maxSizeBytes: -1, maxObjects: 5 }],
    [{ userQuota: { maxObjects: 5 } }, {}, 2, "userQuota", { enabled: false, maxSizeBytes: -1, maxObjects: -1 }],
    [
      { bucketQuota: {} },
      { bucketQuota: { maxSizeBytes: 0 } },
      2,
      "bucketQuota",
      { enabled: true, maxSizeBytes: 0, maxObjects: -1 },
    ],
  ];

  for (const [before, after, most, name, value] of changes) {
    it(`${JSON.stringify(before)} to ${JSON.stringify(after)} changes ${name} in place, and nothing else`, async () => {
      await stack.up(before);
      const { [name]: _b, ...restBefore } = stack.outputs();
      const keys = stack.keys();
      const tally = await stack.tally(() => stack.up(after));
      const admin = Object.entries(tally).filter(([kind]) => !kind.startsWith("S3"));
      assert.ok(admin.reduce((sum, [, count]) => sum + count, 0) <= most, JSON.stringify(tally));
      const { [name]: _a, ...restAfter } = stack.outputs();
      assert.deepEqual(setting(name), value);
      assert.deepEqual(without(restAfter), without(restBefore));
      assert.deepEqual(stack.keys(), keys);
      await stack.engine.refresh();
      assert.deepEqual(setting(name), value, "the gateway has it");
      assert.deepEqual(await stack.tally(() => stack.up(after)), {});
    });
  }

  /** A setting as state has it; what is the system's default and nobody declared is left out there. */

  const setting = (name: string) => stack.outputs()[name] ?? rgw.defaults[name];
  const without = ({ declared: _d, ...outputs }: Record<string, unknown>) => outputs;

  it("no change: no request", async () => {
    await stack.up({ caps: ["users=read, write"], email: "A@x.org" });
    assert.deepEqual(await stack.tally(() => stack.up({ caps: ["users=*"], email: "a@x.org" })), {});
  });

  it("a change that only state knows of asks for no write", async () => {
    await stack.up();
    await stack.tally(() => stack.up({ gracePeriodSeconds: 7 }));
    assert.equal(stack.gateway.requests.writes(), 0);
  });

  it("refuses the e-mail of somebody else, changes nothing, and is half-made until it is put right", async () => {
    stack.meddle("PUT user?uid=bob&display-name=Bob&email=bob@x.org");
    await stack.up({ maxBuckets: 5 });
    const keys = stack.keys();
    assert.match(await stack.fails({ maxBuckets: 5, email: "bob@x.org" }), /another user has this e-mail address/);
    assert.equal(user()?.email, "");
    assert.equal(stack.engine.stored?.inputs.email, undefined, "the old inputs stay in state");
    await stack.up({ maxBuckets: 5 });
    assert.deepEqual(stack.keys(), keys);
  });

  it("goes on after the gateway was gone between two requests of one step", async () => {
    await stack.up();
    const inputs = { caps: ["buckets=read"], userQuota: { maxObjects: 5 }, email: "a@x.org" };
    stack.gateway.faults = (_request, _sequence, kind) => (kind === "PUT user?quota" ? faults.cutBefore : undefined);
    assert.match(
      await stack.fails(inputs),
      /changing the user quota of user "ann": no answer from https:\/\/gateway\.test/,
    );
    stack.gateway.faults = undefined;
    await stack.up(inputs);
    assert.deepEqual(stack.outputs().userQuota, { enabled: true, maxSizeBytes: -1, maxObjects: 5 });
    assert.deepEqual(stack.outputs().caps, ["buckets=read"]);
  });

  it("is our own unfinished work when a run that was killed has made it anew, on a release that shows when", async () => {
    await stack.up();
    stack.meddle("DELETE user?uid=ann");
    stack.world.advance(30);
    stack.mishap = ({ method }) => (method === "PUT" ? { kind: "kill", when: "after" } : undefined);
    assert.equal(await stack.tries({ rotationId: "2" }), "killed");
    stack.mishap = undefined;
    await stack.restart();
    const { accessKey, secretKey } = await stack.up({ rotationId: "2" });
    assert.equal(stack.says(accessKey, secretKey), "200");
    assert.deepEqual(stack.keys(), [accessKey]);
  });

  for (const lost of ["unknownError", "concurrentModification"] as const) {
    it(`takes a lost race for what it is: looks again (${lost})`, async () => {
      await stack.up();
      let losses = 2;
      const changes = ["POST user", "PUT user?caps", "DELETE user?key", "PUT user?quota"];
      stack.gateway.faults = (_request, _sequence, kind) =>
        changes.includes(kind) && losses-- > 0 ? faults[lost] : undefined;
      await stack.up({ maxBuckets: 5, caps: ["usage=read"] });
      losses = 1;
      await stack.up({ maxBuckets: 5, caps: ["usage=read"], rotationId: "2", gracePeriodSeconds: 0 });
      assert.equal(user()?.maxBuckets, 5);
      assert.deepEqual(stack.keys(), [stack.outputs().accessKey]);
    });
  }
});

describe("drift of rgw.User", () => {
  let stack: RgwStack;
  const inputs = {
    email: "ann@x.org",
    suspended: false,
    maxBuckets: 5,
    caps: ["users=read"],
    userQuota: { maxObjects: 10 },
  };
  beforeEach(async () => {
    stack = await openRgw();
    await stack.up(inputs);
  });

  const rows: readonly [property: string, meddling: string, shown: unknown][] = [
    ["displayName", "POST user?uid=ann&display-name=Mallory", "Mallory"],
    ["email", "POST user?uid=ann&email=mallory@x.org", "mallory@x.org"],
    ["email", "POST user?uid=ann&email=", ""],
    ["suspended", "POST user?uid=ann&suspended=true", true],
    ["maxBuckets", "POST user?uid=ann&max-buckets=0", 0],
    ["caps", "PUT user?caps&uid=ann&user-caps=buckets=read", ["buckets=read", "users=read"]],
    ["caps", "DELETE user?caps&uid=ann&user-caps=users=read", []],
    ["caps", "PUT user?caps&uid=ann&user-caps=users=write", ["users=*"]],
    [
      "userQuota",
      "PUT user?quota&uid=ann&quota-type=user&max-objects=11",
      { enabled: true, maxSizeBytes: -1, maxObjects: 11 },
    ],
    [
      "userQuota",
      "PUT user?quota&uid=ann&quota-type=user&enabled=false",
      { enabled: false, maxSizeBytes: -1, maxObjects: 10 },
    ],
    [
      "bucketQuota",
      "PUT user?quota&uid=ann&quota-type=bucket&enabled=true",
      { enabled: true, maxSizeBytes: -1, maxObjects: -1 },
    ],
    ["opMask", "POST user?uid=ann&op-mask=read", "read"],
    ["accessKey", `DELETE user?key&uid=ann&access-key=${KEY}`, `${KEY} (gone from the system)`],
    ["secretKey", `PUT user?key&uid=ann&access-key=${KEY}&secret-key=mallorys-secret`, "(replaced on the system)"],
  ];

  for (const [property, meddling, shown] of rows) {
    it(`of ${property} is shown by its name and repaired: ${meddling.replace(/secret-key=.*/, "secret-key=…")}`, async () => {
      const before = stack.engine.stored?.inputs ?? {};
      stack.meddle(meddling);
      await stack.engine.refresh();
      const after = stack.engine.stored?.inputs ?? {};
      const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
        (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
      );
      assert.deepEqual(changed, [property]);
      assert.deepEqual(after[property], shown);
      await stack.up(inputs);
      await stack.engine.refresh();
      assert.deepEqual(stack.engine.stored?.inputs, before);
      assert.deepEqual(await stack.tally(() => stack.up(inputs)), {});
      assert.equal(stack.says(stack.outputs().accessKey, stack.outputs().secretKey), "200");
    });
  }

  it("that no program could declare is not stored as an input, and is repaired all the same", async () => {
    await stack.up({ ...inputs, defaultPlacement: "default-placement" });
    stack.meddle("POST user?uid=ann&display-name=Two%0Alines");
    await stack.engine.refresh();
    assert.equal(stack.engine.stored?.inputs.displayName, "Ann");
    assert.equal(stack.outputs().displayName, "Two\nlines");
    await stack.up({ ...inputs, defaultPlacement: "default-placement" });
    assert.equal(stack.gateway.user("ann")?.user.displayName, "Ann");
  });

  it("shows subusers and whose Swift keys there are, and has no part in their keys, exclusive or not", async () => {
    await stack.up({ exclusiveKeys: true });
    stack.meddle("PUT user?uid=ann&subuser=app&access=full");
    stack.meddle("PUT user?uid=ann&subuser=old&access=read&key-type=s3&access-key=OLD");
    await stack.engine.refresh();
    const { subusers, swiftKeys } = stack.outputs();
    const found = [
      { id: "ann:app", access: "full" },
      { id: "ann:old", access: "read" },
    ];
    assert.deepEqual([subusers, swiftKeys], [found, ["ann:app"]]);
    await stack.up({ exclusiveKeys: true, rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual(stack.keys().length, 2);
    assert.ok(stack.keys().includes("OLD"));
    assert.deepEqual(stack.outputs().subusers, found);
  });

  it("what is neither declared nor watched is not drift", async () => {
    stack.meddle("POST user?uid=ann&default-placement=default-placement&placement-tags=x");
    await stack.engine.refresh();
    assert.deepEqual(await stack.tally(() => stack.up(inputs)), {});
  });
});

describe("rgw.User is deleted", () => {
  let stack: RgwStack;
  beforeEach(async () => {
    stack = await openRgw();
  });

  function bucket(name: string): void {
    const { accessKey, secretKey } = stack.outputs();
    const date = stack.world
      .now()
      .toISOString()
      .replace(/[:-]|\.\d{3}/g, "");
    const options = {
      host: "s3.test",
      method: "PUT",
      path: `/${name}`,
      service: "s3",
      headers: { "X-Amz-Date": date },
    };
    sign(options, { accessKeyId: String(accessKey), secretAccessKey: String(secretKey) });
    const url = new URL(`http://s3.test/${name}`);
    assert.equal(stack.gateway.handle({ method: "PUT", url, headers: options.headers }).status, 200);
  }

  it("refuses while the user owns buckets, and names them", async () => {
    await stack.up();
    for (let number = 1; number <= 12; number++) bucket(`bucket-${String(number).padStart(2, "0")}`);
    await assert.rejects(
      stack.engine.destroy(),
      /deleting user "ann": the user owns 12 buckets: bucket-01, .*bucket-10 and 2 more \(409 BucketAlreadyExists.*forceDestroy: true/,
    );
    assert.ok(stack.gateway.user("ann"));
  });

  it("with forceDestroy takes the buckets along", async () => {
    await stack.up({ forceDestroy: true });
    bucket("mine");
    await stack.engine.destroy();
    assert.deepEqual(stack.uids(), []);
  });

  for (const whose of ["nobody's resource", "read into state before"] as const)
    it(`refuses while the user has subusers, and names them (${whose})`, async () => {
      await stack.up({ exclusiveKeys: true });
      stack.meddle("PUT user?uid=ann&subuser=app&access=full");
      stack.meddle("PUT user?uid=ann&subuser=ann:old&access=read&key-type=s3");
      if (whose !== "nobody's resource") await stack.engine.refresh();
      await assert.rejects(
        stack.engine.destroy(),
        /deleting user "ann": that would also delete subuser ann:app, subuser ann:old\. Nothing was deleted\..*forceDestroy: true/,
      );
      assert.ok(stack.gateway.user("ann"));
      await stack.up({ forceDestroy: true, exclusiveKeys: true });
      await stack.engine.destroy();
      assert.deepEqual(stack.uids(), []);
    });

  it("that is refused is an error, and the user stays in state", async () => {
    await stack.up();
    stack.gateway.faults = (_request, _sequence, kind) =>
      kind === "DELETE user" ? { kind: "answer", status: 403, code: "AccessDenied" } : undefined;
    await assert.rejects(stack.engine.destroy(), /deleting user "ann": the admin user lacks a capability/);
    assert.ok(stack.engine.stored);
  });
});
