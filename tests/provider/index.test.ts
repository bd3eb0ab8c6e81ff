/** The door: what state calls for ever, and what it says to a state of another release. */
import assert from "node:assert/strict";
import { PROTOCOL, provider } from "../../provider/index";

describe("provider(kind, protocol)", () => {
  it("opens a resource with the methods that Pulumi calls", () => {
    const methods = ["configure", "check", "diff", "foresee", "create", "read", "update", "delete"];
    assert.deepEqual(Object.keys(provider("rgw", 1)).sort(), [...methods].sort());
  });

  it("protocol 1 is for ever", () => assert.equal(PROTOCOL, 1));

  const refused: readonly [kind: string, protocol: number, says: RegExp][] = [
    [
      "rgw",
      2,
      /speaks protocol 2 .* installed release speaks protocol 1\. Install the release that wrote the state, or a later one\.$/,
    ],
    ["rgw", 0, /speaks protocol 0 .* installed release speaks protocol 1\. Install an older release\.$/],
    [
      "minio",
      1,
      /has no users of kind "minio"; the installed release has rgw.*Install the release that wrote the state/,
    ],
    ["", 1, /has no users of kind ""/],
    ["constructor", 1, /has no users of kind "constructor"/],
    ["__proto__", 1, /has no users of kind "__proto__"/],
  ];
  for (const [kind, protocol, says] of refused) {
    it(`${JSON.stringify(kind)}, ${protocol}: refused in a sentence`, () => {
      assert.throws(() => provider(kind, protocol), says);
    });
  }
});
