// The groups of suites that tools/test.mjs runs, each in a process of its own, and what the long form has besides.
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const SUITE = /\.test\.ts$/;
const LONG_SUITE = /\.long\.test\.ts$/;
/** Suites that share a real server, the longest group first. */
const SHARED = [
  {
    name: "ceph",
    places: ["e2e/examples", "e2e/rgw", "cli/import/real", "cli/operator", "guides/real-ceph.test.ts"],
  },
  { name: "languages", places: ["e2e/packaged", "packaged/real"] },
  {
    name: "keystone",
    places: [
      ...["openstack", "cli/check/real", "config/openstack.test.ts"],
      ...["guides/losing-state-openstack.test.ts", "guides/keys-without-administrator.test.ts"],
    ],
    long: { OBJECT_USERS_WALKS: "1500" },
  },
  // They wait for the stand-in of its tasks most of the time, and need a Keystone of their own to do so beside the others.
  { name: "infomaniak", places: ["infomaniak", "package"] },
];
/** How many seconds real groups take, roughly: the long ones begin first, so that none is left over at the end. */
const WEIGHTS = {
  ceph: 600,
  guides: 470,
  keystone: 450,
  infomaniak: 370,
  proofs: 240,
  languages: 310,
  "cli/status/real": 90,
  config: 80,
  demo: 65,
};
/** How many seconds a real group takes, roughly. */
export const weightOf = ({ name }) => WEIGHTS[name] ?? 20;
/** The part of the contract that needs no real Ceph. */
const EMBEDDED = "on the embedded gateway";

/**
 * Groups that need nothing but Node, the slow ones first, so that they share the time. A place that ends in "/" is a
 * directory without those below it; `grep` picks among the tests.
 */
const UNIT = [
  { name: "walk", places: ["walk"], long: { OBJECT_USERS_WALKS: "10000" } },
  { name: "cli", places: ["cli/check/", "cli/import/", "cli/status/", "cli/sweep/", "cli/terminal/", "cli/usage/"] },
  { name: "backends", places: ["backends/"] },
  { name: "provider", places: ["provider", "pulumi"] },
  {
    name: "packaged (quick)",
    // Its schema is read from the types of the whole SDK, which takes as long as all the others together.
    places: ["doors", "plugin", "process"].map((name) => `packaged/${name}.test.ts`),
  },
  { name: "sdk", places: ["sdk"] },
  { name: "contract (embedded)", places: ["contract"], grep: EMBEDDED },
  { name: "devserver", places: ["devserver"] },
  { name: "tools (offline)", places: ["tools/find.test.ts", "tools/setup.test.ts", "tools/packages.test.ts", "real"] },
  { name: "architecture", places: ["architecture.test.ts", "kinds.test.ts"] },
  { name: "docs", places: ["docs"] },
];
/** The short form takes the same random stories each time, so that only a change of the code can make it fail. */
export const SHORT = { OBJECT_USERS_SEED: "1" };
/** With the word "unit", fewer random stories, and the contract of one kind: it is for the half minute between two edits. */
export const QUICK = {
  ...SHORT,
  OBJECT_USERS_WALKS: "5",
  OBJECT_USERS_FUZZ_RUNS: "400",
  OBJECT_USERS_CONTRACTS: "rgw.User",
};
/** With the word "long", the sizes of docs/proofs.md, and new stories each time. A group may have some of its own. */
export const LONG = {
  OBJECT_USERS_LONG: "1",
  OBJECT_USERS_WALKS: "1000",
  OBJECT_USERS_FUZZ_RUNS: "50000",
  OBJECT_USERS_KILLS: "50",
  OBJECT_USERS_ROTATIONS: "20",
  OBJECT_USERS_ROUNDS: "25",
  OBJECT_USERS_MOVED: "500",
  OBJECT_USERS_OPERATED: "50",
};

/** The groups, each with its files. */
function groups(isLong) {
  const files = suites("tests").filter((file) => isLong || !LONG_SUITE.test(file));
  const isIn = (file, place) =>
    place.endsWith("/")
      ? `tests/${place}` === `${path.posix.dirname(file)}/`
      : `${file}/`.startsWith(`tests/${place}/`);
  const filesOf = (group, among) => among.filter((file) => group.places.some((place) => isIn(file, place)));
  const unit = UNIT.map((group) => ({ ...group, unit: true, files: filesOf(group, files) }));
  const inUnit = new Set(unit.filter((group) => !group.grep).flatMap((group) => group.files));
  const real = files.filter((file) => !inUnit.has(file));
  const shared = SHARED.map((group) => ({ ...group, files: filesOf(group, real) }));
  const inShared = new Set(shared.flatMap((group) => group.files));
  const alone = new Map();
  for (const file of real.filter((one) => !inShared.has(one))) {
    const name = path.posix.dirname(file).replace(/^tests\/?/, "") || "tests";
    const rest = isIn(file, "contract") ? { grep: EMBEDDED, invert: true } : {};
    alone.set(name, { name, files: [...(alone.get(name)?.files ?? []), file], ...rest });
  }
  return [...unit, ...shared, ...alone.values()].filter((group) => group.files.length > 0);
}

/** The files of suites in a directory and below it, sorted. */
function suites(directory) {
  const entries = readdirSync(path.join(REPOSITORY, directory), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const name = `${directory}/${entry.name}`;
      return entry.isDirectory() ? suites(name) : SUITE.test(name) ? [name] : [];
    });
}

/** The groups that words name, or the part of them whose files they name. */
export function selected(words, isLong) {
  const all = groups(isLong);
  const isName = (word) => all.some(({ name }) => name === word);
  const isMeant = ({ name, unit }, word) =>
    word === "unit" ? unit : isName(word) ? name === word : name.includes(word);
  const chosen = all.flatMap((group) => {
    if (words.length === 0 || words.some((word) => isMeant(group, word))) return [group];
    const files = group.files.filter((file) => words.some((word) => !isName(word) && file.includes(word)));
    return files.length > 0 ? [{ ...group, files }] : [];
  });
  const found = (word) =>
    chosen.some((group) => isMeant(group, word) || group.files.some((file) => file.includes(word)));
  const unknown = words.filter((word) => !found(word));
  if (unknown.length > 0)
    throw new Error(`${unknown.join(", ")}? The groups are: unit, ${all.map(({ name }) => name).join(", ")}.`);
  return chosen;
}

/** One line of what only the long form runs. */
export function leftOut() {
  const files = suites("tests").filter((file) => LONG_SUITE.test(file));
  const names = files.map((file) => file.replace(/^tests\/|\.long\.test\.ts$/g, ""));
  return `Left to \`npm run test:long\`: thousands of random stories instead of hundreds, and ${names.join(", ")}.`;
}
