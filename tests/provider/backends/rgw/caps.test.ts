/** Capabilities as a set: every way of writing one means the same. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { capsDifference, isCap, normalCaps } from "../../../../provider/backends/rgw/caps";

describe("isCap", () => {
  const rows: readonly [text: string, is: boolean][] = [
    ["users=read", true],
    ["users=write", true],
    ["users=*", true],
    ["users=read, write", true],
    ["users=read,write", true],
    [" users = read ", true],
    ["amz-cache=read", true],
    ["users", false],
    ["users=", false],
    ["users=fly", false],
    ["users=READ", false],
    ["USERS=read", false],
    ["users=read=write", false],
    ["=read", false],
    ["", false],
    ["users=read;buckets=read", false],
    ["users=read,", false],
  ];
  for (const [text, is] of rows) it(`${JSON.stringify(text)}: ${is}`, () => assert.equal(isCap(text), is));
});

describe("normalCaps", () => {
  const rows: readonly [caps: readonly string[], normal: readonly string[]][] = [
    [[], []],
    [["users=read"], ["users=read"]],
    [["users=read, write"], ["users=*"]],
    [["users=write", "users=read"], ["users=*"]],
    [["users=*", "users=read"], ["users=*"]],
    [
      ["usage=write", "buckets=read"],
      ["buckets=read", "usage=write"],
    ],
    [["users=<none>"], []],
  ];
  for (const [caps, normal] of rows) it(JSON.stringify(caps), () => assert.deepEqual(normalCaps(caps), normal));
});

describe("capsDifference", () => {
  const rows: readonly [
    from: readonly string[],
    to: readonly string[],
    add: readonly string[],
    remove: readonly string[],
  ][] = [
    [[], [], [], []],
    [[], ["users=*"], ["users=*"], []],
    [["users=*"], [], [], ["users=*"]],
    [["users=read"], ["users=*"], ["users=write"], []],
    [["users=*"], ["users=read"], [], ["users=write"]],
    [["users=read"], ["users=write"], ["users=write"], ["users=read"]],
    [["users=read", "zone=*"], ["users=read", "usage=read"], ["usage=read"], ["zone=*"]],
  ];
  for (const [from, to, add, remove] of rows) {
    it(`${JSON.stringify(from)} to ${JSON.stringify(to)}`, () =>
      assert.deepEqual(capsDifference(from, to), { add, remove }));
  }

  it("leads from any set to any other", () => {
    const cap = fc.tuple(
      fc.constantFrom("users", "buckets", "usage"),
      fc.constantFrom("read", "write", "*", "read, write"),
    );
    const caps = fc.array(cap.map(([type, permission]) => `${type}=${permission}`));
    fc.assert(
      fc.property(caps, caps, (from, to) => {
        const { add, remove } = capsDifference(from, to);
        const removed = capsDifference(remove, normalCaps(from)).add;
        assert.deepEqual(normalCaps([...removed, ...add]), normalCaps(to));
      }),
    );
  });
});
