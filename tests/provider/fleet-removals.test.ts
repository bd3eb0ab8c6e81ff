/** Users that leave a fleet: replaced or removed, in which order, and what stays when something fails. */
import assert from "node:assert/strict";
import { faults } from "../../devserver/rgw/fault";
import { type FleetStack, openFleetStack } from "./fleet-stack";

describe("a member of a fleet that is replaced", () => {
  let stack: FleetStack;
  beforeEach(async () => {
    stack = await openFleetStack();
    await stack.up({ red: {}, blue: {} });
  });

  it("and fails half-way is remembered as the new user, whether the program stays or goes back", async () => {
    for (const next of ["crimson", "red"]) {
      stack.gateway.faults = (_request, _n, kind) => (kind.startsWith("S3") ? faults.unknownError : undefined);
      await stack.fails({ red: { uid: next === "red" ? "ruby" : "crimson" }, blue: {} });
      stack.gateway.faults = undefined;
      await stack.up({ red: { uid: next }, blue: {} });
      assert.deepEqual(stack.uids(), ["blue", next].sort());
      stack.works("red");
    }
  });

  it("and cannot be made keeps its former user and key, until it can", async () => {
    const { red } = stack.credentials();
    stack.meddle("PUT user?uid=crimson&display-name=Theirs");
    for (let runs = 0; runs < 2; runs++) {
      const message = await stack.fails({ red: { uid: "crimson" }, blue: {} });
      assert.match(message, /^1 of 3 users failed, the others are done\.\nred: creating user "crimson": /);
      assert.deepEqual(stack.credentials().red, red);
      stack.works("red");
      await stack.restart();
    }
    stack.meddle("DELETE user?uid=crimson");
    await stack.up({ red: { uid: "crimson" }, blue: {} });
    assert.deepEqual(stack.uids(), ["blue", "crimson"]);
    stack.works("red");
  });

  it("and fails half-way keeps the key that consumers have, run after run", async () => {
    const { red } = stack.credentials();
    stack.gateway.faults = (request, _n, kind) =>
      kind.startsWith("S3") || request.url.search.includes("uid=crimson&key") ? faults.unknownError : undefined;
    for (let runs = 0; runs < 2; runs++) {
      await stack.fails({ red: { uid: "crimson" }, blue: {} });
      assert.deepEqual(stack.uids(), ["blue", "crimson", "red"]);
      assert.deepEqual(stack.credentials().red, red);
      await stack.restart();
    }
    stack.gateway.faults = undefined;
    await stack.up({ red: { uid: "crimson" }, blue: {} });
    assert.deepEqual(stack.uids(), ["blue", "crimson"]);
    assert.deepEqual(Object.keys(stack.credentials()).sort(), ["blue", "red"]);
    stack.works("red");
  });

  it("by one that needs its e-mail address leaves first; if that one is refused, the next up makes it", async () => {
    const email = "red@x.org";
    await stack.up({ red: { email }, blue: {} });
    await stack.up({ red: { uid: "ruby", email }, blue: {} });
    assert.deepEqual(stack.uids(), ["blue", "ruby"]);
    stack.meddle("PUT user?uid=crimson&display-name=Theirs");
    const crimson = { red: { uid: "crimson", email }, blue: {} };
    assert.match(await stack.fails(crimson), /\nred: creating user "crimson": /);
    assert.equal(stack.credentials().red, undefined);
    stack.meddle("DELETE user?uid=crimson");
    assert.equal((await stack.tally(() => stack.up(crimson)))["DELETE user"], undefined);
    stack.works("red");
  });

  it("by one that needs its e-mail address is not tried while the former user cannot be deleted", async () => {
    const email = "red@x.org";
    await stack.up({ red: { email }, blue: {} });
    const { red } = stack.credentials();
    stack.gateway.faults = (_request, _n, kind) => (kind === "DELETE user" ? faults.unknownError : undefined);
    const message = await stack.fails({ red: { uid: "ruby", email }, blue: {} });
    assert.match(message, /^1 of 3 users failed, the others are done\.\nred: deleting user "red"/);
    assert.deepEqual([stack.uids(), stack.credentials().red], [["blue", "red"], red]);
    stack.gateway.faults = undefined;
    await stack.up({ red: { uid: "ruby", email }, blue: {} });
    assert.deepEqual(stack.uids(), ["blue", "ruby"]);
  });
});

describe("users that leave a fleet", () => {
  let stack: FleetStack;
  const deeds = () =>
    stack.gateway.requests.entries.map(({ kind }) => kind).filter((kind) => /^(PUT|POST|DELETE) user$/.test(kind));
  beforeEach(async () => {
    stack = await openFleetStack();
    await stack.up({ red: { email: "red@x.org" }, blue: {}, green: {} });
    stack.gateway.requests.reset();
  });

  it("leave after all others are done, whatever their order in the program", async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`user-${i}`, {}]));
    await stack.up({ green: { uid: "grass" }, ...many, blue: { maxBuckets: 5 } });
    assert.deepEqual(deeds().slice(-2), ["DELETE user", "DELETE user"]);
    assert.deepEqual(deeds().filter((kind) => kind !== "DELETE user").length, 52);
  });

  it("leave first where another member takes their e-mail address", async () => {
    await stack.up({ crimson: { email: "red@x.org" }, blue: {}, green: {} });
    assert.deepEqual(deeds(), ["DELETE user", "PUT user"]);
    assert.deepEqual(stack.uids(), ["blue", "crimson", "green"]);
  });

  it("leave also when another member fails", async () => {
    stack.gateway.faults = (request) => (request.url.search.includes("uid=blue") ? faults.unknownError : undefined);
    await stack.fails({ red: { email: "red@x.org" }, blue: { maxBuckets: 5 } });
    assert.deepEqual(stack.uids(), ["blue", "red"]);
    assert.deepEqual(Object.keys(stack.credentials()).sort(), ["blue", "red"]);
  });
});
