// docs/guides/renaming-and-moving.md: each edit is refused where it is made without more, and by the guide's way no key is
// touched: the users have the very keys that they had, and the resource publishes them.

import assert from "node:assert/strict";
import { needCli } from "../real/needs";
import { Reader } from "./reader";

/** A list beside the guide's first user. */
const BY_PLACE = `
["red", "green", "blue"].forEach((uid, place) => new rgw.User(\`team-\${place}\`, { uid, displayName: uid }));
`;

describe("guide: rename, move, split and merge", function () {
  this.timeout(600_000);
  let reader: Reader;

  before(async function () {
    await needCli(this);
    reader = await Reader.open("renaming-and-moving");
  });
  after(() => reader?.close());

  /** The access keys of each user, as the gateway has them. */
  const keys = () =>
    Object.fromEntries(reader.cluster.gateway.users().map(({ uid, keys }) => [uid, [...keys.keys()].sort()]));
  const writes = () => reader.cluster.gateway.requests.writes();
  const program = (block: string, more = "") => reader.stack.write({ "index.ts": reader.block(block).text + more });

  it("another name, then a component: refused without an alias, and with it nothing is sent", async () => {
    program("index.ts", BY_PLACE);
    await reader.run("up");
    const before = { keys: keys(), outputs: await reader.outputs() };
    const { text } = reader.block("renamed.ts");
    reader.stack.write({ "index.ts": text.replace(', { aliases: [{ name: "alice" }] }', "") + BY_PLACE });
    const refused = await reader.bash("! pulumi up --yes --skip-preview");
    assert.match(refused.out, /exists already and was not made by this resource.*adopt: true.*aliases: \[\{ name: /);
    reader.cluster.gateway.requests.reset();
    for (const block of ["renamed.ts", "component.ts"]) {
      program(block, BY_PLACE);
      await reader.run("up");
      assert.deepEqual({ keys: keys(), outputs: await reader.outputs() }, before, block);
    }
    assert.equal(writes(), 0);
  });

  it("a list that loses an element: only its user is deleted", async () => {
    const { alice: _, red, ...others } = keys();
    assert.equal(red?.length, 1);
    program("list.ts");
    await reader.run("up");
    assert.deepEqual(keys(), others);
  });

  it("into a fleet: the single resources release their users", async () => {
    const before = keys();
    reader.cluster.gateway.requests.reset();
    program("fleet.ts");
    const { out } = await reader.run("adopt");
    assert.match(out, /rgw\.User green: is released, not deleted: the program has another resource for this user/);
    assert.match(out, /rgw\.User blue: is released, not deleted/);
    assert.deepEqual(keys(), before);
    assert.equal(writes(), 0);
  });

  it("out of a fleet, though the single resource depends on it: the user is left, then taken over", async () => {
    const before = keys();
    program("retained.ts");
    await reader.run("retain");
    reader.cluster.gateway.requests.reset();
    const { text } = reader.block("single.ts");
    reader.stack.write({
      "index.ts": text.replace("adopt });\n\nexport", "adopt }, { dependsOn: teams });\n\nexport"),
    });
    assert.notEqual(text, text.replace("adopt });\n\nexport", ""));
    const { out } = await reader.run("adopt");
    assert.match(out, /rgw\.Users blue: user "blue" is left as it is \(retainOnDelete\)/);
    assert.deepEqual(keys(), before);
    assert.equal(writes(), 0);
    assert.equal((await reader.outputs()).accessKey, before.blue?.[0]);
  });

  it("to another stack: moved in state, and neither stack has anything to do", async () => {
    const before = keys();
    const URN = (await reader.stack.exportState()).deployment.resources?.find(({ urn }) => urn.endsWith("::blue"))?.urn;
    assert.ok(URN);
    await reader.bash("pulumi stack init media && pulumi stack select prod");
    reader.cluster.gateway.requests.reset();
    await reader.run("move", { env: { URN } });
    const lines = reader.block("single.ts").text.split("\n");
    const without = (word: RegExp) => lines.filter((line) => !word.test(line)).join("\n");
    reader.stack.write({ "index.ts": without(/blue|adopt/) });
    await reader.bash("pulumi up --yes --skip-preview");
    reader.stack.write({ "index.ts": without(/teams/) });
    await reader.run("there");
    assert.deepEqual(keys(), before);
    assert.equal(writes(), 0);
    const { out } = await reader.bash("pulumi stack output accessKey --stack media");
    assert.equal(out.trim(), before.blue?.[0]);
  });
});
