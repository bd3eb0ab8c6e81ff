/** The texts of `object-users import`: patterns, names and the program, without a system. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import * as ts from "typescript";
import { namer } from "../../../cli/import/names";
import { matcher } from "../../../cli/import/pattern";
import { programText } from "../../../cli/import/program";

describe("patterns for names", () => {
  for (const [pattern, yes, no] of [
    ["team-*", ["team-", "team-red"], ["Team-red", "xteam-red", "team"]],
    ["?x", ["ax"], ["x", "aax"]],
    ["[a-c]1", ["a1", "c1"], ["d1", "-1"]],
    ["[!a-c]1", ["d1"], ["a1"]],
    ["a.b$c(+)", ["a.b$c(+)"], ["axb$c(+)"]],
    ["[", ["["], ["a"]],
    ["*", ["", "line\nend", "ü"], []],
  ] as const) {
    it(`${pattern}`, () => {
      const matches = matcher([pattern]);
      for (const name of yes) assert.ok(matches(name), name);
      for (const name of no) assert.ok(!matches(name), name);
    });
  }
  it("none picks all; several pick what any picks", () => {
    assert.ok(matcher([])("anybody"));
    assert.deepEqual(["a", "b", "c"].filter(matcher(["a", "c"])), ["a", "c"]);
  });
});

describe("names of resources", () => {
  it("are plain and unique", () => {
    const nameOf = namer();
    assert.deepEqual(["t1$a", "t1-a", "a b", "ü", "", "a::b", "a-b-2", "a b"].map(nameOf), [
      "t1-a",
      "t1-a-2",
      "a-b",
      "user",
      "user-2",
      "a-b-2",
      "a-b-2-2",
      "a-b-3",
    ]);
  });
});

describe("the program", () => {
  const odd = `quote " back \\ tick \` $${"{x}"} \u2028 ü\n`;
  const users = [
    { name: "plain", inputs: { uid: "plain", displayName: "Plain" } },
    { name: "a-b.c", inputs: { uid: odd, displayName: odd, userQuota: { enabled: true, maxObjects: -1 }, caps: [] } },
    { name: "__proto__", inputs: { uid: "__proto__", displayName: "x".repeat(120) } },
  ];
  /** What the program gives to each resource, by running it. */
  const declared = (text: string) => {
    const made: [string, unknown][] = [];
    class Resource {
      constructor(name: string, inputs: unknown) {
        made.push([name, inputs]);
      }
    }
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    const load = new Function("require", "exports", outputText);
    load(() => ({ rgw: { User: Resource, Users: Resource } }), {});
    return made;
  };

  /** Objects of one prototype, whoever made them. */
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

  it("declares exactly the inputs, however odd the text", () => {
    const text = programText({ system: "rgw", resource: "rgw.User", users, defaults: {} });
    assert.deepEqual(
      declared(text),
      users.map(({ name, inputs }) => [name, inputs]),
    );
    assert.ok(text.split("\n").every((line) => line.length <= 160));
  });

  it("has uids of any text as they are, and nothing in it that an editor would obey instead of showing it", function () {
    this.timeout(30_000);
    const hostile = [
      '"); process.exit(1); ("',
      `\`$${"{process.exit(1)}"}\``,
      "\\",
      '\\"',
      "line\nend\r\n",
      "\u001b[2J\u009b\u007f\u0000",
      "*/ // <!-- -->",
      "\u202e\u2066//\u2069\u200b\ufeff\u{e0001}",
      "\u2028\u2029\u0085",
      "\ud800 alone",
      "constructor",
    ];
    const text = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: "binary" }));
    const odd = fc.record({ uid: text, displayName: text, tags: fc.dictionary(text, text), caps: fc.array(text) });
    const user = fc.record({ name: text, inputs: odd });
    // A program of many users is transpiled as fast as one of few.
    const many = fc.uniqueArray(user, { selector: ({ name }) => name, minLength: 20, maxLength: 40 });
    fc.assert(
      fc.property(many, text, (users, fleet) => {
        const parts = { system: "rgw", resource: "rgw.User", defaults: {}, users };
        for (const program of [programText(parts), programText({ ...parts, fleet })])
          assert.doesNotMatch(program, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        const pairs = users.map(({ name, inputs }) => [name, inputs] as const);
        assert.deepEqual(plain(declared(programText(parts))), plain(pairs));
        const members = { users: Object.fromEntries(pairs) };
        assert.deepEqual(plain(declared(programText({ ...parts, fleet }))), plain([[fleet, members]]));
      }),
      { numRuns: 3 },
    );
  });

  it("declares a fleet with its defaults", () => {
    const fleet = users;
    const text = programText({
      system: "rgw",
      resource: "rgw.User",
      users: fleet,
      fleet: "t",
      defaults: { prove: false },
    });
    const members = Object.fromEntries(fleet.map(({ name, inputs }) => [name, inputs]));
    assert.deepEqual(declared(text), [["t", { defaults: { prove: false }, users: members }]]);
  });
});
