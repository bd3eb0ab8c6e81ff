/** What a fleet refuses to delete: most of its members at once, and members that are protected. */
import assert from "node:assert/strict";
import { faults } from "../../devserver/rgw/fault";
import type { Inputs } from "../../provider/pulumi/state";
import { type FleetStack, named, openFleetStack } from "./fleet-stack";

const ALLOW = { allowRemovals: true };
const FOUR = { red: {}, blue: {}, green: {}, grey: {} };
const KEEP = { retainOnDelete: true };
const BOOLEAN = "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7";

describe("a fleet that is emptied by accident", () => {
  let stack: FleetStack;
  beforeEach(async () => {
    stack = await openFleetStack();
  });

  const refused: readonly [
    what: string,
    before: Record<string, Inputs>,
    after: Record<string, Inputs>,
    says: string,
  ][] = [
    ["an empty list", FOUR, {}, "4 of 4 members: red, blue, green, grey"],
    ["most members gone", FOUR, { red: {} }, "3 of 4 members: blue, green, grey"],
    ["most gone and others come", FOUR, { red: {}, a: {}, b: {}, c: {} }, "3 of 4 members: blue, green, grey"],
    [
      "other users under the same names",
      FOUR,
      { red: { uid: "r" }, blue: { uid: "b" }, green: { uid: "g" }, grey: {} },
      "3 of 4 members: red, blue, green",
    ],
    ["some replaced and some removed", FOUR, { red: { uid: "r" }, grey: {} }, "3 of 4 members: red, blue, green"],
    [
      "most deleted, though some are left as they are",
      { ...FOUR, white: KEEP },
      { white: {} },
      "4 of 5 members: red, blue, green, grey",
    ],
    [
      "a large one",
      Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`user-${i}`, {}])),
      {},
      "9 of 9 members: user-0, user-1, user-2, user-3, user-4 and 4 more",
    ],
  ];
  for (const [what, before, after, says] of refused) {
    it(`is refused by preview and by up, and keeps all: ${what}`, async () => {
      await stack.up(before);
      const { stored } = stack.engine;
      const uids = stack.uids();
      const message = `updating rgw.Users: this would delete the users of ${says}. If that is meant, set allowRemovals: true`;
      await assert.rejects(stack.preview(after), (error: Error) => error.message.startsWith(message));
      stack.gateway.requests.reset();
      await assert.rejects(stack.updateOf(after), (error: Error) => error.message.startsWith(message));
      assert.ok((await stack.fails(after)).startsWith(message));
      assert.deepEqual([stack.gateway.requests.tally(), stack.uids(), stack.engine.stored], [{}, uids, stored]);
      await stack.up(after, {}, ALLOW);
    });
  }

  it("says the ways out", async () => {
    await stack.up(FOUR);
    assert.match(
      await stack.fails({}),
      /set allowRemovals: true on the fleet .*retainOnDelete: true for them with one up/,
    );
  });

  const allowed: readonly [
    what: string,
    before: Record<string, Inputs>,
    after: Record<string, Inputs>,
    left: string[],
  ][] = [
    ["half of the members", FOUR, { red: {}, blue: {} }, ["blue", "red"]],
    ["two of two", { red: {}, blue: {} }, {}, []],
    ["members that are left as they are", { red: KEEP, blue: KEEP, green: {}, grey: {} }, {}, ["blue", "red"]],
    [
      "members that got other names",
      FOUR,
      { a: { uid: "red" }, b: { uid: "blue" }, c: { uid: "green" }, d: { uid: "grey" } },
      ["blue", "green", "grey", "red"],
    ],
    [
      "members that change their users among one another",
      FOUR,
      { red: { uid: "blue" }, blue: { uid: "green" }, green: { uid: "grey" }, grey: { uid: "red" } },
      ["blue", "green", "grey", "red"],
    ],
  ];
  for (const [what, before, after, left] of allowed) {
    it(`is not what this is: ${what}`, async () => {
      await stack.up(before);
      await stack.up(after);
      assert.deepEqual(stack.uids(), left);
    });
  }

  it("is emptied when it says so, and an allowance that is not known yet is not refused in preview", async () => {
    await stack.up(FOUR);
    const { stored } = stack.engine;
    assert.ok(stored);
    const { inputs } = await stack.provider.check(stored.inputs, { users: {}, allowRemovals: BOOLEAN });
    assert.equal((await stack.provider.diff(stored.id, stored.outputs, inputs)).changes, true);
    await stack.up({}, {}, ALLOW);
    assert.deepEqual(stack.uids(), []);
  });

  it("is an update without a request when only the allowance changes, and it stays through a refresh", async () => {
    await stack.up(FOUR);
    assert.deepEqual(await stack.tally(async () => assert.equal(await stack.up(FOUR, {}, ALLOW), "updated")), {});
    assert.equal(await stack.up(FOUR, {}, ALLOW), "same");
    await stack.engine.refresh();
    assert.equal(await stack.up(FOUR, {}, ALLOW), "same");
    assert.deepEqual(await stack.tally(() => stack.up(FOUR)), {});
    assert.equal(stack.engine.stored?.outputs.allowRemovals, undefined);
  });

  it("does not keep a refresh from being made after a run that failed", async () => {
    await stack.up(FOUR);
    const { stored } = stack.engine;
    assert.ok(stored);
    // A refresh asks for the difference to the inputs from before that run, which no program has declared.
    await stack.restart();
    const before = { users: {}, __provider: stored.inputs.__provider };
    assert.equal((await stack.engine.provider.diff(stored.id, stored.outputs, before)).changes, true);
  });

  it("may be destroyed as a whole", async () => {
    await stack.up(FOUR);
    await stack.engine.destroy();
    assert.deepEqual(stack.uids(), []);
  });
});

describe("a protected member of a fleet", () => {
  const PROTECT = { protect: true };
  let stack: FleetStack;
  beforeEach(async () => {
    stack = await openFleetStack();
    await stack.up({ red: PROTECT, blue: {}, green: {} });
  });

  const refused: readonly [what: string, users: Record<string, Inputs>, members: string][] = [
    ["is removed", { blue: {}, green: {} }, "member red would lose its user, and state has protect: true for it"],
    ["is removed with all others", {}, "member red would lose its user, and state has protect: true for it"],
    ["is replaced", { red: { uid: "ruby", ...PROTECT }, blue: {}, green: {} }, "member red would lose its user"],
    ["is replaced and not protected any more", { red: { uid: "ruby" }, blue: {}, green: {} }, "member red would lose"],
    ["gives its name to another user", { red: { uid: "blue" }, green: {} }, "member red would lose its user"],
  ];
  for (const [what, users, says] of refused) {
    it(`keeps its user when it ${what}; nothing at all is done`, async () => {
      const { stored } = stack.engine;
      const message = `updating rgw.Users: ${says}`;
      await assert.rejects(stack.preview(users), (error: Error) => error.message.startsWith(message));
      stack.gateway.requests.reset();
      await assert.rejects(stack.updateOf(users, ALLOW), (error: Error) => error.message.startsWith(message));
      const said = await stack.fails(users);
      assert.ok(said.startsWith(message), said);
      assert.match(said, /Set protect: false for it with one up, then remove or replace it with the next\.$/);
      assert.deepEqual([stack.gateway.requests.tally(), stack.engine.stored], [{}, stored]);
    });
  }

  it("keeps the whole fleet from being deleted, and none of it is", async () => {
    await stack.up({ red: PROTECT, blue: PROTECT, green: {} });
    const { stored } = stack.engine;
    const message =
      /^Error: deleting rgw\.Users: members red, blue would lose their users, and state has protect: true for them\. /;
    assert.deepEqual(await stack.tally(() => assert.rejects(stack.engine.destroy(), message)), {});
    assert.deepEqual([stack.uids(), stack.engine.stored], [["blue", "green", "red"], stored]);
  });

  it("is deleted by the second up after protection was taken back", async () => {
    assert.deepEqual(await stack.tally(() => stack.up({ red: { protect: false }, blue: {}, green: {} })), {});
    await stack.up({ blue: {}, green: {} });
    assert.deepEqual(stack.uids(), ["blue", "green"]);
    await stack.engine.destroy();
  });

  it("may get another name, and change its user with another member's", async () => {
    await stack.up({ crimson: { uid: "red", displayName: "red", ...PROTECT }, blue: {}, green: {} });
    await stack.up({
      crimson: { uid: "blue", displayName: "blue" },
      blue: { uid: "red", displayName: "red" },
      green: {},
    });
    assert.deepEqual(stack.uids(), ["blue", "green", "red"]);
  });

  it("is protected by the defaults, stays so through a refresh, and also when it is not to be deleted anyway", async () => {
    await stack.up({ red: {}, blue: { protect: false }, green: KEEP }, PROTECT);
    await stack.engine.refresh();
    await stack.up({ red: {}, green: KEEP }, PROTECT);
    assert.match(await stack.fails({ red: {} }, PROTECT), /member green would lose its user/);
    assert.match(await stack.fails({ green: {} }, PROTECT), /member red would lose its user/);
  });

  it("is protected from the run on that says so, though that run fails for it", async () => {
    stack.gateway.faults = (request) => (request.url.search.includes("uid=blue") ? faults.unknownError : undefined);
    await stack.fails({ red: PROTECT, blue: { ...PROTECT, maxBuckets: 5 }, green: KEEP });
    stack.gateway.faults = undefined;
    assert.match(
      await stack.fails({ red: PROTECT, green: {} }),
      /^updating rgw\.Users: member blue would lose its user/,
    );
  });

  it("says true or false", async () => {
    for (const [value, says] of [
      [true, ""],
      [BOOLEAN, ""],
      ["true", "users.red.protect: must be of type boolean"],
    ]) {
      const { failures } = await stack.provider.check({}, { users: named({ red: { protect: value } }) });
      assert.equal(failures.map(({ reason }) => reason).join(), says);
    }
  });
});
