// docs/guides/several-clusters.md: the same user on two clusters, another kind of system beside them, and what an outage of one
// cluster does to the other.

import assert from "node:assert/strict";
import { EcsServer } from "../../devserver/ecs/server";
import { serve } from "../../devserver/rgw/serve";
import { needCli } from "../real/needs";
import { type Cluster, openCluster, Reader } from "./reader";

const PASSWORD = "the-managers-own-password";

describe("guide: several clusters in one program", function () {
  this.timeout(400_000);
  let reader: Reader;
  let west: Cluster;
  const values: Record<string, string> = {};

  before(async function () {
    await needCli(this);
    // Neither environment nor rgw:* configuration: only the providers know a cluster.
    const none = { RADOSGW_ENDPOINT: undefined, RADOSGW_ACCESS_KEY: undefined, RADOSGW_SECRET_KEY: undefined };
    reader = await Reader.open("several-clusters", {}, none);
    west = await openCluster();
    for (const [place, { env }] of [
      ["EAST", reader.cluster],
      ["WEST", west],
    ] as const)
      for (const [name, value] of Object.entries(env)) values[name.replace("RADOSGW", place)] = value;
    reader.save("index.ts");
    await reader.run("configure", { env: values });
  });
  after(async () => {
    await west?.served.close();
    await reader?.close();
  });

  const keysOf = async () => (await reader.outputs()).keys as Record<"east" | "west", Record<string, unknown>>;

  it("the same user is on both, with a key of its own on each", async () => {
    const keys = await keysOf();
    assert.notEqual(keys.east.accessKey, keys.west.accessKey);
    assert.notEqual(keys.east.secretKey, keys.west.secretKey);
    assert.equal(reader.cluster.s3(keys.east.accessKey, keys.east.secretKey), 200);
    assert.equal(west.s3(keys.west.accessKey, keys.west.secretKey), 200);
    assert.equal(west.s3(keys.east.accessKey, keys.east.secretKey), 403);
  });

  it("a provider that is forgotten fails, instead of reaching one of them", async () => {
    const { text } = reader.block("index.ts");
    reader.stack.write({ "index.ts": text.replace("args, { provider }", "args") });
    const { out } = await reader.bash("pulumi preview || true");
    assert.match(out, /Give rgw\.Provider these arguments, or set stack configuration/);
    reader.save("index.ts");
  });

  it("an outage of one: no change is no failure, and a rotation is done on the other; the next up makes up for it", async () => {
    const { port } = west.served;
    await west.served.close();
    await reader.bash("pulumi up --yes --skip-preview --expect-no-changes");
    await reader.run("one");
    const checked = await reader.run("check", { expect: 1 });
    assert.match(checked.out, /east\):/);
    assert.match(checked.out, /west\):\n.*FAILED/);

    const before = await keysOf();
    reader.stack.write({ "index.ts": reader.block("index.ts").text.replace("2026-q4", "2027-q1") });
    await reader.bash(`! (${reader.block("continue").text.trim()})`);
    const during = await keysOf();
    assert.notEqual(during.east.accessKey, before.east.accessKey);
    assert.equal(during.west.accessKey, before.west.accessKey);

    const again = await serve(west.gateway, { port });
    await reader.run("continue");
    const after = await keysOf();
    assert.notEqual(after.west.accessKey, before.west.accessKey);
    assert.equal(after.east.accessKey, during.east.accessKey);
    assert.equal(west.s3(after.west.accessKey, after.west.secretKey), 200);
    await again.close();
  });

  it("another kind of system is beside them", async () => {
    const again = await serve(west.gateway, { port: west.served.port });
    const dell = await serve(new EcsServer());
    const settings = { endpoint: dell.url, s3Endpoint: dell.url, username: "root" };
    for (const [name, value] of Object.entries(settings)) await reader.stack.setConfig(`dell:${name}`, value);
    await reader.stack.setConfig("dell:password", PASSWORD, { secret: true });
    reader.save(["mixed.ts", "index.ts"]);
    await reader.bash("pulumi up --yes --skip-preview");
    const { accessKeys } = await reader.outputs();
    assert.match(String(accessKeys), /^PULU\w+,media$/);
    await again.close();
    await dell.close();
  });
});
