/**
 * Real releases of Ceph on this machine: which are there, and if one is not, can it be brought? A release is there by the
 * machine's own packages, if they are of that release, or in a tree of unpacked packages. Nothing is installed.
 *
 * Plain Node without dependencies, because it may run before `npm install`. Starting a cluster is not done here.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { ban, isThere } from "../apt.mjs";
import { privateMounts, treeOf, unpack } from "./tree.mjs";

/** The suite of Debian that has each release. */
const SUITES = { 16: "bookworm", 18: "trixie", 20: "forky" };
/** The releases that can be brought, oldest first. */
export const RELEASES = Object.keys(SUITES).map(Number);
const NEWEST_FIRST = [...RELEASES].reverse();
const PROGRAMS = ["radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "monmaptool"];
const CHOICE = "OBJECT_USERS_CEPH";

/**
 * @typedef {{ available: true, release: number, tree?: string } | { available: false, reason: string }} Availability Where
 * there is no tree, the programs are on PATH. The reason is a sentence that says what is missing and how to get it.
 */

/**
 * Whether a release is there. Without one: the release that OBJECT_USERS_CEPH names, else the newest that is there.
 * @param {number} [release]
 * @returns {Availability}
 */
export function cephAvailable(release = chosen()) {
  if (release !== undefined) return find(release);
  const found = NEWEST_FIRST.map(find).find((each) => each.available);
  if (found) return found;
  return own() === undefined ? find(NEWEST_FIRST[0]) : { available: true, release: own() };
}

/**
 * Brings a release where that can be done, unless OBJECT_USERS_NO_INSTALL=1 forbids it, and says so first. Without one: the
 * release that OBJECT_USERS_CEPH names, else the newest; where that one cannot be brought, another that is there will do.
 * @param {{ release?: number, log?: (line: string) => void }} [options]
 * @returns {Availability}
 */
export function installCeph({ release, log = console.log } = {}) {
  const isOpen = release === undefined && chosen() === undefined;
  const wanted = release ?? chosen() ?? NEWEST_FIRST[0];
  const brought = bring(wanted, log);
  const instead = isOpen && !brought.available ? cephAvailable() : brought;
  if (instead.available && !brought.available) log(`Ceph ${instead.release} is used instead. ${brought.reason}`);
  return instead.available ? instead : brought;
}

function bring(release, log) {
  const before = find(release);
  if (before.available) return before;
  const cannot = privateMounts() === undefined ? undefined : ban();
  if (privateMounts() === undefined) return before;
  if (cannot !== undefined) return { available: false, reason: `${before.reason} (not done by itself: ${cannot})` };
  log(
    `Bringing Ceph ${release} for the tests: packages of Debian ${SUITES[release]}, unpacked into ${treeOf(release)},`,
  );
  log(
    "about 150 MB to download and 500 MB on disk, a minute. Nothing is installed. OBJECT_USERS_NO_INSTALL=1 forbids it.",
  );
  const problem = unpack(release, SUITES[release]);
  return problem === undefined ? find(release) : { available: false, reason: `${before.reason}\n${problem}` };
}

/** @returns {Availability} */
function find(release) {
  if (own() === release) return { available: true, release };
  if (privateMounts() === undefined) {
    const how = "unpacked packages of Debian, which need root or user namespaces: `unshare --mount true` is refused";
    return { available: false, reason: `Ceph ${release} would run from ${how}.` };
  }
  const tree = treeOf(release);
  if (existsSync(tree)) return { available: true, release, tree };
  const how = `On Debian: node tools/ceph/install.mjs ${release}`;
  return { available: false, reason: `A real Ceph ${release} is not here (no ${tree}). ${how}` };
}

/** The release that the environment chooses; undefined where it leaves that open. */
function chosen() {
  const choice = process.env[CHOICE];
  if (!choice) return undefined;
  if (RELEASES.includes(Number(choice))) return Number(choice);
  throw new Error(`${CHOICE}=${choice}? The releases are ${RELEASES.join(", ")}.`);
}

/** The release of the machine's own programs; undefined where one of them is missing. */
function own() {
  if (!PROGRAMS.every(isThere)) return undefined;
  ownRelease ??= Number(/ version (\d+)/.exec(spawnSync("radosgw", ["--version"], { encoding: "utf8" }).stdout)?.[1]);
  return ownRelease;
}
let ownRelease;

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const words = process.argv.slice(2).map(Number);
  const all = (words.length === 0 ? [undefined] : words).map((release) => installCeph({ release }));
  for (const each of all) console.log(each.available ? `Ceph ${each.release} is there.` : each.reason);
  process.exitCode = all.every((each) => each.available) ? 0 : 1;
}
