// docs/guides/emergency-rotation.md: a leaked key is found by its id, and refused right after the commands of the guide, for
// one user and for a fleet.

import assert from "node:assert/strict";
import { needCli } from "../real/needs";
import { Reader } from "./reader";

describe("guide: a key has leaked", function () {
  this.timeout(300_000);
  let reader: Reader;
  let leaked: Record<string, unknown>;

  before(async function () {
    await needCli(this);
    reader = await Reader.open("emergency-rotation");
    reader.save("index.ts");
    await reader.stack.up({ expect: 0 });
    leaked = await reader.outputs();
  });
  after(() => reader?.close());

  const s3 = (key: Record<string, unknown>) => reader.cluster.s3(key.accessKey, key.secretKey);

  it("the owner of a key is found in all stacks of the project, and nobody for another key", async () => {
    const env = { LEAKED: String(leaked.accessKey) };
    await reader.bash("pulumi stack init other && pulumi stack select prod");
    assert.equal((await reader.run("find", { env })).out, "prod alice alice\n");
    assert.equal((await reader.run("find", { env: { LEAKED: "SOMETHINGELSE" } })).out, "");
  });

  it("curl lists buckets with the key before, and is refused after the rotation; the new one works, with no grace", async () => {
    await reader.run("keep");
    const [command = ""] = reader.block("refused").text.split("\nrm ");
    assert.match((await reader.bash(command)).out, /<ListAllMyBucketsResult.*<ID>alice</);
    const { out } = await reader.run("rotate");
    assert.doesNotMatch(out, new RegExp(String(leaked.secretKey)));
    assert.equal(s3(leaked), 403);
    const now = await reader.outputs();
    assert.notEqual(now.accessKey, leaked.accessKey);
    assert.equal(s3(now), 200);
    assert.match((await reader.run("refused")).out, /<Code>InvalidAccessKeyId</);
    assert.equal(reader.cluster.gateway.user("alice")?.keys.size, 1);
  });

  it("a key of one's own: another one takes its place, and the leaked one is refused", async () => {
    await reader.bash("pulumi config set accessKey BACKUP1 && pulumi config set --secret secretKey the-leaked-secret");
    reader.save(["own.ts", "index.ts"]);
    await reader.bash("pulumi up --yes --skip-preview");
    const own = await reader.outputs();
    assert.equal(s3(own), 200);
    await reader.run("rotate-own");
    const now = await reader.outputs();
    assert.equal(now.accessKey, "BACKUP2");
    assert.deepEqual([s3(own), s3(now)], [403, 200]);
    assert.deepEqual([...(reader.cluster.gateway.user("backup")?.keys.keys() ?? [])], ["BACKUP2"]);
  });

  it("a whole fleet, by the same two settings", async () => {
    reader.save(["fleet.ts", "index.ts"]);
    await reader.bash("pulumi config rm rotationId && pulumi up --yes --skip-preview");
    const before = (await reader.outputs()).credentials as Record<string, Record<string, unknown>>;
    assert.deepEqual(Object.values(before).map(s3), [200, 200]);
    const member = String(before.blue?.accessKey);
    assert.equal((await reader.run("find", { env: { LEAKED: member } })).out, "prod teams/blue blue\n");
    await reader.run("rotate");
    assert.deepEqual(Object.values(before).map(s3), [403, 403]);
    const after = (await reader.outputs()).credentials as Record<string, Record<string, unknown>>;
    assert.deepEqual(Object.values(after).map(s3), [200, 200]);
  });
});
