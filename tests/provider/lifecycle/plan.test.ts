/** The user, its password and its settings, and the reasons that every step gives. */
import assert from "node:assert/strict";
import type { Known, Spec } from "../../../provider/lifecycle/model";
import { plan } from "../../../provider/lifecycle/plan";
import { ONE, OWN, TWO, table } from "./plan-table";
import { BY_US, key, known, NOW, retired, spec } from "./samples";

table("the user", BY_US, [
  ["is not there", { fields: { a: 1 } }, undefined, [`createUser {"a":1} ${ONE}`]],
  ["is not there, and brings its own key", { ownKey: OWN }, undefined, ["createUser {} MINE:own"]],
  ["is not there, own id without a secret", { ownKey: { accessKey: "MINE" } }, undefined, ["createUser {} MINE"]],
  ["is not there, and wants no key", { createKey: false }, undefined, ["createUser {} without key"]],
  ["is as wanted", { fields: { a: 1 } }, known([key("A", "1")], "A", { fields: { a: 1, b: 2 } }), []],
  [
    "differs: only what differs",
    { fields: { a: 1, b: [1, 2], c: { d: 1 } } },
    known([key("A", "1")], "A", { fields: { a: 2, b: [1, 2], c: { d: 2 } } }),
    ['updateUser {"a":1,"c":{"d":1}}'],
  ],
  [
    "differs from its baseline where nothing is declared",
    { fields: {} },
    known([key("A", "1")], "A", { fields: { a: "drifted", b: 0 }, baseline: { a: "as it was" } }),
    ['updateUser {"a":"as it was"}'],
  ],
  [
    "declared wins over its baseline",
    { fields: { a: "mine" } },
    known([key("A", "1")], "A", { fields: { a: "mine" }, baseline: { a: "as it was" } }),
    [],
  ],
  [
    "lists that differ in their order only are different",
    { fields: { a: [1, 2] } },
    known([key("A", "1")], "A", { fields: { a: [2, 1] } }),
    ['updateUser {"a":[1,2]}'],
  ],
]);

table("the user of a system that makes keys apart", { ...BY_US, keyWithUser: false }, [
  ["is not there", {}, undefined, ["createUser {} without key"]],
  ["was just made", {}, known([]), [`issueKey ${ONE} for 1`]],
]);

table("the password", BY_US, [
  ["none is wanted", {}, known([key("A", "1")], "A"), []],
  ["none is known", { password: { rotationId: "" } }, known([key("A", "1")], "A"), ["setPassword for "]],
  [
    "is as wanted",
    { password: { rotationId: "p" } },
    known([key("A", "1")], "A", { password: { value: "x", rotationId: "p" } }),
    [],
  ],
  [
    "has another rotation",
    { password: { rotationId: "q" } },
    known([key("A", "1")], "A", { password: { value: "x", rotationId: "p" } }),
    ["setPassword for q"],
  ],
  [
    "of the inputs changed",
    { password: { value: "y", rotationId: "" } },
    known([key("A", "1")], "A", { password: { value: "x", rotationId: "" } }),
    ["setPassword for "],
  ],
  [
    "of the inputs is the same: its rotation does not matter",
    { password: { value: "x", rotationId: "q" } },
    known([key("A", "1")], "A", { password: { value: "x", rotationId: "p" } }),
    [],
  ],
  [
    "comes before settings and keys",
    { password: { rotationId: "p" }, fields: { a: 1 }, rotationId: "2" },
    known([key("A", "1")], "A"),
    ["setPassword for p", 'updateUser {"a":1}', `issueKey ${TWO} for 2`],
  ],
]);

describe("plan: reasons", () => {
  const reasons = (wish: Partial<Spec>, before: Known) => plan(spec(wish), before, BY_US, NOW).map((step) => step.why);
  const rows: readonly [what: string, wish: Partial<Spec>, before: Known, why: RegExp][] = [
    [
      "a rotation",
      { rotationId: "2" },
      known([key("A", "1")], "A"),
      /^rotationId changed from "1" to "2"; key A lives on for 3600 s$/,
    ],
    [
      "a grace that ended",
      { rotationId: "2" },
      known([retired("A", "1", -3600, 0), key("B", "2")], "B"),
      /^grace of key A ended 2030-01-01T00:00:00.000Z$/,
    ],
    [
      "another grace",
      { rotationId: "2", gracePeriodSeconds: 60 },
      known([retired("A", "1", -6, 3594), key("B", "2")], "B"),
      /^gracePeriodSeconds changed: key A lives until /,
    ],
    [
      "an own key that has the id of one that is over",
      { ownKey: OWN },
      known([retired("MINE", "1", -3600, 0), key("B", "2")], "B"),
      /^grace of key MINE ended .*;the inputs' accessKey MINE .* that one is revoked first, then the key is issued anew$/,
    ],
    ["a hard cut", { ownKey: OWN }, known([key("MINE", "1")], "MINE"), /its old secret ends immediately$/],
    ["an unfinished run", {}, known([], undefined, { foreign: [ONE] }), /is there from an unfinished run$/],
    [
      "a broken key",
      {},
      known([], undefined, { published: { accessKey: "A", secretKey: "x" } }),
      /^the published key A was removed or disabled, or its secret replaced, on the system$/,
    ],
    ["a setting", { fields: { a: 1 } }, known([key("A", "1")], "A", { fields: { a: 2 } }), /^a is 2, wanted 1$/],
    [
      "a key of somebody else",
      { exclusiveKeys: true },
      known([key("A", "1")], "A", { foreign: ["F"] }),
      /^key F is not of this resource \(exclusiveKeys\)$/,
    ],
  ];
  for (const [what, wish, before, why] of rows) {
    it(`tells of ${what}, and of no secret`, () => {
      const said = reasons(wish, before);
      assert.match(said.join(";"), why);
      assert.doesNotMatch(said.join(), /hush|my secret/);
    });
  }
});
