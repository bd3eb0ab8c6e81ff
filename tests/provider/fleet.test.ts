/** Fleets on the embedded gateway: each member on its own, counted requests, one that fails, what is not known yet. */
import assert from "node:assert/strict";
import { faults } from "../../devserver/rgw/fault";
import { deriveAccessKey } from "../../provider/lifecycle/keys";
import type { Inputs } from "../../provider/pulumi/state";
import { ME } from "./engine";
import { type FleetStack, named, openFleetStack } from "./fleet-stack";

describe("a fleet", () => {
  let stack: FleetStack;
  beforeEach(async () => {
    stack = await openFleetStack();
  });
  it("makes each member in two requests, and no change in none", async () => {
    const users = { red: {}, blue: { maxBuckets: 5 }, green: {} };
    assert.deepEqual(await stack.tally(() => stack.up(users)), { "PUT user": 3, "S3 ListBuckets": 3 });
    for (const name of Object.keys(users)) stack.works(name);
    assert.deepEqual(await stack.tally(() => stack.up(users)), {});
    assert.deepEqual(stack.engine.stored?.secrets, ["credentials"]);
  });

  it("takes defaults for all, and a member's own before them", async () => {
    await stack.up({ red: {}, blue: { maxBuckets: 5 } }, { maxBuckets: 7 });
    assert.deepEqual(
      ["red", "blue"].map((name) => stack.gateway.user(name)?.user.maxBuckets),
      [7, 5],
    );
    const tally = await stack.tally(() => stack.up({ red: {}, blue: { maxBuckets: 5 } }, { maxBuckets: 8 }));
    assert.equal(tally["POST user"], 1, "only whom it concerns");
  });

  it("adds, changes, replaces and removes members, and leaves the others alone", async () => {
    await stack.up({ red: {}, blue: {}, green: {} });
    const blue = stack.credentials().blue;
    await stack.up({ red: { maxBuckets: 5 }, blue: {}, yellow: {}, green: { uid: "grass" } });
    assert.deepEqual(stack.uids(), ["blue", "grass", "red", "yellow"]);
    assert.deepEqual(stack.credentials().blue, blue);
    for (const name of ["red", "yellow", "green"]) stack.works(name);
  });

  it("a rotationId of the defaults is not for members that bring a key of their own, or have none", async () => {
    const users = { red: {}, own: { accessKey: "MINE" }, none: { createKey: false } };
    await stack.up(users, { rotationId: "1" });
    await stack.up(users, { rotationId: "2" });
    const { red, own, none } = stack.credentials();
    assert.deepEqual(
      [red?.accessKey, own?.accessKey, none?.accessKey],
      [deriveAccessKey("red", "2", ME), "MINE", undefined],
    );
    await assert.rejects(
      stack.up({ ...users, own: { accessKey: "MINE", rotationId: "1" } }),
      /users\.own\.rotationId: is of no use beside an accessKey/,
    );
  });

  it("one that fails does not stop the others, and the next run goes on with it", async () => {
    stack.gateway.faults = (request, _n, kind) =>
      kind === "PUT user" && request.url.search.includes("uid=red") ? faults.unknownError : undefined;
    await assert.rejects(
      stack.up({ red: {}, blue: {} }),
      /1 of 2 users failed, the others are done\.\nred: creating user "red"/,
    );
    stack.works("blue");
    assert.equal(stack.engine.stored?.halfMade, true);
    stack.gateway.faults = undefined;
    const tally = await stack.tally(() => stack.up({ red: {}, blue: {} }));
    assert.equal(tally["PUT user"], 1, "the other one is left alone");
    stack.works("red");
  });

  it("keeps old keys alive as long as a failing member keeps Pulumi from handing out the new ones", async () => {
    const first = { gracePeriodSeconds: 60, rotationId: "1" };
    const second = { gracePeriodSeconds: 60, rotationId: "2" };
    await stack.up({ red: {}, blue: {} }, first);
    const old = stack.credentials().red;
    const asked = () => stack.says(old?.accessKey, old?.secretKey);
    stack.gateway.faults = (request) => (request.url.search.includes("uid=blue") ? faults.unknownError : undefined);
    for (let days = 0; days < 3; days++) {
      await stack.fails({ red: {}, blue: {} }, second);
      assert.equal(stack.credentials().red?.accessKey, deriveAccessKey("red", "2", ME));
      stack.world.advance(86_400);
      assert.equal(asked(), "200");
    }
    stack.gateway.faults = undefined;
    await stack.up({ red: {}, blue: {} }, second);
    assert.equal(asked(), "200", "its grace begins now");
    assert.equal(stack.credentials().red?.previousAccessKey, old?.accessKey);
    stack.world.advance(60);
    await stack.up({ red: {}, blue: {} }, second);
    assert.equal(asked(), "403 InvalidAccessKeyId");
  });

  it("one that fails does not stop those that come after it, however many they are", async () => {
    const names = Array.from({ length: 200 }, (_, i) => `user-${i}`);
    stack.gateway.faults = (request) => (request.url.search.includes("uid=user-0&") ? faults.slowDown : undefined);
    await assert.rejects(
      stack.up(Object.fromEntries(names.map((name) => [name, {}]))),
      /^Error: 1 of 200 users failed/,
    );
    assert.deepEqual(Object.keys(stack.credentials()).sort(), names.slice(1).sort());
  });

  it("says how far a long run is, now and then", async () => {
    stack.gateway.between = () => stack.world.advance(3);
    await stack.up({ red: {}, blue: {}, green: {}, yellow: {}, white: {} });
    const said = stack.world.lines.filter((line) => line.endsWith(" done"));
    assert.ok(said.length > 0 && said.length < 5, said.join("\n"));
    for (const line of said) assert.match(line, /^rgw\.Users: [1-4] of 5 done$/);
  });

  it("is deleted with all its members; one that cannot go stays in state with all, and the next up makes the others anew", async () => {
    await stack.up({ red: {}, blue: {} });
    stack.gateway.faults = ({ url }, _n, kind) =>
      kind === "DELETE user" && url.search.includes("uid=blue") ? faults.unknownError : undefined;
    await assert.rejects(
      stack.engine.destroy(),
      /deleting rgw\.Users: 1 of 2 users failed, the others are done\. State still lists all.*\nblue: deleting user "blue"/,
    );
    stack.gateway.faults = undefined;
    await stack.engine.refresh();
    await stack.up({ red: {}, blue: {} });
    for (const name of ["red", "blue"]) stack.works(name);
    await stack.engine.destroy();
    assert.deepEqual(stack.uids(), []);
  });
});

describe("check of a fleet", () => {
  const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const OBJECT = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";
  const check = async (news: Inputs) => {
    const { provider } = await openFleetStack();
    return (await provider.check({}, news)).failures.map(({ property, reason }) => `${property}${reason}`).join("\n");
  };

  const good: readonly [what: string, news: Inputs][] = [
    ["no users", { users: {} }],
    ["no defaults", { users: named({ red: {} }) }],
    ["required inputs from the defaults", { defaults: { displayName: "x" }, users: { red: { uid: "red" } } }],
    ["unknown users", { users: OBJECT }],
    ["an unknown user", { users: { red: OBJECT, ...named({ blue: {} }) } }],
    ["unknown defaults", { defaults: OBJECT, users: { red: { uid: "red" } } }],
    ["allowRemovals", { users: {}, allowRemovals: true }],
    ["unknown allowRemovals", { users: {}, allowRemovals: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7" }],
    ["an unknown value", { users: named({ red: { uid: UNKNOWN }, blue: { maxBuckets: UNKNOWN } }) }],
  ];
  for (const [what, news] of good) it(`accepts ${what}`, async () => assert.equal(await check(news), ""));

  const bad: readonly [what: string, news: Inputs, says: RegExp][] = [
    [
      "a wrong value, by its member",
      { users: named({ red: { maxBuckets: "x" } }) },
      /^users\.red\.maxBuckets: must be of type number/,
    ],
    ["a misspelt name", { users: named({ red: { colour: 1 } }) }, /^users\.red\.colour: is not an input/],
    [
      "another input",
      { users: {}, user: {} },
      /^user: is not an input of a fleet; its inputs are defaults, users, allowRemovals$/,
    ],
    [
      "one user twice",
      { users: named({ red: {}, blue: { uid: "red" } }) },
      /^users\.blue: is the same user "red" as users\.red$/,
    ],
    ["users that are none", { users: 5 }, /^users: must be users by name$/],
    ["a member that is none", { users: { red: 5 } }, /^users\.red: must be a user's inputs$/],
    ["defaults that are none", { defaults: 5, users: {} }, /^defaults: must be/],
    [
      "allowRemovals that is no boolean",
      { users: {}, allowRemovals: "true" },
      /^allowRemovals: must be of type boolean$/,
    ],
    [
      "allowRemovals that is no boolean beside unknown users",
      { users: OBJECT, allowRemovals: 1 },
      /^allowRemovals: must be of type boolean$/,
    ],
    [
      "allowRemovals of a member",
      { users: named({ red: { allowRemovals: true } }) },
      /^users\.red\.allowRemovals: is not an input of this resource/,
    ],
    [
      "allowRemovals in the defaults",
      { defaults: { allowRemovals: true }, users: named({ red: {} }) },
      /^users\.red\.allowRemovals: is not an input of this resource/,
    ],
    ["no users", {}, /^users: must be users by name$/],
  ];
  for (const [what, news, says] of bad) it(`refuses ${what}`, async () => assert.match(await check(news), says));
});
