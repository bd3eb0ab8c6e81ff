/**
 * A real OpenStack Keystone on this machine: is it there, and if not, can it be installed?
 *
 * Plain Node without dependencies, because it may run before `npm install`. Starting a Keystone is not done here.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Not the package `keystone`: that one brings an init script and a database of the system's own. */
const packages = ["python3-keystone", "gunicorn"];
const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
const forbidden = "OBJECT_USERS_NO_INSTALL";

/** Debian's modules belong to Debian's Python; another one that stands earlier on PATH does not see them. */
const programs = ["/usr/bin/python3", "/usr/bin/keystone-manage", "/usr/bin/gunicorn"];

/**
 * Whether everything that startKeystone needs is there.
 * @returns {{ available: true } | { available: false, reason: string }} The reason is a sentence that says what is
 * missing and how to get it, good for the headline of skipped tests.
 */
export function keystoneAvailable() {
  const missing = programs.filter((program) => !existsSync(program));
  if (missing.length === 0) return { available: true };
  return {
    available: false,
    reason: `A real Keystone is not installed (${missing.join(", ")} not found). On Debian 12: ${command}`,
  };
}

/**
 * Installs Keystone's packages where that can be done without asking: Debian, as root or with a sudo that wants no
 * password, and unless OBJECT_USERS_NO_INSTALL=1 forbids it. Says what it is about to do before it does it.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {{ available: true } | { available: false, reason: string }}
 */
export function installKeystone({ log = console.log } = {}) {
  const before = keystoneAvailable();
  if (before.available) return before;
  const cannot = obstacle();
  if (cannot !== undefined) return { available: false, reason: `${before.reason} (not done by itself: ${cannot})` };

  log(`Installing a real Keystone for the tests with apt-get: ${packages.join(", ")} and what they depend on,`);
  log(`about 160 packages, 26 MB to download, a minute. No daemon is started. ${forbidden}=1 forbids it.`);
  let done = aptGet(["install", "-y", "--no-install-recommends", ...packages]);
  if (done.status !== 0) {
    log("Once more with fresh package lists: apt-get update.");
    aptGet(["update"]);
    done = aptGet(["install", "-y", "--no-install-recommends", ...packages]);
  }
  const after = keystoneAvailable();
  if (after.available) return after;
  const lines = `${done.stdout ?? ""}${done.stderr ?? ""}`.trim().split("\n").slice(-5).join("\n");
  return { available: false, reason: `${after.reason}\napt-get ended with status ${done.status}:\n${lines}` };
}

/** Why nothing may or can be installed here. */
function obstacle() {
  if (process.env[forbidden] === "1") return `${forbidden}=1 is set`;
  if (!existsSync("/usr/bin/apt-get")) return "there is no apt-get here; use your distribution's packages";
  if (!isRoot() && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status !== 0) {
    return "it takes root, or a sudo that asks no password";
  }
  return undefined;
}

function aptGet(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = { encoding: "utf8", env, maxBuffer: 64 << 20 };
  const full = ["-o", "DPkg::Lock::Timeout=300", ...args];
  if (isRoot()) return spawnSync("apt-get", full, options);
  return spawnSync("sudo", ["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...full], options);
}

function isRoot() {
  return process.getuid?.() === 0;
}

if (process.argv[1] !== undefined && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  const result = installKeystone();
  console.log(result.available ? "A real Keystone is installed." : result.reason);
  process.exitCode = result.available ? 0 : 1;
}
