/** Values that Pulumi does not know yet: where they are, and which findings concern them. */
import assert from "node:assert/strict";
import { concerns, hasUnknowns, unknownPaths } from "../../provider/pulumi/unknowns";

const TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const NUMBER = "3eeb2bf0-c639-47a8-9e75-3b44932eb421";

describe("unknownPaths", () => {
  const rows: readonly [value: unknown, paths: readonly (readonly PropertyKey[])[]][] = [
    [TEXT, [[]]],
    [{ a: TEXT, b: 1, c: "x" }, [["a"]]],
    [
      { a: { b: [1, NUMBER, { c: TEXT }] } },
      [
        ["a", "b", 1],
        ["a", "b", 2, "c"],
      ],
    ],
    [{ a: `${TEXT} and more` }, []],
    [{ a: null, b: undefined, c: [], d: {} }, []],
    [7, []],
  ];
  for (const [value, paths] of rows) {
    it(`${JSON.stringify(value)}: ${paths.length}`, () => {
      assert.deepEqual(unknownPaths(value), paths);
      assert.equal(hasUnknowns(value), paths.length > 0);
    });
  }
});

describe("concerns", () => {
  const rows: readonly [finding: readonly PropertyKey[], unknown: readonly PropertyKey[], concerned: boolean][] = [
    [["a"], ["a"], true],
    [["a", "b"], ["a"], true],
    [["a"], ["a", "b"], false],
    [[], ["a"], false],
    [["a"], ["b"], false],
    [["a", 0], ["a", 1], false],
    [["a", 1, "x"], ["a", 1], true],
  ];
  for (const [finding, unknown, concerned] of rows) {
    it(`a finding at ${finding.join(".")}, unknown ${unknown.join(".")}: ${concerned}`, () => {
      assert.equal(concerns(finding, [unknown]), concerned);
    });
  }
  it("nothing, when all is known", () => assert.equal(concerns(["a"], []), false));
});
