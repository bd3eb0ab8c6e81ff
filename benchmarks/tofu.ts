/**
 * The life of a stack by OpenTofu with the classical provider in tofu/provider: no proofs, and a rotation revokes the old key
 * at once. Its state is a plain file, as secrets in it are. `up` looks at no user before it acts, so `apply` does not either.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RealCeph } from "../tools/ceph/cluster";
import type { CpuMeter } from "./cpu";
import { environmentOf, expectUsers } from "./life";
import { OPERATIONS, type Operation, type Sample } from "./samples";

/** One block for all users. */
const PROGRAM = `
terraform {
  required_providers { rgw = { source = "example.com/bench/rgw" } }
}
variable "size" { type = number }
variable "field" { type = string }
variable "rotation" { type = string }
resource "rgw_user" "all" {
  for_each     = toset([for i in range(var.size) : "u\${i}"])
  uid          = each.key
  display_name = var.field
  rotation     = var.rotation
}
`;

/** What each operation is called with. */
const CALLS: Readonly<Record<Operation, readonly [command: string, field: string, rotation: string]>> = {
  create: ["apply -refresh=false", "A", "1"],
  "no-op": ["apply -refresh=false", "A", "1"],
  refresh: ["apply -refresh-only", "A", "1"],
  "one field": ["apply -refresh=false", "B", "1"],
  rotate: ["apply -refresh=false", "B", "2"],
  destroy: ["destroy -refresh=false", "B", "2"],
};

/** Lives once with so many users; \`directory\` has the programs. Nothing is asked of a registry. */
export async function liveByTofu(
  ceph: RealCeph,
  meter: CpuMeter,
  directory: string,
  size: number,
): Promise<Map<Operation, Sample>> {
  const base = mkdtempSync(path.join(tmpdir(), "object-users-tofu-"));
  const settings = path.join(base, "tofurc");
  const times = new Map<Operation, Sample>();
  try {
    writeFileSync(path.join(base, "main.tf"), PROGRAM);
    const overrides = `dev_overrides { "example.com/bench/rgw" = ${JSON.stringify(directory)} }`;
    writeFileSync(settings, `provider_installation {\n  ${overrides}\n}\n`);
    const { PATH = "" } = process.env;
    const quiet = { TF_CLI_CONFIG_FILE: settings, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", HOME: base };
    const env = { PATH, ...environmentOf(ceph), ...meter.env, ...quiet, PULUMI_CLI: path.join(directory, "tofu") };
    for (const operation of OPERATIONS) {
      const [command, field, rotation] = CALLS[operation];
      const given = Object.entries({ size, field, rotation }).map(([name, value]) => `-var=${name}=${value}`);
      const args = [...command.split(" "), "-auto-approve", "-parallelism=16", "-no-color", ...given];
      const began = performance.now();
      const { status, stderr, stdout } = spawnSync(meter.wrapper, args, { cwd: base, env, encoding: "utf8" });
      const wall = performance.now() - began;
      if (status !== 0) throw new Error(`tofu ${command} ended with ${status}: ${stdout}${stderr}`);
      times.set(operation, { wall, cpu: meter.read() });
      await expectUsers(ceph, operation === "destroy" ? 0 : size);
    }
    return times;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
