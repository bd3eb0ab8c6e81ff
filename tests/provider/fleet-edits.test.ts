/** Ordinary edits of a program, and what they must never cost: a user or a key that the program still declares. */
import assert from "node:assert/strict";
import { faults } from "../../devserver/rgw/fault";
import { openstack } from "../../provider/backends/openstack";
import { rgw } from "../../provider/backends/rgw";
import { assign } from "../../provider/pulumi/fleet/members";
import type { Inputs, Remembered } from "../../provider/pulumi/state";
import { Users } from "../../provider/pulumi/users";
import { type FleetStack, named, openFleetStack } from "./fleet-stack";
import { known } from "./lifecycle/samples";
import { fakeWorld } from "./world";

const KEEP = { retainOnDelete: true };
const user = (uid: string, more: Inputs = {}) => ({ uid, displayName: uid, ...more });

describe("an edit of a fleet", () => {
  let stack: FleetStack;
  beforeEach(async () => {
    stack = await openFleetStack();
  });
  const keyOf = (uid: string) => [...(stack.gateway.user(uid)?.keys ?? [])];

  const edits: readonly [
    what: string,
    before: Record<string, Inputs>,
    after: Record<string, Inputs>,
    gone: string[],
  ][] = [
    ["a shift by one", { a: user("1"), b: user("2"), c: user("3") }, { a: user("2"), b: user("3") }, ["1"]],
    ["a shift by one, with a new end", { a: user("1"), b: user("2") }, { a: user("2"), b: user("3") }, ["1"]],
    ["a circle", { a: user("1"), b: user("2"), c: user("3") }, { a: user("3"), b: user("1"), c: user("2") }, []],
    ["a name that passes to another user", { a: user("1"), b: user("2") }, { b: user("1"), c: user("2") }, []],
    [
      "a name with a number as leftovers have",
      { a: user("1"), b: user("2") },
      { a: user("2"), "a (2)": user("9") },
      ["1"],
    ],
    [
      "another name and retainOnDelete at once",
      { a: user("1"), b: user("2") },
      { c: user("1", KEEP), b: user("2") },
      [],
    ],
    [
      "another name for one that is to be left",
      { a: user("1", KEEP), b: user("2") },
      { c: user("1"), b: user("2") },
      [],
    ],
    [
      "a name that passes from one that is left as it is",
      { a: user("1", KEEP), b: user("2") },
      { a: user("2"), c: user("3") },
      [],
    ],
  ];
  for (const [what, before, after, gone] of edits) {
    it(`keeps the users and keys of all that it still declares: ${what}`, async () => {
      await stack.up(before);
      const kept = stack.uids().filter((uid) => !gone.includes(uid));
      const keys = new Map(kept.map((uid) => [uid, keyOf(uid)]));
      await stack.up(after);
      for (const [uid, before] of keys) assert.deepEqual(keyOf(uid), before, uid);
      for (const uid of gone) assert.equal(stack.gateway.user(uid), undefined, uid);
      assert.deepEqual(Object.keys(stack.credentials()).sort(), Object.keys(after).sort());
      for (const name of Object.keys(after)) stack.works(name);
      assert.deepEqual(await stack.tally(() => stack.up(after)), {});
    });

    it(`the same, when the run fails for every member that it changes, and is made again: ${what}`, async () => {
      await stack.up(before);
      const kept = stack.uids().filter((uid) => !gone.includes(uid));
      const keys = new Map(kept.map((uid) => [uid, keyOf(uid)]));
      stack.gateway.faults = () => faults.unknownError;
      const changed = Object.fromEntries(Object.entries(after).map(([name, one]) => [name, { ...one, maxBuckets: 5 }]));
      await stack.fails(changed);
      await stack.restart();
      stack.gateway.faults = undefined;
      await stack.up(after);
      for (const [uid, before] of keys) assert.deepEqual(keyOf(uid), before, uid);
      assert.deepEqual(Object.keys(stack.credentials()).sort(), Object.keys(after).sort());
      for (const name of Object.keys(after)) stack.works(name);
    });
  }

  it("to retainOnDelete counts though the run fails for that member: removed after that, its user is left", async () => {
    await stack.up({ a: user("1"), b: user("2") });
    stack.gateway.faults = (request) => (request.url.search.includes("uid=1") ? faults.unknownError : undefined);
    await stack.fails({ a: user("1", { ...KEEP, maxBuckets: 5 }), b: user("2") });
    stack.gateway.faults = undefined;
    await stack.up({ b: user("2") });
    assert.deepEqual(stack.uids(), ["1", "2"]);
  });

  it("that gives two members one user by the defaults is refused before anything is done", async () => {
    await stack.up({ a: user("1"), b: user("2") });
    const all = { defaults: { uid: "1" }, users: { a: { displayName: "1" }, b: { displayName: "2" } } };
    const { failures } = await stack.provider.check(stack.engine.stored?.inputs ?? {}, all);
    assert.match(failures[0]?.reason ?? "", /^users\.b: is the same user "1" as users\.a/);
  });

  it("of a default that replaces every user is refused", async () => {
    const users = named({ a: {}, b: {}, c: {} });
    await stack.engine.up({ users });
    const { uids } = stack;
    const before = uids();
    await assert.rejects(stack.engine.up({ defaults: { tenant: "t" }, users }), /3 of 3 members: a, b, c/);
    assert.deepEqual(uids(), before);
  });

  it("that takes back what no system takes back is refused, also under another name", async () => {
    const placed = { defaultPlacement: "default-placement" };
    await stack.up({ a: user("1", placed), b: user("2") });
    for (const name of ["a", "c"]) {
      const message = await stack.fails({ [name]: user("1"), b: user("2") });
      assert.match(message, new RegExp(`users\\.${name}\\.defaultPlacement: cannot be taken back`));
    }
    await stack.up({ a: user("9"), b: user("1", placed), c: user("2") });
  });
});

describe("who is who in a fleet", () => {
  const member = (inputs: Inputs): Remembered => ({ known: known([], undefined), inputs });
  const assigned = (users: Users, before: Record<string, Inputs>, wanted: Record<string, Inputs>) => {
    const state = new Map(Object.entries(before).map(([name, inputs]) => [name, member(inputs)]));
    const { staying, leaving } = assign(users, state, new Map(Object.entries(wanted)));
    const plain = (members: ReadonlyMap<string, Remembered>) =>
      Object.fromEntries([...members].map(([name, { inputs }]) => [name, inputs]));
    return [plain(staying), plain(leaving)];
  };
  const ceph = new Users(rgw, fakeWorld(), () => {});
  const keystone = new Users(openstack, fakeWorld(), () => {});
  const named = (name: string, more: Inputs = {}) => ({ name, domain: "Default", project: "p", ...more });

  it("a user that the program declares never leaves, though state has it twice", () => {
    const [one, two] = [user("1", { maxBuckets: 1 }), user("1", { maxBuckets: 2 })];
    for (const wanted of [{ a: user("1") }, { b: user("1") }, { c: user("1") }]) {
      const [staying, leaving] = assigned(ceph, { a: one, b: two }, wanted);
      assert.deepEqual(leaving, {});
      assert.deepEqual(Object.keys(staying ?? {}), Object.keys(wanted));
    }
    assert.deepEqual(assigned(ceph, { a: one, b: two }, { a: user("1") })[0], { a: one });
  });

  it("a user that is renamed on its system stays with its member", () => {
    assert.deepEqual(assigned(keystone, { a: named("x") }, { a: named("y") }), [{ a: named("x") }, {}]);
    const other = named("y", { domain: "other" });
    assert.deepEqual(assigned(keystone, { a: named("x") }, { a: other }), [{}, { a: named("x") }]);
  });

  it("a member that comes does not get the user of one that leaves", () => {
    const before = { a: named("x"), b: named("y") };
    assert.deepEqual(assigned(keystone, before, { a: named("y"), c: named("z") }), [
      { a: named("y") },
      { a: named("x") },
    ]);
    assert.deepEqual(assigned(keystone, before, { a: named("y"), b: named("z") }), [
      { a: named("y") },
      { a: named("x") },
    ]);
  });
});
