// Runs the tests: node tools/test.mjs [unit] [word …]        `npm test` and `npm run test:unit` call it.
//
// A group is a directory of suites, and a process of its own, so that a crash in one hides nothing of the others. The
// unit groups need nothing but Node and run first; the others start real systems. Some run at the same time. A new
// directory below tests/ is a group by itself; those in TOGETHER are one. Words select groups by their names ("provider", "e2e/rgw").
//
// The last line is the sum: `N passed, N failed, N skipped`. What was skipped is listed before it, with the reasons.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const SELF = fileURLToPath(import.meta.url);
const REPOSITORY = path.resolve(path.dirname(SELF), "..");
const QUICK_START = path.join(REPOSITORY, "tools", "quick-start.cjs");
const SUITE = /\.test\.ts$/;
/** Random stories keep a core busy, and so do groups with real systems; three at once were too much for two Keystones. */
const AT_ONCE = { unit: 2, real: 2 };
/** How long the real groups take, roughly, in seconds: the long ones first, so that none is left over at the end. */
const WEIGHTS = {
  guides: 220,
  "e2e/rgw": 200,
  "openstack, infomaniak, config": 200,
  proofs: 140,
  "e2e/examples": 80,
  package: 60,
  demo: 50,
  "cli/sweep/real": 90,
  "cli/import/real": 90,
  "cli/status/real": 60,
  "cli/operator": 60,
};
/** Directories that share a real Keystone and S3, which take ten seconds of CPU to start: they are one group. */
const TOGETHER = ["openstack", "infomaniak", "config"];
const weightOf = ({ name }) => WEIGHTS[name] ?? 20;
/** A group that is silent for so long has died without saying so. */
const SILENCE_MS = 10 * 60_000;
/** How long a group may take to end by itself after its last test. */
const FAREWELL_MS = 10_000;
/** The part of the contract that needs no real Ceph. */
const EMBEDDED = "on the embedded gateway";

/**
 * Groups that need nothing but Node, the slow ones first, so that they share the time. A place that ends in "/" is a
 * directory without those below it; `grep` picks among the tests.
 */
const UNIT = [
  { name: "edits", places: ["edits"] },
  { name: "model", places: ["model"] },
  { name: "cli", places: ["cli/check/", "cli/import/", "cli/status/", "cli/sweep/", "cli/terminal/"] },
  { name: "ecs", places: ["ecs/"] },
  { name: "cegedim", places: ["cegedim/"] },
  { name: "provider", places: ["provider"] },
  { name: "sdk", places: ["sdk"] },
  { name: "contract (embedded)", places: ["contract"], grep: EMBEDDED },
  { name: "devserver", places: ["devserver"] },
  { name: "tools (offline)", places: ["tools/find.test.ts", "tools/setup.test.ts", "tools/packages.test.ts", "real"] },
  { name: "architecture", places: ["architecture.test.ts", "kinds.test.ts"] },
  { name: "docs", places: ["docs"] },
];
/** With the word "unit", fewer random stories: it is for the minute between two edits. */
const QUICK = { OBJECT_USERS_RUNS: "200", OBJECT_USERS_WALKS: "15", OBJECT_USERS_FUZZ_RUNS: "400" };

/** The groups, each with its files. */
function groups() {
  const files = suites("tests");
  const isIn = (file, place) =>
    place.endsWith("/")
      ? `tests/${place}` === `${path.posix.dirname(file)}/`
      : `${file}/`.startsWith(`tests/${place}/`);
  const unit = UNIT.map((group) => ({
    ...group,
    unit: true,
    files: files.filter((file) => group.places.some((place) => isIn(file, place))),
  }));
  const inUnit = new Set(unit.filter((group) => !group.grep).flatMap((group) => group.files));
  const real = new Map();
  for (const file of files.filter((one) => !inUnit.has(one))) {
    const directory = path.posix.dirname(file).replace(/^tests\/?/, "") || "tests";
    const name = TOGETHER.includes(directory) ? TOGETHER.join(", ") : directory;
    const rest = isIn(file, "contract") ? { grep: EMBEDDED, invert: true } : {};
    real.set(name, { name, files: [...(real.get(name)?.files ?? []), file], ...rest });
  }
  const ordered = [...real.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...unit.filter((group) => group.files.length > 0), ...ordered];
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

function selected(words) {
  const all = groups();
  const isMeant = (group, word) => (word === "unit" ? group.unit : group.name.includes(word));
  const unknown = words.filter((word) => !all.some((group) => isMeant(group, word)));
  if (unknown.length > 0) {
    throw new Error(`${unknown.join(", ")}? The groups are: unit, ${all.map(({ name }) => name).join(", ")}.`);
  }
  return words.length === 0 ? all : all.filter((group) => words.some((word) => isMeant(group, word)));
}

/** Runs a group in a process of its own. */
function run(group, env) {
  const started = Date.now();
  const child = spawn(process.execPath, ["--require", QUICK_START, SELF, "--group", JSON.stringify(group)], {
    cwd: REPOSITORY,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { OBJECT_USERS_QUICK_START: "1", ...env, ...process.env },
  });
  let output = "";
  let tally;
  let silence;
  const hear = (chunk) => {
    output += chunk;
    clearTimeout(silence);
    silence = setTimeout(() => child.kill("SIGKILL"), SILENCE_MS);
  };
  hear("");
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", hear);
  child.on("message", (message) => {
    tally = message;
  });
  return new Promise((resolve) => {
    child.on("close", (status, signal) => {
      clearTimeout(silence);
      const seconds = (Date.now() - started) / 1000;
      const end = signal ?? `status ${status}`;
      const why =
        tally === undefined
          ? `it died (${end})`
          : tally.total === 0
            ? "it ran nothing"
            : status !== 0 && `it ended with ${end} after its last test`;
      resolve({ group, output, seconds, skipped: [], passed: 0, failed: 0, ...tally, died: why || undefined });
    });
  });
}

/** Inside a group's process: runs its suites and tells the parent what became of them. */
async function runGroup({ files, grep, invert, unit }) {
  const { default: Mocha } = await import("mocha");
  const mocha = new Mocha({ reporter: unit ? "dot" : "spec", timeout: 10_000, color: false });
  if (grep) mocha.fgrep(grep);
  if (invert) mocha.invert();
  for (const file of files) mocha.addFile(path.join(REPOSITORY, file));
  await mocha.loadFilesAsync();
  const skipped = [];
  const runner = mocha.run((failures) => {
    const { passes, tests } = runner.stats;
    process.send({ passed: passes, failed: failures, skipped, total: tests + failures, cpu: cpuSeconds() });
    process.disconnect();
    setTimeout(() => {
      console.error("Something keeps this process alive after its last test; it is ended.");
      process.exit(0);
    }, FAREWELL_MS).unref();
  });
  runner.on("pending", (test) => skipped.push(test.fullTitle()));
}

/** The processor's seconds of this process and of the ones that it started and that ended; where that is not told, its own. */
function cpuSeconds() {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return ticks / 100;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
}

/** What a group came to, in a line, and its output where nobody saw it yet and somebody should. */
function report({ group, output, seconds, cpu = 0, passed, failed, skipped, died }, wasShown) {
  const isGood = failed === 0 && died === undefined;
  if (!isGood && !wasShown) console.log(output);
  const sum = [`${passed} passed`, `${failed} failed`, `${skipped.length} skipped`].join(", ");
  console.log(
    `${isGood ? "ok  " : "FAIL"}  ${group.name.padEnd(20)} ${sum} in ${seconds.toFixed(1)} s, ${cpu.toFixed(1)} s of CPU${died ? `: ${died}` : ""}`,
  );
}

/** The skipped tests of a group with the reasons that its suites gave. */
function listSkipped({ group, output, skipped }) {
  const reasons = new Set(output.split("\n").filter((line) => line.includes("SKIPPED")));
  console.log(`\nSKIPPED in ${group.name}: ${skipped.length}`);
  for (const reason of reasons) console.log(`  because: ${reason.replace(/^[\s!]*SKIPPED[:,]?\s*/, "").trim()}`);
  for (const title of skipped) console.log(`  - ${title}`);
}

/** The real systems for the groups that start them; without them their tests are skipped. */
async function prepare() {
  const { installCeph, RELEASES } = await import("./ceph/install.mjs");
  const { installKeystone } = await import("./keystone/install.mjs");
  const { installClients } = await import("./clients/install.mjs");
  const { installBrowser } = await import("./browser/install.mjs");
  const { installParser } = await import("./prometheus/install.mjs");
  for (const [name, found] of [
    ...RELEASES.map((release) => [`no real Ceph ${release}`, installCeph({ release })]),
    ["no real Keystone", installKeystone()],
    ["not every S3 client", installClients()],
    ["no headless browser", installBrowser()],
    ["no parser of metrics", installParser()],
  ]) {
    if (!found.available) console.log(`!!! There is ${name} here, so its tests are SKIPPED. ${found.reason}`);
  }
}

/** Runs groups, some at once, and tells of each when it ends. */
async function runAll(groups, env, atOnce, isShown) {
  const waiting = [...groups];
  const results = [];
  const drain = async () => {
    for (let group = waiting.shift(); group; group = waiting.shift()) {
      if (isShown) console.log(`…     ${group.name}`);
      const result = await run(group, env);
      results.push(result);
      if (isShown) console.log(`\n${group.name}:\n${result.output}`);
      report(result, isShown);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, drain));
  return results;
}

async function main(words) {
  const env = words.includes("unit") ? QUICK : {};
  const chosen = selected(words);
  const started = Date.now();
  const isUnit = ({ unit }) => unit === true;
  const results = await runAll(chosen.filter(isUnit), env, AT_ONCE.unit, false);
  const real = chosen.filter((group) => !isUnit(group)).sort((one, other) => weightOf(other) - weightOf(one));
  if (real.length > 0) await prepare();
  results.push(...(await runAll(real, {}, AT_ONCE.real, true)));
  for (const result of results.filter(({ skipped }) => skipped.length > 0)) listSkipped(result);
  const sum = (count) => results.reduce((total, result) => total + count(result), 0);
  const died = results.filter((result) => result.died);
  const failed = sum((result) => result.failed) + died.length;
  console.log(`\n${results.length} groups in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  for (const { group, died: why } of died) console.log(`${group.name}: ${why}; it counts as one failure`);
  console.log(
    `${sum((result) => result.passed)} passed, ${failed} failed, ${sum((result) => result.skipped.length)} skipped`,
  );
  process.exitCode = failed > 0 ? 1 : 0;
}

const [flag, group, ...rest] = process.argv.slice(2);
const work =
  flag === "--group" ? runGroup(JSON.parse(group)) : main([flag, group, ...rest].filter((word) => word !== undefined));
work.catch((error) => {
  console.error(flag === "--group" ? error : `test: ${error.message}`);
  process.exit(1);
});
