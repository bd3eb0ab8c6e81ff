// docs/guides/from-terraform.md: the mapping names inputs and outputs that exist; users that Terraform's state names move in
// without a change, and the real Terraform forgets them, where it is installed. The provider is not downloaded: `terraform
// state` needs none.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rgw } from "../../provider/backends/rgw";
import { lifecycleArgs } from "../../provider/backends/rows";
import { commandAvailable, needCli, skipWithout } from "../real/needs";
import { readGuide } from "./blocks";
import { Reader } from "./reader";

const OUTPUTS = ["accessKey", "secretKey"];
const QUOTA = ["enabled", "maxSizeBytes", "maxObjects"];
const CONNECTION = ["caCertificate", "insecure"];

/** A resource in a state of Terraform. */
function resource(type: string, name: string, attributes: object, more: object = {}) {
  const provider = `provider["registry.terraform.io/fitbeard/radosgw"]`;
  return { mode: "managed", type, name, provider, instances: [{ schema_version: 0, attributes, ...more }] };
}

const STATE = {
  version: 4,
  terraform_version: "1.5.0",
  serial: 3,
  lineage: "0c2f4f5e-3b7e-4e9b-8d59-1f1f0a6a0b11",
  outputs: {},
  resources: [
    resource("radosgw_iam_user", "red", { id: "red", user_id: "red", display_name: "Red", tenant: null }),
    resource(
      "radosgw_iam_user",
      "team",
      { id: "shop$blue", user_id: "blue", display_name: "Blue", tenant: "shop" },
      { index_key: "blue" },
    ),
    { ...resource("radosgw_iam_user", "in_module", { id: "green", user_id: "green" }), module: "module.users" },
    resource("radosgw_iam_access_key", "red", { id: "RED", user_id: "red", access_key: "RED", secret_key: "s3cret" }),
    resource("radosgw_iam_quota", "red", { user_id: "red", type: "user", max_size: 1024 }),
    resource("radosgw_iam_user_caps", "red", { user_id: "red", caps: [{ type: "users", perm: "read" }] }),
    resource("radosgw_iam_subuser", "red", { id: "red:swift", user_id: "red", subuser: "swift" }),
    resource("radosgw_s3_bucket", "data", { id: "data", bucket: "data" }),
    { ...resource("radosgw_iam_user", "looked_at", { id: "other", user_id: "other" }), mode: "data" },
    resource("rgw_user", "plain", { id: "plain", username: "plain", tenant: null }),
    resource("rgw_user", "tenanted", { id: "x", username: "name", tenant: "acme" }),
  ],
};

const REST = ["data.radosgw_iam_user.looked_at", "radosgw_iam_subuser.red", "radosgw_s3_bucket.data"];

const terraformAvailable = () =>
  commandAvailable(
    "terraform",
    ["version"],
    "Terraform is not installed, so `terraform state rm` is not run. Put it on PATH.",
  );

describe("guide: coming from Terraform", function () {
  this.timeout(300_000);

  it("its mapping names inputs and outputs that exist, each of Terraform's attributes once", () => {
    const known = [...rgw.argNames, ...Object.keys(lifecycleArgs), ...OUTPUTS, ...QUOTA, ...CONNECTION];
    const { text } = readGuide("from-terraform");
    const rows = [...text.matchAll(/^\| `radosgw_[^|]*\|([^|]*)\|$/gm)].map(([, right = ""]) => right);
    assert.equal(rows.length, 17);
    const named = rows
      .flatMap((right) => [...right.matchAll(/`(\w+)(?:: \[[^`]*)?`/g)])
      .map(([, name = ""]) => name)
      .filter((name) => name !== "");
    assert.ok(named.length > 15);
    assert.deepEqual(
      named.filter((name) => !known.includes(name)),
      [],
    );
    const settings = ["displayName", "email", "suspended", "maxBuckets", "caps", "opMask", "userQuota", "bucketQuota"];
    for (const input of [...settings, "uid", "tenant", "defaultPlacement", "defaultStorageClass"])
      assert.ok(named.includes(input), input);
  });

  describe("step by step", () => {
    let reader: Reader;
    let terraform: string;

    before(async function () {
      await needCli(this);
      reader = await Reader.open("from-terraform");
      terraform = path.join(reader.stack.directory, "terraform");
      mkdirSync(terraform);
      writeFileSync(path.join(terraform, "terraform.tfstate"), JSON.stringify(STATE));
      const { cluster } = reader;
      cluster.admin(
        "PUT user?uid=red&display-name=Red&max-buckets=7&access-key=RED&secret-key=s3cret&user-caps=users=read",
      );
      cluster.admin("PUT user?quota&uid=red&quota-type=user&enabled=true&max-size=1024");
      cluster.admin("PUT user?uid=blue&tenant=shop&display-name=Blue");
      cluster.admin("PUT user?uid=green&display-name=Green");
      cluster.admin("PUT user?uid=other&display-name=Other");
      cluster.gateway.requests.reset();
      // Without Terraform, what it would print of a state that lies in a file.
      if (!terraformAvailable().available)
        reader.command("terraform", `[ "$*" = "state pull" ] && exec cat terraform.tfstate`, "bin");
    });
    after(() => reader?.close());

    it("the names of the users come out of the state, those of tenants and modules too, and no data source", async () => {
      await reader.bash(`cd terraform\n${reader.block("uids").text}cp uids ..`);
      const { out } = await reader.bash("sort uids");
      assert.equal(out, "green\nred\nshop$blue\n");
      await reader.bash(`cd terraform\n${reader.block("uids-startnext").text}`);
      assert.equal((await reader.bash("cat terraform/uids")).out, "plain\nacme$name\n");
    });

    it("they move in, with key, caps and quota, and nothing on the cluster changes", async () => {
      const { out } = await reader.run("import");
      assert.match(out, /^3 users/);
      reader.save("index.ts");
      await reader.run("nothing");
      assert.equal(reader.cluster.gateway.requests.writes(), 0);
      const { out: program } = await reader.bash("cat users.ts");
      assert.match(program, /caps: \["users=read"\]/);
      assert.match(program, /userQuota: \{ enabled: true, maxSizeBytes: 1024, maxObjects: -1 \}/);
      assert.match((await reader.bash("npx object-users status")).out, /red +red +rgw +stable +RED/);
    });

    it("Terraform forgets users, keys, quotas and caps, and nothing else", async function () {
      const { text } = reader.block("forget");
      skipWithout(this, terraformAvailable());
      await reader.bash(`cd terraform\n${text}`);
      const { out } = await reader.bash("cd terraform && terraform state list");
      assert.deepEqual(
        out
          .trim()
          .split("\n")
          .filter((line) => !line.startsWith("rgw_user")),
        REST,
      );
    });
  });
});
