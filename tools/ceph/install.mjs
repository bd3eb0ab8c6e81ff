/**
 * A real Ceph on this machine: is it there, and if not, can it be installed?
 *
 * Plain Node without dependencies, because it may run before `npm install`. Starting a cluster is not done here.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

const packages = ["radosgw", "ceph-mon", "ceph-osd", "ceph-common"];
const programs = ["radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "monmaptool"];
const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
const forbidden = "OBJECT_USERS_NO_INSTALL";

/**
 * Whether everything that startCeph needs is on PATH.
 * @returns {{ available: true } | { available: false, reason: string }} The reason is a sentence that says what is
 * missing and how to get it, good for the headline of skipped tests.
 */
export function cephAvailable() {
  const missing = programs.filter((program) => !onPath(program));
  if (missing.length === 0) return { available: true };
  return {
    available: false,
    reason: `A real Ceph is not installed (${missing.join(", ")} not found). On Debian 12 or Ubuntu: ${command}`,
  };
}

/**
 * Installs Ceph's packages where that can be done without asking: Debian or Ubuntu, as root or with a sudo that wants
 * no password, and unless OBJECT_USERS_NO_INSTALL=1 forbids it. Says what it is about to do before it does it.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {{ available: true } | { available: false, reason: string }}
 */
export function installCeph({ log = console.log } = {}) {
  const before = cephAvailable();
  if (before.available) return before;
  const cannot = obstacle();
  if (cannot !== undefined) return { available: false, reason: `${before.reason} (not done by itself: ${cannot})` };

  log(`Installing a real Ceph for the tests with apt-get: ${packages.join(", ")} and what they depend on,`);
  log(`about 60 MB to download and 270 MB on disk. No daemon is started. ${forbidden}=1 forbids it.`);
  let done = aptGet(["install", "-y", "--no-install-recommends", ...packages]);
  if (done.status !== 0) {
    log("Once more with fresh package lists: apt-get update.");
    aptGet(["update"]);
    done = aptGet(["install", "-y", "--no-install-recommends", ...packages]);
  }
  const after = cephAvailable();
  if (after.available) return after;
  const lines = `${done.stdout ?? ""}${done.stderr ?? ""}`.trim().split("\n").slice(-5).join("\n");
  return { available: false, reason: `${after.reason}\napt-get ended with status ${done.status}:\n${lines}` };
}

/** Why nothing may or can be installed here. */
function obstacle() {
  if (process.env[forbidden] === "1") return `${forbidden}=1 is set`;
  if (process.platform !== "linux") return `Ceph's daemons run on Linux only, this is ${process.platform}`;
  if (!onPath("apt-get")) return "there is no apt-get here; use your distribution's packages";
  if (!isRoot() && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status !== 0) {
    return "it takes root, or a sudo that asks no password";
  }
  return undefined;
}

function aptGet(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = { encoding: "utf8", env, maxBuffer: 64 << 20 };
  if (isRoot()) return spawnSync("apt-get", args, options);
  return spawnSync("sudo", ["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args], options);
}

function isRoot() {
  return process.getuid?.() === 0;
}

function onPath(program) {
  return (process.env.PATH ?? "").split(delimiter).some((directory) => existsSync(join(directory, program)));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const result = installCeph();
  console.log(result.available ? "A real Ceph is installed." : result.reason);
  process.exitCode = result.available ? 0 : 1;
}
