// Runs the tests: node tools/test.mjs [unit] [long] [word …]     `npm test`, `npm run test:unit` and `npm run test:long` call it.
//
// A group is a process of its own, so that a crash in one hides nothing of the others. The unit groups need nothing but Node
// and run first. The others start real systems; the suites that share a real server are one group, so that it starts once.
// Any other directory below tests/ is a group by itself. Words select groups by their names, or suites by their paths.
//
// A suite named *.long.test.ts runs in the long form only, and random stories are many more there. The line before the last
// names what the short form leaves out. The last line is the sum: `N passed, N failed, N skipped`. What was skipped is listed
// before it, with the reasons.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { LONG, leftOut, QUICK, SHORT, selected, weightOf } from "./groups.mjs";

const SELF = fileURLToPath(import.meta.url);
const REPOSITORY = path.resolve(path.dirname(SELF), "..");
const QUICK_START = path.join(REPOSITORY, "tools", "quick-start.cjs");
/** A core is not enough for random stories, and too much for real systems, which wait for each other half of the time. */
const AT_ONCE = { unit: 3, real: 4 };
/** A group that is silent for so long has died without saying so. */
const SILENCE_MS = 10 * 60_000;
/** How long a group may take to end by itself after its last test. */
const FAREWELL_MS = 10_000;
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
    silence = setTimeout(() => child.kill("SIGKILL"), env.OBJECT_USERS_LONG ? SILENCE_MS * 12 : SILENCE_MS);
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
  const { installCeph } = await import("./ceph/install.mjs");
  const { installKeystone } = await import("./keystone/install.mjs");
  const { installClients } = await import("./clients/install.mjs");
  const { installBrowser } = await import("./browser/install.mjs");
  const { installParser } = await import("./prometheus/install.mjs");
  for (const [name, found] of [
    ["no real Ceph", installCeph()],
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
      const result = await run(group, env.OBJECT_USERS_LONG ? { ...env, ...group.long } : env);
      results.push(result);
      if (isShown) console.log(`\n${group.name}:\n${result.output}`);
      report(result, isShown);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, drain));
  return results;
}

async function main(given) {
  const isLong = given.includes("long");
  const words = given.filter((word) => word !== "long");
  const env = isLong ? LONG : words.includes("unit") ? QUICK : SHORT;
  const chosen = selected(words, isLong);
  const started = Date.now();
  const isUnit = ({ unit }) => unit === true;
  const results = await runAll(chosen.filter(isUnit), env, AT_ONCE.unit, false);
  const real = chosen.filter((group) => !isUnit(group)).sort((one, other) => weightOf(other) - weightOf(one));
  if (real.length > 0) await prepare();
  results.push(...(await runAll(real, isLong ? env : SHORT, AT_ONCE.real, true)));
  for (const result of results.filter(({ skipped }) => skipped.length > 0)) listSkipped(result);
  const sum = (count) => results.reduce((total, result) => total + count(result), 0);
  const died = results.filter((result) => result.died);
  const failed = sum((result) => result.failed) + died.length;
  if (words.length === 0 && !isLong) console.log(`\n${leftOut()}`);
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
