/**
 * The packaged plugins that are measured: ours as it is released, an executable with its own Node, and one of Go that does
 * nothing (nothing/main.go), for what Pulumi itself costs.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { extract } from "tar";
import { release } from "../tests/packaged/real/release";
import { REPOSITORY } from "../tests/real/pulumi";

const MADE = path.join(REPOSITORY, "dist", "release", "benchmarks");

/** A plugin's name, and the directory that it lies in once it is made. */
export const PLUGINS = {
  ours: { name: "object-users", path: path.join(MADE, "object-users") },
  nothing: { name: "nothing", path: path.join(MADE, "nothing") },
};

/** Makes them from the present sources. */
export async function makePlugins(): Promise<void> {
  console.log("making the plugins");
  rmSync(MADE, { recursive: true, force: true });
  for (const { path: directory } of Object.values(PLUGINS)) mkdirSync(directory, { recursive: true });
  const archives = mkdtempSync(path.join(tmpdir(), "object-users-bench-"));
  try {
    const file = await release(archives, "https://releases.example.com/object-users");
    extract({ file, cwd: PLUGINS.ours.path, sync: true });
  } finally {
    rmSync(archives, { recursive: true, force: true });
  }
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
  const output = path.join(PLUGINS.nothing.path, "pulumi-resource-nothing");
  const build = ["build", "-trimpath", "-ldflags", "-s -w", "-o", output, "."];
  execFileSync("go", build, { cwd: path.join(__dirname, "nothing"), env, stdio: ["ignore", "inherit", "inherit"] });
}
