/**
 * Programs from Debian's packages: are they there, and if not, can they be installed? What is wanted is told by a wish;
 * which wishes there are stands in the install.mjs beside what uses them.
 *
 * Plain Node without dependencies, because it may run before `npm install`.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";

const FORBIDDEN = "OBJECT_USERS_NO_INSTALL";

/**
 * Something that Debian's packages bring.
 * @typedef {object} Wish
 * @property {string} what It in a few words, the first of a sentence: "A real Ceph".
 * @property {string[]} packages Packages that bring it, with what they depend on.
 * @property {string[]} needs What has to be there: names of programs on PATH, or absolute paths.
 * @property {string} where Where these packages are known to exist: "Debian 12".
 * @property {string} effort What an installation takes, said before it begins.
 *
 * @typedef {{ available: true } | { available: false, reason: string }} Availability The reason is a sentence that says
 * what is missing and how to get it, good for the headline of skipped tests.
 */

/**
 * Whether everything that is wished for is there.
 * @param {Wish} wish
 * @returns {Availability}
 */
export function available({ what, packages, needs, where }) {
  const missing = needs.filter((each) => !isThere(each));
  if (missing.length === 0) return { available: true };
  const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
  return {
    available: false,
    reason: `${what} is not installed (${missing.join(", ")} not found). On ${where}: ${command}`,
  };
}

/**
 * Installs what is wished for where that can be done without asking: Debian or its like, as root or with a sudo that wants
 * no password, and unless OBJECT_USERS_NO_INSTALL=1 forbids it. Says what it is about to do before it does it.
 * @param {Wish} wish
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Availability}
 */
export function install(wish, { log = console.log } = {}) {
  const before = available(wish);
  if (before.available) return before;
  const cannot = obstacle();
  if (cannot !== undefined) return { available: false, reason: `${before.reason} (not done by itself: ${cannot})` };

  const { what, packages, effort } = wish;
  log(`Installing for the tests with apt-get: ${packages.join(", ")} and what they depend on (${what}),`);
  log(`${effort} ${FORBIDDEN}=1 forbids it.`);
  const wanted = ["install", "-y", "--no-install-recommends", ...packages];
  let done = aptGet(wanted);
  if (done.status !== 0) {
    log("Once more with fresh package lists: apt-get update.");
    aptGet(["update"]);
    done = aptGet(wanted);
  }
  const after = available(wish);
  if (after.available) return after;
  const lines = `${done.stdout ?? ""}${done.stderr ?? ""}`.trim().split("\n").slice(-5).join("\n");
  return { available: false, reason: `${after.reason}\napt-get ended with status ${done.status}:\n${lines}` };
}

/**
 * For a file that can be run as a script: installs and says how it went, if it is what Node was started with.
 * @param {string} url The file's own import.meta.url.
 * @param {Wish} wish
 */
export function runAsScript(url, wish) {
  if (process.argv[1] === undefined || url !== pathToFileURL(process.argv[1]).href) return;
  const result = install(wish);
  console.log(result.available ? `${wish.what} is installed.` : result.reason);
  process.exitCode = result.available ? 0 : 1;
}

/** Why nothing may be put on this machine, or Debian's packages cannot be had; undefined where they can. */
export function ban() {
  const forbidden = process.env[FORBIDDEN];
  if (forbidden && forbidden !== "0") return `${FORBIDDEN}=${forbidden} is set`;
  if (process.platform !== "linux") return `these packages are for Linux, this is ${process.platform}`;
  return isThere("apt-get") ? undefined : "there is no apt-get here; use your distribution's packages";
}

/** Why nothing can be installed here. */
function obstacle() {
  const banned = ban();
  if (banned !== undefined) return banned;
  if (!isRoot() && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status !== 0) {
    return "it takes root, or a sudo that asks no password";
  }
  return undefined;
}

/** Waits for another apt-get that is at work instead of failing beside it. */
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

/** Whether a program is on PATH, or where an absolute path says. */
export function isThere(program) {
  if (isAbsolute(program)) return existsSync(program);
  return (process.env.PATH ?? "").split(delimiter).some((directory) => existsSync(join(directory, program)));
}
