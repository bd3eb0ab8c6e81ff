/** A member's own secret in the inputs: whichever way it came, what check returns for state marks it. */
import assert from "node:assert/strict";
import type { Inputs } from "../../provider/pulumi/state";
import { type FleetStack, named, openFleetStack } from "./fleet-stack";

const OWN = { accessKey: "MINE", secretKey: "own-secret" };
const STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const OBJECT = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";
const MARKED = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

describe("a fleet whose member brings its own secret does not store it in clear", () => {
  let stack: FleetStack;
  beforeEach(async () => {
    stack = await openFleetStack();
  });

  const given: readonly [what: string, inputs: Inputs][] = [
    ["from the member", { users: named({ red: OWN, blue: {} }) }],
    ["from the defaults", { defaults: { secretKey: "own-secret" }, users: named({ red: { accessKey: "MINE" } }) }],
    ["beside an unknown value", { users: named({ red: OWN, blue: { maxBuckets: STRING } }) }],
    ["beside an unknown value of its own", { users: named({ red: { ...OWN, maxBuckets: STRING } }) }],
    ["beside an unknown member", { users: { ...named({ red: OWN }), blue: OBJECT } }],
    ["beside unknown defaults", { defaults: OBJECT, users: named({ red: OWN }) }],
    ["in the defaults of unknown users", { defaults: OWN, users: OBJECT }],
    ["when it is not known yet", { users: named({ red: { ...OWN, secretKey: STRING } }) }],
  ];
  for (const [what, news] of given) {
    it(what, async () => {
      const { inputs, failures } = await stack.provider.check({}, news);
      assert.deepEqual(failures, []);
      const clear = Object.entries(inputs).filter(([, value]) => !isMarked(value));
      assert.doesNotMatch(JSON.stringify(clear), /own-secret|secretKey/);
      assert.ok(Object.values(inputs).some(isMarked));
    });
  }

  it("and marks nothing without one, so that previews show what changes", async () => {
    const { inputs } = await stack.provider.check({}, { users: named({ red: {}, blue: {} }) });
    assert.deepEqual(inputs, { users: named({ red: {}, blue: {} }) });
  });

  it("and has nothing to do when the next run says the same", async () => {
    const up = () => stack.up({ red: { accessKey: "MINE" } }, { secretKey: "own-secret" });
    assert.equal(await up(), "created");
    assert.deepEqual(stack.engine.secretInputs, ["users"]);
    assert.equal(await up(), "same");
    await stack.engine.refresh();
    assert.equal(await up(), "same");
    stack.works("red");
  });
});

describe("a fleet's own secrets", () => {
  it("are each user's own: the defaults have none, and their rotationId is not for users that bring one", async () => {
    const stack = await openFleetStack();
    const one = { secretKey: "the-one-secret" };
    const { failures } = await stack.provider.check({}, { defaults: one, users: named({ red: {}, blue: one }) });
    assert.deepEqual(
      failures.map(({ reason }) => reason.slice(0, 55)),
      ["users.red.secretKey: cannot come from the defaults: who"],
    );
    assert.doesNotMatch(JSON.stringify(failures), /the-one-secret/);
    const { inputs } = await stack.provider.check(
      {},
      { defaults: { rotationId: "1" }, users: named({ red: {}, blue: one }) },
    );
    const users = (Object.values(inputs.users as object).find((value) => typeof value === "object") ?? {}) as Inputs;
    assert.deepEqual([(users.red as Inputs).rotationId, (users.blue as Inputs).rotationId], ["1", undefined]);
  });
});

function isMarked(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(MARKED).every((name) => name in value);
}
