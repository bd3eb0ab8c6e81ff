/**
 * Who catches what: plants one bug at a time into a copy of this repository, runs tests and proofs on the copy, and
 * prints a table of which of them failed. The copy without a bug must pass first. Your own files are never touched.
 *
 *   node -r ts-node/register/transpile-only tests/proofs/planted-bugs.ts            every bug
 *   node -r ts-node/register/transpile-only tests/proofs/planted-bugs.ts derived    bugs whose name has the word
 *   node -r ts-node/register/transpile-only tests/proofs/planted-bugs.ts --first    whether somebody catches each, and who is first
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BUGS, type Bug } from "./ground/bugs";

const REPOSITORY = path.resolve(__dirname, "..", "..");
const COPIED = ["provider", "sdk", "cli", "devserver", "tests", "tools", "examples", "package.json"];
const SETTINGS = ["tsconfig.json", "tsconfig.build.json"];

/** A test or proof, as arguments for mocha. It stops at its first failure. */
interface Catcher {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const QUICK: readonly Catcher[] = [
  {
    name: "unit tests",
    args: ["provider/**", "backends", "pulumi"].map((place) => `tests/${place}/*.test.ts`),
    env: { OBJECT_USERS_FUZZ_RUNS: "300" },
  },
  {
    name: "walks",
    args: ["tests/walk/walk.test.ts", "-g", "rgw"],
    env: { OBJECT_USERS_WALKS: "150", OBJECT_USERS_SHRINK: "no" },
  },
  { name: "old state", args: ["tests/fixtures/state.test.ts"] },
  { name: "leaks", args: ["tests/proofs/leaks.test.ts", "-g", "errors of every"] },
];

const REAL: Readonly<Record<Bug["real"][number], Catcher>> = {
  races: {
    name: "races",
    args: ["tests/proofs/races.test.ts", "-g", "same rotation|of their own|without a grace"],
    env: { OBJECT_USERS_ROUNDS: "20" },
  },
  load: { name: "load", args: ["tests/proofs/load.test.ts"] },
  kill: { name: "kill", args: ["tests/proofs/kill.test.ts"], env: { OBJECT_USERS_KILLS: "8" } },
  faults: { name: "faults", args: ["tests/proofs/faults.test.ts"] },
};

async function main(given: readonly string[]): Promise<void> {
  const untilFirst = given.includes("--first");
  const words = given.filter((word) => word !== "--first");
  const bugs = BUGS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  const copy = mkdtempSync(path.join(tmpdir(), "object-users-bugs-"));
  const remove = () => rmSync(copy, { recursive: true, force: true });
  process.once("exit", remove);
  for (const entry of [...COPIED, ...SETTINGS]) {
    const from = path.join(REPOSITORY, entry);
    if (existsSync(from)) cpSync(from, path.join(copy, entry), { recursive: true });
  }
  symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(copy, "node_modules"));

  await build(copy);
  const needed = [...QUICK, ...new Set(bugs.flatMap(({ real }) => real.map((name) => REAL[name])))];
  const healthy = await failing(needed, copy);
  console.log(
    healthy.length === 0 ? "without a bug: all pass\n" : `without a bug, and yet failing: ${names(healthy)}\n`,
  );

  console.log("| planted bug | caught by | not noticed by |\n|---|---|---|");
  let escaped = healthy.length;
  for (const bug of bugs) {
    const heal = plant(bug, copy);
    await build(copy);
    const asked = [...QUICK, ...bug.real.map((name) => REAL[name])];
    const caught = await failing(asked, copy, untilFirst);
    const heard = untilFirst ? asked.slice(0, asked.indexOf(caught[0] as Catcher) + 1 || undefined) : asked;
    console.log(`| ${bug.name} | ${names(caught)} | ${names(heard.filter((one) => !caught.includes(one)))} |`);
    if (caught.length === 0) escaped++;
    heal();
  }
  remove();
  process.exitCode = escaped === 0 ? 0 : 1;
}

/** Puts the bug into the copy; the answer takes it out again. */
function plant({ name, file, find, replace }: Bug, copy: string): () => void {
  const target = path.join(copy, file);
  const text = readFileSync(target, "utf8");
  if (text.split(find).length !== 2) throw new Error(`"${name}" does not fit ${file} any more: mend ground/bugs.ts.`);
  writeFileSync(
    target,
    text.replace(find, () => replace),
  );
  return () => writeFileSync(target, text);
}

/** Compiles the copy for the real CLI. A bug may be one that the compiler sees, too; it writes its output all the same. */
async function build(copy: string): Promise<void> {
  await run(["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], copy);
}

async function failing(catchers: readonly Catcher[], copy: string, untilFirst = false): Promise<Catcher[]> {
  const failed: Catcher[] = [];
  for (const catcher of catchers) {
    if (untilFirst && failed.length > 0) break;
    const mocha = [
      "node_modules/mocha/bin/mocha.js",
      "--bail",
      "--timeout",
      "60000",
      "-r",
      "ts-node/register/transpile-only",
    ];
    const status = await run([...mocha, ...catcher.args], copy, catcher.env);
    if (status !== 0) failed.push(catcher);
  }
  return failed;
}

function run(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<number> {
  const child = spawn(process.execPath, args, { cwd, stdio: "ignore", env: { ...process.env, ...env } });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status) => resolve(status ?? 1));
  });
}

function names(catchers: readonly Catcher[]): string {
  return catchers.map(({ name }) => name).join(", ") || "–";
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
