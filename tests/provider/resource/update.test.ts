/** Changing, replacing and deleting, as Pulumi gets it: diffs, counted requests, settings that go back, buckets in the way. */
import assert from "node:assert/strict";
import { sign } from "aws4";
import { faults } from "../../../devserver/rgw/fault";
import { rgw } from "../../../provider/backends/rgw";
import type { Inputs } from "../../../provider/pulumi/state";
import { ME } from "../engine";
import { ANN, describeShapes, type Stack } from "../stack";

describeShapes("update", (openStack) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await openStack();
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

  it("waits out a gateway that asks to come back later", async () => {
    await stack.up();
    let refusals = 3;
    stack.gateway.faults = () => (refusals-- > 0 ? faults.slowDown : undefined);
    await stack.up({ maxBuckets: 5 });
    assert.equal(user()?.maxBuckets, 5);
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

describeShapes("diff", (openStack, shape) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await openStack();
    await stack.up({ email: "a@x.org" });
  });
  const diff = (news: object) =>
    stack.engine.provider.diff("ann", stack.outputs(), {
      ...ANN,
      email: "a@x.org",
      __identity: ME,
      ...news,
      __provider: "x",
    });
  const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

  it("says that nothing is to be done, whatever the resource is called now", async () => {
    const nothing = { changes: false, replaces: [], deleteBeforeReplace: false };
    assert.deepEqual(await diff({}), nothing);
    assert.deepEqual(await diff({ __identity: "another" }), nothing);
  });
  it("leaves it to the engine where an input changed that needs no request", async () => {
    assert.deepEqual(await diff({ forceDestroy: true }), { replaces: [], deleteBeforeReplace: false });
  });
  it("says itself that an input changed where the resource has another name, too: the engine would show both", async () => {
    const { changes } = await diff({ forceDestroy: true, __identity: "another" });
    assert.equal(changes, true);
  });
  it("tells of what inputs do not show", async () => {
    assert.equal((await diff({ rotationId: "2" })).changes, true);
  });
  it("takes values that are not known yet as a matter for the engine", async () => {
    assert.deepEqual(await diff({ maxBuckets: UNKNOWN }), { replaces: [], deleteBeforeReplace: false });
  });
  const replacing: readonly [news: object, replaces: readonly string[], deleteFirst: boolean][] = [
    [{ uid: "bob" }, ["uid"], true],
    [{ uid: "bob", email: "b@x.org" }, ["uid"], false],
    [{ uid: "bob", email: "" }, ["uid"], false],
    [{ tenant: "acme", email: "" }, ["tenant"], false],
    [{ uid: UNKNOWN, email: "b@x.org" }, ["uid"], false],
  ];
  for (const [news, replaces, deleteFirst] of replacing) {
    it(`replaces: ${JSON.stringify(news)}${deleteFirst ? ", the old one first" : ""}`, async () => {
      const isMember = shape === "a member of a fleet";
      // A fleet replaces its members itself: to Pulumi it is an update of the fleet.
      const single = { replaces, deleteBeforeReplace: deleteFirst };
      assert.deepEqual(await diff(news), isMember ? { replaces: [], deleteBeforeReplace: false } : single);
    });
  }
  it("needs no connection", async () => {
    assert.deepEqual(await stack.tally(() => diff({ rotationId: "2" })), {});
  });
  it("changes neither state nor inputs", async () => {
    const [olds, news] = [structuredClone(stack.outputs()), { ...ANN, rotationId: "2" }];
    const copy = structuredClone([olds, news]);
    await stack.engine.provider.diff("ann", olds, news);
    assert.deepEqual([olds, news], copy);
  });
  it("a replaced user is made anew, and the old one goes", async () => {
    assert.equal(await stack.engine.up({ uid: "bob", displayName: "Bob", email: "a@x.org" }), "replaced");
    assert.deepEqual(
      stack.users().map(({ uid }) => uid),
      ["bob"],
    );
  });
});

describeShapes("delete", (openStack) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await openStack();
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

  it("takes a look and a request", async () => {
    await stack.up();
    assert.deepEqual(await stack.tally(() => stack.engine.destroy()), { "GET user": 1, "DELETE user": 1 });
    assert.deepEqual(stack.users(), []);
  });

  it("of a user that is gone is done", async () => {
    await stack.up();
    stack.meddle("DELETE user?uid=ann");
    await stack.engine.destroy();
  });

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
    assert.deepEqual(stack.users(), []);
  });

  it("that is refused is an error, and the user stays in state", async () => {
    await stack.up();
    stack.gateway.faults = (_request, _sequence, kind) =>
      kind === "DELETE user" ? { kind: "answer", status: 403, code: "AccessDenied" } : undefined;
    await assert.rejects(stack.engine.destroy(), /deleting user "ann": the admin user lacks a capability/);
    assert.ok(stack.engine.stored);
  });

  it("of a half-made user works", async () => {
    stack.gateway.faults = (_request, _sequence, kind) => (kind.startsWith("S3") ? faults.unknownError : undefined);
    await stack.fails();
    stack.gateway.faults = undefined;
    await stack.engine.destroy();
    assert.deepEqual(stack.users(), []);
  });
});
