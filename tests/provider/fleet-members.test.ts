/** Which member is which user: renamed, removed with and without its user, and moved between the two shapes. */
import assert from "node:assert/strict";
import { faults } from "../../devserver/rgw/fault";
import { rgw } from "../../provider/backends/rgw";
import { deriveAccessKey } from "../../provider/lifecycle/keys";
import { openResource } from "../../provider/pulumi/resource";
import type { Inputs } from "../../provider/pulumi/state";
import { Engine, ME } from "./engine";
import { type FleetStack, named, openFleetStack } from "./fleet-stack";

const KEEP = { retainOnDelete: true };

describe("a member of a fleet that gets another name", () => {
  let stack: FleetStack;
  beforeEach(async () => {
    stack = await openFleetStack();
  });

  it("keeps its user and its keys, without a request", async () => {
    await stack.up({ red: {}, blue: {} });
    const { red, blue } = stack.credentials();
    assert.deepEqual(await stack.tally(() => stack.up({ crimson: { uid: "red", displayName: "red" }, blue: {} })), {});
    assert.deepEqual(stack.credentials(), { crimson: red, blue });
  });

  it("even when two change their names for one another's", async () => {
    await stack.up({ red: {}, blue: {} });
    const { red, blue } = stack.credentials();
    const swapped = { red: { uid: "blue", displayName: "blue" }, blue: { uid: "red", displayName: "red" } };
    assert.deepEqual(await stack.tally(() => stack.up(swapped)), {});
    assert.deepEqual(stack.credentials(), { red: blue, blue: red });
  });

  it("takes the name of one that is removed; if that one cannot go it stays under a name of its own", async () => {
    await stack.up({ red: {}, blue: {} });
    const { blue } = stack.credentials();
    stack.gateway.faults = (_request, _n, kind) => (kind === "DELETE user" ? faults.unknownError : undefined);
    const message = await stack.fails({ red: { uid: "blue", displayName: "blue" } });
    assert.match(message, /^1 of 2 users failed, the others are done\.\nred \(2\): deleting user "red"/);
    stack.gateway.faults = undefined;
    assert.deepEqual(stack.credentials().red, blue);
    await stack.up({ red: { uid: "blue", displayName: "blue" } });
    assert.deepEqual(stack.uids(), ["blue"]);
    assert.deepEqual(stack.credentials(), { red: blue });
  });

  it("a system that lets users be renamed is told so: another name of the user is not another member", async () => {
    await stack.up({ red: { displayName: "Red" } });
    assert.equal((await stack.tally(() => stack.up({ red: { displayName: "Crimson" } })))["DELETE user"], undefined);
  });
});

describe("retainOnDelete of a fleet's member", () => {
  let stack: FleetStack;
  beforeEach(async () => {
    stack = await openFleetStack();
    await stack.up({ red: KEEP, blue: {} });
  });

  const leaving: readonly [what: string, users: Record<string, Inputs>, left: string[]][] = [
    ["removed", { blue: {} }, ["blue", "red"]],
    ["removed with others", {}, ["red"]],
    ["replaced", { red: { uid: "crimson" }, blue: {} }, ["blue", "crimson", "red"]],
    ["removed while another one gets it", { blue: KEEP }, ["blue", "red"]],
  ];
  for (const [what, users, left] of leaving) {
    it(`leaves the user as it is when it is ${what}`, async () => {
      const before = structuredClone(stack.gateway.user("red"));
      const tally = await stack.tally(() => stack.up(users));
      assert.deepEqual([stack.uids(), stack.gateway.user("red")], [left, before]);
      assert.equal(tally["DELETE user"] ?? 0, what === "removed with others" ? 1 : 0);
      assert.deepEqual(Object.keys(stack.credentials()).sort(), Object.keys(users).sort());
    });
  }

  it("leaves it when the fleet is deleted, and deletes the others", async () => {
    await stack.engine.destroy();
    assert.deepEqual(stack.uids(), ["red"]);
    assert.match(stack.world.lines.join("\n"), /rgw\.Users red: user "red" is left as it is \(retainOnDelete\)/);
  });

  it("is what state says: taken back, it counts no more", async () => {
    await stack.up({ red: {}, blue: {} });
    await stack.up({ blue: {} });
    assert.deepEqual(stack.uids(), ["blue"]);
  });

  it("is stored without a request, and stays through a refresh", async () => {
    assert.deepEqual(await stack.tally(() => stack.up({ red: KEEP, blue: KEEP })), {});
    await stack.engine.refresh();
    assert.deepEqual(await stack.tally(() => stack.up({ red: KEEP, blue: KEEP })), {});
    await stack.engine.destroy();
    assert.deepEqual(stack.uids(), ["blue", "red"]);
  });

  it("may stand in the defaults", async () => {
    await stack.up({ red: { retainOnDelete: false }, blue: {} }, KEEP);
    await stack.engine.destroy();
    assert.deepEqual(stack.uids(), ["blue"]);
  });

  it("is said by a preview, and so is whom it deletes", async () => {
    const said = await stack.preview({ blue: { uid: "navy" } });
    assert.deepEqual(said, [
      'rgw.Users blue: user "blue" is deleted: user "navy" takes its place',
      'rgw.Users red: user "red" is left as it is (retainOnDelete): it is not declared any more',
    ]);
  });

  const UNKNOWN = "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7";
  for (const [value, says] of [
    [true, ""],
    [false, ""],
    [UNKNOWN, ""],
    ["true", "users.red.retainOnDelete: must be of type boolean"],
    [1, "users.red.retainOnDelete: must be of type boolean"],
  ] as const) {
    it(`is true or false: ${JSON.stringify(value)}`, async () => {
      const { inputs, failures } = await stack.provider.check({}, { users: named({ red: { retainOnDelete: value } }) });
      assert.equal(failures.map(({ reason }) => reason).join(), says);
      assert.deepEqual((inputs.users as Record<string, Inputs>).red?.retainOnDelete, value);
    });
  }

  it("is no input of a single user", async () => {
    const provider = openResource(rgw, stack.world);
    await provider.configure({ config: stack.config });
    const { failures } = await provider.check({}, { uid: "red", displayName: "r", ...KEEP });
    assert.match(failures[0]?.reason ?? "", /^retainOnDelete: is not an input of this resource/);
  });
});

describe("a user that moves between a resource of its own and a fleet", () => {
  let stack: FleetStack;
  let single: Engine;
  beforeEach(async () => {
    stack = await openFleetStack();
    single = await openSingle();
    await stack.up({ blue: {} });
  });
  async function openSingle() {
    const engine = new Engine(openResource(rgw, stack.world), stack.world);
    await engine.provider.configure({ config: stack.config });
    return engine;
  }
  const key = ({ accessKey, secretKey }: Record<string, unknown>) => [accessKey, secretKey];
  const RED = { uid: "red", displayName: "Red", rotationId: "7", maxBuckets: 5 };

  for (const adopt of [{}, { adopt: true }]) {
    it(`keeps its key both ways${adopt.adopt ? " with adopt: true, by looks and proofs alone" : ""}`, async () => {
      await single.up(RED);
      const held = key(single.stored?.outputs ?? {});
      // pulumi state delete
      single.stored = undefined;
      const there = await stack.tally(() => stack.up({ red: { ...RED, ...adopt }, blue: {} }));
      const more = adopt.adopt ? { "GET metadata/user": 1 } : { "PUT user": 1 };
      assert.deepEqual(there, { "GET user": 1, "S3 ListBuckets": 1, ...more });
      assert.deepEqual(key(stack.credentials().red ?? {}), held);
      assert.deepEqual(await stack.tally(() => stack.up({ red: { ...RED, ...adopt }, blue: {} })), {});

      assert.deepEqual(await stack.tally(() => stack.up({ red: { ...RED, ...adopt, ...KEEP }, blue: {} })), {});
      assert.deepEqual(await stack.tally(() => stack.up({ blue: {} })), {});
      single = await openSingle();
      const back = await stack.tally(() => single.up({ ...RED, ...adopt }));
      assert.deepEqual(back, { "GET user": 1, "S3 ListBuckets": 1, ...more });
      assert.deepEqual(key(single.stored?.outputs ?? {}), held);
      assert.equal(stack.gateway.user("red")?.keys.size, 1);
    });
  }

  it("and back into the fleet", async () => {
    await stack.up({ red: KEEP, blue: {} });
    const { red } = stack.credentials();
    await stack.up({ blue: {} });
    await stack.restart();
    await stack.up({ red: {}, blue: {} });
    assert.deepEqual(stack.credentials().red, red);
  });

  it("leaves the key before behind when it moves within a grace; nothing revokes it then", async () => {
    await single.up({ ...RED, rotationId: "6", gracePeriodSeconds: 60 });
    await single.up({ ...RED, gracePeriodSeconds: 60 });
    const held = key(single.stored?.outputs ?? {});
    single.stored = undefined;
    const red = { ...RED, gracePeriodSeconds: 60, adopt: true };
    await stack.up({ red, blue: {} });
    assert.deepEqual(key(stack.credentials().red ?? {}), held);
    stack.world.advance(60);
    await stack.engine.refresh();
    await stack.up({ red, blue: {} });
    const [six, seven] = ["6", "7"].map((rotationId) => deriveAccessKey("red", rotationId, ME)) as [string, string];
    assert.deepEqual([...(stack.gateway.user("red")?.keys.keys() ?? [])], [six, seven]);
  });
});

describe("a refresh of a fleet", () => {
  it("that cannot read a member names it, and leaves state as it was", async () => {
    const stack = await openFleetStack();
    await stack.up({ red: {}, blue: {} });
    const before = stack.engine.stored;
    stack.gateway.faults = (request) => (request.url.search.includes("uid=blue") ? faults.unknownError : undefined);
    await assert.rejects(
      stack.engine.refresh(),
      /^Error: reading rgw\.Users: 1 of 2 users could not be read\. State stays as it was\.\nblue: reading user "blue": /,
    );
    assert.deepEqual(stack.engine.stored, before);
  });
});
