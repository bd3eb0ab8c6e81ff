// The commands on a real Ceph, with the real Pulumi CLI: users move in singly and as a fleet, and nothing is left to do; a sweep
// after their first rotation, and the up after it; what `check` finds. OBJECT_USERS_MOVED=200 moves as many.

import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { world as realWorld } from "../../../../provider/world";
import { type Cluster, cluster, sharedClusters } from "../../../e2e/rgw/cluster";
import { size } from "../../../proofs/ground/seed";
import { needCeph } from "../../../real/needs";
import { openStack, type Stack } from "../../../real/pulumi";
import { NO_DRIFT, OK } from "../../../real/searched";
import { objectUsers } from "../../real";
import { runWith } from "../../scene";

const MANY = size("OBJECT_USERS_MOVED", 3);
const USERS = [
  { uid: "import-red", "display-name": "Red", email: "red@example.org", "max-buckets": "7", "user-caps": "users=read" },
  { uid: "import-blue", tenant: "import1", "display-name": 'The "blue" ones' },
  { uid: "import quota", tenant: "import1", "display-name": "Has a quota" },
  { uid: "import-none", "display-name": "None", "generate-key": "false" },
  { uid: "import-locked", "display-name": "Locked", suspended: "true" },
  { uid: "other", "display-name": "Other" },
  ...Array.from({ length: MANY }, (_, index) => ({ uid: `import-${index}`, "display-name": `User ${index}` })),
];
const FILTER = ["--filter", "import*", "import1$*"];

/** Gives the users that moved in their first rotation. */
const ROTATION = `
import * as pulumi from "@pulumi/pulumi";
pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
  type.endsWith("/rgw:User") && props.createKey !== false ? { props: { ...props, rotationId: "first", gracePeriodSeconds: 1 }, opts } : undefined);
`;

sharedClusters();

describe("the commands on a real Ceph", function () {
  this.timeout(300_000);
  let ceph: Cluster;
  const stacks: Stack[] = [];

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    for (const user of USERS) await ceph.admin("PUT", user);
    const quota = { quota: "", uid: "import1$import quota", "quota-type": "user", enabled: "true", "max-objects": "5" };
    await ceph.admin("PUT", quota);
  });
  after(async () => {
    await Promise.all(stacks.map((stack) => stack.dispose()));
  });

  for (const how of [["--fleet", "teams"], []]) {
    it(`moves users in ${how.length === 0 ? "one by one" : "as a fleet"}, and nothing is left to do`, async () => {
      const files = { "index.ts": 'import "./rotation";\nimport "./users";\n', "rotation.ts": "", "users.ts": "" };
      const stack = await openStack({ program: { files }, env: ceph.env });
      stacks.push(stack);
      ceph.witness.forget();
      const { code, out, said } = await objectUsers(stack, ["import", "rgw", ...FILTER, "--force", ...how], ceph.env);
      assert.equal(code, 0, said);
      assert.match(out, new RegExp(`^${USERS.length - 1} users in .*pulumi import --file import\\.json`, "s"));
      assert.match(said, /import\.json holds secret keys in clear: delete it/);
      const file = path.join(stack.directory, "import.json");
      assert.equal(statSync(file).mode & 0o777, 0o600);
      await stack.import(JSON.parse(readFileSync(file, "utf8")), OK);
      await stack.up(NO_DRIFT);
      assert.deepEqual(ceph.witness.writes(), []);
      const program = readFileSync(path.join(stack.directory, "users.ts"), "utf8");
      const state = JSON.stringify(await stack.exportState());
      for (const secret of ceph.witness.secrets) assert.ok(!`${program}${out}${said}${state}`.includes(secret));
    });
  }

  it("sweeps, and the next up or refresh revokes nothing again", async () => {
    const stack = stacks.at(-1);
    assert.ok(stack);
    stack.write({ "rotation.ts": ROTATION });
    await stack.up(OK);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // the grace itself
    const { code, out, said } = await objectUsers(stack, ["sweep"], ceph.env);
    assert.equal(code, 0, said);
    assert.match(out, /test import-red: key \w+ revoked and refused by S3/);
    ceph.witness.forget();
    await stack.up({ ...OK, args: ["--refresh"] });
    assert.deepEqual(ceph.witness.writes(), []);
    assert.equal((await ceph.user("import-red"))?.keys.length, 1);
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
    assert.match(found.out, /warning +speed: requests on a kept connection take \d+ ms longer.*tcp_nodelay=1/);
    assert.equal(found.code, 0);
  });
});
