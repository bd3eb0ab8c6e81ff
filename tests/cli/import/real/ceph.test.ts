// The commands on a real Ceph: two hundred users move in, and nothing is left to do; what `check` finds there; a sweep after
// a rotation, and the up after it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { world as realWorld } from "../../../../provider/world";
import { type Cluster, cluster, sharedClusters } from "../../../e2e/rgw/cluster";
import { needCeph } from "../../../real/needs";
import { openStack, type Stack } from "../../../real/pulumi";
import { objectUsers } from "../../real";
import { runWith } from "../../scene";

const MANY = 200;
const NOTHING = { expect: 0, args: ["--expect-no-changes"] };
const NO_DRIFT = { expect: 0, args: ["--refresh", "--expect-no-changes"] };

sharedClusters();

describe("the commands on a real Ceph", function () {
  this.timeout(300_000);
  let ceph: Cluster;
  const stacks: Stack[] = [];

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    for (let index = 0; index < MANY; index++) {
      const more = index % 10 === 0 ? { email: `u${index}@example.org`, "max-buckets": "7" } : {};
      await ceph.admin("PUT", { uid: `import-${index}`, "display-name": `User ${index}`, ...more });
    }
    await ceph.admin("PUT", { uid: "import-locked", "display-name": "Locked", suspended: "true" });
    await ceph.admin("PUT", { uid: "import-keyless", "display-name": "None", "generate-key": "false" });
    await ceph.admin("PUT", { uid: "quota", tenant: "import", "display-name": "In a tenant" });
    const quota = { quota: "", uid: "import$quota", "quota-type": "user", enabled: "true", "max-objects": "5" };
    await ceph.admin("PUT", quota);
  });
  after(async () => {
    await Promise.all(stacks.map((stack) => stack.dispose()));
  });

  const open = async () => {
    const files = { "index.ts": 'import "./users";\n', "users.ts": "" };
    const stack = await openStack({ program: { files }, env: ceph.env });
    stacks.push(stack);
    return stack;
  };

  for (const how of [[], ["--fleet", "teams"]]) {
    it(`moves ${MANY} users in ${how.length === 0 ? "one by one" : "as a fleet"}, and nothing is left to do`, async () => {
      const stack = await open();
      ceph.witness.forget();
      const args = ["import", "rgw", "--filter", "import*", "--force", ...how];
      const looked = await objectUsers(stack, args, ceph.env);
      assert.equal(looked.code, 0, looked.said);
      assert.match(looked.out, new RegExp(`^${MANY + 3} users`));
      const content = JSON.parse(readFileSync(path.join(stack.directory, "import.json"), "utf8"));
      const imported = await stack.import(content, { expect: 0 });
      const preview = await stack.preview(NOTHING);
      const up = await stack.up(NOTHING);
      const drift = await stack.preview(NO_DRIFT);
      assert.deepEqual(ceph.witness.writes(), []);
      const state = JSON.stringify(await stack.exportState());
      for (const secret of ceph.witness.secrets) assert.ok(!state.includes(secret) && !looked.out.includes(secret));
      const times = { looked, imported, preview, up, drift };
      const text = Object.entries(times).map(([name, { ms }]) => `${name} ${(ms / 1000).toFixed(1)} s`);
      console.log(`      ${text.join(", ")}`);
    });
  }

  it("sweeps, and the next up revokes nothing again", async () => {
    const program = (rotationId: string) => `
      const { rgw } = require("pulumi-object-users");
      new rgw.User("swept", { uid: "swept", displayName: "S", gracePeriodSeconds: 1, rotationId: "${rotationId}" });`;
    const stack = await openStack({ program: { files: { "index.js": program("a") } }, env: ceph.env });
    stacks.push(stack);
    await stack.up({ expect: 0 });
    stack.write({ "index.js": program("b") });
    await stack.up({ expect: 0 });
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // the grace itself
    const { code, out, said } = await objectUsers(stack, ["sweep"], ceph.env);
    assert.equal(code, 0, said);
    assert.match(out, /test swept: key PULU\w+ revoked and refused by S3/);
    ceph.witness.forget();
    await stack.up({ expect: 0 });
    assert.deepEqual(ceph.witness.writes(), []);
    assert.equal((await ceph.user("swept"))?.keys.length, 1);
    await stack.preview(NO_DRIFT);
  });

  it("checks what is there: each capability, and a gateway that is slow on kept connections", async () => {
    const check = async (env: Record<string, string>) =>
      runWith(["check", "rgw"], { ...realWorld, environment: env, log: () => {} }, "/nowhere");
    const fine = await check({ ...ceph.env, RADOSGW_ENDPOINT: ceph.ceph.endpoint });
    assert.equal(fine.code, 0, fine.out);
    assert.equal(fine.said, "all is well", fine.out);

    await ceph.admin("PUT", {
      uid: "weak",
      "display-name": "Weak",
      "access-key": "WEAKKEYWEAKKEY",
      "secret-key": "weak-secret",
      "user-caps": "users=read",
    });
    const weak = { RADOSGW_ACCESS_KEY: "WEAKKEYWEAKKEY", RADOSGW_SECRET_KEY: "weak-secret" };
    const lacking = await check({ ...ceph.env, ...weak });
    assert.match(lacking.out, /ok +users=read: granted/);
    assert.match(lacking.out, /FAILED +users=write: the admin user lacks a capability/);
    assert.match(lacking.out, /warning +buckets=read:/);

    const slow = await ceph.ceph.addGateway({ nodelay: false });
    const found = await check({ ...ceph.env, RADOSGW_ENDPOINT: slow });
    assert.match(found.out, /warning +speed: requests on a kept connection take [34]\d ms longer.*tcp_nodelay=1/);
    assert.equal(found.code, 0);
  });
});
